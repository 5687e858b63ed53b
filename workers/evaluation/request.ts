import type { Minor } from '../../core/kubelet/types.ts';
import type { ChangedFile } from '../../core/review/changed-file.ts';
import type { Verdict } from '../../core/review/types.ts';

/** One evaluation: what the change from base to head does to every node. Both commits are in the mirror. */
export type EvaluationRequest = Readonly<{
  /** Directory of the bare mirror. */
  mirror: string;
  base: string;
  head: string;
  minor: Minor;
  /** Repository paths from the policy of the base; absent = found in the tree. */
  inventories?: readonly string[];
  playbooks?: readonly string[];
  /** The operator's own config directory; the shipped one when absent. */
  configDir?: string;
}>;

export type EvaluationAnswer = Readonly<{ verdict: Verdict; changedFiles: readonly ChangedFile[] }>;
