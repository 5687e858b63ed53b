import { booleanOf } from '../boolean.ts';
import { type Budget, spendItems } from '../budget.ts';
import { type Dict, dict, field, int, keyOf, list, none, PythonError, str, tuple, type Value } from '../value.ts';
import { percentFormat } from './percent-format.ts';
import { isUnknown, toText } from './python.ts';

/**
 * Items of a lookup that makes a list of its terms alone, as the `with_…` of the same name does; null when there is no
 * such lookup here, or a term it takes apart is not known. @throws PythonError for terms it cannot use
 */
export function listLookup(budget: Budget, name: string, terms: readonly Value[]): Value[] | null {
  const make = LOOKUPS[name];
  if (!make || terms.some(term => term.kind === 'unknown')) return null;
  const made = make(budget, terms);
  if (made) spendItems(budget, made.length);
  return made;
}

const LOOKUPS: Readonly<Record<string, (budget: Budget, terms: readonly Value[]) => Value[] | null>> = {
  list: (_, terms) => [...terms],
  items: (_, terms) => terms.flatMap(itemsOf),
  dict: (_, terms) => (terms.every(term => term.kind === 'dict') ? terms.flatMap(pairsOf) : null),
  flattened: (budget, terms) => (isUnknown(budget, list([...terms])) ? null : flattened(terms)),
  indexed_items: (_, terms) => terms.flatMap(itemsOf).map((item, index) => tuple([int(index), item])),
  nested: (budget, terms) => takenApart(terms, lists => nested(budget, lists)),
  cartesian: (budget, terms) => takenApart(terms, lists => nested(budget, lists)),
  together: (_, terms) => takenApart(terms, together),
  subelements: (_, terms) => subelements(terms),
  sequence: (budget, terms) =>
    isUnknown(budget, list([...terms])) ? null : terms.flatMap(term => sequence(budget, toText(budget, term).text)),
};

/** Names of the lookups above. */
export const LIST_LOOKUPS: ReadonlySet<string> = new Set(Object.keys(LOOKUPS));

function itemsOf(value: Value): readonly Value[] {
  return value.kind === 'list' || value.kind === 'tuple' ? value.items : [value];
}

/** Items of these lists are lists themselves or not: of an unknown one nobody can tell. */
function takenApart(terms: readonly Value[], make: (lists: readonly (readonly Value[])[]) => Value[]): Value[] | null {
  const lists = terms.map(itemsOf);
  return lists.flat().some(({ kind }) => kind === 'unknown') ? null : make(lists);
}

function pairsOf(term: Value): Value[] {
  if (term.kind !== 'dict') return [];
  return [...term.entries.values()].map(([key, value]) =>
    dict(
      [
        [str('key'), key],
        [str('value'), value],
      ],
      term.origins,
    ),
  );
}

function flattened(values: readonly Value[]): Value[] {
  return values.flatMap(value => (value.kind === 'list' || value.kind === 'tuple' ? flattened(value.items) : [value]));
}

function nested(budget: Budget, lists: readonly (readonly Value[])[]): Value[] {
  const [first, ...rest] = lists;
  if (!first) throw new PythonError('fails', 'with_nested requires at least one element in the nested list');
  const combined = rest.reduce((made: readonly Value[], next) => {
    spendItems(budget, made.length * next.length);
    return made.flatMap(left => next.map(right => list([left, right].flatMap(itemsOf))));
  }, first);
  return combined.map(item => list([...itemsOf(item)]));
}

function together(lists: readonly (readonly Value[])[]): Value[] {
  const length = Math.max(0, ...lists.map(items => items.length));
  return Array.from({ length }, (_, at) => list(lists.flatMap(items => itemsOf(items[at] ?? none()))));
}

/** Each item with each of those in a list inside it; the item itself without that list. */
function subelements([from, path, flags]: readonly Value[]): Value[] | null {
  if (path?.kind !== 'str' || !from) throw new PythonError('fails', 'subelements expects a list and the name of a key');
  const skipMissing = booleanOf(flags?.kind === 'dict' ? field(flags, 'skip_missing') : undefined);
  if (skipMissing === null) return null;
  const elements = from.kind === 'dict' ? [...from.entries.values()].map(([, value]) => value) : itemsOf(from);
  const made: Value[] = [];
  for (const element of elements) {
    if (element.kind === 'unknown') return null;
    if (element.kind !== 'dict') throw new PythonError('fails', 'subelements expects mappings');
    const found = valueAt(element, path.text.split('.'));
    if (found?.kind === 'unknown') return null;
    if (found?.kind === 'list') for (const inner of found.items) made.push(tuple([without(element, path.text), inner]));
    else if (!skipMissing) throw new PythonError('fails', `could not find '${path.text}' as a list in every item`);
  }
  return made;
}

function valueAt(from: Dict, path: readonly string[]): Value | undefined {
  return path.reduce((at: Value | undefined, key) => (at?.kind === 'dict' ? field(at, key) : at), from);
}

function without(element: Dict, path: string): Dict {
  const [first = '', ...rest] = path.split('.');
  const entries = new Map(element.entries);
  const key = keyOf(str(first));
  const entry = entries.get(key);
  if (rest.length === 0) entries.delete(key);
  else if (entry?.[1].kind === 'dict') entries.set(key, [entry[0], without(entry[1], rest.join('.'))]);
  return { ...element, entries };
}

/** `start=1 end=5 stride=2 format=%02d`, or `1-5/2:%02d`, as texts. */
function sequence(budget: Budget, term: string): Value[] {
  const { start, end, stride, format } = sequenceOf(term);
  if (stride === 0) return [];
  if ((stride > 0 && end < start) || (stride < 0 && end > start))
    throw new PythonError('fails', 'a sequence backwards needs a negative stride, one forwards a positive');
  const count = Math.floor((end - start) / stride) + 1;
  spendItems(budget, count);
  return Array.from({ length: count }, (_, at) => percentFormat(budget, str(format), int(start + at * stride)));
}

const SHORTCUT = /^(?:((?:0x)?[0-9a-f]+)-)?((?:0x)?[0-9a-f]+)(?:\/((?:0x)?[0-9a-f]+))?(?::(.+))?$/i;

function sequenceOf(term: string): Readonly<{ start: number; end: number; stride: number; format: string }> {
  const short = SHORTCUT.exec(term);
  const given = short
    ? { start: short[1], end: short[2], stride: short[3], format: short[4], count: undefined }
    : Object.fromEntries([...term.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]));
  const number = (name: 'start' | 'end' | 'stride' | 'count', otherwise: number) =>
    given[name] === undefined ? otherwise : Number(given[name]);
  const [start, stride, count] = [number('start', 1), number('stride', 1), number('count', Number.NaN)];
  const end = Number.isNaN(count) ? number('end', Number.NaN) : start + count * stride - 1;
  if (![start, stride, end].every(Number.isInteger))
    throw new PythonError('fails', `${term} is no sequence of whole numbers with an end or a count`);
  return { start, end, stride: count === 0 ? 0 : stride, format: given.format ?? '%d' };
}
