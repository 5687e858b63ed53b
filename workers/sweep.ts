import { lanesToPublish } from '../adapters/store/publications.ts';
import { type Repeated, repeat } from './repeat.ts';
import type { WorkerContext } from './worker-context.ts';

/** The queue of pull requests to settle without a delivery, and what its jobs carry. */
export const SETTLE_QUEUE = 'settle';
export type SettleJob = Readonly<{ repository: string; number: number }>;

/** One waiting job for a pull request is enough. */
export function settleJobId({ repository, number }: SettleJob): string {
  return `${repository}#${number}`.replaceAll(':', '_');
}

/** How often the outbox is looked at for what waits longer than its retry time. */
const EVERY_MS = 2_000;

/** A run that is publishing right now gets this long before its lane counts as left alone. */
const IDLE_SECONDS = 3;

/** Settles again, every few seconds, the pull requests whose publications are due. Runs until stopped. */
export function startSweep(context: WorkerContext): Repeated {
  return repeat(
    EVERY_MS,
    () => settleLanesToPublish(context),
    error => context.log('the sweep could not look', { reason: String(error) }),
  );
}

async function settleLanesToPublish({ store, queue }: WorkerContext): Promise<void> {
  for (const lane of await lanesToPublish(store.db, IDLE_SECONDS, 100)) {
    const split = lane.lastIndexOf('#');
    const job: SettleJob = { repository: lane.slice(0, split), number: Number(lane.slice(split + 1)) };
    await queue.add(SETTLE_QUEUE, job, { jobId: settleJobId(job) });
  }
}
