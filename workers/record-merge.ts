import { firstParent } from '../adapters/git/first-parent.ts';
import type { Mirror } from '../adapters/git/mirror.ts';
import { treeId } from '../adapters/git/read-tree.ts';
import type { Pull } from '../adapters/github/github.ts';
import { branchCommit, lastApproved, saveBranchCommit } from '../adapters/store/branches.ts';
import { type Change, type Merge, rememberHead, saveChange } from '../adapters/store/changes.ts';
import { appendEntries, signCheckpoint } from '../adapters/store/log.ts';
import { moveNodes, type NodeConfiguration, saveConfiguration } from '../adapters/store/nodes.ts';
import type { Decision } from '../core/approval/types.ts';
import { entryOf, reference } from '../core/log/entry.ts';
import type { Verdict } from '../core/review/types.ts';
import { changeEntries, changeRecord } from './change-record.ts';
import { fetchFromGitHub } from './fetch-from-github.ts';
import { type Judged, judgeCommits } from './judge-commits.ts';
import { sha256Of } from './sha256-of.ts';
import { weighApprovals } from './weigh-approvals.ts';
import type { WorkerContext } from './worker-context.ts';

/**
 * Records a merge: the commit and tree that are on the branch now, whether that is what was approved, and what every
 * node runs with from here on. What was merged is judged anew against what was on the branch before, because a branch
 * that moved meanwhile can turn an approved head into something nobody saw.
 */
export async function recordMerge(
  context: WorkerContext,
  pull: Pull,
  merged: NonNullable<Pull['merged']>,
  known: Change | null,
  signal: AbortSignal,
): Promise<void> {
  if (known?.merge?.commit === merged.sha) return;
  const { repository } = pull;
  const { mergeBase } = await context.github.compare(repository, pull.baseSha, pull.headSha);
  const proposed = await judgeCommits(
    context,
    { repository, base: mergeBase, head: pull.headSha, policyAt: pull.baseSha },
    signal,
  );
  const mirror = await fetchFromGitHub(context, repository, [merged.sha]);
  const tree = await treeId(mirror, merged.sha);
  const before = await baseOfMerge(context, pull, merged.sha, mirror);
  const landed = await judgeCommits(context, { repository, base: before, head: merged.sha, policyAt: before }, signal);
  if (
    proposed.verdict.conclusion === 'not-applicable' &&
    landed.verdict.conclusion === 'not-applicable' &&
    known === null
  )
    return;
  const decision = await weighApprovals(context, pull, proposed, merged.at);
  const violation =
    violationOf(proposed, landed, decision) ?? (await foundationViolation(context, pull, { before, proposed }, signal));
  signal.throwIfAborted();
  await keepMerge(
    context,
    pull,
    { proposed, landed, decision, known },
    {
      commit: merged.sha,
      tree,
      at: merged.at,
      by: merged.by,
      verdictKey: landed.key,
      digest: landed.verdict.digest,
      violation,
    },
  );
  await signCheckpoint(context.store, context.signer, context.now());
}

/**
 * The commit the branch had before the merge. A merge commit and a squash have it as first parent; of a rebase, whose
 * commits are the pull request's one by one, it is as many first parents back as the pull request has commits.
 */
async function baseOfMerge(context: WorkerContext, pull: Pull, commit: string, mirror: Mirror): Promise<string> {
  const { github } = context;
  const parent = await firstParent(mirror, commit);
  await fetchFromGitHub(context, pull.repository, [parent.first]);
  if (parent.count > 1 || pull.commits === 1) return parent.first;
  // A rebase of n commits and a squash of n commits look alike from here; only the rebase's parent belongs to the pull request too.
  const siblings = await github.pullsOfCommit(pull.repository, parent.first);
  if (!siblings.includes(pull.number)) return parent.first;
  return (await github.compare(pull.repository, pull.baseSha, commit)).mergeBase;
}

/**
 * A merge stands on what the branch held before it: where that was never approved, approving the merge would apply it
 * too. null when it was approved, or when all that differs from the last approved commit is what this merge's approvers
 * saw, or nothing governed: then the merge takes the unapproved content back.
 */
