import type { Pull } from '../adapters/github/github.ts';
import type { Fencing } from '../adapters/queue/run-in-lane.ts';
import { type Change, changeOfPull, markClosed, rememberHead, saveChange } from '../adapters/store/changes.ts';
import { appendEntries, signCheckpoint } from '../adapters/store/log.ts';
import type { Decision } from '../core/approval/types.ts';
import { changeEntries, changeRecord } from './change-record.ts';
import { enqueueReports } from './enqueue-reports.ts';
import { type Judged, judgeCommits } from './judge-commits.ts';
import { publishLane } from './publish-lane.ts';
import { recordMerge } from './record-merge.ts';
import { weighApprovals } from './weigh-approvals.ts';
import type { WorkerContext } from './worker-context.ts';

/**
 * Brings everything about one pull request to where it should be: verdict, decision, log, and what GitHub shows. It
 * reads the state from GitHub and never from the event, so running it again, late or twice does no harm.
 */
export async function settlePull(
  context: WorkerContext,
  at: Readonly<{ repository: string; number: number }>,
  signal: AbortSignal,
  fencing: Fencing,
): Promise<void> {
  const pull = await context.github.pull(at.repository, at.number);
  const known = await changeOfPull(context.store.db, at.repository, at.number);
  if (pull.merged !== null) return recordMerge(context, pull, pull.merged, known, signal);
  if (pull.state === 'closed') return markClosed(context.store.db, pull.repository, pull.number, context.now());

  const { mergeBase } = await context.github.compare(pull.repository, pull.baseSha, pull.headSha);
  const judged = await judgeCommits(
    context,
    { repository: pull.repository, base: mergeBase, head: pull.headSha, policyAt: pull.baseSha },
    signal,
  );
  const decision = await weighApprovals(context, pull, judged);
  signal.throwIfAborted();
  const change = await keep(context, pull, judged, decision, known);
  const checkpoint = await signCheckpoint(context.store, context.signer, context.now());
  signal.throwIfAborted();
  await enqueueReports(context, fencing, { pull, judged, decision, change, checkpoint: checkpoint?.note ?? null });
  await publishLane(context, fencing.lane, signal);
}

/**
 * One transaction: the change as it is now, and an entry of the log for each thing that is new about it. After it
 * returns both are durable; a crash before leaves neither. null: nothing governed is touched and nothing ever was.
 */
async function keep(
  context: WorkerContext,
  pull: Pull,
  judged: Judged,
  decision: Decision,
  known: Change | null,
): Promise<Change | null> {
  if (judged.verdict.conclusion === 'not-applicable' && known === null) return null;
  const now = context.now();
  await context.store.db.transaction().execute(async trx => {
    const record = changeRecord(pull, judged, decision, known);
    await rememberHead(trx, {
      repository: pull.repository,
      number: pull.number,
      head: pull.headSha,
      digest: judged.verdict.digest,
      now,
    });
    await saveChange(trx, record, now);
    await appendEntries(trx, changeEntries(pull, judged.verdict, decision, record.decisionNumber, now));
  });
  return changeOfPull(context.store.db, pull.repository, pull.number);
}
