import { POLICY_PATH, policyFor } from '../../core/approval/policy.ts';
import { readRepositoryPolicy } from '../../core/approval/read-policy.ts';
import type { Baseline } from '../../core/baseline/types.ts';
import type { KubeletFacts } from '../../core/kubelet/facts.ts';
import { reviewTrees } from '../../core/review/review-trees.ts';
import { openRepository } from '../git/mirror.ts';
import { readTree } from '../git/read-tree.ts';
import { changedFiles } from './changed-files.ts';
import type { EvaluationAnswer, EvaluationRequest } from './request.ts';

/** What judging needs besides the commits: read once per process. */
export type Knowledge = Readonly<{ baseline: Baseline; facts: KubeletFacts }>;

/**
 * Judges the way from one commit to another with everything that lies in the repository and nothing else.
 * @throws GitError when a commit is missing.
 */
export async function evaluate(request: EvaluationRequest, { baseline, facts }: Knowledge): Promise<EvaluationAnswer> {
  const { base, head, policyAt, floor } = request;
  const repository = await openRepository(request.repository);
  const baseTree = await readTree(repository, base);
  const headTree = await readTree(repository, head);
  const policyTree = policyAt === base ? baseTree : await readTree(repository, policyAt);
  const policy = readRepositoryPolicy(policyTree);
  const { kubernetes, ...governed } = policyFor(floor, policy).governed;
  const files = await changedFiles(repository, base, head);
  const verdict = reviewTrees(baseTree, headTree, {
    minor: kubernetes ?? request.minor,
    ...governed,
    facts,
    baseline,
    changes: files,
    policyPath: POLICY_PATH,
    problems: { base: policy.problems, head: readRepositoryPolicy(headTree).problems },
  });
  return { verdict, changedFiles: files, policy };
}
