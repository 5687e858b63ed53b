import type { Dict, Entry, List, Str, Value } from './value.ts';

/** Lists and mappings of known texts without origins that no template gets to change, such as the hosts of groups. */
const fixed = new WeakSet<object>();
const textsOf = new WeakMap<readonly Value[], () => ReadonlySet<string>>();

/** The names of all hosts of a group: fixed. */
export function hostsOfGroup(names: readonly string[], named: (name: string) => Str): List {
  const items = names.map(named);
  let known: ReadonlySet<string> | null = null;
  fixed.add(items);
  textsOf.set(items, () => (known ??= new Set(names)));
  return { kind: 'list', items, origins: [] };
}

/** A mapping of fixed lists: fixed itself. */
export function fixedDict(entries: Map<string, Entry>): Dict {
  fixed.add(entries);
  return { kind: 'dict', entries, origins: [] };
}

/** The texts of a fixed list, for finding one at once; null when these items are no fixed list. */
export function fixedTexts(items: readonly Value[]): ReadonlySet<string> | null {
  return textsOf.get(items)?.() ?? null;
}

export function isFixed(value: Value): boolean {
  switch (value.kind) {
    case 'list':
      return fixed.has(value.items);
    case 'dict':
      return fixed.has(value.entries);
    default:
      return false;
  }
}
