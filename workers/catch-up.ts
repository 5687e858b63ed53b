import { openChanges } from '../adapters/store/changes.ts';
import { type Repeated, repeat } from './repeat.ts';
import { SETTLE_QUEUE, type SettleJob, settleJobId } from './sweep.ts';
import type { WorkerContext } from './worker-context.ts';

/** How often every open pull request is looked at, whatever events came. */
const EVERY_MS = 10 * 60 * 1000;

/**
 * GitHub delivers an event once and sends none above 25 MB. So at the start and every ten minutes each pull request
 * that is open on GitHub, or was open when it was last seen, is settled again: what was missed is caught up with, and
 * what is settled already costs a few reads. Runs until stopped.
 */
export function startCatchUp(context: WorkerContext): Repeated {
  return repeat(
    EVERY_MS,
    () => settleEverything(context),
    error => context.log('open pull requests could not be listed', { reason: String(error) }),
  );
}

/** A job for every open pull request of every repository the App is installed on, and for every open change. */
export async function settleEverything({ github, queue, store }: WorkerContext): Promise<void> {
  const found = new Map<string, SettleJob>();
  const note = (job: SettleJob) => found.set(settleJobId(job), job);
  for (const { repository, number } of await openChanges(store.db)) note({ repository, number });
  for (const { fullName } of await github.installedRepositories())
    for (const { number } of await github.listOpenPulls(fullName)) note({ repository: fullName, number });
  for (const [jobId, job] of found) await queue.add(SETTLE_QUEUE, job, { jobId });
}
