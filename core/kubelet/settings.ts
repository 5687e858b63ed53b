import type { Unknown } from '../source/rope.ts';
import type { FieldFact } from './facts.ts';
import { parseGoDuration } from './go-duration.ts';
import { parseQuantity } from './go-quantity.ts';
import type { SourceOrigin } from './source-node.ts';
import type { Json } from './types.ts';

export type Known = Readonly<{ known: true; json: Json }> | Readonly<{ known: false; unknown: Unknown }>;

/**
 * A field between two steps of the loading path. String maps keep an origin per key. `written` is the text of a quantity:
 * above 64 bits Go counts with what it read, not with the canonical text it would marshal.
 */
export type Setting =
  | Readonly<{ kind: 'leaf'; value: Known; origin: SourceOrigin; written?: string }>
  | Readonly<{ kind: 'map'; entries: ReadonlyMap<string, LeafSetting>; open: Unknown | null; origin: SourceOrigin }>;

export type LeafSetting = Extract<Setting, { kind: 'leaf' }>;

/** Field path -> what is set. A field that is not here is unset: nil, or Go's zero value. */
export type Settings = Map<string, Setting>;

export function leaf(json: Json, origin: SourceOrigin): LeafSetting {
  return { kind: 'leaf', value: { known: true, json }, origin };
}

export function unknownLeaf(unknown: Unknown, origin: SourceOrigin): LeafSetting {
  return { kind: 'leaf', value: { known: false, unknown }, origin };
}

/** A default as a setting: maps get an entry per key. */
export function settingOf(fact: FieldFact, json: Json, origin: SourceOrigin): Setting {
  if (fact.type !== 'map' || json === null || typeof json !== 'object' || Array.isArray(json))
    return leaf(json, origin);
  const entries = Object.entries(json).map(([key, value]): [string, LeafSetting] => [key, leaf(value, origin)]);
  return { kind: 'map', entries: new Map(entries), open: null, origin };
}

/** The value as one JSON, or its unknown. A map with an unknown entry is unknown as a whole. */
export function wholeValue(setting: Setting): Known {
  if (setting.kind === 'leaf') return setting.value;
  if (setting.open) return { known: false, unknown: setting.open };
  const json: Record<string, Json> = {};
  for (const [key, entry] of setting.entries) {
    if (!entry.value.known) return entry.value;
    json[key] = entry.value.json;
  }
  return { known: true, json };
}

/** Go's zero value of a field as JSON; null for nil pointers, lists and maps. */
export function zeroValue(fact: FieldFact): Json {
  if (fact.pointer) return null;
  switch (fact.type) {
    case 'bool':
      return false;
    case 'string':
      return '';
    case 'int32':
    case 'int64':
    case 'uint32':
    case 'float64':
      return 0;
    case 'duration':
    case 'duration-or-nanoseconds':
      return '0s';
    case 'quantity':
      return '0';
    default:
      return null;
  }
}

/** Whether a decoded value is what Go calls zero (`0`, `""`, `0s`, empty list or map). */
export function isZero(fact: FieldFact, json: Json): boolean {
  if (json === null || json === 0 || json === '' || json === false) return true;
  if (typeof json === 'string' && (fact.type === 'duration' || fact.type === 'duration-or-nanoseconds')) {
    return parseGoDuration(json) === 0n;
  }
  if (typeof json === 'string' && fact.type === 'quantity') return parseQuantity(json)?.nanos === 0n;
  if (Array.isArray(json)) return json.length === 0;
  return typeof json === 'object' && Object.keys(json).length === 0;
}
