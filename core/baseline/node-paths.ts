import { posix } from 'node:path';
import type { NodeGroup, PlayStep, StepCall, Traced } from '../ansible/types.ts';
import type { Origin, Unknown } from '../source/rope.ts';

/** What one task makes of an attribute of a path: the value it sets, and why the task may not run. */
export type Setting = Readonly<{ value: Traced<string>; when: Unknown | null; at: Origin }>;

/** What the tasks of a node make of the attributes of one path, each in the order they run. */
export type NodePath = Readonly<{
  path: string;
  /** The tasks set attributes of everything below it too. */
  recursive: boolean;
  mode: readonly Setting[];
  owner: readonly Setting[];
  group: readonly Setting[];
  /** The last task that touches it. */
  task: Origin;
}>;

/** Modules that place a path or set its attributes, with the arguments that may name it. */
const PLACING: Readonly<Record<string, readonly string[]>> = {
  file: ['path', 'dest', 'name'],
  copy: ['dest'],
  template: ['dest'],
  assemble: ['dest'],
  get_url: ['dest'],
  unarchive: ['dest'],
  acl: ['path', 'name'],
  lineinfile: ['path', 'dest', 'destfile', 'name'],
  replace: ['path', 'dest', 'destfile', 'name'],
  blockinfile: ['path', 'dest', 'destfile', 'name'],
  ini_file: ['path', 'dest'],
};

type Growing = { -readonly [Key in keyof NodePath]: NodePath[Key] };

/** Every path the tasks of a node group place, protect or edit, in the order of the last task that does. */
export function nodePaths({ steps }: NodeGroup): readonly NodePath[] {
  const found = new Map<string, Growing>();
  for (const step of steps) {
    for (const call of step.calls) {
      const path = pathOf(step, call);
      if (path === null) continue;
      const state = textOf(call, 'state');
      if (state === 'absent') {
        if (step.runs === true) found.delete(path);
        continue;
      }
      if (state === 'link' || state === 'hard') continue;
      add(found, path, step, call);
    }
  }
  return [...found.values()];
}

function add(found: Map<string, Growing>, path: string, step: PlayStep, call: StepCall): void {
  const at: Origin = { file: step.file, line: step.line, kind: 'template' };
  const known = found.get(path) ?? { path, recursive: false, mode: [], owner: [], group: [], task: at };
  const when = typeof step.runs === 'boolean' ? null : step.runs;
  const setting = (name: string, before: readonly Setting[]): readonly Setting[] => {
    const value = call.get(name);
    if (!value) return before;
    const one: Setting = { value, when, at };
    return when ? [...before, one] : [one];
  };
  found.delete(path);
  found.set(path, {
    path,
    recursive: known.recursive || /^(?:true|yes|1)$/i.test(textOf(call, 'recurse') ?? ''),
    mode: setting('mode', known.mode),
    owner: setting('owner', known.owner),
    group: setting('group', known.group),
    task: at,
  });
}

/** The path a call names; a folder given with a slash at its end gets the name of the source. Null when it is not known. */
function pathOf(step: PlayStep, call: StepCall): string | null {
  const names = PLACING[(step.module ?? '').split('.').at(-1) ?? ''];
  const dest = names?.map(name => textOf(call, name)).find(text => text !== null);
  if (dest === undefined || dest === null) return null;
  const source = textOf(call, 'src');
  const file = dest.endsWith('/') && source !== null && !source.endsWith('/') && step.module !== 'file';
  return posix
    .normalize(file ? posix.join(dest, posix.basename(source).replace(/\.j2$/, '')) : dest)
    .replace(/(.)\/$/, '$1');
}

function textOf(call: StepCall, name: string): string | null {
  const value = call.get(name)?.value;
  return value?.known ? value.json : null;
}

/** A path pattern: `*` within one folder, `**` over any number of them. */
export function pathPattern(pattern: string): RegExp {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map(part => (part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`);
}

/** Whether a pattern speaks of a path, or of what is below it where its tasks work on all of that. */
export function speaksOf(pattern: string, { path, recursive }: NodePath): boolean {
  if (pathPattern(pattern).test(path)) return true;
  const folder = pattern.slice(0, pattern.indexOf('*') < 0 ? undefined : pattern.indexOf('*'));
  return recursive && folder.startsWith(`${path}/`);
}
