import type { OperatorPolicy } from '../../core/approval/policy.ts';
import type { ReadPolicy } from '../../core/approval/read-policy.ts';
import type { Minor } from '../../core/kubelet/types.ts';
import type { ChangedFile } from '../../core/review/changed-file.ts';
import type { Verdict } from '../../core/review/types.ts';

/** One evaluation: what the way from base to head does to every node. The commits are in the repository already. */
export type EvaluationRequest = Readonly<{
  /** Directory of a repository or bare mirror. */
  repository: string;
  base: string;
  head: string;
  /** The commit whose policy file says what is governed. */
  policyAt: string;
  floor: OperatorPolicy;
  /** Kubernetes minor where no policy names one. */
  minor: Minor;
  /** The operator's own config directory; the shipped one when absent. */
  configDir?: string;
  /** The operator's file that adds to the baseline and tightens it. */
  baselineFile?: string;
}>;

export type EvaluationAnswer = Readonly<{
  verdict: Verdict;
  changedFiles: readonly ChangedFile[];
  /** The repository's own policy at `policyAt`. */
  policy: ReadPolicy;
}>;