async function foundationViolation(
  context: WorkerContext,
  pull: Pull,
  { before, proposed }: Readonly<{ before: string; proposed: Judged }>,
  signal: AbortSignal,
): Promise<string | null> {
  const { repository, baseRef, merged } = pull;
  const { db } = context.store;
  if (merged === null || (await branchCommit(db, repository, before))?.state !== 'unapproved') return null;
  const approved = await lastApproved(db, repository, baseRef);
  if (approved !== null) {
    await fetchFromGitHub(context, repository, [approved.commit]);
    const pair = { repository, base: approved.commit, head: merged.sha, policyAt: approved.commit };
    const { verdict } = await judgeCommits(context, pair, signal);
    if (verdict.conclusion === 'not-applicable' || verdict.digest === proposed.verdict.digest) return null;
  }
  return `${baseRef} holds content nobody approved, up to ${before.slice(0, 12)}: take it back through a pull request`;
}

/** null when exactly what the approvers saw is on the branch, else the sentence for the auditor. */
function violationOf(proposed: Judged, landed: Judged, decision: Decision): string | null {
  if (decision.state !== 'approved' && decision.state !== 'not-needed')
    return `merged without approval: ${decision.reasons.join('; ')}`;
  const same = proposed.verdict.digest === landed.verdict.digest || landed.verdict.conclusion === 'not-applicable';
  if (same) return null;
  return `what was merged is not what was approved: the branch had moved, approved ${proposed.verdict.digest}, merged ${landed.verdict.digest}`;
}

type Evidence = Readonly<{ proposed: Judged; landed: Judged; decision: Decision; known: Change | null }>;

/** One transaction: the change, its branch commit, its nodes and its entries of the log. */
async function keepMerge(
  context: WorkerContext,
  pull: Pull,
  { proposed, landed, decision, known }: Evidence,
  merge: Merge,
): Promise<void> {
  const now = context.now();
  const { repository } = pull;
  await context.store.db.transaction().execute(async trx => {
    const record = { ...changeRecord(pull, proposed, decision, known), state: 'merged' as const, merge };
    await rememberHead(trx, {
      repository,
      number: pull.number,
      head: pull.headSha,
      digest: proposed.verdict.digest,
      now,
    });
    const changeId = await saveChange(trx, record, now);
    await saveBranchCommit(trx, {
      repository,
      branch: pull.baseRef,
      commit: merge.commit,
      tree: merge.tree,
      state: merge.violation === null ? 'approved' : 'unapproved',
      changeId,
      reason:
        merge.violation ?? `approved by ${decision.approvers.join(', ') || 'no one, because nothing needs approval'}`,
      at: now,
    });
    await moveHosts(trx, { repository, changeId, commit: merge.commit, since: new Date(merge.at) }, landed.verdict);
    await appendEntries(trx, [
      ...changeEntries(pull, proposed.verdict, decision, record.decisionNumber, now),
      entryOf('merged', now, {
        repo: repository,
        pr: pull.number,
        ref: pull.baseRef,
        head: pull.headSha,
        commit: merge.commit,
        tree: merge.tree,
        digest: merge.digest,
        approved: merge.violation === null,
        approvers: [...decision.approvers].slice(0, 200),
        mergedBy: merge.by,
        hostDigests: reference(landed.verdict.hostDigests, Object.keys(landed.verdict.hostDigests).length),
      }),
    ]);
  });
  if (merge.violation !== null)
    context.log('a change was merged against the rules', { repository, number: pull.number, reason: merge.violation });
}

/** Every host has, from the merge on, the state its node group has in the merged tree. */
async function moveHosts(
  trx: Parameters<typeof saveChange>[0],
  at: Readonly<{ repository: string; changeId: number; commit: string; since: Date }>,
  verdict: Verdict,
): Promise<void> {
  const inventories = new Map<string, { host: string; group: string; configurationDigest: string }[]>();
  for (const { inventory, group, hosts, values, origins } of verdict.state) {
    for (const host of hosts) {
      const configuration: NodeConfiguration = { values, origins, files: verdict.hostDigests[host] ?? {} };
      const configurationDigest = sha256Of(configuration);
      await saveConfiguration(trx, configurationDigest, configuration);
      const listed = inventories.get(inventory) ?? [];
      listed.push({ host, group, configurationDigest });
      inventories.set(inventory, listed);
    }
  }
  for (const [inventory, hosts] of inventories) await moveNodes(trx, { ...at, inventory }, hosts);
}
