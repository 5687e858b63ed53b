import { ProblemError } from '../source/problem.ts';
import { catchUp } from './catch-up.ts';
import { taskRuns } from './conditions.ts';
import type { Frame, HostRun, RoleInstance } from './host-run.ts';
import type { Scope } from './jinja/render.ts';
import { areDue } from './joined-roles.ts';
import { inherit } from './keywords.ts';
import { roleOf } from './known-role.ts';
import { namesInside } from './names-inside.ts';
import { roleStep } from './play-step.ts';
import { notEvaluated } from './repository.ts';
import type { RoleReference } from './role.ts';
import { identityOf, leadersOf } from './role-parents.ts';
import { scopeOf } from './scope.ts';
import { readTaskList, tasksFile } from './task-files.ts';
import type { Value } from './value.ts';

const MAX_ROLE_DEPTH = 20;

/** Tasks to run, and where they stand. */
export type TasksToRun = Readonly<{ frame: Frame; tasks: readonly Value[] }>;

/**
 * What running a role means, one list of tasks after the other: those of its dependencies, then its own. The next is
 * asked for when the one before has run. A role of the play or a dependency runs once per host and play if it is named
 * with the same params, vars, conditions and tags and some task of it was not skipped (`Role.has_run`); what it imports
 * runs again all the same. Includes run always, their dependencies do not. Every host has the same lists, empty where
 * it skips a role.
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
  catchUp(run, own);
  if (repeated) {
    if (file !== null) yield { frame: own, tasks: readTaskList(run.world.repository, file) };
    return;
  }
  const asked = new Set<string>();
  const verdict = taskRuns(run, own, [], watched(scopeOf(run, own), asked));
  const step = run.steps.push(roleStep(run, own, instance, verdict)) - 1;
  if (verdict.holds === false && !(file !== null && mayTurn(run, own, instance, file, asked))) {
    if (file !== null) yield { frame: own, tasks: [] };
    return;
  }
  run.entries.add(instance);
  if (file !== null) yield { frame: own, tasks: readTaskList(run.world.repository, file) };
  if (verdict.holds === false) enteredAfterAll(run, step);
  if (once !== null && run.active.has(instance)) frame.completed.add(once);
}

/** A scope that notes the names of variables it is asked for. */
function watched(scope: Scope, asked: Set<string>): Scope {
  const lookup = (name: string) => {
    asked.add(name);
    return scope.lookup(name);
  };
  return { ...scope, lookup };
}

/**
 * Whether the conditions around a role, of which one is false as it is entered, may hold for a task of it: each task asks
 * them with its own variables (`Conditional.evaluate_conditional` of the task).
 */
function mayTurn(run: HostRun, { play }: Frame, role: RoleInstance, file: string, asked: ReadonlySet<string>): boolean {
  if (asked.size === 0) return false;
  const names = namesInside(run.world, play, role, file);
  if (names === 'any' || (names.size > 0 && asked.has('vars'))) return true;
  if (areDue(run, play, asked)) return true;
  const arriving = run.due.flatMap(({ facts }) => [...facts.keys()]);
  return [...asked].some(name => names.has(name)) || arriving.some(name => asked.has(name) || asked.has('vars'));
}

/** Says of the step of a role whose condition was false as it was entered that some task of it runs all the same. */
function enteredAfterAll(run: HostRun, index: number): void {
  const inside = run.steps.slice(index + 1).map(({ runs }) => runs);
  const runs = inside.includes(true) || inside.find(one => one !== false);
  const step = run.steps[index];
  if (step && runs) run.steps[index] = { ...step, runs };
}
