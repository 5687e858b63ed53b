import { UNKNOWN_TOKEN } from '../../../source/rope.ts';
import { spend, spendItems } from '../../budget.ts';
import { isSince } from '../../types.ts';
import {
  type Arguments,
  allOrigins,
  int,
  list,
  mergeOrigins,
  none,
  PythonError,
  pythonType,
  str,
  tuple,
  undefinedValue,
  unknownIn,
  type Value,
} from '../../value.ts';
import { attribute, follow, iterate } from '../access.ts';
import { isOpenEnded } from '../collection-methods.ts';
import { bind, type Engine, truth, truthOf } from '../engine.ts';
import { hasOpenKeys } from '../open-keys.ts';
import { binary } from '../operators.ts';
import { compare, contains, defined, derived, distinct, equals, indexOf } from '../python.ts';
import { characterCount, concat } from '../text.ts';
import { Undecided } from '../undecided.ts';
import { unordered } from '../unordered.ts';
import { any, asText, type Filter, type Filters, isTrue, own, textOf, whole } from './filter.ts';

/** `map`, `select` and their kin loop over nothing for a false value. */
function itemsIfTrue(value: Value): readonly Value[] {
  return truthOf(value) === false ? [] : iterate(value);
}

function lowerCase(value: Value, caseSensitive: boolean): Value {
  return value.kind === 'str' && !caseSensitive ? { ...value, text: value.text.toLowerCase() } : value;
}

const named = (args: Arguments, name: string): Value | undefined => args.named.get(name);

/** `map`, by attribute or by filter. */
function map(engine: Engine, input: Value, args: Arguments): Value {
  if (input.kind === 'unknown') return derived('map', [input, ...args.positional, ...args.named.values()]);
  const path = named(args, 'attribute');
  const otherwise = named(args, 'default');
  const [filter, ...rest] = args.positional;
  const results = itemsIfTrue(input).map(item => {
    spend(engine.budget);
    if (!path) return engine.filter(textOf(filter, 'the filter to map'), item, { positional: rest, named: args.named });
    const found = follow(engine, item, path);
    return found.kind === 'undefined' && otherwise ? otherwise : found;
  });
  return list(results, input.origins);
}

/** `select`, `reject`, `selectattr` and `rejectattr`. */
function selection(keep: boolean, byAttribute: boolean): Filter {
  return own((engine, input, args) => {
    if (input.kind === 'unknown')
      return derived(`${keep ? 'select' : 'reject'}${byAttribute ? 'attr' : ''}`, [input, ...args.positional]);
    const path = byAttribute ? args.positional[0] : undefined;
    const [test, ...rest] = byAttribute ? args.positional.slice(1) : args.positional;
    const kept = itemsIfTrue(input).filter(item => {
      spend(engine.budget);
      const value = byAttribute ? follow(engine, item, path) : item;
      const result = test
        ? engine.test(textOf(test, 'the test'), value, { positional: rest, named: args.named })
        : value;
      return truth(engine, result) === keep;
    });
    return list(kept, input.origins);
  });
}

function sort(engine: Engine, input: Value, args: Arguments): Value {
  const bound = bind('sort', args, ['reverse', 'case_sensitive', 'attribute']);
  const caseSensitive = isTrue(engine, bound.case_sensitive);
  const paths =
    bound.attribute && bound.attribute.kind === 'str'
      ? bound.attribute.text.split(',').map(part => str(part))
      : [bound.attribute];
  const keyed = iterate(input).map(item => ({
    item,
    keys: paths.map(path => lowerCase(defined(follow(engine, item, path)), caseSensitive)),
  }));
  const direction = isTrue(engine, bound.reverse) ? -1 : 1;
  const order = (a: (typeof keyed)[number], b: (typeof keyed)[number]): number => {
    for (const [i, key] of a.keys.entries()) {
      const found = compare(engine.budget, key, b.keys[i] as Value);
      if (found !== 0) return direction * found;
    }
    return 0;
  };
  const sorted = () =>
    list(
      keyed.map(({ item }) => item),
      input.origins,
    );
  const { depth } = engine.budget;
  try {
    keyed.sort(order);
    return sorted();
  } catch (error) {
    if (!(error instanceof Undecided)) throw error;
    engine.budget.depth = depth;
    const why = keyed.flatMap(({ item }) => unknownIn(item)?.why ?? []);
    return unordered(sorted(), why);
  }
}

