import type { Str, Value } from './value.ts';

/**
 * Texts that may stand behind a token: nothing in them is quoted, escaped, stripped or read as anything but text by what
 * hands tokens on, and none is empty.
 */
export function mayBeOwn(text: string): boolean {
  return PLAIN.test(text) && text !== 'True' && text !== 'False';
}
const PLAIN = /^[A-Za-z0-9](?:[A-Za-z0-9._:/-]{0,253}[A-Za-z0-9])?$/;

/**
 * Whether a value may be left to each host: a plain text of one piece that says where it comes from in one way only.
 */
export function isOwnText(value: Value): value is Str {
  if (value.kind !== 'str' || value.unsafe || value.markup || value.verbatim || value.unknowns?.size) return false;
  const [only, more] = value.segments;
  if (!only || more || !mayBeOwn(value.text)) return false;
  const { origins } = value;
  return (
    only.origins === origins ||
    (only.origins.length === origins.length && only.origins.every((one, i) => one === origins[i]))
  );
}
