import type { NodeGroup, Rendering, RenderOptions } from '../ansible/types.ts';
import type { Baseline, Control, ControlResult } from '../baseline/types.ts';
import type { Minor } from '../kubelet/types.ts';
import type { Problem } from '../source/problem.ts';
import type { SourceTree } from '../source/tree.ts';
import type { ChangedFile } from './changed-file.ts';
import { review } from './review.ts';
import type { Direction, Shown, Verdict } from './types.ts';

/** The rooms a review is composed of. */
export type ReviewParts = Readonly<{
  renderTree: (tree: SourceTree, options: RenderOptions) => Rendering;
  evaluateBaseline: (baseline: Baseline, groups: readonly NodeGroup[]) => readonly ControlResult[];
  directionOf: (path: string, before: Shown, after: Shown, baseline: Baseline) => Direction;
  isBlocking: (control: Control) => boolean;
}>;

export type ReviewOptions = Readonly<{
  minor: Minor;
  /** Repository paths; absent = found in the tree. */
  inventories?: readonly string[];
  playbooks?: readonly string[];
  baseline: Baseline;
  /** The diff from base to head, every file of it. */
  changes: readonly ChangedFile[];
  /** Flags (with dashes) whose effect is a kubelet field. */
  fieldFlags: ReadonlySet<string>;
  policyPath: string;
  /** What the caller found wrong itself, e.g. in either revision's policy file. */
  problems?: Readonly<{ base: readonly Problem[]; head: readonly Problem[] }>;
}>;

/** The verdict on a change from one tree to another: what workers and the command line call. */
export function reviewTrees(base: SourceTree, head: SourceTree, options: ReviewOptions, parts: ReviewParts): Verdict {
  const { minor, inventories, playbooks, baseline } = options;
  const rendering: RenderOptions = {
    minor,
    ...(inventories ? { inventories } : {}),
    ...(playbooks ? { playbooks } : {}),
  };
  const answers = new Map<NodeGroup, readonly ControlResult[]>();
  const resultsOf = (group: NodeGroup) => {
    let results = answers.get(group);
    if (!results) answers.set(group, (results = parts.evaluateBaseline(baseline, [group])));
    return results;
  };
  return review({
    base: { tree: base, rendering: parts.renderTree(base, rendering), problems: options.problems?.base ?? [] },
    head: { tree: head, rendering: parts.renderTree(head, rendering), problems: options.problems?.head ?? [] },
    changes: options.changes,
    minor,
    baseline,
    answers: { resultsOf, isBlocking: parts.isBlocking },
    directionOf: (path, before, after) => parts.directionOf(path, before, after, baseline),
    fieldFlags: options.fieldFlags,
    policyPath: options.policyPath,
  });
}
