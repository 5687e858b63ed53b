import { treeId } from '../adapters/git/read-tree.ts';
import { runInLane } from '../adapters/queue/run-in-lane.ts';
import { type BranchCommit, branchCommit, saveBranchCommit } from '../adapters/store/branches.ts';
import { isEarlierUnfinished } from '../adapters/store/deliveries.ts';
import { appendEntries, signCheckpoint } from '../adapters/store/log.ts';
import { entryOf, reference } from '../core/log/entry.ts';
import { fetchFromGitHub } from './fetch-from-github.ts';
import { judgeCommits } from './judge-commits.ts';
import { settlePull } from './settle-pull.ts';
import { pullLane, type WorkerContext } from './worker-context.ts';

export type Push = Readonly<{
  repository: string;
  branch: string;
  before: string;
  after: string;
  pusher: string;
  /** The delivery that told of it. */
  delivery: number;
}>;

/**
 * Judges what a push put on a governed branch. A push that is a pull request's merge is recorded as that; one that
 * touches nothing governed inherits what the commit before it was; anything else is governed content that reached the
 * branch without an approved pull request: a violation, and the gate refuses to apply it.
 */
export async function settlePush(context: WorkerContext, push: Push, signal: AbortSignal): Promise<void> {
  const { repository, branch, before, after } = push;
  const { defaultBranch } = await context.github.repository(repository);
  if (branch !== defaultBranch) return;
  await settleMerge(context, repository, after, signal);
  if ((await branchCommit(context.store.db, repository, after)) !== null || /^0+$/.test(before)) return;

  const judged = await judgeCommits(context, { repository, base: before, head: after, policyAt: before }, signal);
  const mirror = await fetchFromGitHub(context, repository, [after]);
  const tree = await treeId(mirror, after);
  const now = context.now();
  signal.throwIfAborted();
  const { verdict } = judged;
  if (verdict.conclusion === 'not-applicable') {
    const known = await stateBefore(context, push, signal);
    if (known !== null)
      await saveBranchCommit(context.store.db, {
        ...known,
        commit: after,
        tree,
        reason: known.state === 'approved' ? `nothing governed changed since ${before}: ${known.reason}` : known.reason,
        at: now,
      });
    return;
  }
  await context.store.db.transaction().execute(async trx => {
    await saveBranchCommit(trx, {
      repository,
      branch,
      commit: after,
      tree,
      state: 'unapproved',
      changeId: null,
      reason: `pushed by ${push.pusher} without a pull request that was approved`,
      at: now,
    });
    await appendEntries(trx, [
      entryOf('unapproved-push', now, {
        repo: repository,
        ref: branch,
        before,
        after,
        tree,
        pusher: push.pusher,
        paths: reference([...verdict.governed], verdict.governed.length),
      }),
    ]);
  });
  context.log('governed content was pushed without approval', { repository, branch, after });
  await signCheckpoint(context.store, context.signer, now);
}

/**
 * What the commit before a push is, once everything that says it was worked on.
 * @throws Error while a push that came earlier is not: the job is tried again
 */
async function stateBefore(context: WorkerContext, push: Push, signal: AbortSignal): Promise<BranchCommit | null> {
  const { repository, branch, before, delivery } = push;
  const { db } = context.store;
  const waits = await isEarlierUnfinished(db, `${repository}@${branch}`, delivery);
  const known = await branchCommit(db, repository, before);
  if (known !== null) return known;
  if (waits) throw new Error(`${before} was pushed before and is not judged yet`);
  await settleMerge(context, repository, before, signal);
  return branchCommit(db, repository, before);
}

/**
 * Records the merge first when a commit of the branch is one, whichever event came before the other.
 * @throws Error when a newer run of the pull request took over and has not recorded it yet: what is no merge would be a
 * violation, so the job is tried again
 */
async function settleMerge(
  context: WorkerContext,
  repository: string,
  commit: string,
  signal: AbortSignal,
): Promise<void> {
  for (const number of await context.github.pullsOfCommit(repository, commit)) {
    const pull = await context.github.pull(repository, number);
    if (pull.merged?.sha !== commit) continue;
    const { outcome } = await runInLane(
      context.store,
      pullLane(repository, number),
      (laneSignal, fencing) => settlePull(context, { repository, number }, laneSignal, fencing),
      { signal },
    );
    if (outcome === 'superseded' && (await branchCommit(context.store.db, repository, commit)) === null)
      throw new Error(`the merge of ${pullLane(repository, number)} is being recorded by a newer run`);
  }
}
