import { setTimeout as sleep } from 'node:timers/promises';
import type { StorePool } from './open-store.ts';

/** A subscription to a channel, until `stop`. */
export type Listening = Readonly<{ stop(): void }>;

const RECONNECT_MS = 1_000;

/**
 * Calls `notified` whenever the channel is notified, and after every (re)connection, because what was notified in
 * between is lost. It is a hint to look, never the news itself.
 */
export function listen(pool: StorePool, channel: string, notified: () => void, log: (line: string) => void): Listening {
  const stop = new AbortController();
  const hear = async () => {
    while (!stop.signal.aborted) {
      try {
        await hearUntilBroken(pool, channel, notified, stop.signal);
      } catch (error) {
        if (stop.signal.aborted) return;
        log(`store: listening on ${channel} broke (${(error as Error).message}); connecting again`);
        await sleep(RECONNECT_MS, undefined, { ref: false });
      }
    }
  };
  void hear();
  return { stop: () => stop.abort() };
}

async function hearUntilBroken(
  pool: StorePool,
  channel: string,
  notified: () => void,
  stop: AbortSignal,
): Promise<void> {
  const client = await pool.connect();
  try {
    await new Promise<void>((resolve, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the connection ended')));
      client.on('notification', message => {
        if (message.channel === channel) notified();
      });
      stop.addEventListener('abort', () => resolve());
      client.query(`listen ${channel}`).then(notified, reject);
      if (stop.aborted) resolve();
    });
  } finally {
    client.removeAllListeners('notification');
    client.release(true);
  }
}
