import type { Pull } from '../adapters/github/github.ts';
import type { Fencing } from '../adapters/queue/run-in-lane.ts';
import {
  type Change,
  type ChangeRecord,
  changeOfPull,
  markClosed,
  rememberHead,
  saveChange,
} from '../adapters/store/changes.ts';
import { appendEntries, signCheckpoint } from '../adapters/store/log.ts';
import type { Decision } from '../core/approval/types.ts';
import { entryOf, type LogEntry } from '../core/log/entry.ts';
import type { Verdict } from '../core/review/types.ts';
import { canonicalJson } from '../core/source/canonical-json.ts';
import { enqueueReports } from './enqueue-reports.ts';
import { type Judged, judgeCommits } from './judge-commits.ts';
import { publishLane } from './publish-lane.ts';
import { recordMerge } from './record-merge.ts';
import { sha256Of } from './sha256-of.ts';
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

/** The row of an open pull request. A decision that differs from the last one gets the next number. */
export function changeRecord(
  pull: Pull,
  { key, verdict }: Judged,
  decision: Decision,
  known: Change | null,
): ChangeRecord {
  const sameHead = known?.head === pull.headSha;
  const sameDecision =
    sameHead && known.digest === verdict.digest && canonicalJson(known.decision) === canonicalJson(decision);
  return {
    repository: pull.repository,
    number: pull.number,
    title: pull.title,
    author: pull.author.login,
    baseRef: pull.baseRef,
    head: pull.headSha,
    state: 'open',
    verdictKey: key,
    conclusion: verdict.conclusion,
    direction: verdict.direction,
    digest: verdict.digest,
    decision,
    decisionNumber: sameDecision ? known.decisionNumber : (known?.decisionNumber ?? 0) + 1,
    attempt: sameHead ? known.attempt : 0,
    merge: known?.merge ?? null,
    about: {
      nodes: unique(verdict.changes.flatMap(({ hosts }) => hosts)),
      fields: unique(verdict.changes.map(({ path }) => path)),
      people: unique([pull.author.login, ...decision.approvers, ...decision.discarded.map(({ login }) => login)]),
      controls: unique(verdict.findings.filter(({ status }) => status !== 'existing').map(({ control }) => control)),
    },
  };
}

/** What the log says of a proposed change; keys make each of them one entry, however often it is said. */
export function changeEntries(
  { repository: repo, number: pr, author }: Pull,
  verdict: Verdict,
  decision: Decision,
  decisionNumber: number,
  at: Date,
): readonly LogEntry[] {
  const { base, head, digest, conclusion, direction, hostCount, minor, baselineDigest } = verdict;
  const count = (status: string) => verdict.findings.filter(finding => finding.status === status).length;
  return [
    entryOf('change.proposed', at, { repo, pr, base, head, author: author.login }),
    entryOf('verdict', at, {
      repo,
      pr,
      base,
      head,
      digest,
      conclusion,
      direction,
      findings: {
        introduced: count('introduced'),
        fixed: count('fixed'),
        existing: count('existing'),
        undecided: count('undecided'),
      },
      hostCount,
      minor,
      baselineDigest,
      verdict: sha256Of(verdict),
    }),
    entryOf('decision', at, {
      repo,
      pr,
      number: decisionNumber,
      head,
      digest,
      state: decision.state,
      approvers: [...decision.approvers].slice(0, 200),
      discarded: decision.discarded.map(({ login }) => login).slice(0, 200),
    }),
  ];
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}
