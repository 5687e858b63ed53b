import { eventsOf, type RunReport } from '../apply/run-report.ts';
import type { RunProof } from '../apply/types.ts';
import { clip, entryOf, type LogEntry, reference } from './entry.ts';

/**
 * What the log records of a run once it is proven. A run whose record is not whole is an entry as such and says
 * nothing about hosts; when the rest arrives and it is proven again, its hosts follow. A run in check mode has no hosts
 * to speak of.
 *
 * @param change the approved change the run's commit belongs to, as `owner/name#12`; null when there is none.
 * @param at when it was proven.
 */
export function runEntries(report: RunReport, proof: RunProof, change: string | null, at: Date): LogEntry[] {
  const start = eventsOf(report.events, 'run.start')[0];
  const gate = eventsOf(report.events, 'run.gate')[0];
  const { repo = null, git = null } = start?.data ?? {};
  const run = { run: proof.run, repo, commit: git?.commit ?? null, tree: git?.tree ?? null };
  const reason = clip(gate?.data.reason ?? '');
  const entries: LogEntry[] = [];
  if (gate !== undefined)
    entries.push(entryOf('run.gate', at, { ...run, verdict: gate.data.verdict, reason, change, check: proof.check }));
  if (proof.state === 'refused') entries.push(entryOf('run.refused', at, { ...run, reason }));
  if (proof.state === 'incomplete') {
    const why = clip(report.problems.map(({ message }) => message).join('; '));
    entries.push(entryOf('run.incomplete', at, { ...run, events: report.events.length, reason: why }));
  }
  if (proof.state === 'complete' && !proof.check)
    for (const { host, outcome, reasons, files, live, idempotent, osFirst } of proof.hosts)
      entries.push(
        entryOf('run.applied', at, {
          ...run,
          host,
          change,
          outcome,
          reasons: reasons.slice(0, 50).map(clip),
          files: reference(
            files.map(({ dest, approved, actual }) => ({ dest, approved, actual })),
            files.length,
          ),
          live,
          idempotent,
          osFirst,
          rollback: proof.rollback,
        }),
      );
  for (const tampering of proof.tampering) entries.push(entryOf('tampering', at, { run: proof.run, ...tampering }));
  return entries;
}
