import { newRenderMemory } from '../ansible/render-memory.ts';
import { renderTree } from '../ansible/render-tree.ts';
import type { NodeGroup, RenderOptions } from '../ansible/types.ts';
import { versionProblems } from '../ansible/version-problems.ts';
import { directionOf } from '../baseline/direction.ts';
import { evaluateGroup, evaluateRepository } from '../baseline/evaluate-baseline.ts';
import { isBlocking } from '../baseline/is-blocking.ts';
import { KINDS } from '../baseline/kinds.ts';
import { groupSubjects, type RepositorySubject } from '../baseline/subject.ts';
import type { Baseline, ControlResult } from '../baseline/types.ts';
import type { KubeletFacts } from '../kubelet/facts.ts';
import { loadKubelet } from '../kubelet/load-kubelet.ts';
import type { KubeletInput } from '../kubelet/types.ts';
import type { Problem } from '../source/problem.ts';
import type { SourceTree } from '../source/tree.ts';
import type { ChangedFile } from './changed-file.ts';
import { withReplacements } from './fix-lines.ts';
import { review } from './review.ts';
import type { Verdict } from './types.ts';

export type ReviewOptions = Pick<RenderOptions, 'inventories' | 'declaredHosts' | 'playbooks' | 'minor' | 'ansible'> &
  Readonly<{
    facts: KubeletFacts;
    baseline: Baseline;
    /** The diff from base to head, every file of it. */
    changes: readonly ChangedFile[];
    /** Repository path of the policy file: governed although no node reads it. */
    policyPath: string;
    /** What the caller found wrong itself, e.g. in either revision's policy file. */
    problems?: Readonly<{ base: readonly Problem[]; head: readonly Problem[] }>;
  }>;

/**
 * The verdict on a change from one tree to another: what workers and the command line call. Bad input of a repository
 * becomes problems of the verdict.
 */
export function reviewTrees(base: SourceTree, head: SourceTree, asked: ReviewOptions): Verdict {
  const options = { ...asked, memory: newRenderMemory() };
  const { minor, baseline, facts } = options;
  const kubelet = (input: KubeletInput) => loadKubelet(input, facts);
  const subjectOf = (tree: SourceTree): RepositorySubject => ({
    tree,
    rendering: renderTree(tree, options, kubelet),
    minor,
    facts,
  });
  const before = judged(baseline, subjectOf(base));
  const proposed = judged(baseline, subjectOf(head));
  const ofVersions = ({ subject: { tree, rendering } }: Judged) => versionProblems(tree, rendering, options, kubelet);
  const newProblems = ofVersions(proposed);
  const oldProblems = newProblems.length > 0 ? ofVersions(before) : [];
  const judge = (after: Judged): Verdict =>
    review({
      base: { ...before.subject, problems: [...(options.problems?.base ?? []), ...oldProblems] },
      head: { ...after.subject, problems: [...(options.problems?.head ?? []), ...newProblems] },
      changes: options.changes,
      minor,
      baseline,
      answers: {
        resultsOf: group => before.resultsOf(group) ?? after.resultsOf(group) ?? [],
        ofRepository: { base: before.ofRepository, head: after.ofRepository },
        isBlocking,
        isFixedWhenGone: ({ kind }) => KINDS[kind].gone === 'fixed',
      },
      directionOf: (path, before, after) => directionOf(path, before, after, baseline),
      fieldFlags: fieldFlags(facts),
      policyPath: options.policyPath,
    });
  return withReplacements(judge(proposed), { base, head, changes: options.changes }, baseline, tree =>
    judge(judged(baseline, subjectOf(tree))),
  );
}

/** What the baseline says of one revision. */
type Judged = Readonly<{
  subject: RepositorySubject;
  /** Of one of its node groups; undefined for groups of other revisions. */
  resultsOf: (group: NodeGroup) => readonly ControlResult[] | undefined;
  ofRepository: readonly ControlResult[];
}>;

/** A node group is paired with several of the other revision when it splits; it is judged once. */
function judged(baseline: Baseline, revision: RepositorySubject): Judged {
  const subjects = new Map(groupSubjects(revision).map(subject => [subject.group, subject]));
  const answers = new Map<NodeGroup, readonly ControlResult[]>();
  const resultsOf = (group: NodeGroup): readonly ControlResult[] | undefined => {
    const subject = subjects.get(group);
    const results = answers.get(group) ?? (subject && evaluateGroup(baseline, subject));
    if (results) answers.set(group, results);
    return results;
  };
  return { subject: revision, resultsOf, ofRepository: evaluateRepository(baseline, revision) };
}

/** Flags whose effect shows as a kubelet field, with their dashes. */
function fieldFlags(facts: KubeletFacts): ReadonlySet<string> {
  return new Set(
    Object.entries(facts.flags)
      .filter(([, { field, turnsOn }]) => field !== undefined || turnsOn !== undefined)
      .map(([name]) => (name.startsWith('--') ? name : `--${name}`)),
  );
}
