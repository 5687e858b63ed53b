import type { RoleInstance, World } from './host-run.ts';
import { importedFile, includedRole } from './imported-roles.ts';
import { knownRole } from './known-role.ts';
import type { Play } from './playbook.ts';
import type { RoleReference } from './role.ts';
import { readTask, type Task } from './task.ts';
import { readTaskList, tasksFile } from './task-files.ts';
import type { Value } from './value.ts';

const MAX_DEPTH = 20;
/** Names that tasks of an imported role see anew. */
const OF_ROLES = ['role_name', 'ansible_role_name', 'role_path'];

/** Variables by name; `any`: which they are cannot be told from the files alone. */
export type NamesInside = ReadonlySet<string> | 'any';

const found = new WeakMap<World, Map<string, NamesInside>>();

/**
 * Variables that tasks of a role may see otherwise than the role does as it is entered, although each of them is
 * skipped: `vars` of tasks, blocks, imports and imported roles, items of loops, and what a skipped task registers.
 *
 * @param file the role's task file
 */
export function namesInside(world: World, play: Play, role: RoleInstance, file: string): NamesInside {
  let known = found.get(world);
  if (!known) found.set(world, (known = new Map()));
  const key = `${play.directory}\0${role.role.directory}\0${file}`;
  let names = known.get(key);
  if (!names) {
    const walk: Walk = { world, play, names: new Set(), complete: true };
    readTasks(walk, readTaskList(world.repository, file), file, role, 0);
    known.set(key, (names = walk.complete ? walk.names : 'any'));
  }
  return names;
}

type Walk = Readonly<{ world: World; play: Play; names: Set<string> }> & { complete: boolean };

function readTasks(walk: Walk, tasks: readonly Value[], file: string, role: RoleInstance, depth: number): void {
  if (depth > MAX_DEPTH) walk.complete = false;
  for (const value of walk.complete ? tasks : []) {
    const task = readTask(file, value);
    if (!task) continue;
    for (const name of namesOf(task)) walk.names.add(name);
    if (task.block) {
      const { tasks: own, rescue, always } = task.block;
      readTasks(walk, [...own, ...rescue, ...always], file, role, depth + 1);
    } else if (task.module === 'import_role') {
      const name = task.args.get('name') ?? task.args.get('role');
      if (name?.kind === 'str' && !name.text.includes('{{')) enterRole(walk, includedRole(name.text, task), depth + 1);
      else walk.complete = false;
    } else if (task.module === 'import_tasks') {
      const next = importedFile(walk, task, file, role);
      if (next === null) walk.complete = false;
      else readTasks(walk, readTaskList(walk.world.repository, next), next, role, depth + 1);
    }
  }
}

function namesOf({ vars, register, loop }: Task): readonly string[] {
  const ofLoop = loop ? [loop.variable, 'ansible_loop_var', 'ansible_index_var', 'ansible_loop'] : [];
  return [...vars.keys(), ...ofLoop, ...[register, loop?.indexVariable].filter(name => typeof name === 'string')];
}

function enterRole(walk: Walk, reference: RoleReference, depth: number): void {
  const role = knownRole(walk.world, walk.play, reference);
  if (!role || depth > MAX_DEPTH) {
    walk.complete = false;
    return;
  }
  const given = [reference.params, reference.vars, role.vars.vars, role.defaults.vars];
  for (const name of [...OF_ROLES, ...given.flatMap(vars => [...vars.keys()])]) walk.names.add(name);
  for (const dependency of role.dependencies) enterRole(walk, dependency, depth + 1);
  const file = tasksFile(walk.world.repository, role.directory, reference.from.tasks);
  if (file !== null) readTasks(walk, readTaskList(walk.world.repository, file), file, { role, reference }, depth + 1);
}
