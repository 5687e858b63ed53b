import type { Dict, Entry } from '../value.ts';

/** Whether a mapping has keys nobody knows, by its entries; asked again when it has grown or shrunk. */
const known = new WeakMap<Dict['entries'], Readonly<{ size: number; open: boolean }>>();

/**
 * Whether a mapping has a key nobody knows: that may be the same as any other. A template can add only keys that are known
 * (`update`, `setdefault`), so a remembered answer is at worst too careful: that of a mapping which lost such a key.
 */
export function hasOpenKeys({ entries }: Dict): boolean {
  let answer = known.get(entries);
  if (answer?.size !== entries.size) {
    answer = { size: entries.size, open: [...entries.keys()].some(isOpen) };
    known.set(entries, answer);
  }
  return answer.open;
}

/** The entry of a mapping by the name its key is kept under; null: nobody can tell, an unknown key may be this one. */
export function entryNamed(mapping: Dict, name: string): Entry | undefined | null {
  const found = mapping.entries.get(name);
  if (!hasOpenKeys(mapping)) return found;
  const names = [...mapping.entries.keys()];
  const later = found ? names.slice(names.indexOf(name) + 1) : names;
  return later.some(isOpen) ? null : found;
}

/** Names that `keyOf` gives to what holds an unknown. */
function isOpen(name: string): boolean {
  return name.startsWith('u') || name.includes('\uE000') || (name.startsWith('t') && name.includes('"u'));
}
