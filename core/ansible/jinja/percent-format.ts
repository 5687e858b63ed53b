import { type Budget, spendText } from '../budget.ts';
import { allOrigins, field, PythonError, pythonType, type Str, str, type Value } from '../value.ts';
import { defined, derived, floatText, isNumber, numberOf, repr, toText } from './python.ts';
import { concat, slice } from './text.ts';

const DIRECTIVE = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?(.)/gs;

/** Python's `format % values`. @throws PythonError */
export function percentFormat(budget: Budget, format: Str, values: Value): Value {
  const args = values.kind === 'tuple' ? values.items : [values];
  if (format.unknowns?.size) return derived('%', [format, values]);
  let next = 0;
  const take = (): Value => {
    const value = args[next++];
    if (!value) throw new PythonError('fails', 'not enough arguments for format string');
    return defined(value);
  };
  const parts: Str[] = [];
  let last = 0;
  for (const match of format.text.matchAll(DIRECTIVE)) {
    const [whole, name, flags = '', width, precision, conversion = ''] = match;
    parts.push(slice(format, last, match.index));
    last = match.index + whole.length;
    if (conversion === '%') {
      parts.push(str('%'));
      continue;
    }
    const size = width === '*' ? Number(numeral(take())) : Number(width ?? 0);
    const digits = precision === '*' ? Number(numeral(take())) : precision === undefined ? null : Number(precision);
    spendText(budget, Math.max(size, digits ?? 0, 0));
    const value = name === undefined ? take() : named(values, name);
    if (value.kind === 'unknown' && !'sra'.includes(conversion))
      parts.push(toText(budget, derived(`%${conversion}`, [value])));
    else parts.push(pad(budget, convert(budget, value, flags, digits, conversion), flags, size, conversion));
  }
  const rest = slice(format, last);
  if (/%/.test(rest.text)) throw new PythonError('fails', 'incomplete format');
  parts.push(rest);
  if (next < args.length && values.kind !== 'dict' && !(values.kind === 'list' && next === 0)) {
    throw new PythonError('fails', 'not all arguments converted during string formatting');
  }
  return concat(budget, parts);
}

function named(values: Value, name: string): Value {
  if (values.kind !== 'dict') throw new PythonError('fails', 'format requires a mapping');
  const value = field(values, name);
  if (!value) throw new PythonError('fails', `KeyError: '${name}'`);
  return defined(value);
}

function numeral(value: Value): number | bigint {
  if (!isNumber(value)) throw new PythonError('fails', `a real number is required, not ${pythonType(value)}`);
  return numberOf(value);
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
      const code = value.kind === 'str' ? value.text : String.fromCodePoint(Number(numeral(value)));
      if ([...code].length !== 1 || /[\uE000\uE001]/.test(code))
        throw new PythonError('fails', '%c requires int or char');
      return str(code, allOrigins(value));
    }
    default:
      return str(sign(number(numeral(value), precision, flags, conversion), flags), allOrigins(value));
  }
}

function number(value: number | bigint, precision: number | null, flags: string, conversion: string): string {
  const negative = value < 0;
  const digits = Math.min(precision ?? 6, 100);
  const whole = () => {
    const int = typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
    return int < 0n ? -int : int;
  };
  const size = Math.abs(Number(value));
  const signed = (text: string) => `${negative ? '-' : ''}${text}`;
  const minimum = (text: string) => (precision === null ? text : text.padStart(precision, '0'));
  switch (conversion) {
    case 'd':
    case 'i':
    case 'u':
      return signed(minimum(whole().toString()));
    case 'x':
      return signed(`${flags.includes('#') ? '0x' : ''}${minimum(whole().toString(16))}`);
    case 'X':
      return signed(`${flags.includes('#') ? '0X' : ''}${minimum(whole().toString(16).toUpperCase())}`);
    case 'o':
      return signed(`${flags.includes('#') ? '0o' : ''}${minimum(whole().toString(8))}`);
    case 'f':
    case 'F':
      return signed(size.toFixed(digits));
    case 'e':
    case 'E': {
      const text = size.toExponential(digits).replace(/e([-+])(\d)$/, 'e$10$2');
      return signed(conversion === 'E' ? text.toUpperCase() : text);
    }
    case 'g':
    case 'G':
      return signed(general(size, Math.max(1, digits)));
    default:
      throw new PythonError('fails', `unsupported format character '${conversion}'`);
  }
}

function general(size: number, digits: number): string {
  if (size === 0 || !Number.isFinite(size)) return size === 0 ? '0' : floatText(size);
  const exponent = Math.floor(Math.log10(Number(size.toPrecision(digits))));
  if (exponent < -4 || exponent >= digits) {
    return size
      .toExponential(digits - 1)
      .replace(/\.?0+e/, 'e')
      .replace(/e([-+])(\d)$/, 'e$10$2');
  }
  const text = size.toFixed(Math.max(0, digits - 1 - exponent));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
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
