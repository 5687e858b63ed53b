import { OverLimit, spend, spendItems, spendText } from '../budget.ts';
import {
  type Arguments,
  bool,
  int,
  list,
  PythonError,
  pythonType,
  type RuntimeObject,
  type Str,
  str,
  tuple,
  type Value,
} from '../value.ts';
import { bind, type Engine, truth } from './engine.ts';
import { defined, derived, indexOf, isUnknown, orUnknown, toText } from './python.ts';
import { formatText } from './str-format.ts';
import { characterCount, concat, escapes, mapText, originsOf, plain, slice, splitLines } from './text.ts';

type Method = (engine: Engine, text: Str, args: Arguments) => Value;

/** A method of Python's `str`, or undefined when there is none by that name. */
export function textMethod(engine: Engine, text: Str, name: string): RuntimeObject | undefined {
  const method = METHODS.get(name);
  if (!method) return undefined;
  const call = (args: Arguments): Value => {
    const inputs = [...args.positional, ...args.named.values()].map(defined);
    if (args.open) return derived(`str.${name}`, [text, ...inputs, ...args.open]);
    const mayBePartial = name === 'format' || name === 'join';
    if (!mayBePartial && (text.unknowns?.size || inputs.some(input => isUnknown(engine.budget, input))))
      return derived(`str.${name}`, [text, ...inputs]);
    if (escapes(text, inputs)) return derived(`str.${name}`, [text, ...inputs]);
    return orUnknown(engine.budget, `str.${name}`, [text, ...inputs], () => method(engine, text, args));
  };
  return { kind: 'object', type: 'builtin_function_or_method', call, origins: text.origins };
}

const WHITESPACE = /[\s\x1c-\x1f\x85]/;

/** `strip`, `lstrip` and `rstrip`: removes the characters given, or white space. */
export function strip(text: Str, characters: string | null, left: boolean, right: boolean): Str {
  const drop = (character: string) =>
    characters === null ? WHITESPACE.test(character) : characters.includes(character);
  let start = 0;
  let end = text.text.length;
  if (left) while (start < end && drop(text.text[start] ?? '')) start += 1;
  if (right) while (end > start && drop(text.text[end - 1] ?? '')) end -= 1;
  return slice(text, start, end);
}

/** Python's `split`; without a separator at runs of white space. */
export function split(engine: Engine, text: Str, separator: string | null, limit: number): Str[] {
  const parts: Str[] = [];
  if (separator === '') throw new PythonError('fails', 'empty separator');
  const gaps = separator === null ? text.text.matchAll(/[\s\x1c-\x1f\x85]+/g) : occurrences(text.text, separator);
  let start = 0;
  for (const { index, 0: gap } of gaps) {
    if (separator === null && index === 0) {
      start = gap.length;
      continue;
    }
    if (limit >= 0 && parts.length >= limit) break;
    spend(engine.budget);
    parts.push(slice(text, start, index));
    start = index + gap.length;
  }
  if (separator !== null || start < text.text.length) {
    parts.push(
      separator === null && parts.length >= limit && limit >= 0
        ? strip(slice(text, start), null, false, true)
        : slice(text, start),
    );
  }
  spendItems(engine.budget, parts.length);
  return parts;
}

function* occurrences(text: string, part: string): Generator<{ index: number; 0: string }> {
  for (let index = text.indexOf(part); index >= 0; index = text.indexOf(part, index + part.length))
    yield { index, 0: part };
}

function splitFromRight(engine: Engine, text: Str, separator: string | null, limit: number): Str[] {
  if (limit < 0) return split(engine, text, separator, -1);
  if (separator === '') throw new PythonError('fails', 'empty separator');
  const all = split(engine, text, separator, -1);
  if (all.length <= limit + 1) return all;
  const tail = all.slice(all.length - limit);
  let end = text.text.length;
  for (const part of tail.toReversed()) {
    end = text.text.lastIndexOf(part.text, end - part.text.length);
    if (separator !== null) end -= separator.length;
  }
  const head = slice(text, 0, end);
  return [separator === null ? strip(head, null, true, true) : head, ...tail];
}

/** Every (or the first `count`) `from` becomes `to`; the rest keeps its origins. */
export function replace(engine: Engine, text: Str, from: string, to: Str, count = -1): Str {
  const parts: Str[] = [];
  let start = 0;
  let done = 0;
  const matches = from === '' ? text.text.matchAll(/(?:)/gu) : occurrences(text.text, from);
  for (const { index } of matches) {
    if (count >= 0 && done >= count) break;
    spendText(engine.budget, to.text.length);
    parts.push(
      slice(text, start, index),
      to.segments.some(segment => segment.origins.length > 0) ? to : { ...str(to.text, originsOf(text)) },
    );
    start = index + from.length;
    done += 1;
  }
  if (done === 0) return plain(text);
  return concat(engine.budget, [...parts, slice(text, start)]);
}

