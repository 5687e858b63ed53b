import { EVERY_NODE } from '../../ansible/host-run.ts';
import type { KubeletFacts } from '../../kubelet/facts.ts';
import { type FileRequirement, requirementFault, requirementsOf, requirementWords } from '../file-requirement.ts';
import type { Fault, Kind } from '../kind.ts';
import { namedPaths, namedPathsFault } from '../named-paths.ts';
import { type NodePath, nodePaths, originOf, pathWords, speaksOf } from '../node-paths.ts';
import { judgeMode, judgeOwner } from '../path-attributes.ts';
import { notApplicable, undecided, worstOf } from '../place-answer.ts';
import { judgeReload } from '../reloading.ts';
import type { GroupSubject } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/**
 * Controls over the files and folders that tasks place or protect (`*` within a folder, `**` below it): mode and owner,
 * which nodes may have them, and whether what reads them is told.
 */
export const FILE_TASK: Kind = { scope: 'node-group', fault, evaluate, expected, gone: 'unknown' };

function fault(control: Control, facts: KubeletFacts): Fault | null {
  return requirementFault(control) ?? namedPathsFault(control.paths, facts);
}

/** Of a control that asks different things of its paths all of them, each with its paths. */
function expected(control: Control): string {
  const requirements = requirementsOf(control);
  if (requirements.length === 1) return requirements.map(requirementWords).join('');
  return requirements.map(one => `${one.paths.join(', ')}: ${requirementWords(one)}`).join('; ');
}

function evaluate(control: Control, subject: GroupSubject): readonly PlaceAnswer[] {
  const known = nodePaths(subject.group);
  const answers = requirementsOf(control).flatMap(requirement => answersOf(requirement, known, subject));
  if (answers.length > 0) return answers;
  return [notApplicable(control.paths[0] ?? '', `no task places ${control.paths.join(' or ')} on these nodes`)];
}

function answersOf(
  requirement: FileRequirement,
  known: readonly NodePath[],
  subject: GroupSubject,
): readonly PlaceAnswer[] {
  const named = requirement.paths.map(path => ({ path, ...namedPaths(path, subject.group) }));
  const patterns = named.flatMap(one => one.patterns);
  const paths = known.filter(path => patterns.some(pattern => speaksOf(pattern, path)));
  return [
    ...paths.map(path => judge(requirement, path, subject)),
    ...named.flatMap(({ path, unknown }) => (unknown === null ? [] : [undecided(path, unknown, [])])),
  ];
}

/** All that is asked of one path: what is worst counts, and every reason for it is told. */
function judge({ mode, owners, roles, reload }: FileRequirement, path: NodePath, subject: GroupSubject): PlaceAnswer {
  const answers = [
    ...(mode === undefined ? [] : [judgeMode(path, mode)]),
    ...(owners === undefined ? [] : [judgeOwner(path, owners)]),
    ...(roles === undefined ? [] : [judgeRole(path, roles, subject)]),
    ...(reload === undefined ? [] : [judgeReload(path, reload, subject.group.steps)]),
  ];
  const worst = worstOf(answers) ?? notApplicable(pathWords(path), '');
  const alike = answers.filter(({ result }) => result === worst.result);
  if (alike.length < 2) return worst;
  return {
    ...worst,
    actual: null,
    reason: alike.map(({ reason }) => reason).join('; '),
    evidence: alike.flatMap(({ evidence }) => evidence),
  };
}

/** Whether nodes of this group may have a file at all. A host no inventory group says the role of may be anything. */
function judgeRole(path: NodePath, allowed: readonly string[], { group, inventory }: GroupSubject): PlaceAnswer {
  const name = pathWords(path);
  const evidence = path.steps.map(originOf);
  const nodes = `${group.roles.join(' and ')} nodes`;
  const assumed = group.hosts.includes(EVERY_NODE);
  if (!assumed && group.roles.some(role => allowed.includes(role)))
    return { result: 'pass', path: name, actual: null, reason: `${name} is on ${nodes}`, evidence };
  const told =
    !assumed &&
    (group.roles.includes('gpu') || inventory.groups.some(({ roles }) => roles.some(role => allowed.includes(role))));
  if (!told) return undecided(name, `no inventory group says which nodes are ${allowed.join(' or ')}`, evidence);
  if (path.steps.every(({ runs }) => runs !== true))
    return undecided(name, `the task that puts ${name} on ${nodes} may not run`, evidence);
  const reason = `${name} is put on ${nodes}; it belongs only on ${allowed.join(' and ')} nodes`;
  return { result: 'violated', path: name, actual: null, reason, evidence };
}
