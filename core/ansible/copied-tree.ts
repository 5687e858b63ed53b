import { posix } from 'node:path';
import type { Frame, HostRun } from './host-run.ts';
import type { Scope } from './jinja/render.ts';
import { within } from './repository.ts';
import { searchPath } from './scope.ts';
import type { Task } from './task.ts';
import { templateText } from './template-text.ts';
import type { Traced } from './types.ts';

/** Files of one directory that a task copies, at most. */
const MAX_COPIED = 1_000;

/** What `copy` of a directory puts where: its content when the name ends with a slash, else the directory itself. */
export function copiedTree(
  run: HostRun,
  frame: Frame,
  task: Task,
  scope: Scope,
  dest: Traced<string>,
): readonly Readonly<{ file: string; to: string }>[] | null {
  const source = task.args.get('src');
  if (!source || !dest.value.known) return null;
  const name = templateText(run, source, scope);
  if (name === null) return null;
  const { tree } = run.world.repository;
  const directory = searchPath(run.world, frame, 'files')
    .map(folder => within(folder, name))
    .find((path): path is string => path !== null && path !== '' && tree.isDirectory(path));
  if (directory === undefined) return null;
  const base = name.endsWith('/') ? dest.value.json : posix.join(dest.value.json, posix.basename(name));
  return tree
    .entries()
    .filter(({ path }) => path.startsWith(`${directory}/`))
    .slice(0, MAX_COPIED)
    .map(({ path }) => ({ file: path, to: posix.join(base, path.slice(directory.length + 1)) }));
}