function unique(engine: Engine, input: Value, args: Arguments): Value {
  const bound = bind('unique', args, ['case_sensitive', 'attribute']);
  const caseSensitive = isTrue(engine, bound.case_sensitive);
  const seen: Value[] = [];
  if (!bound.attribute && caseSensitive) return list(distinct(engine.budget, iterate(input)), input.origins);
  const kept = iterate(input).filter(item => {
    const key = lowerCase(defined(follow(engine, item, bound.attribute)), caseSensitive);
    if (contains(engine.budget, seen, key)) return false;
    seen.push(key);
    return true;
  });
  return list(kept, input.origins);
}

function extreme(sign: number): Filter {
  return any((engine, input, args) => {
    const bound = bind('min/max', args, ['case_sensitive', 'attribute']);
    const caseSensitive = isTrue(engine, bound.case_sensitive);
    const key = (value: Value) => lowerCase(defined(follow(engine, value, bound.attribute)), caseSensitive);
    const [first, ...rest] = iterate(input);
    if (!first) return undefinedValue('', 'No aggregated item, sequence was empty.');
    return rest.reduce((best, item) => (sign * compare(engine.budget, key(item), key(best)) > 0 ? item : best), first);
  });
}

/**
 * Unions, intersections and differences; since ansible-core 2.16 they go over Python's sets where their items allow it,
 * whose order is another one in every run. Which version runs must be told for an order to be claimed.
 */
function setOperation(
  name: string,
  combine: (engine: Engine, a: readonly Value[], b: readonly Value[]) => Value[],
): Filter {
  return any((engine, input, args) => {
    const [other] = args.positional;
    if (!other) throw new PythonError('fails', `${name} takes a second list`);
    const [a, b] = [iterate(input), iterate(other)];
    const sets = [input, other].every(({ kind }) => kind === 'str' || kind === 'tuple');
    if (sets) return derived(name, [input, other], { why: ['the order of a set'] });
    if (name === 'union' && (input.kind !== 'list' || other.kind !== 'list')) {
      throw new PythonError('fails', 'union can only concatenate two lists');
    }
    const result = list(distinct(engine.budget, combine(engine, a, b)), mergeOrigins(input.origins, other.origins));
    const hashed = [...a, ...b].every(item => item.kind !== 'list' && item.kind !== 'dict');
    return hashed && (engine.ansible === 'untold' || isSince(engine.ansible, '2.16'))
      ? unordered(result, [`the order of what the filter ${name} gives changes from run to run`])
      : result;
  });
}

const without = (engine: Engine, a: readonly Value[], b: readonly Value[]) =>
  a.filter(item => !contains(engine.budget, b, item));

function groupBy(engine: Engine, input: Value, args: Arguments): Value {
  const {
    attribute: path,
    default: otherwise,
    case_sensitive,
  } = bind('groupby', args, ['attribute', 'default', 'case_sensitive']);
  const caseSensitive = isTrue(engine, case_sensitive);
  const keyed = iterate(input).map(item => {
    const found = follow(engine, item, path);
    const key = defined(found.kind === 'undefined' && otherwise ? otherwise : found);
    return { item, key, order: lowerCase(key, caseSensitive) };
  });
  keyed.sort((a, b) => compare(engine.budget, a.order, b.order));
  const groups: { key: Value; order: Value; members: Value[] }[] = [];
  for (const { item, key, order } of keyed) {
    const last = groups.at(-1);
    if (last && equals(engine.budget, last.order, order)) last.members.push(item);
    else groups.push({ key, order, members: [item] });
  }
  return list(
    groups.map(({ key, members }) => ({ ...tuple([key, list(members)]), group: true as const })),
    input.origins,
  );
}

