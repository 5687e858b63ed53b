import { type Budget, OverLimit, spend, spendItems, spendText } from '../budget.ts';
import { fixedTexts } from '../fixed-values.ts';
import {
  allOrigins,
  bool,
  float,
  identity,
  int,
  keyOf,
  list,
  mergeOrigins,
  PythonError,
  pythonType,
  str,
  tuple,
  type UnknownValue,
  type Value,
} from '../value.ts';
import { hasOpenKeys } from './open-keys.ts';
import { percentFormat } from './percent-format.ts';
import {
  compare,
  contains,
  defined,
  derived,
  equals,
  isNumber,
  isUnknown,
  numberOf,
  orUnknown,
  toText,
} from './python.ts';
import type { BinaryOperator, Comparator } from './syntax.ts';
import { concat, escapes, originsOf } from './text.ts';

/** `left operator right` as Python computes it. @throws PythonError */
export function binary(budget: Budget, operator: BinaryOperator, left: Value, right: Value): Value {
  spend(budget);
  const [a, b] = [defined(left), defined(right)];
  if (operator === '%' && a.kind === 'str')
    return orUnknown(budget, operator, [a, b], () =>
      escapes(a, [b]) ? derived(operator, [a, b]) : percentFormat(budget, a, b),
    );
  if (a.kind === 'unknown' || b.kind === 'unknown') {
    if (operator === '+' && (a.kind === 'str' || b.kind === 'str'))
      return concat(budget, [toText(budget, a), toText(budget, b)]);
    return derived(operator, [a, b]);
  }
  const origins = mergeOrigins(a.origins, b.origins);
  if (operator === '+') {
    if (a.kind === 'str' && b.kind === 'str')
      return escapes(a, [b]) || escapes(b, [a]) ? derived(operator, [a, b]) : concat(budget, [a, b]);
    if ((a.kind === 'list' && b.kind === 'list') || (a.kind === 'tuple' && b.kind === 'tuple')) {
      spendItems(budget, a.items.length + b.items.length);
      const items = [...a.items, ...b.items];
      return a.kind === 'list' ? list(items, origins) : tuple(items, origins);
    }
  }
  if (operator === '*') {
    const repeated = repeat(budget, a, b) ?? repeat(budget, b, a);
    if (repeated) return repeated;
  }
  if (!isNumber(a) || !isNumber(b)) {
    const types = `'${pythonType(a)}' and '${pythonType(b)}'`;
    if (operator === '+' && a.kind === 'str') {
      throw new PythonError('fails', `can only concatenate str (not "${pythonType(b)}") to str`);
    }
    throw new PythonError('fails', `unsupported operand type(s) for ${operator}: ${types}`);
  }
  if (a.kind === 'float' || b.kind === 'float' || operator === '/') {
    return float(floatArithmetic(operator, Number(numberOf(a)), Number(numberOf(b))), origins);
  }
  const result = intArithmetic(operator, BigInt(numberOf(a)), BigInt(numberOf(b)));
  return typeof result === 'number' ? float(result, origins) : int(result, origins);
}

function repeat(budget: Budget, value: Value, times: Value): Value | null {
  if (times.kind !== 'int' && times.kind !== 'bool') return null;
  const count = Math.max(0, Number(times.value));
  if (value.kind === 'str') {
    spendText(budget, value.text.length * count);
    const repeated = str(value.text.repeat(count), mergeOrigins(originsOf(value), times.origins));
    return value.unknowns ? { ...repeated, unknowns: value.unknowns } : repeated;
  }
  if (value.kind !== 'list' && value.kind !== 'tuple') return null;
  spendItems(budget, value.items.length * count);
  const items = Array.from({ length: count }, () => value.items).flat();
  return value.kind === 'list' ? list(items, value.origins) : tuple(items, value.origins);
}

function floatArithmetic(operator: BinaryOperator, a: number, b: number): number {
  if (b === 0 && (operator === '/' || operator === '//' || operator === '%'))
    throw new PythonError('fails', 'division by zero');
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '//':
      return Math.floor(a / b);
    case '%':
      return a - Math.floor(a / b) * b;
    case '**': {
      if (a < 0 && !Number.isInteger(b)) throw new PythonError('fails', 'the result is a complex number');
      return a ** b;
    }
  }
}

const MAX_BITS = 8192n;

function intArithmetic(operator: BinaryOperator, a: bigint, b: bigint): bigint | number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return sized(a * b);
    case '//':
    case '%': {
      if (b === 0n) throw new PythonError('fails', 'integer division or modulo by zero');
      const remainder = ((a % b) + b) % b;
      return operator === '%' ? remainder : (a - remainder) / b;
    }
    case '**': {
      if (b < 0n) {
        if (a === 0n) throw new PythonError('fails', '0.0 cannot be raised to a negative power');
        return Number(a) ** Number(b);
      }
      if (a === 0n || a === 1n || a === -1n) return a ** (b > 1n ? 2n + (b % 2n) : b);
      const bits = BigInt((a < 0n ? -a : a).toString(2).length);
      if (b > MAX_BITS || bits * b > MAX_BITS) throw new OverLimit(`makes a number of more than ${MAX_BITS} bits`);
      return a ** b;
    }
    case '/':
      return Number(a) / Number(b);
  }
}

