import { type Origin, type Rope, UNKNOWN_TOKEN, type Unknown } from '../source/rope.ts';

/**
 * A value as Ansible (Python) has it, with where it comes from. Values are plain data: no attribute or method of the
 * host language is reachable from a template. Only list and dict methods called by a template (`append`, `update`)
 * change a value, and only copies a rendering owns.
 */
export type Value =
  | None
  | Bool
  | Int
  | Float
  | Str
  | List
  | Tuple
  | Dict
  | Undefined
  | UnknownValue
  | LazyMapping
  | RuntimeObject;

export type Origins = readonly Origin[];
export type None = Readonly<{ kind: 'none'; origins: Origins }>;
export type Bool = Readonly<{ kind: 'bool'; value: boolean; origins: Origins }>;
/** A bigint only beyond what a number holds exactly. */
export type Int = Readonly<{ kind: 'int'; value: number | bigint; origins: Origins }>;
export type Float = Readonly<{ kind: 'float'; value: number; origins: Origins }>;
/**
 * Text with origins per run. `unknowns` explains the unknown tokens in it by id; `unsafe` text is never templated
 * (`!unsafe`, results of lookups); `verbatim` text came from a filter such as `to_json` and keeps being text where
 * Ansible would otherwise read a list, mapping or boolean out of it.
 */
export type Str = Rope &
  Readonly<{
    kind: 'str';
    /** Origins of the text as a whole; the only ones an empty text has. */
    origins: Origins;
    unknowns?: ReadonlyMap<string, Unknown>;
    unsafe?: true;
    verbatim?: true;
  }>;
export type List = Readonly<{ kind: 'list'; items: Value[]; origins: Origins }>;
export type Tuple = Readonly<{ kind: 'tuple'; items: readonly Value[]; origins: Origins }>;
/** Insertion-ordered; keyed by `keyOf(key)`. */
export type Dict = Readonly<{ kind: 'dict'; entries: Map<string, Entry>; origins: Origins }>;
export type Entry = readonly [key: Value, value: Value];
/** A name or attribute that does not exist. `soft`: an inline `if` without `else`, which prints as nothing. */
export type Undefined = Readonly<{ kind: 'undefined'; name: string; hint: string; soft: boolean; origins: Origins }>;
/** `defined`: whether the value exists at all on the node; `type`: what it is if that much is known. */
export type UnknownValue = Unknown &
  Readonly<{
    kind: 'unknown';
    defined: boolean | null;
    type?: 'str' | 'bool' | 'int' | 'list' | 'dict';
    origins: Origins;
  }>;
/** A mapping whose values are made when asked for, such as `hostvars`. Its values are already evaluated. */
export type LazyMapping = Readonly<{
  kind: 'lazy';
  name: string;
  get: (key: string) => Value | undefined;
  keys: () => Iterable<string>;
  origins: Origins;
}>;
/** A Jinja runtime object (macro, loop, namespace, imported template, bound method); lives while a template renders. */
export type RuntimeObject = Readonly<{
  kind: 'object';
  /** Python's name of the type, for messages. */
  type: string;
  attribute?: (name: string) => Value | undefined;
  assign?: (name: string, value: Value) => void;
  call?: (args: Arguments) => Value;
  origins: Origins;
}>;
export type Arguments = Readonly<{ positional: readonly Value[]; named: ReadonlyMap<string, Value> }>;

export const NO_ORIGINS: Origins = [];
/** Origins kept per value; later ones are dropped. */
const ORIGIN_LIMIT = 24;

export function none(origins: Origins = NO_ORIGINS): None {
  return { kind: 'none', origins };
}

export function bool(value: boolean, origins: Origins = NO_ORIGINS): Bool {
  return { kind: 'bool', value, origins };
}

export function int(value: number | bigint, origins: Origins = NO_ORIGINS): Int {
  const small = typeof value === 'bigint' && value >= -MAX_EXACT && value <= MAX_EXACT ? Number(value) : value;
  return { kind: 'int', value: Object.is(small, -0) ? 0 : small, origins };
}
const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

export function float(value: number, origins: Origins = NO_ORIGINS): Float {
  return { kind: 'float', value, origins };
}

/** A text that all comes from one place. */
export function str(text: string, origins: Origins = NO_ORIGINS): Str {
  return { kind: 'str', text, segments: text === '' ? [] : [{ length: text.length, origins }], origins };
}

export function list(items: Value[], origins: Origins = NO_ORIGINS): List {
  return { kind: 'list', items, origins };
}

export function tuple(items: readonly Value[], origins: Origins = NO_ORIGINS): Tuple {
  return { kind: 'tuple', items, origins };
}

/** @throws PythonError when a key is a list or mapping */
export function dict(pairs: Iterable<Entry> = [], origins: Origins = NO_ORIGINS): Dict {
  const entries = new Map<string, Entry>();
  for (const [key, value] of pairs) setEntry(entries, key, value);
  return { kind: 'dict', entries, origins };
}

