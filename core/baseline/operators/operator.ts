import type { Json } from '../../kubelet/types.ts';

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

/** Operators by the name baseline files use. */
export type Operators = Readonly<Record<string, Operator>>;

/** Stands in value lists for "not set". */
export const ABSENT = '<absent>';

export const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
export const isScalar = (value: Json): boolean => value === null || typeof value !== 'object';

/** The members of a list; none of anything else. */
export const list = (value: Json): readonly Json[] => (isList(value) ? value : []);

/** The members of a list as text. */
export const texts = (value: Json): readonly string[] => list(value).map(String);

/** Whether two values are the same JSON. */
export const same = (left: Json, right: Json): boolean => JSON.stringify(left) === JSON.stringify(right);

/** The entries of a mapping; null of anything else. */
export function mapping(value: Json): Readonly<Record<string, Json>> | null {
  return value !== null && typeof value === 'object' && !isList(value)
    ? (value as Readonly<Record<string, Json>>)
    : null;
}

/** Whether nothing is set: Go's empty text and empty lists and maps mean the same as a key that is not there. */
export function isEmpty(value: Json): boolean {
  if (value === null || value === '') return true;
  if (isList(value)) return value.length === 0;
  const entries = mapping(value);
  return entries !== null && Object.keys(entries).length === 0;
}

export const scalarFault = (value: Json): string | null =>
  isScalar(value) && value !== null ? null : 'value must be a single value';
export const listFault = (value: Json): string | null =>
  isList(value) && value.length > 0 && value.every(isScalar) ? null : 'value must be a list';
export const numberFault = (value: Json): string | null =>
  typeof value === 'number' ? null : 'value must be a number';
export const nothingFault = (value: Json): string | null => (value === null ? null : 'value must be null');

/** A value for people: text as it is, everything else as JSON. */
export function shown(value: Json): string {
  return typeof value === 'string' ? (value === '' ? '""' : value) : JSON.stringify(value);
}

/** Values for people: `a, b or c`. */
export function oneOf(values: readonly Json[]): string {
  const words = values.map(value => (value === ABSENT ? 'absent' : shown(value)));
  return words.length === 1 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
