import { branchCommit } from '../adapters/store/branches.ts';
import { changeById } from '../adapters/store/changes.ts';
import { appendEntries, signCheckpoint } from '../adapters/store/log.ts';
import { type Run, runById, runHistory, runLines, runsToProve, saveRunProof } from '../adapters/store/runs.ts';
import { verdictByKey } from '../adapters/store/verdicts.ts';
import { proveRun } from '../core/apply/prove-run.ts';
import { eventsOf, readRunReport } from '../core/apply/run-report.ts';
import type { ApprovedChange } from '../core/apply/types.ts';
import { runEntries } from '../core/log/run-entries.ts';
import type { WorkerContext } from './worker-context.ts';

/** The queue of runs to prove, and what its jobs carry. */
export const PROVE_QUEUE = 'prove';
export type ProveJob = Readonly<{ run: string }>;

/** A run that has sent nothing for this long will not send its end: it is proven incomplete. */
export const QUIET_MS = 30 * 60 * 1000;

/**
 * Holds what a run of Ansible reported against what was approved for its commit, host by host, and writes the answer to
 * the log. Proof and entries are one transaction. A run that is still sending waits for its end.
 */
export async function proveRecordedRun(context: WorkerContext, id: string): Promise<void> {
  const { store, now } = context;
  const ready = await runsToProve(store.db, new Date(now().getTime() - QUIET_MS), 1000);
  const run = await runById(store.db, id);
  if (run === null || !ready.includes(id)) return;
  const lines = await runLines(store.db, id);
  const report = readRunReport(lines);
  const approved = await approvedChange(context, run);
  const hosts = [...new Set(eventsOf(report.events, 'play.start').flatMap(({ data }) => data.targets))];
  const proof = proveRun(report, approved?.change ?? null, await runHistory(store.db, run, hosts));
  await store.db.transaction().execute(async trx => {
    await saveRunProof(trx, run, proof, lines.length);
    await appendEntries(trx, runEntries(report, proof, approved?.name ?? null, now()));
  });
  await signCheckpoint(store, context.signer, now());
  context.log('a run was proven', { run: id, state: proof.state, hosts: proof.hosts.length });
}

/** What the run's commit was approved to put on every host; null when the gate knows no approval of it. */
async function approvedChange(
  { store }: WorkerContext,
  { repository, commit, tree }: Run,
): Promise<Readonly<{ name: string; change: ApprovedChange }> | null> {
  if (repository === null || commit === null) return null;
  const known = await branchCommit(store.db, repository, commit);
  if (known === null || known.state !== 'approved' || known.changeId === null || known.tree !== tree) return null;
  const change = await changeById(store.db, known.changeId);
  const kept = change?.merge == null ? null : await verdictByKey(store.db, change.merge.verdictKey);
  if (change === null || kept === null) return null;
  return {
    name: `${change.repository}#${change.number}`,
    change: { commit, tree: known.tree, hostDigests: kept.verdict.hostDigests },
  };
}
