import type { z } from 'zod';
import { changeById } from '../../adapters/store/changes.ts';
import { entriesOfRun } from '../../adapters/store/log-references.ts';
import { listRunOverviews, type RunOverview, runOverview } from '../../adapters/store/run-overview.ts';
import { type HostApplication, hostProofs, runLines } from '../../adapters/store/runs.ts';
import { readRunReport } from '../../core/apply/run-report.ts';
import { type ChangeSummary, summaryOf } from './changes.ts';
import { type LogReference, logReference } from './log.ts';
import type { runsQuery } from './query.ts';
import { ReadError } from './read-error.ts';
import type { Sources } from './sources.ts';

/** Runs a page of the list holds. */
export const RUNS_PAGE = 50;

/** A run of ansible-playbook as lists show it. Times are RFC 3339 in UTC; what the report has not said yet is null. */
export type RunSummary = Readonly<{
  id: string;
  repository: string | null;
  commit: string | null;
  playbook: string | null;
  /** `user@controller`. */
  by: string | null;
  status: RunOverview['status'];
  /** Ansible's check mode: nothing was changed. */
  check: boolean;
  /** The gate's answer to the run. */
  gate: Readonly<{ verdict: 'approved' | 'denied' | 'unreachable'; reason: string }> | null;
  /** The change whose content it had. */
  changeId: number | null;
  startedAt: string;
  endedAt: string | null;
  /** The content was applied before and replaced since. */
  rollback: boolean | null;
  hostCounts: RunOverview['hosts'];
}>;

export type RunList = Readonly<{ runs: readonly RunSummary[]; nextCursor: string | null }>;

export type RunDetail = RunSummary &
  Readonly<{
    hosts: readonly RunHost[];
    /** What is wrong with the report itself, in words. */
    problems: readonly string[];
    change: ChangeSummary | null;
    log: readonly LogReference[];
  }>;

/** What a run did to one host. */
export type RunHost = Omit<HostApplication, 'run' | 'commit' | 'at'>;

export async function loadRuns(sources: Sources, query: z.output<typeof runsQuery>): Promise<RunList> {
  const found = await listRunOverviews(sources.db, {
    ...(query.repo !== undefined && { repository: query.repo }),
    ...(query.node !== undefined && { host: query.node }),
    ...(query.status !== undefined && { status: query.status }),
    ...(query.since !== undefined && { since: query.since }),
    ...(query.cursor !== undefined && { cursor: query.cursor }),
    limit: RUNS_PAGE + 1,
  });
  const shown = found.slice(0, RUNS_PAGE);
  return { runs: shown.map(runSummary), nextCursor: found.length > shown.length ? (shown.at(-1)?.run ?? null) : null };
}

/** @throws ReadError 404 */
export async function loadRun({ db }: Sources, id: string): Promise<RunDetail> {
  const run = await runOverview(db, id);
  if (run === null) throw new ReadError(404, `there is no run ${id}`);
  const [change, entries, proofs, lines] = await Promise.all([
    run.changeId === null ? null : changeById(db, run.changeId),
    entriesOfRun(db, id),
    hostProofs(db, id),
    runLines(db, id),
  ]);
  const problems = readRunReport(lines).problems.map(problem => problem.message);
  const conflicts = `${run.conflicts} ${run.conflicts === 1 ? 'line' : 'lines'} came again with another content`;
  return {
    ...runSummary(run),
    hosts: proofs.map(({ run: _run, commit: _commit, at: _at, ...host }) => host),
    problems: run.conflicts > 0 ? [...problems, conflicts] : problems,
    change: change === null ? null : summaryOf(change),
    log: entries.map(logReference),
  };
}

export function runSummary(run: RunOverview): RunSummary {
  return {
    id: run.run,
    repository: run.repository,
    commit: run.commit,
    playbook: run.playbook,
    by: runBy(run),
    status: run.status,
    check: run.check,
    gate: run.gate === null ? null : { verdict: run.gate, reason: run.gateReason ?? '' },
    changeId: run.changeId,
    startedAt: run.startedAt.toISOString(),
    endedAt: run.endedAt?.toISOString() ?? null,
    rollback: run.rollback,
    hostCounts: run.hosts,
  };
}

/** `user@controller`, as far as it is known. */
export function runBy({ person, controller }: Pick<RunOverview, 'person' | 'controller'>): string | null {
  return person === null || controller === null ? (person ?? controller) : `${person}@${controller}`;
}
