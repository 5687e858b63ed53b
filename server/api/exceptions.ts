import { unapprovedCommits } from '../../adapters/store/branches.ts';
import { mergeViolations } from '../../adapters/store/changes.ts';
import { deadLetters } from '../../adapters/store/deliveries.ts';
import { findEntries } from '../../adapters/store/log.ts';
import { deadPublications } from '../../adapters/store/publications.ts';
import { type RunException, runExceptions } from '../../adapters/store/run-overview.ts';
import type { LogEntry } from '../../core/log/entry.ts';
import { runBy } from './runs.ts';
import type { Sources } from './sources.ts';

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
    | 'dead-delivery'
    | 'dead-publication';
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
  const [merges, commits, runs, tampering, deliveries, publications] = await Promise.all([
    mergeViolations(sources.db, LIMIT),
    unapprovedCommits(sources.db, LIMIT),
    runExceptions(sources.db, LIMIT),
    findEntries(sources.db, { kinds: ['tampering'], order: 'newest-first', limit: LIMIT }),
    deadLetters(sources.db, LIMIT),
    deadPublications(sources.db, LIMIT),
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
    ...commits
      .filter(({ changeId }) => !merges.some(({ id }) => id === changeId))
      .map(commit => ({
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
      runId: run.run,
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
    ...publications.map(({ createdAt, lane, kind, attempts, lastError }) => ({
      ...NOWHERE,
      kind: 'dead-publication' as const,
      at: createdAt.toISOString(),
      repository: lane.slice(0, lane.lastIndexOf('#')),
      message: `the ${kind} of ${lane} could not be published in ${attempts} attempts: ${lastError ?? 'no reason was kept'}`,
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

function wrongWith(run: RunException): Pick<Exception, 'kind' | 'message'> {
  const what = `${run.playbook ?? 'a run'} by ${runBy(run) ?? 'nobody known'}`;
  if (run.status === 'refused')
    return { kind: 'run-refused', message: `${what} was refused: ${run.gateReason ?? 'no reason was given'}` };
  if (run.host === null)
    return { kind: 'run-incomplete', message: `${what}: the report has no end, or lines of it are missing` };
  const more = run.hosts.differs > 1 ? ` (and ${run.hosts.differs - 1} more)` : '';
  return { kind: 'run-differs', message: `${what}: ${run.host}${more}: ${run.reason ?? ''}` };
}
