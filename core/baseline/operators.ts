import { formatGoDuration, parseGoDuration } from '../kubelet/go-duration.ts';
import type { Json } from '../kubelet/types.ts';
import type { Fault } from './kind.ts';
import { operandFor } from './operand.ts';
import type { Control } from './types.ts';

/** How one operator judges one known value. `value` is what the control's check holds for the path. */
export type Operator = Readonly<{
  /** Why `value` cannot be this operator's operand, or null. */
  fault: (value: Json) => string | null;
  /** Whether a known, set value conforms. */
  holds: (value: Json, actual: Json) => boolean;
  /** The values of the operand a field must be able to have. Absent: its members, when it is a list. */
  values?: (value: Json) => readonly Json[];
  /** What is expected, in words. */
  words: (value: Json) => string;
  /** Which parts of a value do not conform, where naming them beats repeating what is expected. */
  blame?: (value: Json, actual: Json) => string;
  /** How far a value that does not conform is from conforming; larger is worse. Only for ordered operators. */
  distance?: (value: Json, actual: Json) => number;
}>;

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const list = (value: Json): readonly Json[] => (isList(value) ? value : []);
const texts = (value: Json): readonly string[] => list(value).map(String);
const isScalar = (value: Json): boolean => value === null || typeof value !== 'object';
const same = (left: Json, right: Json): boolean => JSON.stringify(left) === JSON.stringify(right);

const scalarFault = (value: Json) => (isScalar(value) && value !== null ? null : 'value must be a single value');
const listFault = (value: Json) =>
  isList(value) && value.length > 0 && value.every(isScalar) ? null : 'value must be a list';

/** Stands in value lists for "not set". */
export const ABSENT = '<absent>';

/** A value for people: text as it is, everything else as JSON. */
export function shown(value: Json): string {
  return typeof value === 'string' ? (value === '' ? '""' : value) : JSON.stringify(value);
}

function oneOf(values: readonly Json[]): string {
  const words = values.map(value => (value === ABSENT ? 'absent' : shown(value)));
  return words.length === 1 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function rangeFault(value: Json): string | null {
  const [least, most] = list(value);
  return list(value).length === 2 && typeof least === 'number' && typeof most === 'number' && least <= most
    ? null
    : 'value must be a list of two numbers, smallest first';
}

/** Outside [least, most]. Where the range starts above zero, zero and less mean "no limit", the worst of all. */
function rangeDistance(value: Json, actual: Json): number {
  const [least, most] = list(value).map(Number) as [number, number];
  if (typeof actual !== 'number') return Number.POSITIVE_INFINITY;
  if (actual <= 0 && least > 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, least - actual, actual - most);
}

function durationRange(value: Json): readonly [bigint, bigint] | null {
  const [least, most] = texts(value).map(parseGoDuration);
  return list(value).length === 2 && least != null && most != null && least <= most ? [least, most] : null;
}

function durationDistance(value: Json, actual: Json): number {
  const range = durationRange(value);
  const duration = parseGoDuration(String(actual));
  if (!range || duration === null || duration <= 0n) return Number.POSITIVE_INFINITY;
  const [least, most] = range;
  return Number(duration < least ? least - duration : duration > most ? duration - most : 0n);
}

/** Host of `host:port`, `[v6]:port` or a bare address. */
function hostOf(text: string): string {
  return /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(text)?.[1] ?? text;
}

/** Operators on the value of one field, by the name baseline files use. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  eq: { fault: scalarFault, holds: same, words: shown, values: value => [value] },
  ne: {
    fault: scalarFault,
    holds: (value, actual) => !same(value, actual),
    words: value => `anything but ${shown(value)}`,
    values: value => [value],
  },
  in: {
    fault: listFault,
    holds: (value, actual) => list(value).some(allowed => same(allowed, actual)),
    words: value => oneOf(list(value)),
  },
  between: {
    fault: rangeFault,
    holds: (value, actual) => rangeDistance(value, actual) === 0,
    words: value => list(value).map(shown).join(' to '),
    distance: rangeDistance,
  },
  'duration-between': {
    fault: value => (durationRange(value) ? null : 'value must be a list of two durations, shortest first'),
    holds: (value, actual) => durationDistance(value, actual) === 0,
    words: value => {
      const range = durationRange(value);
      return range ? range.map(formatGoDuration).join(' to ') : '';
    },
    distance: durationDistance,
  },
  'subset-of': {
    fault: listFault,
    holds: (value, actual) => texts(actual).every(item => texts(value).includes(item)),
    words: value => `only ${list(value).map(shown).join(', ')}`,
    blame: (value, actual) => {
      const extra = texts(actual).filter(item => !texts(value).includes(item));
      return extra.length > 0 ? `has ${extra.join(', ')}, which the baseline does not allow` : 'has to be written out';
    },
    distance: (value, actual) => texts(actual).filter(item => !texts(value).includes(item)).length,
  },
  'non-empty-path-in': {
    fault: listFault,
    holds: (value, actual) => typeof actual === 'string' && actual !== '' && texts(value).includes(actual),
    words: value => oneOf(list(value)),
  },
  'host-in': {
    fault: listFault,
    holds: (value, actual) => texts(value).includes(hostOf(String(actual))),
    words: value => `a host of ${oneOf(list(value))}`,
  },
};

/** Why the check of a control is none of these operators with a fitting operand; `typed` refuses values a path cannot have. */
export function operatorFault(
  control: Control,
  typed: (path: string, values: readonly Json[]) => string | null = () => null,
): Fault | null {
  const { op } = control.check;
  const operator = Object.hasOwn(OPERATORS, op) ? OPERATORS[op] : undefined;
  if (!operator) return { at: ['check', 'op'], message: `unknown operator ${op}` };
  for (const path of control.paths) {
    const operand = operandFor(control, path);
    const message =
      operator.fault(operand) ??
      typed(path, operator.values?.(operand) ?? list(operand).filter(value => value !== ABSENT));
    if (message !== null) return { at: ['check', 'value'], message };
  }
  return null;
}
