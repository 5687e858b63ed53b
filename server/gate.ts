import { type QueryExecutorProvider } from 'kysely';
import { branchCommit } from '../adapters/store/branches.ts';
import { changeById } from '../adapters/store/changes.ts';
import { verdictByKey } from '../adapters/store/verdicts.ts';
import type { HostDigests } from '../core/review/types.ts';

/** What the gate says of a commit: may Ansible apply it, and what must it put on every host. */
export type GateAnswer = Readonly<{
  verdict: 'approved' | 'denied';
  /** One sentence for the person at the control machine. */
  reason: string;
  change: number | null;
  pr: number | null;
  approvers: readonly string[];
  /** Digest of the verdict that was approved. */
  verdictDigest: string | null;
  baselineDigest: string | null;
  /** host -> dest -> sha256; null where Git alone does not know the text. */
  digests: HostDigests;
}>;

const NOTHING = { change: null, pr: null, approvers: [], verdictDigest: null, baselineDigest: null, digests: {} };

/**
 * Only a commit the gate has recorded on a governed branch, with the very tree it recorded, and approved, may be
 * applied. What it does not know is denied.
 */
export async function askGate(
  db: QueryExecutorProvider,
  asked: Readonly<{ repository: string; commit: string; tree: string }>,
): Promise<GateAnswer> {
  const denied = (reason: string): GateAnswer => ({ verdict: 'denied', reason, ...NOTHING });
  const known = await branchCommit(db, asked.repository, asked.commit);
  if (known === null)
    return denied(
      `${short(asked.commit)} is no merge of an approved change of ${asked.repository}: merge through a pull request and apply the branch`,
    );
  if (known.tree !== asked.tree) return denied(`the tree of ${short(asked.commit)} is not the one that was merged`);
  const change = known.changeId === null ? null : await changeById(db, known.changeId);
  if (known.state !== 'approved')
    return { ...denied(known.reason), change: known.changeId, pr: change?.number ?? null };
  if (change?.merge == null) return denied('the approved change of this commit is not recorded');
  const kept = await verdictByKey(db, change.merge.verdictKey);
  if (kept === null) return denied('the verdict of this commit is not recorded');
  return {
    verdict: 'approved',
    reason: known.reason,
    change: change.id,
    pr: change.number,
    approvers: change.decision.approvers,
    verdictDigest: change.digest,
    baselineDigest: kept.verdict.baselineDigest,
    digests: kept.verdict.hostDigests,
  };
}

function short(commit: string): string {
  return commit.slice(0, 12);
}
