import { isDeepStrictEqual } from 'node:util';
import { parseGoDuration } from '../kubelet/go-duration.ts';
import type { Json } from '../kubelet/types.ts';
import { operandFor } from './operand.ts';
import type { Control } from './types.ts';

/** Whether everything that conforms to `after` conforms to `before`, for two operands of one operator. */
type Tighter = (before: Json, after: Json) => boolean;

const items = (value: Json): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [value]);
const within = (inner: Json, outer: Json): boolean =>
  items(inner).every(item => items(outer).some(other => isDeepStrictEqual(item, other)));

/** Fewer values are allowed. */
const fewer: Tighter = (before, after) => within(after, before);
/** More values are refused, or asked for. */
const more: Tighter = (before, after) => within(before, after);

/** A range inside the other, its ends read by `read`. */
function inside(read: (end: Json) => number | bigint | null): Tighter {
  return (before, after) => {
    const [least, most] = items(before).map(read);
    const [newLeast, newMost] = items(after).map(read);
    return least != null && most != null && newLeast != null && newMost != null && newLeast >= least && newMost <= most;
  };
}

const number = (value: Json): number | null => (typeof value === 'number' ? value : null);
const duration = (value: Json): bigint | null => parseGoDuration(String(value));
const mode = (value: Json): number => Number.parseInt(String(value), 8);

/** How each operator is tightened. Of an operator that is not here nothing but an equal operand is known to be as tight. */
const TIGHTER: Readonly<Record<string, Tighter>> = {
  in: fewer,
  'subset-of': fewer,
  'non-empty-path-in': fewer,
  'host-in': fewer,
  'any-of': fewer,
  'not-in': more,
  'none-of': more,
  between: inside(number),
  'duration-between': inside(duration),
  'at-least': (before, after) => typeof before === 'number' && typeof after === 'number' && after >= before,
  'at-most': (before, after) => typeof before === 'number' && typeof after === 'number' && after <= before,
  'mode-at-most': (before, after) => (mode(after) & ~mode(before)) === 0,
};

/** Whether a control with another operand asks at least as much, on each of its paths. */
export function isTighter(control: Control, after: Control): boolean {
  const tighter = TIGHTER[control.check.op];
  return control.paths.every(path => {
    const [was, is] = [operandFor(control, path), operandFor(after, path)];
    return isDeepStrictEqual(was, is) || (tighter?.(was, is) ?? false);
  });
}
