import type { Run, RunHost } from './sources.ts';

/** How merged content reached a host. */
export type Application = Readonly<{
  runId: string;
  at: string;
  outcome: RunHost['outcome'];
  /** Why it is not as approved; empty when it is. */
  reasons: readonly string[];
  /** The change whose content the run applied: the one asked about, or a later one that contains it. */
  changeId: number;
}>;

/**
 * The run that put content merged at `mergedAt` on the host: the first that applied it as approved, else the last
 * that tried. Runs of content merged earlier, refused runs and check mode put nothing there.
 * @param runs of the repository, oldest first
 * @param merges when each change was merged, by change id
 */
export function applicationOn(
  host: string,
  mergedAt: Date,
  runs: readonly Run[],
  merges: ReadonlyMap<number, Date>,
): Application | null {
  let last: Application | null = null;
  for (const run of runs) {
    const runMergedAt = run.changeId === null ? undefined : merges.get(run.changeId);
    if (run.changeId === null || runMergedAt === undefined || runMergedAt < mergedAt) continue;
    if (run.check || run.status === 'refused') continue;
    const result = run.hosts.find(candidate => candidate.host === host);
    if (result === undefined || result.at < mergedAt) continue;
    last = {
      runId: run.id,
      at: result.at.toISOString(),
      outcome: result.outcome,
      reasons: result.reasons,
      changeId: run.changeId,
    };
    if (result.outcome === 'applied-as-approved') return last;
  }
  return last;
}
