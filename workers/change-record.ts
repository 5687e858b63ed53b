import type { Pull } from '../adapters/github/github.ts';
import type { Change, ChangeRecord } from '../adapters/store/changes.ts';
import type { Decision } from '../core/approval/types.ts';
import { entryOf, type LogEntry } from '../core/log/entry.ts';
import { everyChange, type Verdict } from '../core/review/types.ts';
import { canonicalJson } from '../core/source/canonical-json.ts';
import type { Judged } from './judge-commits.ts';
import { sha256Of } from './sha256-of.ts';

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
      fields: unique(everyChange(verdict.changes).map(({ path }) => path)),
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
