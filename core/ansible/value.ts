import { createHash } from 'node:crypto';
import { type Origin, type Rope, UNKNOWN_TOKEN, type Unknown } from '../source/rope.ts';
import { isFixed } from './fixed-values.ts';

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
 * (`!unsafe`, results of lookups); `markup` text was escaped for HTML, which only its `repr` and joining it with others show; `verbatim` text came from a filter such as `to_json` and keeps being text where
 * Ansible would otherwise read a list, mapping or boolean out of it.
 */
export type Str = Rope &
  Readonly<{
    kind: 'str';
    /** Origins of the text as a whole; the only ones an empty text has. */
    origins: Origins;
    unknowns?: ReadonlyMap<string, Unknown>;
    unsafe?: true;
    markup?: true;
    verbatim?: true;
  }>;
export type List = Readonly<{ kind: 'list'; items: Value[]; origins: Origins }>;
/** `group`: a pair of `groupby`, which is of a type of its own. */
export type Tuple = Readonly<{ kind: 'tuple'; items: readonly Value[]; group?: true; origins: Origins }>;
/** Insertion-ordered; keyed by `keyOf(key)`. */
export type Dict = Readonly<{ kind: 'dict'; entries: Map<string, Entry>; origins: Origins }>;
export type Entry = readonly [key: Value, value: Value];
/**
 * A name or attribute that does not exist. `soft`: an inline `if` without `else`, which prints as nothing. `failure`: what
 * evaluating it fails with, for a part of a list or mapping that fails only those who ask for it.
 */
