import { unapprovedCommits } from '../../adapters/store/branches.ts';
import { mergeViolations } from '../../adapters/store/changes.ts';
import { deadLetters } from '../../adapters/store/deliveries.ts';
import { findEntries } from '../../adapters/store/log.ts';
import type { LogEntry } from '../../core/log/entry.ts';
import type { Run, Sources } from './sources.ts';

/** Exceptions of each kind that are listed. */
const LIMIT = 200;

/** Something that did not go the approved way, or that the gate could not see through. */
export type Exception = Readonly<{
  kind:
    | 'merge-violation'
    | 'unapproved-commit'
    | 'run-refused'
    | 'run-incomplete'
    | 'run-differs'
    | 'tampering'
    | 'dead-delivery';
  at: string;
  repository: string | null;
  /** What happened, in words. */
  message: string;
  changeId: number | null;
  commit: string | null;
  branch: string | null;
  runId: string | null;
  /** GitHub's delivery id. */
  delivery: string | null;
}>;

export type ExceptionList = Readonly<{ exceptions: readonly Exception[] }>;

const NOWHERE = { changeId: null, commit: null, branch: null, runId: null, delivery: null } as const;

/** Newest first, at most 200 of each kind. */
export async function loadExceptions(sources: Sources): Promise<ExceptionList> {
  const [merges, commits, runs, tampering, deliveries] = await Promise.all([
    mergeViolations(sources.db, LIMIT),
    unapprovedCommits(sources.db, LIMIT),
    sources.runs.exceptions(LIMIT),
    findEntries(sources.db, { kinds: ['tampering'], order: 'newest-first', limit: LIMIT }),
    deadLetters(sources.db, LIMIT),
  ]);
  const exceptions: readonly Exception[] = [
    ...merges.map(change => ({
      ...NOWHERE,
      kind: 'merge-violation' as const,
      at: change.merge?.at ?? change.updatedAt.toISOString(),
      repository: change.repository,
      message: `#${change.number} was merged by ${change.merge?.by ?? 'nobody known'}: ${change.merge?.violation ?? ''}`,
      changeId: change.id,
      commit: change.merge?.commit ?? null,
      branch: change.baseRef,
    })),
    ...commits.map(commit => ({
      ...NOWHERE,
      kind: 'unapproved-commit' as const,
      at: commit.at.toISOString(),
      repository: commit.repository,
      message: commit.reason,
      changeId: commit.changeId,
      commit: commit.commit,
      branch: commit.branch,
    })),
    ...runs.map(run => ({
      ...NOWHERE,
      ...wrongWith(run),
      at: run.startedAt.toISOString(),
      repository: run.repository,
      changeId: run.changeId,
      commit: run.commit,
      runId: run.id,
    })),
    ...tampering.flatMap(({ entry }) => (entry.kind === 'tampering' ? [tamperingOf(entry)] : [])),
    ...deliveries.map(delivery => ({
      ...NOWHERE,
      kind: 'dead-delivery' as const,
      at: delivery.receivedAt.toISOString(),
      repository: delivery.repository,
      message: `the ${delivery.event} webhook failed ${delivery.attempts} times: ${delivery.lastError ?? 'no reason was kept'}`,
      delivery: delivery.guid,
    })),
  ];
  return { exceptions: [...exceptions].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)) };
}

function tamperingOf({ at, data }: Extract<LogEntry, { kind: 'tampering' }>): Exception {
  const now = data.actual === null ? 'is gone' : `is ${data.actual}`;
  return {
    ...NOWHERE,
    kind: 'tampering',
    at,
    repository: null,
    message: `${data.dest} on ${data.host} ${now}, but the run ${data.lastRun} left ${data.expected} there`,
    runId: data.run,
  };
}

function wrongWith(run: Run): Pick<Exception, 'kind' | 'message'> {
  if (run.status === 'refused')
    return {
      kind: 'run-refused',
      message: `${run.playbook} by ${run.by} was refused: ${run.gate?.reason ?? 'no reason was given'}`,
    };
  const wrong = run.hosts.filter(host => host.outcome === 'differs');
  const first = wrong[0];
  if (first !== undefined) {
    const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more)` : '';
    return {
      kind: 'run-differs',
      message: `${run.playbook} by ${run.by}: ${first.host}${more}: ${first.reasons.join('; ')}`,
    };
  }
  const reason =
    run.problems[0] ?? run.hosts.find(host => host.outcome === 'not-proven')?.reasons[0] ?? 'the report has no end';
  return { kind: 'run-incomplete', message: `${run.playbook} by ${run.by}: ${reason}` };
}
