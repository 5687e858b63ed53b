import { formatGoDuration, parseGoDuration } from '../../kubelet/go-duration.ts';
import { parseQuantity } from '../../kubelet/go-quantity.ts';
import type { Json } from '../../kubelet/types.ts';
import { list, numberFault, type Operators, shown, texts } from './operator.ts';

const durationFault = (value: Json): string | null =>
  typeof value === 'string' && parseGoDuration(value) !== null ? null : 'value must be a duration';

/** Operators on numbers, durations and quantities, which know how far off a value is. */
export const RANGE_OPERATORS: Operators = {
  between: {
    fault: rangeFault,
    holds: (value, actual) => rangeDistance(value, actual) === 0,
    words: value => list(value).map(shown).join(' to '),
    distance: rangeDistance,
  },
  'at-most': {
    fault: numberFault,
    holds: (value, actual) => above(value, actual) <= 0,
    words: value => `at most ${shown(value)}`,
    values: value => [value],
    distance: above,
  },
  'at-least': {
    fault: numberFault,
    holds: (value, actual) => below(value, actual) <= 0,
    words: value => `at least ${shown(value)}`,
    values: value => [value],
    distance: below,
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
  'duration-at-most': {
    fault: durationFault,
    holds: (value, actual) => longer(value, actual) <= 0,
    words: value => `at most ${durationWords(value)}`,
    values: value => [value],
    distance: longer,
  },
  'duration-above': {
    fault: durationFault,
    holds: (value, actual) => longer(value, actual) > 0,
    words: value => `more than ${durationWords(value)}`,
    values: value => [value],
  },
  'quantity-between': {
    fault: value => (quantityRange(value) ? null : 'value must be a list of two quantities, smallest first'),
    holds: (value, actual) => quantityDistance(value, actual) === 0,
    words: value => list(value).map(shown).join(' to '),
    distance: quantityDistance,
  },
};

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

/** By how much a number is above a limit; no number is far above every limit. */
function above(limit: Json, actual: Json): number {
  return typeof actual === 'number' && typeof limit === 'number' ? actual - limit : Number.POSITIVE_INFINITY;
}

/** By how much a number is below a limit; no number is far below every limit. */
function below(limit: Json, actual: Json): number {
  return typeof actual === 'number' && typeof limit === 'number' ? limit - actual : Number.POSITIVE_INFINITY;
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

/** By how many nanoseconds a duration is longer than a limit. */
function longer(limit: Json, actual: Json): number {
  const duration = parseGoDuration(String(actual));
  return duration === null ? Number.POSITIVE_INFINITY : Number(duration - (parseGoDuration(String(limit)) ?? 0n));
}

function durationWords(value: Json): string {
  return formatGoDuration(parseGoDuration(String(value)) ?? 0n);
}

function quantityRange(value: Json): readonly [bigint, bigint] | null {
  const [least, most] = texts(value).map(text => parseQuantity(text)?.nanos);
  return list(value).length === 2 && least !== undefined && most !== undefined && least <= most ? [least, most] : null;
}

function quantityDistance(value: Json, actual: Json): number {
  const range = quantityRange(value);
  const nanos = parseQuantity(String(actual))?.nanos;
  if (!range || nanos === undefined) return Number.POSITIVE_INFINITY;
  const [least, most] = range;
  return Number(nanos < least ? least - nanos : nanos > most ? nanos - most : 0n);
}
