import type { CheckRunInput, CommentInput, Pull, ReviewInput } from '../adapters/github/github.ts';
import { hiddenMarker } from '../adapters/github/hidden-marker.ts';
import type { Fencing } from '../adapters/queue/run-in-lane.ts';
import type { Change } from '../adapters/store/changes.ts';
import { published, showInLane } from '../adapters/store/publications.ts';
import type { Decision } from '../core/approval/types.ts';
import { checkRun } from '../core/report/check-run.ts';
import { inlineComments } from '../core/report/inline-comments.ts';
import type { ReportContext } from '../core/report/report-context.ts';
import { isQuiet, summaryComment } from '../core/report/summary-comment.ts';
import type { Judged } from './judge-commits.ts';
import { sha256Of } from './sha256-of.ts';
import { CHECK_NAME, type WorkerContext } from './worker-context.ts';

/** What the outbox holds, per kind; `head` is the head it is about. */
export type CheckRunPayload = Readonly<{ head: string; input: CheckRunInput }>;
export type ReviewPayload = Readonly<{ head: string; input: ReviewInput }>;
export type CommentPayload = Readonly<{ head: string; input: CommentInput }>;

export type Settled = Readonly<{
  pull: Pull;
  judged: Judged;
  decision: Decision;
  /** null when nothing governed is touched and nothing ever was. */
  change: Change | null;
  checkpoint: string | null;
}>;

/**
 * Puts into the outbox what GitHub should show now: the check run always, the sticky comment unless there is nothing to
 * say and never was, a review when there are lines to comment on that no earlier review of the same effect commented.
 * One transaction; what GitHub shows already is not written again.
 */
export async function enqueueReports(context: WorkerContext, fencing: Fencing, settled: Settled): Promise<void> {
  const { pull, judged, decision, change, checkpoint } = settled;
  const { verdict, changedFiles } = judged;
  const detailsUrl = change === null ? null : `${context.publicUrl}/changes/${change.id}`;
  const reported: ReportContext = { detailsUrl, checkpoint };
  // A checkpoint alone is no news: what is shown stays as it is when only the log has grown.
  const unchecked: ReportContext = { detailsUrl, checkpoint: null };
  const head = pull.headSha;
  const externalId = `${pull.repository}#${pull.number}/${head}/${change?.attempt ?? 0}`;
  const marker = (kind: string, ...parts: readonly string[]) =>
    hiddenMarker(context.markerSecret, kind, pull.repository, pull.number, ...parts);

  const run = checkInput(externalId, head, checkRun(verdict, decision, reported), detailsUrl);
  const lines = inlineComments(verdict, changedFiles);
  const commented = await published(context.store.db, fencing.lane, 'comment');

  await context.store.db.transaction().execute(async trx => {
    await showInLane(trx, {
      ...fencing,
      kind: 'check-run',
      fingerprint: sha256Of(checkInput(externalId, head, checkRun(verdict, decision, unchecked), detailsUrl)),
      payload: { head, input: run } satisfies CheckRunPayload,
    });
    if (!isQuiet(verdict, decision) || commented.length > 0)
      await showInLane(trx, {
        ...fencing,
        kind: 'comment',
        fingerprint: sha256Of(summaryComment(verdict, decision, unchecked)),
        payload: {
          head,
          input: { body: summaryComment(verdict, decision, reported), marker: marker('summary'), expectHead: head },
        } satisfies CommentPayload,
      });
    if (lines.length > 0)
      await showInLane(trx, {
        ...fencing,
        kind: 'review',
        fingerprint: verdict.digest,
        payload: {
          head,
          input: {
            commitId: head,
            event: 'COMMENT',
            body: `\`${CHECK_NAME}\` commented on ${lines.length} ${lines.length === 1 ? 'line' : 'lines'}; the summary says what to do.`,
            marker: marker('review', verdict.digest),
            comments: lines,
          },
        } satisfies ReviewPayload,
      });
  });
}

function checkInput(
  externalId: string,
  head: string,
  report: ReturnType<typeof checkRun>,
  detailsUrl: string | null,
): CheckRunInput {
  return {
    name: CHECK_NAME,
    headSha: head,
    externalId,
    state: { status: 'completed', conclusion: report.conclusion },
    title: report.title,
    summary: report.summary,
    text: report.text,
    annotations: report.annotations,
    ...(detailsUrl === null ? {} : { detailsUrl }),
  };
}