function sized(value: bigint): bigint {
  if (value.toString(16).length > Number(MAX_BITS) / 4)
    throw new OverLimit(`makes a number of more than ${MAX_BITS} bits`);
  return value;
}

/** `-value` or `+value`. @throws PythonError */
export function unary(operator: '-' | '+', operand: Value): Value {
  const value = defined(operand);
  if (value.kind === 'unknown') return operator === '+' ? value : derived('-', [value]);
  if (!isNumber(value))
    throw new PythonError('fails', `bad operand type for unary ${operator}: '${pythonType(value)}'`);
  if (value.kind === 'float') return float(operator === '-' ? -value.value : value.value, value.origins);
  const number = numberOf(value);
  return int(operator === '-' ? -number : number, value.origins);
}

/** `left operator right` as a bool, or an unknown when it hangs on one. @throws PythonError */
export function comparison(budget: Budget, operator: Comparator, left: Value, right: Value): Value {
  const isList = right.kind === 'list' || right.kind === 'tuple';
  if ((operator === 'in' || operator === 'not in') && left.kind === 'undefined' && isList && right.items.length === 0)
    return bool(operator === 'not in');
  const [a, b] = [defined(left), defined(right)];
  const origins = mergeOrigins(allOrigins(a), allOrigins(b));
  if (operator === 'in' || operator === 'not in') {
    const found = isIn(budget, a, b);
    if (found === null) return unknownComparison(operator, a, b);
    return bool(operator === 'in' ? found : !found, origins);
  }
  if (isUnknown(budget, a) || isUnknown(budget, b)) {
    const equality = operator === '==' || operator === '!=';
    if (equality && identity(a) === identity(b)) return bool(operator === '==', origins);
    return unknownComparison(operator, a, b);
  }
  switch (operator) {
    case '==':
      return bool(equals(budget, a, b), origins);
    case '!=':
      return bool(!equals(budget, a, b), origins);
    case '<':
      return bool(compare(budget, a, b) < 0, origins);
    case '>':
      return bool(compare(budget, b, a) < 0, origins);
    case '<=':
      return bool(compare(budget, a, b) <= 0, origins);
    case '>=':
      return bool(compare(budget, b, a) <= 0, origins);
  }
}

/** A comparison nobody knows: those that say the same, or the opposite, of the same two values have one key. */
function unknownComparison(operator: Comparator, a: Value, b: Value): UnknownValue {
  switch (operator) {
    case '==':
    case 'in':
    case '<':
      return derived(operator, [a, b], { type: 'bool' });
    case '!=':
      return negation(derived('==', [a, b], { type: 'bool' }));
    case 'not in':
      return negation(derived('in', [a, b], { type: 'bool' }));
    case '>':
      return derived('<', [b, a], { type: 'bool' });
    case '<=':
      return negation(derived('<', [b, a], { type: 'bool' }));
    case '>=':
      return negation(derived('<', [a, b], { type: 'bool' }));
  }
}

/** The opposite of an unknown boolean. */
export function negation(value: UnknownValue): UnknownValue {
  return { ...value, key: `not(${value.key})` };
}

/** Whether `item` is in `container`; null when that is unknown. */
function isIn(budget: Budget, item: Value, container: Value): boolean | null {
  switch (container.kind) {
    case 'unknown':
      return container.members ? isIn(budget, item, list([...container.members])) : null;
    case 'str':
      if (item.kind === 'unknown' || (item.kind === 'str' && item.unknowns?.size)) return null;
      if (item.kind !== 'str') {
        throw new PythonError('fails', `'in <string>' requires string as left operand, not ${pythonType(item)}`);
      }
      if (container.unknowns?.size) return knownPartContains(container.text, item.text) ? true : null;
      return container.text.includes(item.text);
    case 'list':
    case 'tuple':
      if (container.items.length === 0) return false;
      if (item.kind === 'str' && !item.unknowns?.size) {
        const texts = fixedTexts(container.items);
        if (texts) return texts.has(item.text);
      }
      if (isUnknown(budget, item)) return null;
      if (
        contains(
          budget,
          container.items.filter(other => !isUnknown(budget, other)),
          item,
        )
      )
        return true;
      return container.items.some(other => isUnknown(budget, other)) ? null : false;
    case 'dict':
      if (container.entries.size === 0) return false;
      if (isUnknown(budget, item)) return null;
      return container.entries.has(keyOf(item)) || (hasOpenKeys(container) ? null : false);
    case 'lazy':
      if (item.kind === 'unknown') return null;
      return item.kind === 'str' && container.get(item.text) !== undefined;
    default:
      throw new PythonError('fails', `argument of type '${pythonType(container)}' is not iterable`);
  }
}

function knownPartContains(text: string, part: string): boolean {
  return text.split(/\uE000[0-9a-f]{8}\uE001/).some(known => known.includes(part));
}