export function undefinedValue(
  name: string,
  hint = `'${name}' is undefined`,
  origins: Origins = NO_ORIGINS,
): Undefined {
  return { kind: 'undefined', name, hint, soft: false, origins };
}

/** A long key is shortened to a digest of the whole, so equal keys still mean equal values. */
export function unknownValue(
  key: string,
  why: readonly string[],
  options: Readonly<{ defined?: boolean | null; type?: UnknownValue['type']; origins?: Origins }> = {},
): UnknownValue {
  return {
    kind: 'unknown',
    key: key.length > 400 ? `${key.slice(0, 200)}…${digest(key)}` : key,
    why: [...new Set(why)].slice(0, 6),
    defined: options.defined ?? null,
    ...(options.type ? { type: options.type } : {}),
    origins: options.origins ?? NO_ORIGINS,
  };
}

/** 128 bits of FNV-1a in hex: names unknowns, is no defence against chosen collisions of a hostile author. */
export function digest(text: string): string {
  let hash = 0x6c62272e07bb014262b821756295c58dn;
  for (let i = 0; i < text.length; i++) {
    hash =
      ((hash ^ BigInt(text.charCodeAt(i))) * 0x0000000001000000000000000000013bn) & 0xffffffffffffffffffffffffffffffffn;
  }
  return hash.toString(16).padStart(32, '0');
}

/** Something Python would raise while evaluating; located by the rendering that meets it. */
export class PythonError extends Error {
  /** `undefined`: an undefined name was used; `type`: Ansible fails the task; `syntax`: the template does not parse. */
  readonly reason: 'undefined' | 'fails' | 'syntax';
  constructor(reason: PythonError['reason'], message: string) {
    super(message);
    this.name = 'PythonError';
    this.reason = reason;
  }
}

/** Both, each once, capped. */
export function mergeOrigins(a: Origins, b: Origins): Origins {
  if (a === b || b.length === 0) return a;
  if (a.length === 0) return b;
  let merged: Origin[] | null = null;
  for (const origin of b) {
    const base: Origins = merged ?? a;
    if (base.length >= ORIGIN_LIMIT) break;
    if (base.some(known => sameOrigin(known, origin))) continue;
    merged ??= [...a];
    merged.push(origin);
  }
  return merged ?? a;
}

function sameOrigin(a: Origin, b: Origin): boolean {
  return a === b || (a.line === b.line && a.kind === b.kind && a.file === b.file && a.lineEnd === b.lineEnd);
}

/** Origins of a value and of everything in it. */
export function allOrigins(value: Value, depth = 0): Origins {
  let origins = value.origins;
  if (value.kind === 'str') for (const segment of value.segments) origins = mergeOrigins(origins, segment.origins);
  if (depth > 6) return origins;
  if (value.kind === 'list' || value.kind === 'tuple') {
    for (const item of value.items) {
      if (origins.length >= ORIGIN_LIMIT) break;
      origins = mergeOrigins(origins, allOrigins(item, depth + 1));
    }
  }
  if (value.kind === 'dict') {
    for (const [key, item] of value.entries.values()) {
      if (origins.length >= ORIGIN_LIMIT) break;
      origins = mergeOrigins(mergeOrigins(origins, allOrigins(key, depth + 1)), allOrigins(item, depth + 1));
    }
  }
  return origins;
}

/** The same value with further origins on it (for text: on each run). */
export function withOrigins<V extends Value>(value: V, origins: Origins): V {
  if (origins.length === 0) return value;
  if (value.kind !== 'str') return { ...value, origins: mergeOrigins(value.origins, origins) };
  const segments = value.segments.map(({ length, origins: own }) => ({ length, origins: mergeOrigins(own, origins) }));
  return { ...value, segments, origins: mergeOrigins(value.origins, origins) };
}

/** The name an entry of a mapping is kept under: Python's hash and equality (1, 1.0 and True are one key). */
export function keyOf(value: Value): string {
  switch (value.kind) {
    case 'str':
      return `s${value.text}`;
    case 'int':
      return `n${value.value}`;
    case 'float':
      return Number.isInteger(value.value) ? `n${BigInt(value.value)}` : `n${value.value}`;
    case 'bool':
      return value.value ? 'n1' : 'n0';
    case 'none':
      return 'z';
    case 'unknown':
      return `u${value.key}`;
    case 'tuple':
      return `t${JSON.stringify(value.items.map(keyOf))}`;
    default:
      throw new PythonError('fails', `unhashable type: '${pythonType(value)}'`);
  }
}

/** Sets an entry; a key that exists keeps its place and its first spelling, as in Python. */
export function setEntry(entries: Map<string, Entry>, key: Value, value: Value): void {
  const name = keyOf(key);
  entries.set(name, [entries.get(name)?.[0] ?? key, value]);
}

