import { type Budget, spendText } from '../budget.ts';
import {
  allOrigins,
  type Bool,
  field,
  type Int,
  PythonError,
  pythonType,
  type Str,
  str,
  type Value,
} from '../value.ts';
import { exponential, fixedPoint, general } from './float-format.ts';
import { defined, derived, floatText, isNumber, numberOf, repr, toText } from './python.ts';
import { concat, slice } from './text.ts';
import { Undecided } from './undecided.ts';

const DIRECTIVE = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?(.)/gs;

/** Python's `format % values`. @throws PythonError */
export function percentFormat(budget: Budget, format: Str, values: Value): Value {
  const args = values.kind === 'tuple' ? values.items : [values];
  if (format.unknowns?.size) return derived('%', [format, values]);
  if (args.length === 0 && !format.text.includes('%')) return format;
  let next = 0;
  const take = (): Value => {
    const value = args[next++];
    if (!value && values.kind === 'unknown') throw new Undecided();
    if (!value) throw new PythonError('fails', 'not enough arguments for format string');
    return defined(value);
  };
  const parts: Str[] = [];
  let last = 0;
  for (const match of format.text.matchAll(DIRECTIVE)) {
    const [whole, name, signs = '', width, precision, conversion = ''] = match;
    parts.push(slice(format, last, match.index));
    last = match.index + whole.length;
    if (conversion === '%') {
      parts.push(str('%'));
      continue;
    }
    const given = width === '*' ? star(take()) : Number(width ?? 0);
    const flags = given < 0 ? `${signs}-` : signs;
    const size = Math.abs(given);
    const digits = precision === '*' ? Math.max(0, star(take())) : precision === undefined ? null : Number(precision);
    spendText(budget, Math.max(size, digits ?? 0, 0));
    const value = name === undefined ? take() : named(values, name);
    if (value.kind === 'unknown' && !'sra'.includes(conversion))
      parts.push(toText(budget, derived(`%${conversion}`, [value])));
    else parts.push(pad(budget, convert(budget, value, flags, digits, conversion), flags, size, conversion));
  }
  const rest = slice(format, last);
  if (/%/.test(rest.text)) throw new PythonError('fails', 'incomplete format');
  parts.push(rest);
  if (next === 0 && values.kind === 'unknown') throw new Undecided();
  if (next < args.length && values.kind !== 'dict' && !(values.kind === 'list' && next === 0)) {
    throw new PythonError('fails', 'not all arguments converted during string formatting');
  }
  return concat(budget, parts);
}

function named(values: Value, name: string): Value {
  if (values.kind === 'unknown') throw new Undecided();
  if (values.kind !== 'dict') throw new PythonError('fails', 'format requires a mapping');
  const value = field(values, name);
  if (!value) throw new PythonError('fails', `KeyError: '${name}'`);
  return defined(value);
}

function numeral(value: Value): number | bigint {
  if (!isNumber(value)) throw new PythonError('fails', `a real number is required, not ${pythonType(value)}`);
  return numberOf(value);
}

function isWhole(value: Value): value is Int | Bool {
  return value.kind === 'int' || value.kind === 'bool';
}

/** A width or precision given as an argument. */
function star(value: Value): number {
  if (value.kind === 'unknown') throw new Undecided();
  if (!isWhole(value)) throw new PythonError('fails', '* wants int');
  return Number(numberOf(value));
}

function codePoint(value: Value): number {
  if (!isWhole(value)) throw new PythonError('fails', '%c requires int or char');
  const code = Number(numberOf(value));
  if (code < 0 || code > 0x10ffff) throw new PythonError('fails', '%c arg not in range(0x110000)');
  return code;
}

function convert(budget: Budget, value: Value, flags: string, precision: number | null, conversion: string): Str {
  switch (conversion) {
    case 's':
    case 'r':
    case 'a': {
      const text = conversion === 's' ? toText(budget, value) : repr(budget, value);
      return precision === null || text.unknowns?.size ? text : slice(text, 0, precision);
    }
    case 'c': {
      const code = value.kind === 'str' ? value.text : String.fromCodePoint(codePoint(value));
      if ([...code].length !== 1 || /[\uE000\uE001]/.test(code))
        throw new PythonError('fails', '%c requires int or char');
      return str(code, allOrigins(value));
    }
    case 'x':
    case 'X':
    case 'o':
      if (!isWhole(value))
        throw new PythonError('fails', `%${conversion} format: an integer is required, not ${pythonType(value)}`);
      return str(sign(number(numberOf(value), precision, flags, conversion), flags), allOrigins(value));
    default:
      return str(sign(number(numeral(value), precision, flags, conversion), flags), allOrigins(value));
  }
}

function number(value: number | bigint, precision: number | null, flags: string, conversion: string): string {
  const digits = Math.min(precision ?? 6, 100);
  const size = Math.abs(Number(value));
  const signed = (text: string) => (value < 0 || Object.is(value, -0) ? `-${text}` : text);
  const prefix = flags.includes('#') ? `0${conversion}` : '';
  const whole = (base: number) =>
    absolute(value)
      .toString(base)
      .padStart(precision ?? 0, '0');
  switch (conversion) {
    case 'd':
    case 'i':
    case 'u':
      return value > -1 ? whole(10) : signed(whole(10));
    case 'x':
      return signed(`${prefix}${whole(16)}`);
    case 'X':
      return signed(`${prefix}${whole(16).toUpperCase()}`);
    case 'o':
      return signed(`${prefix}${whole(8)}`);
    case 'f':
    case 'F':
      return signed(cased(fixedPoint(size, digits), conversion));
    case 'e':
    case 'E':
      return signed(cased(exponential(size, digits), conversion));
    case 'g':
    case 'G':
      return signed(cased(general(size, digits), conversion));
    default:
      throw new PythonError('fails', `unsupported format character '${conversion}'`);
  }
}

/** A number without its sign and what is behind its point. */
function absolute(value: number | bigint): bigint {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new PythonError('fails', `cannot convert float ${floatText(value)} to integer`);
  const int = typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
  return int < 0n ? -int : int;
}

function cased(text: string, conversion: string): string {
  return conversion === conversion.toUpperCase() ? text.toUpperCase() : text;
}

function sign(text: string, flags: string): string {
  if (text.startsWith('-')) return text;
  return flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text;
}

function pad(budget: Budget, value: Str, flags: string, width: number, conversion: string): Str {
  const missing = width - [...value.text].length;
  if (missing <= 0) return value;
  if (flags.includes('-')) return concat(budget, [value, str(' '.repeat(missing))]);
  if (!flags.includes('0') || 'srac'.includes(conversion)) return concat(budget, [str(' '.repeat(missing)), value]);
  const prefix = /^[-+ ]?(?:0[xXo])?/.exec(value.text)?.[0].length ?? 0;
  return concat(budget, [slice(value, 0, prefix), str('0'.repeat(missing)), slice(value, prefix)]);
}
