import type { Rendering } from '../ansible/types.ts';
import type { Baseline, Severity } from '../baseline/types.ts';
import type { Minor } from '../kubelet/types.ts';
import type { Problem, ProblemCode } from '../source/problem.ts';
import type { SourceTree } from '../source/tree.ts';
import type { ChangedFile } from './changed-file.ts';
import { indexDiff } from './diff-places.ts';
import { type FieldKnowledge, fieldChanges } from './field-changes.ts';
import { changedProcedures, governedPaths, linkProblems } from './governed-paths.ts';
import { hostDigests } from './host-digests.ts';
import { shownEffective } from './node-fields.ts';
import { type GroupPair, pairGroups } from './pair-groups.ts';
import { type BaselineAnswers, reviewFindings } from './review-findings.ts';
import { cutShort, isBlinded, type ReviewedProblems, reviewProblems } from './review-problems.ts';
import { touches } from './touches.ts';
import type { Conclusion, Direction, FieldChange, Finding, Verdict } from './types.ts';
import { verdictDigest } from './verdict-digest.ts';
import { gravest, weighChanges } from './weigh-changes.ts';

/** One revision: its tree, what Ansible puts on the nodes, and problems the caller found (the policy file's). */
export type Revision = Readonly<{ tree: SourceTree; rendering: Rendering; problems: readonly Problem[] }>;

export type ReviewInput = Readonly<{
  base: Revision;
  head: Revision;
  /** The diff from base to head, every file of it. */
  changes: readonly ChangedFile[];
  minor: Minor;
  baseline: Baseline;
  answers: BaselineAnswers;
  directionOf: FieldKnowledge['directionOf'];
  /** Flags (with dashes) whose effect is a kubelet field. */
  fieldFlags: ReadonlySet<string>;
  /** Repository path of the policy file: governed although no node reads it. */
  policyPath: string;
}>;

/** What a change does to every node, as stages in a row. Deterministic: equal input, equal verdict. */
export function review(input: ReviewInput): Verdict {
  const { base, head, changes: files, minor, baseline } = input;
  const diff = indexDiff(files);
  const pairs = pairGroups(base.rendering, head.rendering);
  const severityOf = severities(baseline);
  const knowledge: FieldKnowledge = { directionOf: input.directionOf, severityOf, fieldFlags: input.fieldFlags };
  const compared = pairs.map(pair => ({ pair, changes: fieldChanges(pair, diff, knowledge) }));
  const findings = reviewFindings(compared, input.answers, diff);
  const changes = weighChanges(
    compared.flatMap(({ changes }) => changes),
    findings,
  );
  const governed = governedPaths(
    files,
    { tree: base.tree, read: base.rendering.read },
    { tree: head.tree, read: head.rendering.read },
    input.policyPath,
  );
  const problems = reviewProblems(base, head, pairs, linkProblems(governed, head.tree), diff, minor);
  const procedures = changedProcedures(
    governed,
    base.tree,
    head.tree,
    shownPaths(base.rendering, head.rendering),
    new Set([base, head].flatMap(({ rendering }) => rendering.inventories.flatMap(({ dynamic }) => dynamic))),
    isBlinded(problems.existing),
  );
  const digest = verdictDigest({
    minor,
    baselineDigest: baseline.digest,
    changes,
    findings,
    problems: problems.introduced,
    procedures,
    pairs,
    head: head.tree,
  });
  return {
    base: base.tree.rev,
    head: head.tree.rev,
    digest,
    conclusion: conclude(governed, changes, findings, problems),
    direction: overall(changes),
    changes,
    findings,
    problems: problems.introduced,
    existingProblems: problems.existing,
    governed,
    procedures,
    ...fleet(pairs),
    hostDigests: hostDigests(head.rendering),
    state: states(head.rendering),
    minor,
    baselineDigest: baseline.digest,
  };
}

/**
 * fail: the change introduces a violation of a blocking control, or a problem (a format the gate declines and a variable
 * nothing reads make it undecided). not-applicable: no governed path and no value is touched. undecided: a control cannot be decided on a
 * value the change touches, or the evaluation of what governed files do was over a limit before the change already.
 * Else pass.
 */
function conclude(
  governed: readonly string[],
  changes: readonly FieldChange[],
  findings: readonly Finding[],
  { introduced, existing }: ReviewedProblems,
): Conclusion {
  if (introduced.some(({ code }) => !OPEN.has(code))) return 'fail';
  if (findings.some(({ status, blocking }) => status === 'introduced' && blocking)) return 'fail';
  if (introduced.length > 0 || findings.some(({ status }) => status === 'undecided')) return 'undecided';
  if (governed.length > 0 && cutShort(existing).length > 0) return 'undecided';
  const caused = findings.some(({ status }) => status !== 'existing');
  return governed.length === 0 && changes.length === 0 && !caused ? 'not-applicable' : 'pass';
}

/** Problems that say what a person has to judge, not what is wrong. */
const OPEN: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['declined', 'unread-variable', 'ansible-version']);

/** One weakening makes the whole change one; it strengthens only when nothing weakens. */
function overall(changes: readonly FieldChange[]): Direction {
  if (changes.some(({ direction }) => direction === 'weakens')) return 'weakens';
  return changes.some(({ direction }) => direction === 'strengthens') ? 'strengthens' : 'neutral';
}

/** The gravest control that speaks about a path, a parent or a child of it. */
function severities(baseline: Baseline): (path: string) => Severity | null {
  const known = new Map<string, Severity | null>();
  return path => {
    let severity = known.get(path);
    if (severity === undefined) {
      const speaking = baseline.controls.filter(control =>
        [...control.paths, ...control.flags].some(spoken => touches(path, spoken)),
      );
      severity = gravest(speaking.map(control => control.severity));
      known.set(path, severity);
    }
    return severity;
  };
}

/** Inventories and all that the texts of node files are made of: what they say is in the rendering. */
function shownPaths(...renderings: readonly Rendering[]): ReadonlySet<string> {
  const shown = new Set<string>();
  for (const { inventory, groups } of renderings.flatMap(({ inventories }) => inventories)) {
    shown.add(inventory);
    for (const { text } of groups.flatMap(({ files }) => files.flatMap(({ alternatives }) => alternatives))) {
      for (const { origins } of text.segments) for (const { file } of origins) shown.add(file);
    }
  }
  return shown;
}

function fleet(pairs: readonly GroupPair[]): Pick<Verdict, 'hostCount' | 'groups'> {
  const hosts = new Set<string>();
  for (const pair of pairs) if (pair.head !== null) for (const host of pair.hosts) hosts.add(host);
  const groups = new Map(
    pairs.flatMap(({ inventory, head }) =>
      head === null ? [] : [[head, { inventory, name: head.name, hosts: head.hosts, roles: head.roles }] as const],
    ),
  );
  return { hostCount: hosts.size, groups: [...groups.values()] };
}

function states(rendering: Rendering): Verdict['state'] {
  return rendering.inventories.flatMap(({ inventory, groups }) =>
    groups.map(group => {
      const values = [...(group.kubelet?.values ?? [])];
      return {
        inventory,
        group: group.name,
        hosts: group.hosts,
        values: Object.fromEntries(values.map(([path, effective]) => [path, shownEffective(effective)])),
        origins: Object.fromEntries(
          values.flatMap(([path]) => {
            const first = group.provenance.get(path)?.[0];
            return first ? [[path, { file: first.file, line: first.line }] as const] : [];
          }),
        ),
      };
    }),
  );
}
