import { type Budget, deeper, spend } from '../budget.ts';
import { type AnsibleVersion, isSince } from '../types.ts';
import {
  allOrigins,
  type Bool,
  type Float,
  type Int,
  identity,
  keyOf,
  type List,
  mergeOrigins,
  type Origins,
  OWN_MARK,
  PythonError,
  pythonType,
  refuseOwn,
  type Str,
  str,
  type Tuple,
  type UnknownValue,
  unknownIn,
  unknownValue,
  type Value,
  visitParts,
} from '../value.ts';
import { hasOpenKeys } from './open-keys.ts';
import { concat, originsOf, tokenOf } from './text.ts';
import { Undecided } from './undecided.ts';

/** Python's `str()`. An unknown becomes its token. @throws PythonError for an undefined value */
export function toText(budget: Budget, value: Value): Str {
  switch (value.kind) {
    case 'str':
      return value;
    case 'undefined':
      if (!value.soft) throw undefinedUsed(value);
      return str('', value.origins);
    case 'lazy':
      return tokenOf(unknownValue(`str(${value.name})`, [`the whole of ${value.name}`], { origins: value.origins }));
    case 'object':
      throw new PythonError('fails', `a ${value.type} is used as text`);
    default:
      return repr(budget, value);
  }
}

/** Python's `repr()`; texts inside keep the origins of their runs when nothing in them needs escaping. */
export function repr(budget: Budget, value: Value): Str {
  spend(budget);
  switch (value.kind) {
    case 'none':
      return str('None', value.origins);
    case 'bool':
      return str(value.value ? 'True' : 'False', value.origins);
    case 'int':
      return str(String(value.value), value.origins);
    case 'float':
      return str(floatText(value.value), value.origins);
    case 'unknown':
      return tokenOf(value);
    case 'str':
      return textRepr(budget, value);
    case 'list':
      return deeper(budget, () => sequence(budget, '[', value, ']'));
    case 'tuple':
      return deeper(budget, () => sequence(budget, '(', value, value.items.length === 1 ? ',)' : ')'));
    case 'dict': {
      const parts: Str[] = [str('{', value.origins)];
      for (const [key, item] of value.entries.values()) {
        if (parts.length > 1) parts.push(str(', ', value.origins));
        deeper(budget, () => parts.push(repr(budget, key), str(': ', key.origins), repr(budget, item)));
      }
      return concat(budget, [...parts, str('}', value.origins)]);
    }
    default:
      return toText(budget, value);
  }
}

function sequence(budget: Budget, open: string, value: List | Tuple, close: string): Str {
  const parts: Str[] = [str(open, value.origins)];
  for (const item of value.items) {
    if (parts.length > 1) parts.push(str(', ', value.origins));
    parts.push(repr(budget, item));
  }
  return concat(budget, [...parts, str(close, value.origins)]);
}

/**
 * Versions and constant folding decide whether escaped text shows as `Markup(…)`; what is not known of a text may decide
 * how it is quoted.
 */
