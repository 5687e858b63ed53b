import type { Json } from '../kubelet/types.ts';
import type { Fix } from './types.ts';

/** What a fix sets at one path: its own value, or that of a mapping path -> value. Null when it is words. */
export function valueToSet(fix: Fix, path: string): Readonly<{ value: Json }> | null {
  if (!('set' in fix)) return null;
  const { set } = fix;
  if (set === null || typeof set !== 'object' || Array.isArray(set)) return { value: set };
  const values = set as Readonly<Record<string, Json>>;
  return { value: Object.hasOwn(values, path) ? (values[path] ?? null) : set };
}