/** Every word starts with a capital, as Python's `title` counts words. */
export function title(text: string): string {
  return text.replace(/\p{L}+/gu, word => capitalize(word));
}

export function capitalize(text: string): string {
  const [first = ''] = text;
  return first.toUpperCase() + text.slice(first.length).toLowerCase();
}

function textOf(value: Value | undefined, what: string): string {
  if (value?.kind !== 'str')
    throw new PythonError('fails', `${what} must be str, not ${value ? pythonType(value) : 'missing'}`);
  return value.text;
}

function optionalText(value: Value | undefined, what: string): string | null {
  return value === undefined || value.kind === 'none' ? null : textOf(value, what);
}

function splitWith(rule: typeof split): Method {
  return (engine, text, args) => {
    const { sep, maxsplit } = bind('split()', args, ['sep', 'maxsplit']);
    return list(rule(engine, text, optionalText(sep, 'sep'), maxsplit ? indexOf(maxsplit) : -1), text.origins);
  };
}

function stripWith(left: boolean, right: boolean): Method {
  return (_, text, args) => strip(text, optionalText(args.positional[0], 'strip arg'), left, right);
}

function mapWith(change: (text: string) => string): Method {
  return ({ budget }, text) => mapText(budget, text, change);
}

function is(rule: (text: string) => boolean): Method {
  return (_, text) => bool(rule(text.text), originsOf(text));
}

function affix(rule: (text: string, part: string) => boolean): Method {
  return (_, text, args) => {
    const [parts] = args.positional;
    const candidates = parts?.kind === 'tuple' ? parts.items : [parts];
    return bool(
      candidates.some(part => rule(text.text, textOf(part, 'first arg'))),
      originsOf(text),
    );
  };
}

/** Positions count characters, not UTF-16 units. */
function find(search: (text: string, part: string) => number, required: boolean): Method {
  return (_, text, args) => {
    const at = search(text.text, textOf(args.positional[0], 'argument 1'));
    if (at < 0 && required) throw new PythonError('fails', 'substring not found');
    return int(at < 0 ? -1 : characterCount(text.text.slice(0, at)), originsOf(text));
  };
}

function partition(search: (text: string, part: string) => number, fromRight: boolean): Method {
  return (_, text, args) => {
    const separator = textOf(args.positional[0], 'separator');
    const at = search(text.text, separator);
    if (at < 0) return tuple(fromRight ? [str(''), str(''), text] : [text, str(''), str('')]);
    return tuple([slice(text, 0, at), slice(text, at, at + separator.length), slice(text, at + separator.length)]);
  };
}

/** `ljust`, `rjust` and `center`. */
export function justify(engine: Engine, text: Str, width: number, fill: string, side: 'left' | 'right' | 'both'): Str {
  if ([...fill].length !== 1) throw new PythonError('fails', 'The fill character must be exactly one character long');
  const missing = width - characterCount(text.text);
  if (missing <= 0) return plain(text);
  spendText(engine.budget, missing);
  if (side === 'right') return concat(engine.budget, [text, str(fill.repeat(missing))]);
  if (side === 'left') return concat(engine.budget, [str(fill.repeat(missing)), text]);
  const left = (missing >> 1) + (missing & width & 1);
  return concat(engine.budget, [str(fill.repeat(left)), text, str(fill.repeat(missing - left))]);
}

function justifyWith(side: 'left' | 'right' | 'both'): Method {
  return (engine, text, args) => {
    const [width, fill] = args.positional;
    return justify(engine, text, indexOf(width ?? int(0)), optionalText(fill, 'fill') ?? ' ', side);
  };
}

function join(engine: Engine, separator: Str, args: Arguments): Value {
  const [items] = args.positional;
  if (items?.kind === 'unknown' || (items?.kind === 'str' && items.unknowns?.size))
    return derived('str.join', [separator, items]);
  const values =
    items?.kind === 'dict'
      ? [...items.entries.values()].map(([key]) => key)
      : items && 'items' in items
        ? items.items
        : null;
  if (items?.kind === 'str') {
    return concat(
      engine.budget,
      [...items.text].flatMap((character, i) => (i > 0 ? [separator, str(character)] : [str(character)])),
    );
  }
  if (!values) throw new PythonError('fails', 'can only join an iterable');
  const parts: Str[] = [];
  for (const [index, value] of values.entries()) {
    if (defined(value).kind !== 'str' && value.kind !== 'unknown') {
      throw new PythonError('fails', `sequence item ${index}: expected str instance, ${pythonType(value)} found`);
    }
    if (index > 0) parts.push(separator);
    parts.push(toText(engine.budget, value));
  }
  return concat(engine.budget, parts);
}

