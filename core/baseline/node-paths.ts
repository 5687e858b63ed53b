import { posix } from 'node:path';
import type { NodeFile, NodeGroup, PlayStep, StepCall, Traced } from '../ansible/types.ts';
import type { Origin, Unknown } from '../source/rope.ts';

/** What one task makes of an attribute of a path: the value it sets, and why the task may not run. */
export type Setting = Readonly<{ value: Traced<string>; when: Unknown | null; at: Origin }>;

/**
 * Which files an entry stands for: the path itself, everything below it (a task with `recurse`), or those an archive
 * unpacked there holds.
 */
type Reach = 'itself' | 'everything-below' | 'unpacked-there';

/** What the tasks of a node make of the attributes of one path, each in the order they run. */
export type NodePath = Readonly<{
  path: string;
  reach: Reach;
  /** A task says that it is a folder. */
  directory: boolean;
  mode: readonly Setting[];
  owner: readonly Setting[];
  group: readonly Setting[];
  /** The tasks that touch it. Never empty. */
  steps: readonly PlayStep[];
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

/** Modules that say what a file holds, not only its attributes. */
const WRITING: ReadonlySet<string> = new Set(
  'copy template assemble get_url unarchive lineinfile replace blockinfile ini_file'.split(' '),
);

/** Whether a step says what a file holds. */
export function isWriting(step: PlayStep): boolean {
  return WRITING.has(moduleOf(step));
}

/** One path a call works on, and the argument that holds its mode. */
type Touch = Readonly<{ path: string; reach: Reach; directory: boolean; mode: 'mode' | 'directory_mode' }>;

type Growing = { -readonly [Key in keyof NodePath]: NodePath[Key] };

const PATHS = new WeakMap<NodeGroup, readonly NodePath[]>();

/** Every path the tasks of a node group place, protect or edit, in the order of the last task that does. */
export function nodePaths(group: NodeGroup): readonly NodePath[] {
  const paths = PATHS.get(group) ?? readPaths(group);
  PATHS.set(group, paths);
  return paths;
}

function readPaths({ steps, files }: NodeGroup): readonly NodePath[] {
  const found = new Map<string, Growing>();
  for (const step of steps) {
    for (const call of step.calls) {
      const path = pathOf(step, call);
      if (path === null) continue;
      const state = textOf(call, 'state');
      if (state === 'absent') {
        if (step.runs === true) remove(found, path);
      } else if (state !== 'link' && state !== 'hard') {
        for (const touch of touchesOf(step, call, path, files)) add(found, touch, step, call);
      }
    }
  }
  return [...found.values()];
}

function remove(found: Map<string, Growing>, gone: string): void {
  for (const [key, { path }] of found) if (path === gone || path.startsWith(`${gone}/`)) found.delete(key);
}

/** The path of a call, and what comes with it: the files of a copied folder, all below a recursive one, an archive's. */
function touchesOf(step: PlayStep, call: StepCall, path: string, files: readonly NodeFile[]): readonly Touch[] {
  const itself: Touch = { path, reach: 'itself', directory: false, mode: 'mode' };
  switch (moduleOf(step)) {
    case 'unarchive':
      return [{ ...itself, reach: 'unpacked-there' }];
    case 'copy': {
      const copied = filesBelow(step, path, files);
      if (copied.length === 0) return [itself];
      return [
        { ...itself, directory: true, mode: 'directory_mode' },
        ...copied.map((file): Touch => ({ ...itself, path: file })),
      ];
    }
    case 'file': {
      const folder: Touch = { ...itself, directory: textOf(call, 'state') === 'directory' };
      const recursive = /^(?:true|yes|on|1)$/i.test(textOf(call, 'recurse') ?? '');
      return recursive ? [folder, { ...itself, reach: 'everything-below' }] : [folder];
    }
    default:
      return [itself];
  }
}

/** What a task puts below a folder. */
function filesBelow({ file, line }: PlayStep, folder: string, files: readonly NodeFile[]): readonly string[] {
  return files.flatMap(({ task, dest }) =>
    task.file === file && task.line === line && dest.value.known && dest.value.json.startsWith(`${folder}/`)
      ? [dest.value.json]
      : [],
  );
}

function add(found: Map<string, Growing>, touch: Touch, step: PlayStep, call: StepCall): void {
  const { path, reach, directory } = touch;
  const key = `${reach} ${path}`;
  const known = found.get(key) ?? { path, reach, directory, mode: [], owner: [], group: [], steps: [] };
  found.delete(key);
  found.set(key, known);
  known.directory ||= directory;
  const reached = reach === 'everything-below' ? [...found.values()].filter(one => isBelow(one, path)) : [];
  for (const one of [known, ...reached]) {
    one.mode = after(one.mode, call.get(touch.mode), step);
    one.owner = after(one.owner, call.get('owner'), step);
    one.group = after(one.group, call.get('group'), step);
    one.steps = [...one.steps, step];
  }
}

function isBelow({ path, reach }: NodePath, folder: string): boolean {
  return path.startsWith(`${folder}/`) || (reach === 'unpacked-there' && path === folder);
}

function after(before: readonly Setting[], value: Traced<string> | undefined, step: PlayStep): readonly Setting[] {
  if (!value) return before;
  const when = typeof step.runs === 'boolean' ? null : step.runs;
  const setting: Setting = { value, when, at: originOf(step) };
  return when ? [...before, setting] : [setting];
}

/** Where a task stands. */
export function originOf({ file, line }: PlayStep): Origin {
  return { file, line, kind: 'template' };
}

/** The name of a step's module without its collection. */
export function moduleOf({ module }: PlayStep): string {
  return (module ?? '').split('.').at(-1) ?? '';
}

/** The path a call names; a folder given with a slash at its end gets the name of the source. Null when it is not known. */
function pathOf(step: PlayStep, call: StepCall): string | null {
  const module = moduleOf(step);
  const dest = PLACING[module]?.map(name => textOf(call, name)).find(text => text !== null);
  if (dest === undefined || dest === null) return null;
  const source = textOf(call, 'src');
  const named = module !== 'file' && module !== 'unarchive';
  const file = named && dest.endsWith('/') && source !== null && !source.endsWith('/');
  return posix
    .normalize(file ? posix.join(dest, posix.basename(source).replace(/\.j2$/, '')) : dest)
    .replace(/(.)\/$/, '$1');
}

function textOf(call: StepCall, name: string): string | null {
  const value = call.get(name)?.value;
  return value?.known ? value.json : null;
}

const PATTERNS = new Map<string, RegExp>();
/** Patterns of the baseline are few; those with a value of a node in them are not kept for ever. */
const MAX_PATTERNS = 1_000;

/** A path pattern: `*` within one folder, `**` over any number of them. */
export function pathPattern(pattern: string): RegExp {
  const known = PATTERNS.get(pattern);
  if (known) return known;
  if (PATTERNS.size >= MAX_PATTERNS) PATTERNS.clear();
  const made = compiled(pattern);
  PATTERNS.set(pattern, made);
  return made;
}

function compiled(pattern: string): RegExp {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map(part => (part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`);
}

/** Whether a pattern speaks of a path, or of files the path's tasks reach below it. */
export function speaksOf(pattern: string, { path, reach }: NodePath): boolean {
  if (reach === 'itself') return pathPattern(pattern).test(path);
  const star = pattern.indexOf('*');
  const folder = pattern.slice(0, star < 0 ? undefined : star);
  if (reach === 'unpacked-there') return star >= 0 && folder === `${path}/`;
  return folder.startsWith(`${path}/`) || (pattern.endsWith('**') && pathPattern(pattern).test(`${path}/`));
}

/** A path as people read it: `/etc/kubernetes/pki/**` for what is below a folder. */
export function pathWords({ path, reach }: NodePath): string {
  return reach === 'itself' ? path : `${path}/**`;
}