function batch(engine: Engine, input: Value, args: Arguments): Value {
  const { linecount, fill_with: fill } = bind('batch', args, ['linecount', 'fill_with']);
  const size = indexOf(linecount ?? int(0));
  if (size < 1) throw new PythonError('fails', 'batch takes a number above zero');
  spendItems(engine.budget, size);
  const all = iterate(input);
  const rows = Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
  const last = rows.at(-1);
  if (last && fill && fill.kind !== 'none') while (last.length < size) last.push(fill);
  return list(
    rows.map(row => list(row)),
    input.origins,
  );
}

function columns(engine: Engine, input: Value, args: Arguments): Value {
  const { slices, fill_with: fill } = bind('slice', args, ['slices', 'fill_with']);
  const count = indexOf(slices ?? int(0));
  if (count < 1) throw new PythonError('fails', 'slice takes a number above zero');
  spendItems(engine.budget, count);
  const all = iterate(input);
  const [size, longer] = [Math.floor(all.length / count), all.length % count];
  const parts = Array.from({ length: count }, (_, i) => {
    const start = i * size + Math.min(i, longer);
    const part = all.slice(start, start + size + (i < longer ? 1 : 0));
    return list(fill && fill.kind !== 'none' && i >= longer ? [...part, fill] : part);
  });
  return list(parts, input.origins);
}

function flatten(engine: Engine, input: Value, args: Arguments): Value {
  const { levels, skip_nulls: skip } = bind('flatten', args, ['levels', 'skip_nulls']);
  const depth = levels && levels.kind !== 'none' ? indexOf(levels) : 100;
  const skipNulls = isTrue(engine, skip, true);
  const isNull = (item: Value) =>
    item.kind === 'none' || (item.kind === 'str' && (item.text === 'None' || item.text === 'null'));
  const flat = (source: readonly Value[], left: number): Value[] =>
    source.flatMap(item => {
      spend(engine.budget);
      if (mayBeMore(item, skipNulls)) throw new Undecided();
      if (skipNulls && isNull(item)) return [];
      return (item.kind === 'list' || item.kind === 'tuple') && left >= 1 ? flat(item.items, left - 1) : [item];
    });
  return list(flat(iterate(input), depth), input.origins);
}

/** Whether an unknown item may be a list, or nothing where that is left out. */
function mayBeMore(item: Value, skipNulls: boolean): boolean {
  if (item.kind === 'str')
    return skipNulls && !!item.unknowns?.size && /^[Nonenul]*$/.test(item.text.replace(UNKNOWN_TOKEN, ''));
  return item.kind === 'unknown' && (!item.type || item.type === 'list' || (skipNulls && item.type === 'str'));
}

function product(engine: Engine, input: Value, args: Arguments): Value {
  let rows: Value[][] = [[]];
  for (const source of [input, ...args.positional]) {
    const all = iterate(source);
    spendItems(engine.budget, rows.length * all.length);
    rows = rows.flatMap(row => all.map(item => [...row, item]));
  }
  return list(
    rows.map(row => tuple(row)),
    input.origins,
  );
}

function zip(longest: boolean): Filter {
  return whole((_, input, args) => {
    const lists = [input, ...args.positional].map(iterate);
    const lengths = lists.map(({ length }) => length);
    const length = longest ? Math.max(...lengths) : Math.min(...lengths);
    const fill = args.named.get('fillvalue') ?? none();
    return list(
      Array.from({ length }, (_row, i) => tuple(lists.map(all => all[i] ?? fill))),
      input.origins,
    );
  });
}

function subelements(engine: Engine, input: Value, args: Arguments): Value {
  const { subelements: path, skip_missing: skip } = bind('subelements', args, ['subelements', 'skip_missing']);
  const elements = input.kind === 'dict' ? [...input.entries.values()].map(([, value]) => value) : iterate(input);
  const steps =
    path?.kind === 'list'
      ? path.items
      : textOf(path, 'subelements')
          .split('.')
          .map(part => str(part));
  const pairs = elements.flatMap(element => {
    let found = element;
    for (const step of steps) found = follow(engine, found, step);
    if (found.kind === 'undefined' && isTrue(engine, skip)) return [];
    const values = defined(found);
    if (values.kind === 'unknown') throw new Undecided();
    if (values.kind !== 'list') throw new PythonError('fails', 'subelements must lead to a list');
    return values.items.map(value => tuple([element, value]));
  });
  return list(pairs, input.origins);
}

