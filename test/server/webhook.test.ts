import { createHmac } from 'node:crypto';
import type { AddressInfo, Server } from 'node:net';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import express from 'express';
import type { IncomingDelivery } from '../../adapters/store/deliveries.ts';
import { WEBHOOK_BODY_LIMIT, webhookRoute } from '../../server/webhook.ts';

const current = 'a-secret-of-at-least-thirty-two-bytes';
const previous = 'the-secret-before-this-one-was-set-up';
let stored: IncomingDelivery[] = [];
let storeFails = false;
let server: Server;
let url = '';

beforeAll(async () => {
  const app = express();
  app.post(
    '/webhooks/github',
    webhookRoute({
      secrets: [current, previous],
      observe: () => {},
      store: async delivery => {
        if (storeFails) throw new Error('down');
        stored.push(delivery);
        return 'stored';
      },
    }),
  );
  await new Promise<void>(listening => {
    server = app.listen(0, '127.0.0.1', () => listening());
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/github`;
});
afterAll(() => new Promise<void>(closed => void server.close(() => closed())));
beforeEach(() => {
  stored = [];
  storeFails = false;
});

const ping = JSON.stringify({ zen: 'Keep it logically awesome.', hook_id: 1 });
const sign = (body: string | Buffer, secret = current) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

async function post(body: string | Buffer, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'ping',
      'x-github-delivery': '5d9a1a10-0000-4000-8000-000000000001',
      'x-hub-signature-256': sign(body),
      ...headers,
    },
  });
  await response.text();
  return response.status;
}

describe('the webhook route', () => {
  test('a genuine delivery is stored byte for byte and answered with 202', async () => {
    expect(await post(ping)).toBe(202);
    expect(stored).toMatchObject([{ event: 'ping', guid: '5d9a1a10-0000-4000-8000-000000000001', lane: null }]);
    expect(stored[0]!.body.toString()).toBe(ping);
  });

  test('the previous secret still counts while secrets are rotated', async () => {
    expect(await post(ping, { 'x-hub-signature-256': sign(ping, previous) })).toBe(202);
  });

  test("GitHub's published test vector verifies", () => {
    expect(sign('Hello, World!', "It's a Secret to Everybody")).toBe(
      'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    );
  });

  test.each([
    ['a forged signature', { 'x-hub-signature-256': sign(ping, 'some other secret of thirty-two bytes') }],
    ['a short signature', { 'x-hub-signature-256': 'sha256=abcd' }],
    ['no signature', { 'x-hub-signature-256': '' }],
    [
      'only a SHA-1 signature',
      { 'x-hub-signature-256': '', 'x-hub-signature': 'sha1=0000000000000000000000000000000000000000' },
    ],
  ])('%s is 401 and nothing is stored', async (_, headers) => {
    expect(await post(ping, headers)).toBe(401);
    expect(stored).toEqual([]);
  });

  test.each([
    ['a body that is not JSON', 'zen=1', {}],
    ['an event name that is none', ping, { 'x-github-event': 'Ping!' }],
    ['a delivery id that is none', ping, { 'x-github-delivery': '../../etc' }],
    ['a body of another event than the header says', ping, { 'x-github-event': 'pull_request' }],
  ])('%s is 400', async (_, body, headers) => {
    expect(await post(body, { 'x-hub-signature-256': sign(body), ...headers })).toBe(400);
    expect(stored).toEqual([]);
  });

  test('a store that is down is 503, so that GitHub keeps the delivery for redelivery', async () => {
    storeFails = true;
    expect(await post(ping)).toBe(503);
  });

  test('a body announced above the limit is 413 before a byte of it is read', async () => {
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: ${WEBHOOK_BODY_LIMIT + 1}\r\nX-GitHub-Event: ping\r\n\r\n`,
    );
    const answer = await new Promise<string>(resolve => socket.once('data', data => resolve(data.toString())));
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('a body that grows above the limit without announcing it is 413', async () => {
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    const answer = new Promise<string>(resolve => socket.once('data', data => resolve(data.toString())));
    socket.write(
      `POST /webhooks/github HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nX-GitHub-Event: ping\r\n` +
        `X-GitHub-Delivery: 1\r\nX-Hub-Signature-256: ${sign('')}\r\n\r\n`,
    );
    const piece = Buffer.alloc(1024 * 1024, 'a');
    for (let sent = 0; sent <= WEBHOOK_BODY_LIMIT && !socket.destroyed; sent += piece.length)
      await new Promise<void>(written =>
        socket.write(Buffer.concat([Buffer.from('100000\r\n'), piece, Buffer.from('\r\n')]), () => written()),
      );
    expect(await answer).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
    expect(stored).toEqual([]);
  });

  test('a pull request delivery is filed under its lane', async () => {
    const body = JSON.stringify({
      action: 'opened',
      number: 7,
      pull_request: { number: 7, head: { sha: 'a'.repeat(40) }, base: { ref: 'main' } },
      repository: { id: 1, full_name: 'acme/nodes' },
      installation: { id: 3 },
      sender: { login: 'ada' },
    });
    expect(await post(body, { 'x-github-event': 'pull_request', 'x-hub-signature-256': sign(body) })).toBe(202);
    expect(stored).toMatchObject([
      { lane: 'acme/nodes#7', repository: 'acme/nodes', installationId: 3, action: 'opened' },
    ]);
  });
});
