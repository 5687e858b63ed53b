import { OverLimit } from '../budget.ts';
import { type Arguments, allOrigins, PythonError, type Str, str, type Value } from '../value.ts';
import type { Engine } from './engine.ts';
import { fixedPoint } from './float-format.ts';
import { defined, derived, isNumber, numberOf, repr, toText } from './python.ts';
import { concat, slice } from './text.ts';

const FIELD = /\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::([^{}]*))?\}|[{}]/g;
const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?(,|_)?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/s;

/** Python's `str.format` for plain fields; attribute access in a field and rarer specs make the result unknown. */
export function formatText(engine: Engine, format: Str, args: Arguments): Value {
  const inputs = [format, ...args.positional, ...args.named.values()];
  if (format.unknowns?.size) return derived('str.format', inputs);
  const parts: Str[] = [];
  let last = 0;
  let automatic = 0;
  for (const match of format.text.matchAll(FIELD)) {
    const [whole, name, conversion, spec = ''] = match;
    parts.push(slice(format, last, match.index));
    last = match.index + whole.length;
    if (whole === '{{' || whole === '}}') {
      parts.push(str(whole.slice(1)));
      continue;
    }
    if (name === undefined) throw new PythonError('fails', `Single '${whole}' encountered in format string`);
    if (!/^\w*$/.test(name))
      return derived('str.format', inputs, { why: ['str.format with attributes is not evaluated'] });
    const value =
      name === '' || /^\d+$/.test(name)
        ? args.positional[name === '' ? automatic++ : Number(name)]
        : args.named.get(name);
    if (!value) throw new PythonError('fails', 'Replacement index out of range for positional args tuple');
    const formatted = formatField(engine, defined(value), conversion, spec);
    if (formatted === null) return derived('str.format', inputs, { why: [`the format ${whole} is not evaluated`] });
    parts.push(formatted);
  }
  parts.push(slice(format, last));
  return concat(engine.budget, parts);
}

function formatField({ budget }: Engine, value: Value, conversion: string | undefined, spec: string): Str | null {
  const converted: Value = conversion === 's' ? toText(budget, value) : conversion ? repr(budget, value) : value;
  if (spec === '') return toText(budget, converted);
  const match = SPEC.exec(spec);
  if (!match || converted.kind === 'unknown' || (converted.kind === 'str' && converted.unknowns?.size)) return null;
  const [, fill, align, sign, , zero, width, grouping, precision, type] = match;
  const size = Number(width ?? 0);
  if (size > budget.limits.textLength)
    throw new OverLimit(`makes a text longer than ${budget.limits.textLength} characters`);
  const isText = converted.kind === 'str';
  if (isText && type !== undefined && type !== 's')
    throw new PythonError('fails', `Unknown format code '${type}' for object of type 'str'`);
  let text: string;
  if (isText)
    text = precision === undefined ? converted.text : [...converted.text].slice(0, Number(precision)).join('');
  else {
    const number = isNumber(converted)
      ? formatNumber(numberOf(converted), converted.kind === 'float', type, precision)
      : null;
    if (number === null) return null;
    text = grouping ? number.replace(/^(-?\d+)/, digits => digits.replace(/\B(?=(\d{3})+$)/g, grouping)) : number;
    if (sign && sign !== '-' && !text.startsWith('-')) text = sign + text;
  }
  const missing = Math.max(0, size - [...text].length);
  const padding = (fill ?? (zero && !align ? '0' : ' ')).repeat(missing);
  const how = align ?? (zero && !isText ? '=' : isText ? '<' : '>');
  const signLength = /^[-+ ]/.test(text) ? 1 : 0;
  const half = missing >> 1;
  const padded = {
    '<': text + padding,
    '>': padding + text,
    '^': padding.slice(0, half) + text + padding.slice(half),
    '=': text.slice(0, signLength) + padding + text.slice(signLength),
  }[how];
  return padded === undefined ? null : str(padded, allOrigins(converted));
}

function formatNumber(
  value: number | bigint,
  isFloat: boolean,
  type: string | undefined,
  precision: string | undefined,
): string | null {
  if (type === 'f' || type === 'F') return signedFixed(Number(value), precision);
  if (type === '%') return `${signedFixed(Number(value) * 100, precision)}%`;
  if (isFloat || precision !== undefined) return null;
  switch (type) {
    case undefined:
    case 'd':
      return value.toString();
    case 'x':
      return value.toString(16);
    case 'X':
      return value.toString(16).toUpperCase();
    case 'o':
      return value.toString(8);
    case 'b':
      return value.toString(2);
    default:
      return null;
  }
}

function signedFixed(value: number, precision: string | undefined): string {
  const text = fixedPoint(Math.abs(value), Math.min(100, Number(precision ?? 6)));
  return value < 0 || Object.is(value, -0) ? `-${text}` : text;
}
