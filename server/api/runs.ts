import type { z } from 'zod';
import { changeById } from '../../adapters/store/changes.ts';
import { entriesOfRun } from '../../adapters/store/log-references.ts';
import { type ChangeSummary, summaryOf } from './changes.ts';
import { type LogReference, logReference } from './log.ts';
import type { runsQuery } from './query.ts';
import { ReadError } from './read-error.ts';
import type { Run, RunFilter, RunHost, Sources } from './sources.ts';

/** Runs a page of the list holds. */
export const RUNS_PAGE = 50;

/** A run as lists show it. Times are RFC 3339 in UTC. */
export type RunSummary = Omit<Run, 'hosts' | 'startedAt' | 'endedAt'> &
  Readonly<{
    startedAt: string;
    endedAt: string | null;
    hostCounts: Readonly<Record<RunHost['outcome'], number>>;
  }>;

export type RunList = Readonly<{ runs: readonly RunSummary[]; nextCursor: string | null }>;

export type RunDetail = RunSummary &
  Readonly<{
    hosts: readonly (Omit<RunHost, 'at'> & Readonly<{ at: string }>)[];
    /** The approved change it applied. */
    change: ChangeSummary | null;
    log: readonly LogReference[];
  }>;

export async function loadRuns(sources: Sources, query: z.output<typeof runsQuery>): Promise<RunList> {
  const filter: RunFilter = {
    ...(query.repo !== undefined && { repository: query.repo }),
    ...(query.node !== undefined && { host: query.node }),
    ...(query.status !== undefined && { status: query.status }),
    ...(query.since !== undefined && { since: query.since }),
    ...(query.cursor !== undefined && { before: query.cursor }),
    limit: RUNS_PAGE + 1,
  };
  const found = await sources.runs.list(filter);
  const shown = found.slice(0, RUNS_PAGE);
  return { runs: shown.map(runSummary), nextCursor: found.length > shown.length ? (shown.at(-1)?.id ?? null) : null };
}

/** @throws ReadError 404 */
export async function loadRun(sources: Sources, id: string): Promise<RunDetail> {
  const run = await sources.runs.byId(id);
  if (run === null) throw new ReadError(404, `there is no run ${id}`);
  const [change, entries] = await Promise.all([
    run.changeId === null ? null : changeById(sources.db, run.changeId),
    entriesOfRun(sources.db, id),
  ]);
  return {
    ...runSummary(run),
    hosts: run.hosts.map(host => ({ ...host, at: host.at.toISOString() })),
    change: change === null ? null : summaryOf(change),
    log: entries.map(logReference),
  };
}

export function runSummary({ hosts, startedAt, endedAt, ...run }: Run): RunSummary {
  const hostCounts = { 'applied-as-approved': 0, differs: 0, 'not-proven': 0, failed: 0 };
  for (const host of hosts) hostCounts[host.outcome] += 1;
  return { ...run, startedAt: startedAt.toISOString(), endedAt: endedAt?.toISOString() ?? null, hostCounts };
}
