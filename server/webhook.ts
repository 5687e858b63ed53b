import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { describeDelivery, MalformedDelivery } from '../adapters/github/describe-delivery.ts';
import type { IncomingDelivery } from '../adapters/store/deliveries.ts';
import { readBody } from './read-body.ts';

/** GitHub sends no payload above this size. */
export const WEBHOOK_BODY_LIMIT = 25 * 1024 * 1024;

/** Bodies held in memory at once: what stops many large unsigned bodies from filling the process. */
const CONCURRENT_BODIES = 32;

export type WebhookOptions = Readonly<{
  /** Accepted secrets: more than one while a secret is rotated. */
  secrets: readonly string[];
  /** Resolves once the delivery is durable. */
  store: (delivery: IncomingDelivery) => Promise<'stored' | 'again' | 'finished'>;
  /** Told about each answer, for metrics and the log. */
  observe: (outcome: Readonly<{ status: number; event: string; guid: string; reason: string }>) => void;
}>;

/**
 * `POST /webhooks/github`. Reads the raw body itself (a JSON parser before it would make the signature unverifiable),
 * counts bytes while streaming, computes the HMAC SHA-256 for every secret as the bytes arrive, and answers 202 only
 * after the delivery is stored. 400 malformed, 401 signature, 413 too large, 503 store down.
 */
export function webhookRoute(options: WebhookOptions): RequestHandler {
  let reading = 0;
  return async (request, response) => {
    const event = header(request, 'x-github-event');
    const guid = header(request, 'x-github-delivery');
    const answer = (status: number, reason: string) => {
      options.observe({ status, event, guid, reason });
      if (status === 413) response.set('Connection', 'close');
      response.status(status).json({ status: reason });
    };
    if (Number(request.headers['content-length'] ?? 0) > WEBHOOK_BODY_LIMIT) return answer(413, 'too large');
    const signature = /^sha256=([0-9a-f]{64})$/.exec(header(request, 'x-hub-signature-256'))?.[1];
    if (signature === undefined) return answer(401, 'no sha256 signature');
    if (!/^[a-z_]{1,64}$/.test(event) || !/^[0-9A-Za-z-]{1,64}$/.test(guid))
      return answer(400, 'event or delivery header');
    if (reading >= CONCURRENT_BODIES) return answer(503, 'busy');
    reading += 1;
    let body: Buffer | 'too large' | 'aborted';
    const digests = options.secrets.map(secret => createHmac('sha256', secret));
    try {
      body = await readBody(request, WEBHOOK_BODY_LIMIT, chunk => {
        for (const digest of digests) digest.update(chunk);
      });
    } finally {
      reading -= 1;
    }
    if (body === 'aborted') return answer(400, 'aborted');
    if (body === 'too large') return answer(413, 'too large');
    const given = Buffer.from(signature, 'hex');
    let genuine = false;
    for (const digest of digests) genuine = timingSafeEqual(digest.digest(), given) || genuine;
    if (!genuine) return answer(401, 'signature');
    let received: IncomingDelivery;
    try {
      const { relevant: _, ...about } = describeDelivery(event, JSON.parse(body.toString('utf8')));
      received = { ...about, guid, event, body };
    } catch (error) {
      if (error instanceof SyntaxError) return answer(400, 'body is not JSON (content type must be application/json)');
      if (error instanceof MalformedDelivery) return answer(400, error.message);
      throw error;
    }
    try {
      return answer(202, await options.store(received));
    } catch {
      return answer(503, 'store');
    }
  };
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