/** The entry of a mapping under a text key. */
export function field(value: Dict, name: string): Value | undefined {
  return value.entries.get(`s${name}`)?.[1];
}

export function pythonType(value: Value): string {
  switch (value.kind) {
    case 'none':
      return 'NoneType';
    case 'undefined':
      return 'AnsibleUndefined';
    case 'lazy':
      return 'HostVars';
    case 'object':
      return value.type;
    default:
      return value.kind;
  }
}

/** JSON data as a value; every part gets the same origins. Whole numbers become int, objects keep their key order. */
export function fromJson(json: unknown, origins: Origins = NO_ORIGINS): Value {
  if (json === null || json === undefined) return none(origins);
  if (typeof json === 'boolean') return bool(json, origins);
  if (typeof json === 'bigint') return int(json, origins);
  if (typeof json === 'number') return Number.isInteger(json) ? int(json, origins) : float(json, origins);
  if (typeof json === 'string') return str(json, origins);
  if (Array.isArray(json))
    return list(
      json.map(item => fromJson(item, origins)),
      origins,
    );
  if (typeof json === 'object') {
    return dict(
      Object.entries(json).map(([key, item]): Entry => [str(key, origins), fromJson(item, origins)]),
      origins,
    );
  }
  throw new TypeError(`not JSON: ${typeof json}`);
}

/**
 * The value as JSON data; keys become text. Ask `unknownIn` first: an unknown, undefined or runtime part is refused.
 * @throws TypeError
 */
export function toJson(value: Value): unknown {
  switch (value.kind) {
    case 'none':
      return null;
    case 'bool':
    case 'int':
    case 'float':
      return value.value;
    case 'str':
      return value.text;
    case 'list':
    case 'tuple':
      return value.items.map(toJson);
    case 'dict': {
      const pairs = [...value.entries.values()].map(([key, item]) => [String(toJson(key)), toJson(item)] as const);
      return Object.fromEntries(pairs);
    }
    case 'undefined':
    case 'unknown':
    case 'lazy':
    case 'object':
      throw new TypeError(`a value of kind ${value.kind} is not JSON`);
  }
}

/** Everything unknown in a value as one unknown, or null when all of it is known. */
export function unknownIn(value: Value): Unknown | null {
  const found = new Map<string, Unknown>();
  collectUnknowns(value, found, 0);
  if (found.size === 0) return null;
  const all = [...found.values()];
  const [only] = all;
  if (all.length === 1 && only && value.kind === 'unknown') return { key: only.key, why: only.why };
  return { key: identity(value), why: [...new Set(all.flatMap(unknown => unknown.why))].slice(0, 6) };
}

function collectUnknowns(value: Value, found: Map<string, Unknown>, depth: number): void {
  if (depth > 100) return;
  if (value.kind === 'unknown') found.set(value.key, { key: value.key, why: value.why });
  if (value.kind === 'str') for (const unknown of value.unknowns?.values() ?? []) found.set(unknown.key, unknown);
  if (value.kind === 'list' || value.kind === 'tuple') {
    for (const item of value.items) collectUnknowns(item, found, depth + 1);
  }
  if (value.kind === 'dict') {
    for (const [key, item] of value.entries.values()) {
      collectUnknowns(key, found, depth + 1);
      collectUnknowns(item, found, depth + 1);
    }
  }
}

/**
 * A text that is equal for two values exactly when they are the same value wherever they are evaluated: unknowns
 * stand in it by their key. Keys of derived unknowns are built from it.
 */
export function identity(value: Value): string {
  const text = identityText(value, 0);
  return text.length > 400 ? `${text.slice(0, 120)}…${digest(text)}` : text;
}

function identityText(value: Value, depth: number): string {
  if (depth > 100) throw new PythonError('fails', 'a value nests deeper than 100 levels');
  switch (value.kind) {
    case 'unknown':
      return value.key;
    case 'str': {
      if (!value.unknowns?.size) return JSON.stringify(value.text);
      return JSON.stringify(
        value.text.replace(UNKNOWN_TOKEN, (token, id: string) => `⟨${value.unknowns?.get(id)?.key ?? token}⟩`),
      );
    }
    case 'list':
    case 'tuple':
      return `${value.kind === 'list' ? '' : 'tuple'}[${value.items.map(item => identityText(item, depth + 1)).join(',')}]`;
    case 'dict': {
      const pairs = [...value.entries.values()];
      return `{${pairs.map(([key, item]) => `${identityText(key, depth + 1)}:${identityText(item, depth + 1)}`).join(',')}}`;
    }
    case 'none':
      return 'null';
    case 'bool':
    case 'int':
      return String(value.value);
    case 'float':
      return Number.isInteger(value.value) ? `${value.value}.0` : String(value.value);
    case 'undefined':
      return `undefined(${value.name})`;
    case 'lazy':
      return value.name;
    case 'object':
      return value.type;
  }
}
