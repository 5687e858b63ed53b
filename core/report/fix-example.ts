import { stringify } from 'yaml';
import type { Control } from '../baseline/types.ts';
import type { Json } from '../kubelet/types.ts';

/**
 * The lines that follow a control's fix, as they stand in the file people edit; none where the fix is words. Of several
 * paths each that the fix sets.
 */
export function fixExample(control: Control): readonly string[] {
  const lines = valuesToSet(control).map(([path, value]) => exampleOf(control, path, value));
  if (lines.length === 0) return [];
  if (lines.every(line => typeof line !== 'string')) {
    return stringify(lines.reduce<Tree>(merge, {})).trimEnd().split('\n');
  }
  return lines.flatMap(line => (typeof line === 'string' ? line.split('\n') : stringify(line).trimEnd().split('\n')));
}

/** What the fix sets: path -> value. Only the first of several paths when the fix is one value for a choice of files. */
export function valuesToSet({ fix, paths, kind }: Control): readonly (readonly [path: string, value: Json])[] {
  if ('each' in fix) return Object.entries(fix.each);
  if ('do' in fix) return [];
  const named = kind === 'file-task' ? paths.slice(0, 1) : paths;
  return named.map(path => [path, fix.set] as const);
}

type Tree = { [name: string]: Json | Tree };

/** A line of a task or a command line as text; a field of a configuration as the mapping it stands in. */
function exampleOf({ kind, check }: Control, path: string, value: Json): string | Tree {
  if (path.startsWith('--')) return `${path}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
  if (kind !== 'file-task') return nested(path.split('.'), value);
  if (!check.op.startsWith('owner')) return `mode: ${JSON.stringify(value)}`;
  const [owner = '', group = owner] = String(value).split(':');
  return `owner: ${owner}\ngroup: ${group}`;
}

function nested([name = '', ...rest]: readonly string[], value: Json): Tree {
  return { [name]: rest.length === 0 ? value : nested(rest, value) };
}

function merge(into: Tree, line: string | Tree): Tree {
  if (typeof line === 'string') return into;
  const merged = { ...into };
  for (const [name, value] of Object.entries(line)) {
    const before = merged[name];
    merged[name] = isTree(before) && isTree(value) ? merge(before, value) : value;
  }
  return merged;
}

function isTree(value: Json | Tree | undefined): value is Tree {
  return value !== undefined && value !== null && typeof value === 'object' && !Array.isArray(value);
}
