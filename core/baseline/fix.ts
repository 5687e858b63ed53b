import type { Json } from '../kubelet/types.ts';
import type { Fix } from './types.ts';

/** A fix as a control file has it: `set` is one value, or a mapping of the control's own paths to theirs. */
export type WrittenFix = Readonly<{ set: Json }> | Readonly<{ do: string }>;

/** The fix a control file says for these paths. */
export function fixOf(written: WrittenFix, paths: readonly string[]): Fix {
  if ('do' in written) return written;
  const { set } = written;
  const names = set !== null && typeof set === 'object' && !Array.isArray(set) ? Object.keys(set) : [];
  const isEach = names.length > 0 && names.every(name => paths.includes(name));
  return isEach ? { each: set as Readonly<Record<string, Json>> } : { set };
}

/** What a fix sets at one path. Null when it is words, or sets other paths than this one. */
export function valueToSet(fix: Fix, path: string): Readonly<{ value: Json }> | null {
  if ('set' in fix) return { value: fix.set };
  return 'each' in fix && Object.hasOwn(fix.each, path) ? { value: fix.each[path] ?? null } : null;
}
