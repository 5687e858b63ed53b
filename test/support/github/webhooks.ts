import { createHmac, randomUUID } from 'node:crypto';
import { ContractBreach, checkWebhook } from './openapi/contract.ts';

/** One attempt to deliver a webhook and what came back. A redelivery is an attempt of its own with the same GUID. */
export type Delivery = Readonly<{
  id: number;
  guid: string;
  event: string;
  action: string | null;
  redelivery: boolean;
  deliveredAt: string;
  /** Seconds. */
  duration: number;
  /** `OK` or the reason of the failure. */
  status: string;
  /** 0 when no answer came. */
  statusCode: number;
  repositoryId: number | null;
  installationId: number | null;
  /** The exact bytes signed and sent. */
  body: string;
  headers: Readonly<Record<string, string>>;
  response: Readonly<{ headers: Readonly<Record<string, string>>; body: string }>;
}>;

type Message = Pick<Delivery, 'guid' | 'event' | 'action' | 'repositoryId' | 'installationId' | 'body'>;

export type WebhookSender = Readonly<{
  deliveries: Delivery[];
  /** Checks the payload and queues it; deliveries leave one after the other, in order. */
  send(
    event: string,
    action: string | null,
    payload: Readonly<Record<string, unknown>>,
    about: Readonly<{ repositoryId: number | null; installationId: number | null }>,
  ): void;
  /** Sends a recorded delivery again under its own GUID. */
  redeliver(id: number): Promise<Delivery>;
  setUrl(url: string | null): void;
  /** Resolves when nothing is queued or under way any more. */
  settled(): Promise<void>;
  close(): Promise<void>;
}>;

/** GitHub gives a receiver ten seconds. */
const ANSWER_MILLISECONDS = 10_000;

export function webhookSender(
  options: Readonly<{
    url: string | null;
    secret: string;
    appId: number;
    nextId: () => number;
    onBreach: (message: string) => void;
  }>,
): WebhookSender {
  const deliveries: Delivery[] = [];
  const closing = new AbortController();
  let url = options.url;
  let tail: Promise<unknown> = Promise.resolve();

  const attempt = async (message: Message, redelivery: boolean): Promise<Delivery | null> => {
    if (url === null || closing.signal.aborted) return null;
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/044aadd',
      'x-github-delivery': message.guid,
      'x-github-event': message.event,
      'x-github-hook-id': '292430182',
      'x-github-hook-installation-target-id': String(options.appId),
      'x-github-hook-installation-target-type': 'integration',
      'x-hub-signature-256': `sha256=${createHmac('sha256', options.secret).update(message.body).digest('hex')}`,
    };
    const started = Date.now();
    const outcome = await fetch(url, {
      method: 'POST',
      headers,
      body: message.body,
      redirect: 'manual',
      signal: AbortSignal.any([closing.signal, AbortSignal.timeout(ANSWER_MILLISECONDS)]),
    }).then(
      async response => ({
        status: response.ok ? 'OK' : `Invalid HTTP Response: ${response.status}`,
        statusCode: response.status,
        response: { headers: Object.fromEntries(response.headers), body: await response.text() },
      }),
      (error: unknown) => ({
        status: error instanceof Error && error.name === 'TimeoutError' ? 'timed out' : 'failed to connect to host',
        statusCode: 0,
        response: { headers: {}, body: '' },
      }),
    );
    const delivery: Delivery = {
      ...message,
      ...outcome,
      id: options.nextId(),
      redelivery,
      headers,
      deliveredAt: new Date(started).toISOString(),
      duration: (Date.now() - started) / 1000,
    };
    deliveries.push(delivery);
    return delivery;
  };

  const queue = <T>(task: () => Promise<T>): Promise<T> => {
    const result = tail.then(task);
    tail = result.catch(() => undefined);
    return result;
  };

  return {
    deliveries,
    send(event, action, payload, about) {
      const full = action === null ? payload : { action, ...payload };
      try {
        checkWebhook(event, action, full);
      } catch (error) {
        if (!(error instanceof ContractBreach)) throw error;
        options.onBreach(error.message);
      }
      const message = { guid: randomUUID(), event, action, ...about, body: JSON.stringify(full) };
      void queue(() => attempt(message, false));
    },
    async redeliver(id) {
      const recorded = deliveries.find(delivery => delivery.id === id);
      if (!recorded) throw new Error(`no delivery ${id}`);
      const { guid, event, action, repositoryId, installationId, body } = recorded;
      const again = await queue(() => attempt({ guid, event, action, repositoryId, installationId, body }, true));
      if (!again) throw new Error('no webhook URL is set');
      return again;
    },
    setUrl(next) {
      url = next;
    },
    async settled() {
      for (let seen: unknown = null; seen !== tail; ) {
        seen = tail;
        await tail;
      }
    },
    async close() {
      closing.abort();
      await tail;
    },
  };
}
