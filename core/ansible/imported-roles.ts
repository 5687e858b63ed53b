import { posix } from 'node:path';
import type { RoleInstance, World } from './host-run.ts';
import { knownRole } from './known-role.ts';
import type { Play } from './playbook.ts';
import { firstFile, within } from './repository.ts';
import { type EntryPoints, MAIN, plainReference, type RoleReference } from './role.ts';
import { identityOf, type RoleParents } from './role-parents.ts';
import { readTask, type Task } from './task.ts';
import { readTaskList, tasksFile } from './task-files.ts';
import type { Value } from './value.ts';

const MAX_DEPTH = 20;
/** Roles, task files and blocks of one play that are looked into; imports in later ones are not found. */
const MAX_VISITS = 5_000;

/** The role an `import_role` or `include_role` names. */
export function includedRole(name: string, task: Task): RoleReference {
  const entry = (part: keyof EntryPoints): string => {
    const from = task.args.get(`${part}_from`);
    return from?.kind === 'str' ? from.text : MAIN[part];
  };
  const from = { tasks: entry('tasks'), vars: entry('vars'), defaults: entry('defaults'), handlers: entry('handlers') };
  return { ...plainReference(name, task.at), vars: task.vars, from, included: true };
}

/** A role `import_role` names, and the role whose tasks do; null: the play's own. */
export type Import = Readonly<{ reference: RoleReference; leader: RoleInstance | null }>;

const found = new WeakMap<World, Map<Play, readonly Import[]>>();

/**
 * Roles that `import_role` adds to a play when Ansible reads it, in the order it meets them: those inside the play's
 * roles, then those of pre_tasks, post_tasks and tasks. Like the play's own they give their variables to every task.
 */
export function importedRoles(world: World, play: Play): readonly Import[] {
  let known = found.get(world);
  if (!known) found.set(world, (known = new Map()));
  let imports = known.get(play);
  if (!imports) {
    const walk: Walk = { world, play, imports: [], visits: 0 };
    for (const reference of play.roles) enterRole(walk, reference, 0);
    for (const tasks of [play.preTasks, play.postTasks, play.tasks]) readTasks(walk, tasks, play.at.file, null, 0);
    known.set(play, (imports = walk.imports));
  }
  return imports;
}

/** Roles that `import_role` adds to a play when a dynamic include reads a role, or a task file of the role at hand. */
export function importedWith(
  world: World,
  play: Play,
  included: RoleReference | Readonly<{ file: string; role: RoleInstance | null }>,
): readonly Import[] {
  const walk: Walk = { world, play, imports: [], visits: 0 };
  if ('file' in included)
    readTasks(walk, readTaskList(world.repository, included.file), included.file, included.role, 0);
  else enterRole(walk, included, 0);
  return walk.imports;
}

type Walk = Readonly<{ world: World; play: Play; imports: Import[] }> & { visits: number };

function enterRole(walk: Walk, reference: RoleReference, depth: number): void {
  if (depth > MAX_DEPTH || ++walk.visits > MAX_VISITS || reference.name.includes('{{')) return;
  const role = knownRole(walk.world, walk.play, reference);
  if (!role) return;
  for (const dependency of role.dependencies) enterRole(walk, dependency, depth + 1);
  const file = tasksFile(walk.world.repository, role.directory, reference.from.tasks);
  if (file !== null) readTasks(walk, readTaskList(walk.world.repository, file), file, { role, reference }, depth + 1);
}

function readTasks(walk: Walk, tasks: readonly Value[], file: string, role: RoleInstance | null, depth: number): void {
  if (depth > MAX_DEPTH || ++walk.visits > MAX_VISITS) return;
  for (const value of tasks) {
    const task = readTask(file, value);
    if (!task) continue;
    if (task.block) {
      const { tasks: first, rescue, always } = task.block;
      readTasks(walk, [...first, ...rescue, ...always], file, role, depth + 1);
    } else if (task.module === 'import_role') {
      const name = task.args.get('name') ?? task.args.get('role');
      if (name?.kind !== 'str') continue;
      const reference = includedRole(name.text, task);
      enterRole(walk, reference, depth + 1);
      walk.imports.push({ reference, leader: role });
    } else if (task.module === 'import_tasks') {
      const next = importedFile(walk, task, file, role);
      if (next !== null) readTasks(walk, readTaskList(walk.world.repository, next), next, role, depth + 1);
    }
  }
}

/** The file an `import_tasks` of a task file names; null when it is not known or not there. */
export function importedFile(
  { world, play }: Readonly<{ world: World; play: Play }>,
  task: Task,
  file: string,
  role: RoleInstance | null,
): string | null {
  const name = task.args.get('file') ?? task.free;
  if (name?.kind !== 'str' || name.text.includes('{{')) return null;
  const directories = [
    posix.dirname(file),
    ...(role ? [posix.join(role.role.directory, 'tasks')] : []),
    play.directory,
  ];
  return firstFile(
    world.repository,
    directories.map(directory => within(directory === '.' ? '' : directory, name.text)),
  );
}

/** Notes that `leader`, if any, led to a role, and the role to its dependencies; a role that is known is read once. */
export function noteRole(
  world: World,
  play: Play,
  parents: RoleParents,
  reference: RoleReference,
  leader: RoleInstance | null,
): void {
  const role = knownRole(world, play, reference);
  if (!role) return;
  const key = identityOf(role, reference);
  const known = parents.get(key);
  const own = known ?? new Map<string, RoleInstance>();
  if (leader) own.set(identityOf(leader.role, leader.reference), leader);
  if (known) return;
  parents.set(key, own);
  for (const dependency of role.dependencies) noteRole(world, play, parents, dependency, { role, reference });
}