function zeroFill(engine: Engine, text: Str, args: Arguments): Value {
  const missing = indexOf(args.positional[0] ?? int(0)) - characterCount(text.text);
  if (missing <= 0) return plain(text);
  spendText(engine.budget, missing);
  const sign = /^[-+]/.test(text.text) ? 1 : 0;
  return concat(engine.budget, [slice(text, 0, sign), str('0'.repeat(missing)), slice(text, sign)]);
}

function expandTabs(engine: Engine, text: Str, args: Arguments): Value {
  const size = args.positional[0] ? indexOf(args.positional[0]) : 8;
  if (size > 64) throw new OverLimit('makes tabs wider than 64 columns');
  return mapText(engine.budget, text, source =>
    source
      .split(/(?<=[\n\r])/)
      .map(line =>
        line
          .split('\t')
          .reduce((done, part) => (size > 0 ? done.padEnd(done.length + size - (done.length % size)) : done) + part),
      )
      .join(''),
  );
}

const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['split', splitWith(split)],
  ['rsplit', splitWith(splitFromRight)],
  [
    'splitlines',
    (engine, text, args) =>
      list(splitLines(text, args.positional[0] ? truth(engine, args.positional[0]) : false), text.origins),
  ],
  ['strip', stripWith(true, true)],
  ['lstrip', stripWith(true, false)],
  ['rstrip', stripWith(false, true)],
  ['upper', mapWith(text => text.toUpperCase())],
  ['lower', mapWith(text => text.toLowerCase())],
  ['casefold', mapWith(text => text.toLowerCase())],
  ['title', mapWith(title)],
  ['capitalize', mapWith(capitalize)],
  [
    'swapcase',
    mapWith(text => [...text].map(c => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase())).join('')),
  ],
  ['expandtabs', expandTabs],
  [
    'replace',
    (engine, text, args) => {
      const [from, to, count] = args.positional;
      if (to?.kind !== 'str') throw new PythonError('fails', 'replace() argument 2 must be str');
      return replace(engine, text, textOf(from, 'replace() argument 1'), to, count ? indexOf(count) : -1);
    },
  ],
  ['join', join],
  ['format', formatText],
  ['startswith', affix((text, part) => text.startsWith(part))],
  ['endswith', affix((text, part) => text.endsWith(part))],
  ['find', find((text, part) => text.indexOf(part), false)],
  ['rfind', find((text, part) => text.lastIndexOf(part), false)],
  ['index', find((text, part) => text.indexOf(part), true)],
  ['rindex', find((text, part) => text.lastIndexOf(part), true)],
  ['count', (_, text, args) => int(countOf(text.text, textOf(args.positional[0], 'argument 1')), originsOf(text))],
  ['partition', partition((text, part) => text.indexOf(part), false)],
  ['rpartition', partition((text, part) => text.lastIndexOf(part), true)],
  ['zfill', zeroFill],
  ['ljust', justifyWith('right')],
  ['rjust', justifyWith('left')],
  ['center', justifyWith('both')],
  ['removeprefix', (_, text, args) => slice(text, prefixLength(text.text, textOf(args.positional[0], 'argument')))],
  ['removesuffix', (_, text, args) => withoutSuffix(text, textOf(args.positional[0], 'argument'))],
  ['isdigit', is(text => /^\p{Nd}+$/u.test(text))],
  ['isdecimal', is(text => /^\p{Nd}+$/u.test(text))],
  ['isnumeric', is(text => /^\p{N}+$/u.test(text))],
  ['isalpha', is(text => /^\p{L}+$/u.test(text))],
  ['isalnum', is(text => /^[\p{L}\p{N}]+$/u.test(text))],
  ['isspace', is(text => /^\s+$/.test(text))],
  ['isupper', is(text => text !== text.toLowerCase() && text === text.toUpperCase())],
  ['islower', is(text => text !== text.toUpperCase() && text === text.toLowerCase())],
  ['istitle', is(text => /\p{L}/u.test(text) && title(text) === text)],
  ['isidentifier', is(text => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(text))],
  ['isascii', is(text => /^[\x00-\x7f]*$/.test(text))],
]);

function countOf(text: string, part: string): number {
  return part === '' ? [...text].length + 1 : text.split(part).length - 1;
}

function prefixLength(text: string, prefix: string): number {
  return text.startsWith(prefix) ? prefix.length : 0;
}

function withoutSuffix(text: Str, suffix: string): Str {
  return suffix !== '' && text.text.endsWith(suffix) ? slice(text, 0, text.text.length - suffix.length) : text;
}