function length(engine: Engine, input: Value): Value {
  const value = defined(input);
  spend(engine.budget);
  switch (value.kind) {
    case 'unknown':
      return derived('length', [value], { type: 'int' });
    case 'str':
      return value.unknowns?.size
        ? derived('length', [value], { type: 'int' })
        : int(characterCount(value.text), allOrigins(value));
    case 'list':
    case 'tuple':
      return isOpenEnded(value) ? derived('length', [value], { type: 'int' }) : int(value.items.length, value.origins);
    case 'dict':
      if (value.entries.size > 1 && hasOpenKeys(value)) return derived('length', [value], { type: 'int' });
      return int(value.entries.size, value.origins);
    case 'lazy':
      return int([...value.keys()].length, value.origins);
    default:
      throw new PythonError('fails', `object of type '${pythonType(value)}' has no len()`);
  }
}

function join(engine: Engine, input: Value, args: Arguments): Value {
  const { d, attribute: path } = bind('join', args, ['d', 'attribute']);
  const source = defined(input);
  const separator = d ? asText(engine, d) : str('');
  if (source.kind === 'unknown') return derived('join', [source, separator]);
  const parts = iterate(source).flatMap((item, i) => {
    const part = asText(engine, path ? follow(engine, item, path) : item);
    return i > 0 ? [separator, part] : [part];
  });
  return parts.length === 0 ? str('', allOrigins(source)) : concat(engine.budget, parts);
}

function end(which: 'first' | 'last'): Filter {
  return own((_, input) => {
    const source = defined(input);
    if (source.kind === 'unknown') return derived(which, [source], { defined: null });
    const found = iterate(source).at(which === 'first' ? 0 : -1);
    return found ?? undefinedValue('', `No ${which} item, sequence was empty.`, source.origins);
  });
}

export const SEQUENCE_FILTERS: Filters = {
  list: own((_, input) => {
    const source = defined(input);
    return source.kind === 'unknown' ? derived('list', [source]) : list([...iterate(source)], source.origins);
  }),
  length: own(length),
  count: own(length),
  first: end('first'),
  last: end('last'),
  join: own(join),
  map: own(map),
  select: selection(true, false),
  reject: selection(false, false),
  selectattr: selection(true, true),
  rejectattr: selection(false, true),
  sort: own((engine, input, args) => {
    const source = defined(input);
    return source.kind === 'unknown' ? derived('sort', [source, ...args.positional]) : sort(engine, source, args);
  }),
  unique: any(unique),
  min: extreme(-1),
  max: extreme(1),
  reverse: whole((_, input) => {
    if (input.kind === 'str' && input.unknowns?.size) throw new Undecided();
    if (input.kind === 'str') return str([...input.text].reverse().join(''), allOrigins(input));
    return list([...iterate(input)].reverse(), input.origins);
  }),
  sum: any((engine, input, args) => {
    const { attribute: path, start } = bind('sum', args, ['attribute', 'start']);
    return iterate(input).reduce(
      (total, item) => binary(engine.budget, '+', total, follow(engine, item, path)),
      start ?? int(0),
    );
  }),
  groupby: any(groupBy),
  batch: whole(batch),
  slice: whole(columns),
  flatten: whole(flatten),
  product: whole(product),
  zip: zip(false),
  zip_longest: zip(true),
  subelements: whole(subelements),
  union: setOperation('union', (_, a, b) => [...a, ...b]),
  intersect: setOperation('intersect', (engine, a, b) => a.filter(item => contains(engine.budget, b, item))),
  difference: setOperation('difference', without),
  symmetric_difference: setOperation('symmetric_difference', (engine, a, b) => [
    ...without(engine, a, b),
    ...without(engine, b, a),
  ]),
  attr: own((engine, input, args) => attribute(engine, input, textOf(args.positional[0], 'attr'))),
};
