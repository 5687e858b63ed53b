import { countQueued, DELIVERIES_CHANNEL, markQueued, nextUnqueued, queuedAfter } from '../store/deliveries.ts';
import { listen } from '../store/listen.ts';
import type { Store } from '../store/open-store.ts';
import type { JobQueue } from './job-queue.ts';

/** The queue that deliveries are processed from, and what its jobs carry. */
export const DELIVERIES_QUEUE = 'deliveries';
export type DeliveryJob = Readonly<{ deliveryId: number }>;

/** `pollMs` is how long a lost notification can go unnoticed, `sweepMs` how long a job the queue lost. */
export type RelayOptions = Readonly<{ pollMs?: number; sweepMs?: number; log?: (line: string) => void }>;

/** Runs until stopped. */
export type Relay = Readonly<{
  /** Adds every unfinished delivery whose job the queue lost; answers how many those were. */
  sweep(): Promise<number>;
  /** Ends after what is being fed is fed. */
  stop(): Promise<void>;
}>;

const BATCH = 100;

/**
 * Feeds stored deliveries into the queue, woken by the store or after `pollMs`. Nothing is lost between the two:
 *
 * - on the store, jobs and the note that they exist are one transaction;
 * - on Redis, a job is added before it is noted, and adding it twice is adding it once;
 * - at the start and whenever the queue holds fewer jobs than the inbox expects, each unfinished delivery without a
 *   live job gets one: also after Redis lost everything.
 */
export function relay(store: Store, queue: JobQueue, options: RelayOptions = {}): Relay {
  const { pollMs = 1_000, sweepMs = 30_000 } = options;
  const log = options.log ?? (line => process.stderr.write(`${line}\n`));
  const bell = new Bell();
  const listening = listen(store.pool, DELIVERIES_CHANNEL, () => bell.ring(), log);
  const stop = new AbortController();
  const run = async () => {
    let sweepAt = -Infinity;
    while (!stop.signal.aborted) {
      let fed = 0;
      try {
        if (performance.now() >= sweepAt) {
          if (sweepAt === -Infinity || (await lostSome(store, queue))) await sweep(store, queue);
          sweepAt = performance.now() + sweepMs;
        }
        fed = await feed(store, queue);
      } catch (error) {
        log(`relay: ${(error as Error).message}; trying again`);
      }
      if (fed < BATCH) await bell.heard(pollMs);
    }
  };
  const running = run();
  return {
    sweep: () => sweep(store, queue),
    stop: async () => {
      stop.abort();
      listening.stop();
      bell.ring();
      await running;
    },
  };
}

async function feed(store: Store, queue: JobQueue): Promise<number> {
  if (queue.backend === 'redis') {
    const ids = await nextUnqueued(store.db, BATCH);
    for (const id of ids) await queue.add(DELIVERIES_QUEUE, jobData(id), { jobId: jobId(id) });
    if (ids.length > 0) await markQueued(store.db, ids);
    return ids.length;
  }
  return store.db.transaction().execute(async transaction => {
    const ids = await nextUnqueued(transaction, BATCH);
    if (ids.length === 0) return 0;
    const jobs = ids.map(id => ({ data: jobData(id), jobId: jobId(id) }));
    await queue.addWithin(transaction, DELIVERIES_QUEUE, jobs);
    await markQueued(transaction, ids);
    return ids.length;
  });
}

async function lostSome(store: Store, queue: JobQueue): Promise<boolean> {
  const expected = await countQueued(store.db);
  const counts = (await queue.counts())[DELIVERIES_QUEUE];
  return expected > (counts === undefined ? 0 : counts.waiting + counts.active + counts.delayed);
}

async function sweep(store: Store, queue: JobQueue): Promise<number> {
  let lost = 0;
  for (let after = 0; ; ) {
    const ids = await queuedAfter(store.db, after, BATCH);
    const missing = new Set(await queue.missing(DELIVERIES_QUEUE, ids.map(jobId)));
    for (const id of ids.filter(id => missing.has(jobId(id)))) {
      await queue.add(DELIVERIES_QUEUE, jobData(id), { jobId: jobId(id) });
      lost += 1;
    }
    after = ids.at(-1) ?? after;
    if (ids.length < BATCH) return lost;
  }
}

const jobId = (id: number) => `delivery-${id}`;
const jobData = (deliveryId: number): DeliveryJob => ({ deliveryId });

/** Wakes a waiting loop; a ring while nobody waits is kept for the next wait. */
class Bell {
  #rung = false;
  #wake = () => {};

  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  async heard(withinMs: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, withinMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#rung = false;
  }
}