export type Undefined = Readonly<{
  kind: 'undefined';
  name: string;
  hint: string;
  soft: boolean;
  failure?: string;
  origins: Origins;
}>;
/** `defined`: whether the value exists at all on the node; `type`: what it is if that much is known. */
export type UnknownValue = Unknown &
  Readonly<{
    kind: 'unknown';
    defined: boolean | null;
    type?: 'str' | 'bool' | 'int' | 'list' | 'dict';
    /** What a list holds of which only the order is not known. */
    members?: readonly Value[];
    /** What it is if an unknown condition holds, and if not; undefined: there is no such variable then. */
    choice?: Readonly<{ condition: Unknown; met: Value | undefined; unmet: Value | undefined }>;
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
export type Arguments = Readonly<{
  positional: readonly Value[];
  named: ReadonlyMap<string, Value>;
  /** Unknown lists and mappings behind `*` and `**`: nobody can say which arguments there are. */
  open?: readonly Value[];
}>;

export const NO_ORIGINS: Origins = [];
/** Origins kept per value; later ones are dropped. */
export const ORIGIN_LIMIT = 24;

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

/**
 * A long key is shortened to a digest of the whole, so equal keys still mean equal values.
 * @throws NeedsHost for an unknown made of what each host has its own of
 */
export function unknownValue(
  key: string,
  why: readonly string[],
  options: Readonly<{ defined?: boolean | null; type?: UnknownValue['type']; origins?: Origins }> = {},
): UnknownValue {
  if (key.includes(OWN_MARK)) throw new NeedsHost();
  return {
    kind: 'unknown',
    key: shortened(key),
    why: [...new Set(why)].slice(0, 6),
    defined: options.defined ?? null,
    ...(options.type ? { type: options.type } : {}),
    origins: options.origins ?? NO_ORIGINS,
  };
}

/**
 * Begins the key of a token that stands for a value each host has its own of (see own-values.ts). Such a text is known,
 * not empty and plain; what it says is put in when the evaluation is over.
 */
export const OWN_MARK = '\uE000@';

/** An operation needs to know what a host's own value says, and is no operation that can be done for each host apart. */
export class NeedsHost extends Error {
  constructor() {
    super('what each host has its own of is needed to go on');
    this.name = 'NeedsHost';
  }
}

/** Whether a text holds what each host has its own of. */
export function holdsOwnToken(value: Str): boolean {
  if (!value.unknowns) return false;
  for (const { key } of value.unknowns.values()) if (key.startsWith(OWN_MARK)) return true;
  return false;
}

/** Whether any part of a value is what each host has its own of. @throws PythonError as `visitParts` */
export function holdsOwn(value: Value): boolean {
  if (value.kind === 'str') return value.unknowns !== undefined && holdsOwnToken(value);
  if (containerOf(value) === null) return false;
  if (isFixed(value)) return false;
  let holds = false;
  visitParts(value, part => {
    if (part.kind === 'str' && part.unknowns && holdsOwnToken(part)) holds = true;
  });
  return holds;
}

/** @throws NeedsHost for a text that holds what each host has its own of */
export function refuseOwn(value: Str): void {
  if (holdsOwnToken(value)) throw new NeedsHost();
}

/** 128 bits of SHA-256 in hex: names unknowns. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
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

/** Origins of a value and of what is in it, as far as a few hundred parts tell. */
export function allOrigins(value: Value): Origins {
  return collectOrigins(value, { left: 200 }, 0);
}

function collectOrigins(value: Value, parts: { left: number }, depth: number): Origins {
  let origins = value.origins;
  if (isFixed(value)) return origins;
  parts.left -= 1;
  if (value.kind === 'str') for (const segment of value.segments) origins = mergeOrigins(origins, segment.origins);
  if (depth > 6) return origins;
  const inner =
    value.kind === 'dict' ? value.entries.values() : value.kind === 'list' || value.kind === 'tuple' ? value.items : [];
  for (const part of inner) {
    if (parts.left <= 0 || origins.length >= ORIGIN_LIMIT) break;
    for (const item of Array.isArray(part) ? part : [part]) {
      origins = mergeOrigins(origins, collectOrigins(item as Value, parts, depth + 1));
    }
  }
  return origins;
}

/**
 * Calls `visit` with the value and every part of it; a list or mapping that occurs several times is visited once.
 * @returns how many parts were visited
 * @throws PythonError for a value that contains itself or nests deeper than 100 levels
 */
export function visitParts(value: Value, visit: (part: Value) => void): number {
  const open = new Set<object>();
  const done = new Set<object>();
  let visited = 0;
  const go = (part: Value): void => {
    visited += 1;
    visit(part);
    const container = containerOf(part);
    if (!container || done.has(container)) return;
    if (open.has(container) || open.size >= 100) {
      throw new PythonError('fails', 'a value contains itself or nests deeper than 100 levels');
    }
    open.add(container);
    eachPart(part, go);
    open.delete(container);
    done.add(container);
  };
  go(value);
  return visited;
}

/** What a list or mapping keeps its parts in, wherever it stands; null for any other value. */
export function containerOf(value: Value): object | null {
  if (value.kind === 'dict') return value.entries;
  return value.kind === 'list' || value.kind === 'tuple' ? value.items : null;
}

/** Calls `visit` with each part of a list or mapping. */
export function eachPart(value: Value, visit: (part: Value) => void): void {
  if (value.kind === 'dict') {
    for (const [key, item] of value.entries.values()) {
      visit(key);
      visit(item);
    }
  } else if (value.kind === 'list' || value.kind === 'tuple') {
    for (const item of value.items) visit(item);
  }
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
      if (value.unknowns) refuseOwn(value);
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

/**
 * Everything unknown in a value as one unknown, or null when all of it is known.
 * @throws NeedsHost when a part is what each host has its own of
 */
export function unknownIn(value: Value): Unknown | null {
  if (value.kind === 'unknown') return { key: value.key, why: value.why };
  const found = new Map<string, Unknown>();
  visitParts(value, part => {
    if (part.kind === 'unknown') found.set(part.key, part);
    if (part.kind !== 'str' || !part.unknowns) return;
    refuseOwn(part);
    for (const unknown of part.unknowns.values()) found.set(unknown.key, unknown);
  });
  if (found.size === 0) return null;
  const why = [...found.values()].flatMap(unknown => unknown.why);
  return { key: identity(value), why: [...new Set(why)].slice(0, 6) };
}

/**
 * A text that is equal for two values exactly when they are the same value wherever they are evaluated: unknowns
 * stand in it by their key. Keys of derived unknowns are built from it.
 */
export function identity(value: Value): string {
  visitParts(value, () => {});
  return identityText(value, new Map());
}

function identityText(value: Value, known: Map<object, string>): string {
  const container = containerOf(value);
  const before = container && known.get(container);
  if (before) return before;
  const inner = (part: Value) => identityText(part, known);
  const text = shortened(plainIdentity(value, inner));
  if (container) known.set(container, text);
  return text;
}

function shortened(text: string): string {
  if (text.length <= 400) return text;
  return `${text.slice(0, 120)}…${digest(text)}${text.includes(OWN_MARK) ? OWN_MARK : ''}`;
}

function plainIdentity(value: Value, inner: (part: Value) => string): string {
  switch (value.kind) {
    case 'unknown':
      return value.key;
    case 'str': {
      if (!value.unknowns?.size) return `${value.markup ? 'Markup ' : ''}${JSON.stringify(value.text)}`;
      return JSON.stringify(
        value.text.replace(UNKNOWN_TOKEN, (token, id: string) => `⟨${value.unknowns?.get(id)?.key ?? token}⟩`),
      );
    }
    case 'list':
    case 'tuple':
      return `${value.kind === 'list' ? '' : 'tuple'}[${value.items.map(inner).join(',')}]`;
    case 'dict':
      return `{${[...value.entries.values()].map(([key, item]) => `${inner(key)}:${inner(item)}`).join(',')}}`;
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
