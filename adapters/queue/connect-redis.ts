import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** What waiting can heal; a wrong password or a refused command is not. */
const REFUSED = /NOAUTH|WRONGPASS|NOPERM|invalid (username|password)/i;

/**
 * `abandon`: a lost connection is not made again, also not by duplicates of `redis`, and what waits for it fails. (While
 * ioredis waits to reconnect, its `disconnect` leaves commands waiting for ever.)
 */
export type RedisLink = Readonly<{ redis: Redis; abandon(): void }>;

const LONGEST_WAIT_MS = 2_000;

/**
 * Connects to Redis. Waits for a server that is still starting, with one line per attempt; later ioredis reconnects by
 * itself and BullMQ's commands wait for it.
 *
 * @throws Error with a line for the operator when `patienceMs` are over or the credentials are refused
 */
export async function connectRedis(
  redisUrl: string,
  patienceMs: number,
  log: (line: string) => void,
): Promise<RedisLink> {
  let abandoned = false;
  const redis = new Redis(redisUrl, {
    maxRetriesPerRequest: null,
    retryStrategy: times => (abandoned ? null : Math.min(100 * 2 ** Math.min(times, 6), LONGEST_WAIT_MS)),
  });
  let reason = 'no answer';
  redis.on('error', (error: NodeJS.ErrnoException) => {
    reason = error.message || error.code || reason;
  });
  const place = `${redis.options.path ?? `${redis.options.host}:${redis.options.port}`}`;
  const end = performance.now() + patienceMs;
  for (let wait = 250; !(await becomesReady(redis, wait)); wait = Math.min(wait * 2, 5_000)) {
    if (REFUSED.test(reason) || performance.now() > end) {
      redis.disconnect();
      throw new Error(`Redis at ${place} cannot be used: ${reason}`);
    }
    log(`redis: ${place} does not answer yet (${reason}); waiting`);
  }
  redis.removeAllListeners('error');
  redis.on('error', steadily(log, place));
  const abandon = () => {
    abandoned = true;
  };
  return { redis, abandon };
}

async function becomesReady(redis: Redis, waitMs: number): Promise<boolean> {
  if (redis.status !== 'ready') {
    const ready = new Promise(resolve => redis.once('ready', resolve));
    await Promise.race([ready, sleep(waitMs)]);
  }
  return redis.status === 'ready';
}

/** Says a lost connection once, not on every attempt to get it back. */
function steadily(log: (line: string) => void, place: string): (error: Error) => void {
  let last = -Infinity;
  return error => {
    if (performance.now() - last > 30_000) log(`redis: ${place}: ${error.message}; connecting again`);
    last = performance.now();
  };
}
