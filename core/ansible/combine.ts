import { type Dict, type Entry, mergeOrigins, type Value } from './value.ts';

/** Variables by name, raw: templates in them are evaluated when they are used. */
export type Vars = ReadonlyMap<string, Value>;

/** Makes one of several sources of variables, later ones stronger. */
export type Combine = (...layers: readonly Vars[]) => Vars;

export const NO_VARS: Vars = new Map();

/** Later layers win (`hash_behaviour = replace`). */
export const combine: Combine = (...layers) => combined(layers, (_, high) => high);

/** Later layers win, mappings of one name become one (`hash_behaviour = merge`, Ansible's `combine_vars`). */
export const combineMerging: Combine = (...layers) => combined(layers, mergeValues);

function combined(layers: readonly Vars[], both: (low: Value, high: Value) => Value): Vars {
  const filled = layers.filter(layer => layer.size > 0);
  if (filled.length === 0) return NO_VARS;
  if (filled.length === 1) return filled[0] ?? NO_VARS;
  const made = new Map<string, Value>();
  for (const layer of filled) {
    for (const [name, value] of layer) {
      const before = made.get(name);
      made.set(name, before ? both(before, value) : value);
    }
  }
  return made;
}

/** Two mappings as one, and the mappings in them; of anything else the stronger. */
export function mergeValues(low: Value, high: Value): Value {
  return low.kind === 'dict' && high.kind === 'dict' ? mergeMappings(low, high) : high;
}

function mergeMappings(low: Dict, high: Dict): Dict {
  if (low.entries.size === 0) return high;
  const entries = new Map<string, Entry>(low.entries);
  for (const [name, [key, value]] of high.entries) {
    const before = entries.get(name);
    entries.set(name, before ? [before[0], mergeValues(before[1], value)] : [key, value]);
  }
  return { kind: 'dict', entries, origins: mergeOrigins(low.origins, high.origins) };
}