function textRepr(budget: Budget, value: Str): Str {
  if (value.markup)
    return tokenOf(unknownValue(`repr ${identity(value)}`, ['text escaped for HTML, inside a list or mapping']));
  const open = [...(value.unknowns?.values() ?? [])].filter(({ key }) => !key.startsWith(OWN_MARK));
  if (open.length > 0)
    return tokenOf(
      unknownValue(
        `repr ${identity(value)}`,
        open.flatMap(({ why }) => why),
        { type: 'str', origins: allOrigins(value) },
      ),
    );
  const quote = value.text.includes("'") && !value.text.includes('"') ? '"' : "'";
  const escaped = value.text.replace(UNPRINTABLE, character => escapeCharacter(character, quote));
  if (escaped === value.text)
    return concat(budget, [str(quote, originsOf(value)), value, str(quote, originsOf(value))]);
  const body = { ...str(escaped, originsOf(value)), ...(value.unknowns ? { unknowns: value.unknowns } : {}) };
  return concat(budget, [str(quote), body, str(quote)]);
}
const UNPRINTABLE = /[\\'"]|(?![ \uE000\uE001])[\p{C}\p{Z}]/gu;

function escapeCharacter(character: string, quote: string): string {
  if (character === quote || character === '\\') return `\\${character}`;
  if (character === "'" || character === '"') return character;
  const named = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
  if (named) return named;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

/** Python's `repr(float)`: the shortest digits that read back as the same number. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    const [mantissa = '', exponent = ''] = value.toExponential().split('e');
    return `${mantissa}e${exponent.startsWith('-') ? '-' : '+'}${exponent.replace(/^[-+]/, '').padStart(2, '0')}`;
  }
  const text = size < 1e-6 && size !== 0 ? value.toFixed(20).replace(/0+$/, '') : String(value);
  return text.includes('.') ? text : `${text}.0`;
}

export function undefinedUsed(value: Extract<Value, { kind: 'undefined' }>): PythonError {
  return value.failure === undefined
    ? new PythonError('undefined', value.hint)
    : new PythonError('fails', value.failure);
}

/** Refuses what fails when it is asked for at all, be it only whether it is defined. @throws PythonError */
export function evaluated<V extends Value>(value: V): V {
  if (value.kind === 'undefined' && value.failure !== undefined) throw undefinedUsed(value);
  return value;
}

/**
 * Refuses a list or mapping with an undefined part where Python's own code goes over all of it, as ansible-core does
 * since 2.19. @throws PythonError
 */
export function allDefined<V extends Value>({ ansible }: Readonly<{ ansible: AnsibleVersion }>, value: V): V {
  if (!isSince(ansible, '2.19')) return value;
  if (value.kind === 'list' || value.kind === 'tuple') for (const part of value.items) refuseUndefined(part);
  else if (value.kind === 'dict') for (const [, part] of value.entries.values()) refuseUndefined(part);
  return value;
}

function refuseUndefined(part: Value): void {
  if (part.kind === 'undefined' && !part.soft) throw undefinedUsed(part);
}

/** Refuses an undefined value, as Ansible's strict undefined does on any use. @throws PythonError */
export function defined<V extends Value>(value: V): Exclude<V, { kind: 'undefined' }> {
  if (value.kind === 'undefined') throw undefinedUsed(value);
  return value as Exclude<V, { kind: 'undefined' }>;
}

export function isNumber(value: Value): value is Int | Float | Bool {
  return value.kind === 'int' || value.kind === 'float' || value.kind === 'bool';
}

export function numberOf(value: Int | Float | Bool): number | bigint {
  return value.kind === 'bool' ? Number(value.value) : value.value;
}

/** An int or bool as a JavaScript number. @throws PythonError for anything else */
export function indexOf(value: Value): number {
  if (value.kind === 'unknown') throw new Undecided();
  if (value.kind !== 'int' && value.kind !== 'bool') {
    throw new PythonError('fails', `'${pythonType(defined(value))}' object cannot be interpreted as an integer`);
  }
  return Number(value.value);
}

/** Python's `==` of values without unknowns. @throws PythonError for an undefined value */
export function equals(budget: Budget, a: Value, b: Value): boolean {
  spend(budget);
  if (a.kind === 'undefined' || b.kind === 'undefined') {
    if (a.kind === 'undefined' && !a.soft) throw undefinedUsed(a);
    if (b.kind === 'undefined' && !b.soft) throw undefinedUsed(b);
    return a.kind === b.kind;
  }
  // biome-ignore lint/suspicious/noDoubleEquals: int and bigint are one number type in Python
  if (isNumber(a) && isNumber(b)) return numberOf(a) == numberOf(b);
  if (a.kind === 'str' && b.kind === 'str') {
    refuseOwn(a);
    refuseOwn(b);
    return a.text === b.text;
  }
  if ((a.kind === 'list' && b.kind === 'list') || (a.kind === 'tuple' && b.kind === 'tuple')) {
    return deeper(
      budget,
      () => a.items.length === b.items.length && a.items.every((item, i) => equals(budget, item, b.items[i] as Value)),
    );
  }
  if (a.kind === 'dict' && b.kind === 'dict') {
    if (a.entries.size !== b.entries.size) return false;
    return deeper(budget, () =>
      [...a.entries].every(([name, [, item]]) => {
        const other = b.entries.get(name);
        return other !== undefined && equals(budget, item, other[1]);
      }),
    );
  }
  if (a.kind === 'none') return b.kind === 'none';
  if (a.kind === 'unknown') return b.kind === 'unknown' && a.key === b.key;
  return a === b;
}

/** Below 0, 0 or above 0 as Python orders the two. @throws PythonError when Python does not */
export function compare(budget: Budget, a: Value, b: Value): number {
  spend(budget);
  if (a.kind === 'unknown' || b.kind === 'unknown') throw new Undecided();
  if (isNumber(a) && isNumber(b)) {
    const [x, y] = [numberOf(a), numberOf(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (a.kind === 'str' && b.kind === 'str') {
    refuseOwn(a);
    refuseOwn(b);
    if (a.unknowns?.size || b.unknowns?.size) throw new Undecided();
    return compareText(a.text, b.text);
  }
  if ((a.kind === 'list' && b.kind === 'list') || (a.kind === 'tuple' && b.kind === 'tuple')) {
    return deeper(budget, () => {
      for (let i = 0; i < Math.min(a.items.length, b.items.length); i++) {
        const [x, y] = [a.items[i] as Value, b.items[i] as Value];
        const equal = mayEqual(budget, x, y);
        if (equal === null) throw new Undecided();
        if (!equal) return compare(budget, x, y);
      }
      return a.items.length - b.items.length;
    });
  }
  const types = `'${pythonType(defined(a))}' and '${pythonType(defined(b))}'`;
  throw new PythonError('fails', `'<' not supported between instances of ${types}`);
}

/** Order by code point. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue;
    const start = i > 0 && /[\uDC00-\uDFFF]/.test(a[i] ?? '') ? i - 1 : i;
    return (a.codePointAt(start) ?? 0) - (b.codePointAt(start) ?? 0);
  }
  return a.length - b.length;
}

/** Whether Python finds `item` in a list by equality. */
export function contains(budget: Budget, items: readonly Value[], item: Value): boolean {
  return items.some(other => other.kind !== 'unknown' && equals(budget, other, item));
}

/** An unknown that `operation` makes of its inputs: same operation and inputs, same unknown. */
export function derived(
  operation: string,
  inputs: readonly Value[],
  options: Readonly<{ defined?: boolean | null; type?: UnknownValue['type']; why?: readonly string[] }> = {},
): UnknownValue {
  const why = [...(options.why ?? []), ...inputs.flatMap(input => unknownIn(input)?.why ?? [])];
  const origins = inputs.reduce((all: Origins, input) => mergeOrigins(all, allOrigins(input)), []);
  const { defined = true, type } = options;
  return unknownValue(`${operation}(${inputs.map(identity).join(', ')})`, why, { defined, type, origins });
}

/** What `work` gives; an unknown of its inputs where it hangs on one of them. @throws PythonError */
export function orUnknown(budget: Budget, operation: string, inputs: readonly Value[], work: () => Value): Value {
  const { depth } = budget;
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Undecided)) throw error;
    budget.depth = depth;
    return derived(operation, inputs, { defined: null });
  }
}

/** Python's `==`; null where that hangs on an unknown. @throws PythonError for an undefined value */
export function mayEqual(budget: Budget, a: Value, b: Value): boolean | null {
  if (identity(a) === identity(b)) return true;
  if (!isUnknown(budget, a) && !isUnknown(budget, b)) return equals(budget, a, b);
  const collections = (['list', 'tuple', 'dict'] as const).includes(a.kind as 'list') && a.kind === b.kind;
  if (collections && sizeOf(a) !== sizeOf(b) && ![a, b].some(one => one.kind === 'dict' && hasOpenKeys(one)))
    return false;
  const plain = ({ kind }: Value) => kind !== 'unknown';
  return a.kind !== b.kind && plain(a) && plain(b) ? equals(budget, a, b) : null;
}

function sizeOf(value: Value): number {
  return value.kind === 'dict' ? value.entries.size : 'items' in value ? value.items.length : 0;
}

/** Where Python finds `item` in a list by equality, -1 for nowhere. @throws Undecided where that hangs on an unknown */
export function positionIn(budget: Budget, items: readonly Value[], item: Value): number {
  for (const [at, other] of items.entries()) {
    const equal = mayEqual(budget, other, item);
    if (equal === null) throw new Undecided();
    if (equal) return at;
  }
  return -1;
}

/** Whether any part of the value, however deep, is unknown. */
export function isUnknown(budget: Budget, value: Value): boolean {
  let unknown = false;
  const visited = visitParts(value, part => {
    if (part.kind === 'unknown' || (part.kind === 'str' && part.unknowns?.size)) unknown = true;
  });
  spend(budget, visited >> 2);
  return unknown;
}

/** Values without repetition, first ones kept, as Python compares. */
export function distinct(budget: Budget, items: readonly Value[]): Value[] {
  const seen = new Set<string>();
  const kept: Value[] = [];
  for (const item of items) {
    if (item.kind === 'list' || item.kind === 'dict') {
      if (!contains(budget, kept, item)) kept.push(item);
      continue;
    }
    spend(budget);
    const key = keyOf(defined(item));
    if (!seen.has(key)) {
      seen.add(key);
      kept.push(item);
    }
  }
  return kept;
}
