import {
  allOrigins,
  bool,
  float,
  int,
  mergeOrigins,
  PythonError,
  pythonType,
  str,
  type Value,
  withOrigins,
} from '../../value.ts';
import { bind, type Engine, truth } from '../engine.ts';
import { asConditions } from '../evaluate.ts';
import { fixedPoint, timesTenTo } from '../float-format.ts';
import { defined, derived, indexOf, isNumber, isUnknown, numberOf, toText } from '../python.ts';
import { concat } from '../text.ts';
import { any, asText, type Filters, isTrue, own, textOf } from './filter.ts';

/** What Python's `float` takes beside digits. */
const NO_NUMBER = /^([+-]?)(nan|inf|infinity)$/i;
const DECIMAL = /^[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?$/;

function toInt(value: Value, otherwise: Value, base: number): Value {
  const origins = allOrigins(value);
  if (value.kind === 'int' || value.kind === 'bool') return int(numberOf(value), origins);
  if (value.kind === 'float')
    return Number.isFinite(value.value) ? int(BigInt(Math.trunc(value.value)), origins) : otherwise;
  if (value.kind !== 'str' || value.text.length > 1000) return otherwise;
  const text = value.text.trim().toLowerCase();
  if (base === 10) {
    if (/^[+-]?\d(?:_?\d)*$/.test(text)) return int(BigInt(text.replace(/^\+/, '').replaceAll('_', '')), origins);
    const number = DECIMAL.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
    return Number.isFinite(number) ? int(BigInt(Math.trunc(number)), origins) : otherwise;
  }
  const digits = text.replace(/^([+-]?)0[xob]/, '$1');
  const parsed = Number.parseInt(digits, base);
  return Number.isNaN(parsed) || !/^[+-]?[0-9a-z]+$/.test(digits) ? otherwise : int(parsed, origins);
}

function round(value: Value, precision: number, method: string): Value {
  if (!isNumber(value)) throw new PythonError('fails', `type ${pythonType(value)} doesn't define __round__ method`);
  const number = Number(numberOf(value));
  if (!['common', 'ceil', 'floor'].includes(method))
    throw new PythonError('fails', 'method must be common, ceil or floor');
  if (method !== 'common') {
    const factor = 10 ** precision;
    const rounded = method === 'ceil' ? Math.ceil(number * factor) : Math.floor(number * factor);
    return float(rounded / factor, allOrigins(value));
  }
  if (value.kind !== 'float') return int(precision < 0 ? roundHalfEven(number, precision) : number, value.origins);
  return float(roundHalfEven(number, Math.max(-300, Math.min(100, precision))), allOrigins(value));
}

/** Python rounds the exact binary value; ties are those that really are halves. */
function roundHalfEven(value: number, precision: number): number {
  if (!Number.isFinite(value)) return value;
  const size =
    precision < 0
      ? Number(timesTenTo(Math.abs(value), precision)) * 10 ** -precision
      : Number(fixedPoint(Math.abs(value), precision));
  return value < 0 || Object.is(value, -0) ? -size : size;
}

function mathOf(compute: (value: number, argument: number | null) => number): Filters[string] {
  return any((_, input, args) => {
    const [argument] = [...args.positional, ...args.named.values()];
    if (!isNumber(input) || (argument && !isNumber(argument)))
      throw new PythonError('fails', 'can only be used on numbers');
    const result = compute(Number(numberOf(input)), argument && isNumber(argument) ? Number(numberOf(argument)) : null);
    if (!Number.isFinite(result)) throw new PythonError('fails', 'math domain error');
    return float(result, allOrigins(input));
  });
}

/** A number as Python's `float()` reads it; null for what it refuses. */
function floatOf(value: Value): number | null {
  if (isNumber(value)) return Number(numberOf(value));
  const text = value.kind === 'str' ? value.text.trim() : '';
  if (DECIMAL.test(text)) return Number(text.replaceAll('_', ''));
  const [, sign, word] = NO_NUMBER.exec(text) ?? [];
  if (word === undefined) return null;
  const size = word.toLowerCase() === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY;
  return sign === '-' ? -size : size;
}

/** A size in bytes for people, in steps of 1000 or 1024 (`jinja2.filters.do_filesizeformat`). */
function fileSize(size: number, binary: boolean): string {
  const base = binary ? 1024 : 1000;
  if (size === 1) return '1 Byte';
  if (size < base) return `${Math.trunc(size)} Bytes`;
  const steps = [...UNITS].map((_, power) => base ** (power + 1));
  const power = steps.findIndex(step => size < step * base);
  const last = power < 0 ? steps.length - 1 : power;
  const unit = binary ? `${UNITS[last]}i` : `${UNITS[last]}`.replace('K', 'k');
  return `${fixedPoint(size / (steps[last] ?? 1), 1)} ${unit}B`;
}

const UNITS = 'KMGTPEZY';

function bytesFromText(value: string, defaultUnit: string | null, isBits: boolean): number {
  const match = /^\s*(\d*\.?\d*)\s*([A-Za-z]+)?/.exec(value);
  const number = Number(match?.[1] === '' ? Number.NaN : match?.[1]);
  if (!match || Number.isNaN(number))
    throw new PythonError('fails', `human_to_bytes() can't interpret following string: ${value}`);
  const unit = match[2] ?? defaultUnit;
  if (!unit) return Math.round(number);
  const letter = unit[0]?.toUpperCase() ?? '';
  const power = letter === 'B' ? 0 : UNITS.indexOf(letter) + 1;
  const suffix = isBits ? 'b' : 'B';
  if (letter !== 'B' && power === 0)
    throw new PythonError('fails', `human_to_bytes() can't interpret following string: ${value}`);
  if (unit.length === 2 && unit[1] !== suffix)
    throw new PythonError('fails', `human_to_bytes() failed: wrong unit ${unit}`);
  return Math.round(number * 1024 ** power);
}

function bytesToText(size: number, isBits: boolean, unit: string | null): string {
  const base = isBits ? 'bits' : 'Bytes';
  const powers = ['', ...UNITS].map((letter, power) => ({ letter, limit: 1024 ** power })).toReversed();
  const chosen = powers.find(({ letter, limit }) => (unit === null ? size >= limit : unit.toUpperCase()[0] === letter));
  const { letter, limit } = chosen ?? { letter: '', limit: 1 };
  const suffix = letter === '' || (unit !== null && !chosen) ? base : `${letter}${base[0]}`;
  return `${fixedPoint(size / limit, 2)} ${suffix}`;
}

export const SCALAR_FILTERS: Filters = {
  default: own(defaultTo),
  d: own(defaultTo),
  mandatory: own((engine, input, args) => {
    if (input.kind !== 'undefined') return input;
    const { msg } = bind('mandatory', args, ['msg']);
    const message =
      msg && msg.kind !== 'none' ? asText(engine, msg).text : `Mandatory variable '${input.name}' not defined.`;
    throw new PythonError('undefined', message);
  }),
  ternary: own((engine, input, args) => {
    const {
      true_val: yes,
      false_val: no,
      none_val: nothing,
    } = bind('ternary', args, ['true_val', 'false_val', 'none_val']);
    const value = defined(input);
    if (!yes || !no) throw new PythonError('fails', 'ternary takes a value for true and one for false');
    if (value.kind === 'unknown' && nothing && nothing.kind !== 'none')
      return derived('ternary', [value, yes, no, nothing], { defined: null });
    const chosen =
      value.kind === 'none' && nothing && nothing.kind !== 'none' ? nothing : truth(engine, value) ? yes : no;
    return withOrigins(chosen, asConditions(allOrigins(value)));
  }),
  bool: own((engine, input) => {
    const value = defined(input);
    if (isUnknown(engine.budget, value)) return derived('bool_filter', [value], { type: 'bool' });
    if (value.kind === 'none' || value.kind === 'bool') return value;
    const text =
      value.kind === 'str' ? value.text.toLowerCase() : isNumber(value) ? toText(engine.budget, value).text : '';
    return bool(
      ['yes', 'on', '1', 'true', '1.0'].includes(text) && !(value.kind === 'str' && text === '1.0'),
      allOrigins(value),
    );
  }),
  int: any((_, input, args) => {
    const { default: otherwise, base } = bind('int', args, ['default', 'base']);
    return toInt(input, otherwise ?? int(0), base ? indexOf(base) : 10);
  }),
  float: any((_, input, args) => {
    const { default: otherwise } = bind('float', args, ['default']);
    const number = floatOf(input);
    return number === null ? (otherwise ?? float(0)) : float(number, allOrigins(input));
  }),
  abs: any((_, input) => {
    if (!isNumber(input)) throw new PythonError('fails', `bad operand type for abs(): '${pythonType(input)}'`);
    const number = numberOf(input);
    return input.kind === 'float'
      ? float(Math.abs(input.value), input.origins)
      : int(number < 0 ? -number : number, input.origins);
  }),
  round: any((_, input, args) => {
    const { precision, method } = bind('round', args, ['precision', 'method']);
    return round(input, precision ? indexOf(precision) : 0, method ? textOf(method, 'method') : 'common');
  }),
  log: mathOf((value, base) =>
    base === 10 ? Math.log10(value) : base === null ? Math.log(value) : Math.log(value) / Math.log(base),
  ),
  pow: mathOf((value, exponent) => value ** (exponent ?? 1)),
  root: mathOf((value, base) => (base === null || base === 2 ? Math.sqrt(value) : value ** (1 / base))),
  human_to_bytes: any((engine, input, args) => {
    const { default_unit, isbits } = bind('human_to_bytes', args, ['default_unit', 'isbits']);
    const unit = default_unit && default_unit.kind !== 'none' ? textOf(default_unit, 'default_unit') : null;
    return int(bytesFromText(asText(engine, input).text, unit, isTrue(engine, isbits)), allOrigins(input));
  }),
  human_readable: any((engine, input, args) => {
    const { isbits, unit } = bind('human_readable', args, ['isbits', 'unit']);
    if (!isNumber(input)) throw new PythonError('fails', 'human_readable() takes a number');
    const named = unit && unit.kind !== 'none' ? textOf(unit, 'unit') : null;
    return str(bytesToText(Number(numberOf(input)), isTrue(engine, isbits), named), allOrigins(input));
  }),
  filesizeformat: any((engine, input, args) => {
    const { binary } = bind('filesizeformat', args, ['binary']);
    const size = floatOf(input);
    if (size === null) throw new PythonError('fails', `could not convert ${pythonType(input)} to float`);
    return str(fileSize(size, isTrue(engine, binary)), allOrigins(input));
  }),
  version_compare: any((engine, input, args) => engine.test('version', input, args)),
  ipwrap: any(wrapAddress),
  'ansible.utils.ipwrap': any(wrapAddress),
  type_debug: any((_, input) =>
    CLASSES.has(input.kind)
      ? derived('type_debug', [input], { why: ['which class of Python holds a text, list or mapping'] })
      : str(input.kind === 'none' ? 'NoneType' : pythonType(input), allOrigins(input)),
  ),
};

/** `ansible.utils.ipwrap`: brackets around IPv6 addresses, anything else as it is. */
function wrapAddress(engine: Engine, input: Value): Value {
  if (input.kind === 'list') return { ...input, items: input.items.map(item => wrapAddress(engine, item)) };
  if (input.kind !== 'str' || !/^(?=.*:.*:)[0-9a-f:.]+$/i.test(input.text)) return input;
  return concat(engine.budget, [str('[', input.origins), input, str(']', input.origins)]);
}

/** Kinds that Ansible has several classes for, such as `AnsibleUnicode` for texts. */
const CLASSES: ReadonlySet<Value['kind']> = new Set(['str', 'list', 'dict', 'tuple']);

function defaultTo(engine: Engine, input: Value, args: Parameters<Filters[string]['apply']>[2]): Value {
  const { default_value, boolean } = bind('default', args, ['default_value', 'boolean']);
  const otherwise = default_value ?? str('');
  if (input.kind === 'undefined') return withOrigins(otherwise, asConditions(input.origins));
  const onFalse = boolean ? truth(engine, boolean) : false;
  if (input.kind === 'unknown') {
    if (!onFalse && input.defined === true) return input;
    if (input.defined === false) return otherwise;
    const made = derived(onFalse ? 'default_true' : 'default', [input, otherwise]);
    return { ...made, origins: mergeOrigins(input.origins, allOrigins(otherwise)) };
  }
  return onFalse && !truth(engine, input) ? otherwise : input;
}
