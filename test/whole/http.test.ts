import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { FILES, GPU } from './site.ts';

jest.setTimeout(400_000);

const READERS = ['/', '/nodes', '/runs', '/exceptions', '/log', '/api/v1/changes', '/api/v1/nodes', '/api/v1/log'];
const REPORTERS = ['/api/v1/gate'];
const UNKNOWN = ['/nothing', '/api/v1/nothing', '/api/v1/changes/999', '/changes/999', '/nodes/nobody', '/log/nothing'];
const MALFORMED = [
  '/api/v1/changes/x',
  '/api/v1/changes?status=%00',
  '/api/v1/changes?unknown=1',
  '/changes/x',
  '/%ff',
];

describe('the HTTP surface of the service in a process of its own', () => {
  let stage: Stage;
  const tokens: string[] = [];
  beforeAll(async () => {
    stage = await openStage({ environment: { LOG_LEVEL: 'trace' } });
    await stage.start();
    const { double } = stage;
    for (const login of ['ada', 'grace']) double.createUser(login);
    await double.createRepository('acme', 'nodes', { files: FILES });
    for (const login of ['ada', 'grace']) double.setRole('acme/nodes', login, 'write');
    tokens.push(double.installationToken('acme/nodes'));
    const weaker = `${FILES[GPU]}kubelet_read_only_port: 10255\n`;
    const head = await double.commit('acme/nodes', 'weaker', { [GPU]: weaker }, { author: 'ada' });
    double.fault({ match: 'POST /repos/acme/nodes', kind: '500', times: 2 });
    double.fault({ match: /acme\/nodes\.git/, kind: '500', times: 1 });
    await double.openPullRequest('acme/nodes', { head: 'weaker', title: 'Weaker', user: 'ada' });
    await eventually(
      () => double.checkRuns('acme/nodes', head).some(({ conclusion }) => conclusion === 'failure'),
      () => stage.output(),
    );
  });
  afterAll(() => stage.close());

  const get = (path: string, token?: string, accept = 'application/json') =>
    fetch(`${stage.url}${path}`, {
      redirect: 'manual',
      headers: { accept, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    });

  test.each(READERS)('%s is for holders of the audit token alone', async path => {
    for (const token of [undefined, '', 'x'.repeat(64), stage.runsToken])
      expect((await get(path, token)).status).toBe(401);
    expect((await get(path, stage.auditToken)).status).toBe(200);
    const page = await get(path, undefined, 'text/html');
    expect([page.status, page.headers.get('location')]).toEqual([303, '/sign-in']);
  });

  test.each(REPORTERS)('%s is for holders of the runs token alone', async path => {
    const query = `?repo=acme/nodes&commit=${'a'.repeat(40)}&tree=${'b'.repeat(40)}`;
    for (const token of [undefined, stage.auditToken]) expect((await get(`${path}${query}`, token)).status).toBe(401);
    const answer = await get(`${path}${query}`, stage.runsToken);
    expect([answer.status, ((await answer.json()) as { verdict: string }).verdict]).toEqual([200, 'denied']);
    expect((await get(`${path}?repo=acme/nodes&commit=main`, stage.runsToken)).status).toBe(400);
  });

  test('run reports are for holders of the runs token alone', async () => {
    for (const token of ['', stage.auditToken]) {
      const refused = await fetch(`${stage.url}/api/v1/runs`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: '{}\n',
      });
      expect(refused.status).toBe(401);
    }
  });

  test('health says that it is alive and nothing else', async () => {
    const response = await get('/healthz');
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(response.headers.get('server')).toBeNull();
  });

  test.each(UNKNOWN)('%s is not there', async path => {
    expect((await get(path, stage.auditToken)).status).toBe(404);
    expect((await get(path, stage.auditToken, 'text/html')).status).toBe(404);
  });

  test.each([...UNKNOWN, ...MALFORMED])('the answer to %s shows nothing of the inside', async path => {
    for (const accept of ['application/json', 'text/html']) {
      const response = await get(path, stage.auditToken, accept);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
      expect(await response.text()).not.toMatch(/node_modules|\.js:\d|\.ts:\d|at \w+ \(|dist\//);
    }
  });

  test.each(['/', '/changes/1', '/healthz', '/sign-in', '/nothing'])(
    '%s carries a strict content policy',
    async path => {
      const response = await get(path, stage.auditToken, 'text/html');
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|\*/);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    },
  );

  test('the sign-in form trades the audit token for a cookie that reads, and nothing else', async () => {
    const signIn = (token: string) =>
      fetch(`${stage.url}/sign-in`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ token }) });
    expect((await signIn('wrong')).status).toBe(401);
    const response = await signIn(stage.auditToken);
    const cookie = response.headers.get('set-cookie') ?? '';
    expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
    expect(cookie).not.toContain(stage.auditToken);
    const page = (value: string) =>
      fetch(`${stage.url}/`, { redirect: 'manual', headers: { accept: 'text/html', cookie: value } });
    const [value = ''] = cookie.split(';');
    expect((await page(value)).status).toBe(200);
    expect((await page(value.replace(/=\d+/, '=9999999999'))).status).toBe(303);
  });

  test('the webhook takes nothing it cannot trust or hold', async () => {
    const post = (headers: Record<string, string>, body = '{}') =>
      fetch(`${stage.url}/webhooks/github`, { method: 'POST', headers, body });
    const named = { 'x-github-event': 'ping', 'x-github-delivery': 'abc' };
    expect((await post(named)).status).toBe(401);
    expect((await post({ ...named, 'x-hub-signature': `sha1=${'a'.repeat(40)}` })).status).toBe(401);
    expect((await post({ ...named, 'x-hub-signature-256': `sha256=${'a'.repeat(64)}` })).status).toBe(401);
    expect((await fetch(`${stage.url}/webhooks/github`)).status).toBe(401);
  });

  test('no credential is in what the service wrote about its work', () => {
    const output = stage.output();
    expect(output).toContain('kubelet-gate is ready');
    for (const secret of [stage.auditToken, stage.runsToken, stage.webhookSecret, ...tokens])
      expect(output).not.toContain(secret);
    expect(output).not.toMatch(/gh[a-z]_\w|PRIVATE KEY|Authorization: |x-access-token|eyJ[\w-]+\.eyJ/);
    expect(output).not.toContain(stage.double.privateKey.split('\n')[1]);
  });

  test('nothing that was said to GitHub broke its description', () => {
    expect(stage.double.breaches).toEqual([]);
  });
});
