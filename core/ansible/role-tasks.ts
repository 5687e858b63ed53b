import { ProblemError } from '../source/problem.ts';
import { taskRuns } from './conditions.ts';
import type { Frame, HostRun, World } from './host-run.ts';
import { inherit } from './keywords.ts';
import { roleStep } from './play-step.ts';
import type { Play } from './playbook.ts';
import { notEvaluated } from './repository.ts';
import { findRole, loadRole, type Role, type RoleReference, roleKey } from './role.ts';
import { identityOf, leadersOf } from './role-parents.ts';
import { scopeOf } from './scope.ts';
import { readTaskList, tasksFile } from './task-files.ts';
import type { Value } from './value.ts';

const MAX_ROLE_DEPTH = 20;

/** A role named by a play or another role, loaded once per playbook; null when the repository does not have it. */
export function knownRole(world: World, play: Play, { name, from }: RoleReference): Role | null {
  const key = roleKey(play.directory, name, from);
  const known = world.roles.get(key);
  if (known) return known;
  const directory = findRole(world.repository, name, play.directory, world.rolesPath);
  if (directory === null) return null;
  const role = loadRole(world.repository, name, directory, from);
  world.roles.set(key, role);
  return role;
}

/** `knownRole` for a run: a role that is not there may set variables nobody knows, and is reported. */
export function roleOf(run: HostRun, play: Play, reference: RoleReference): Role | null {
  const role = knownRole(run.world, play, reference);
  if (role) return role;
  if (!run.missingRoles.has(reference.name) && /kube|k3s|rke2/i.test(reference.name)) {
    const { file, line } = reference.at;
    const message = `Role ${reference.name} is not in this repository; what it puts on nodes is not evaluated.`;
    run.problems.push(notEvaluated(file, line, message));
  }
  run.missingRoles.add(reference.name);
  return null;
}

/** Tasks to run, and where they stand. */
export type TasksToRun = Readonly<{ frame: Frame; tasks: readonly Value[] }>;

/**
 * What running a role means, one list of tasks after the other: those of its dependencies, then its own. The next is
 * asked for when the one before has run. A role of the play or a dependency runs once per host and play if it is named
 * with the same params, vars, conditions and tags and some task of it was not skipped (`Role.has_run`); what it imports
 * runs again all the same. Includes run always, their dependencies do not.
 * @throws ProblemError `over-limit`
 */
export function* roleTasks(
  run: HostRun,
  frame: Frame,
  reference: RoleReference,
  repeat: 'once' | 'always',
): Generator<TasksToRun> {
  if (run.ended === true) return;
  const { name, from, at } = reference;
  if (name.includes('{{')) {
    run.problems.push(
      notEvaluated(
        at.file,
        at.line,
        `The role name ${name} is templated; the gate does not know which role runs here.`,
      ),
    );
    return;
  }
  const role = roleOf(run, frame.play, reference);
  if (!role) return;
  for (const path of [...role.defaults.vaulted, ...role.vars.vaulted]) run.vaulted.add(path);
  const once = repeat === 'once' && !role.allowDuplicates ? identityOf(role, reference) : null;
  const repeated = once !== null && frame.completed.has(once);
  if (frame.roleDepth > MAX_ROLE_DEPTH + 1) {
    const message = `Roles include each other more than ${MAX_ROLE_DEPTH} deep.`;
    throw new ProblemError({ ...at, code: 'over-limit', message });
  }
  const around = frame.role ? [...frame.chain, frame.role] : frame.chain;
  const chain =
    frame.role && reference.included ? leadersOf(run.world, frame.roleParents, frame.role, frame.chain) : around;
  const others = chain.filter(one => !around.some(({ reference: known }) => known === one.reference));
  const conditions = [
    ...frame.conditions,
    ...[...others.map(one => one.reference), reference].flatMap(one =>
      one.when.map(expression => ({ expression, file: one.at.file })),
    ),
  ];
  const instance = { role, reference };
  const keywords = inherit(frame.keywords, reference.keywords);
  const roleDepth = frame.roleDepth + 1;
  const inside: Frame = { ...frame, role: instance, chain, roleDepth, conditions, keywords, repeated };
  for (const dependency of role.dependencies) yield* roleTasks(run, inside, dependency, 'once');
  const file = tasksFile(run.world.repository, role.directory, from.tasks);
  const own: Frame = { ...inside, file: file ?? at.file };
  if (repeated) {
    if (file !== null) yield { frame: own, tasks: readTaskList(run.world.repository, file) };
    return;
  }
  const verdict = taskRuns(run, own, [], scopeOf(run, own));
  run.steps.push(roleStep(run, own, instance, verdict));
  if (verdict.holds === false) return;
  run.entries.add(instance);
  if (file !== null) yield { frame: own, tasks: readTaskList(run.world.repository, file) };
  if (once !== null && run.active.has(instance)) frame.completed.add(once);
}
