import { spend } from '../../budget.ts';
import { isSince } from '../../types.ts';
import {
  type Arguments,
  allOrigins,
  type Dict,
  dict,
  type Entry,
  keyOf,
  list,
  mergeOrigins,
  PythonError,
  pythonType,
  str,
  tuple,
  type UnknownValue,
  unknownValue,
  type Value,
} from '../../value.ts';
import { item, iterate } from '../access.ts';
import { bind, type Engine } from '../engine.ts';
import { hasOpenKeys } from '../open-keys.ts';
import { compare, defined, derived, isUnknown, mayEqual, positionIn } from '../python.ts';
import { Undecided } from '../undecided.ts';
import { type Filters, isTrue, own, textOf, whole } from './filter.ts';

type ListMerge = 'replace' | 'keep' | 'append' | 'prepend' | 'append_rp' | 'prepend_rp';

/**
 * Ansible's `merge_hash`: `high` wins over `low`. Two equal ones are not merged; what is returned is a mapping of its own,
 * but since ansible-core 2.16 `low` itself where `high` is empty.
 */
function mergeDicts(engine: Engine, low: Dict, high: Dict, recursive: boolean, lists: ListMerge): Dict {
  spend(engine.budget, high.entries.size);
  if (low.entries.size === 0 || sameMapping(engine, low, high, recursive, lists))
    return { ...high, entries: new Map(high.entries) };
  if (high.entries.size === 0 && isSince(engine.ansible, '2.16')) return low;
  const entries = new Map(low.entries);
  for (const [name, [key, value]] of high.entries) {
    const before = entries.get(name);
    entries.set(name, [before?.[0] ?? key, before ? mergeValues(engine, before[1], value, recursive, lists) : value]);
  }
  return { kind: 'dict', entries, origins: mergeOrigins(low.origins, high.origins) };
}

/** Whether two mappings are equal. @throws Undecided where nobody can tell, and it makes a difference */
function sameMapping(engine: Engine, low: Dict, high: Dict, recursive: boolean, lists: ListMerge): boolean {
  const equal = mayEqual(engine.budget, low, high);
  if (equal !== null) return equal;
  if ((hasOpenKeys(low) || hasOpenKeys(high)) && (lists !== 'replace' || recursive)) throw new Undecided();
  if (low.entries.size !== high.entries.size || [...high.entries.keys()].some(name => !low.entries.has(name)))
    return false;
  const names = [...high.entries.keys()];
  const ordered = [...low.entries.keys()].every((name, at) => names[at] === name);
  const merges =
    lists !== 'replace' &&
    [...low.entries.values()].some(([, value]) => value.kind === 'list' || value.kind === 'unknown');
  if (!ordered || merges) throw new Undecided();
  return false;
}

function mergeValues(engine: Engine, low: Value, high: Value, recursive: boolean, lists: ListMerge): Value {
  if (recursive && low.kind === 'dict' && high.kind === 'dict') return mergeDicts(engine, low, high, recursive, lists);
  const bothMayBe = (kind: 'dict' | 'list') => mayBe(low, kind) && mayBe(high, kind);
  if ((recursive && bothMayBe('dict')) || (lists !== 'replace' && bothMayBe('list'))) {
    const open = [low, high].filter(value => value.kind === 'unknown');
    if (open.length > 0) return derived(`combine ${lists}${recursive ? ' recursive' : ''}`, [low, high]);
  }
  if (low.kind !== 'list' || high.kind !== 'list') return high;
  const origins = mergeOrigins(low.origins, high.origins);
  const minus = (a: readonly Value[], b: readonly Value[]) =>
    a.filter(value => positionIn(engine.budget, b, value) < 0);
  switch (lists) {
    case 'replace':
      return high;
    case 'keep':
      return low;
    case 'append':
      return list([...low.items, ...high.items], origins);
    case 'prepend':
      return list([...high.items, ...low.items], origins);
    case 'append_rp':
      return list([...minus(low.items, high.items), ...high.items], origins);
    case 'prepend_rp':
      return list([...high.items, ...minus(low.items, high.items)], origins);
  }
}

function mayBe(value: Value, kind: 'dict' | 'list'): boolean {
  return value.kind === kind || (value.kind === 'unknown' && (value.type === undefined || value.type === kind));
}

const LIST_MERGES: readonly string[] = ['replace', 'keep', 'append', 'prepend', 'append_rp', 'prepend_rp'];

function combine(engine: Engine, input: Value, args: Arguments): Value {
  const recursive = isTrue(engine, args.named.get('recursive'));
  const lists = args.named.has('list_merge') ? textOf(args.named.get('list_merge'), 'list_merge') : 'replace';
  if (!LIST_MERGES.includes(lists)) throw new PythonError('fails', `'${lists}' is no way to merge lists`);
  const sources = [input, ...args.positional].flatMap(source =>
    defined(source).kind === 'list' ? iterate(source) : [source],
  );
  const given = sources.filter(source => defined(source).kind !== 'none');
  const whole = given.filter(source => source.kind === 'unknown');
  if (whole.length > 0) return overridden(given, whole);
  const dicts = given.map(source => {
    if (source.kind === 'dict') return source;
    throw new PythonError('fails', `failed to combine variables, expected dicts but got a '${pythonType(source)}'`);
  });
  const last = dicts.pop();
  if (!last) return dict();
  return dicts.reduceRight((high, low) => mergeDicts(engine, low, high, recursive, lists as ListMerge), last);
}

/** One dictionary nobody knows may hold any key: it alone is why nothing of the whole is known. */
function overridden(given: readonly Value[], whole: readonly UnknownValue[]): Value {
  const all = derived('combine', given, { type: 'dict' });
  return unknownValue(
    all.key,
    whole.flatMap(({ why }) => why),
    { defined: true, type: 'dict', origins: all.origins },
  );
}

function mappingOf(value: Value, what: string): Dict {
  if (value.kind !== 'dict')
    throw new PythonError('fails', `${what} requires a dictionary, got ${pythonType(value)} instead`);
  return value;
}

export const MAPPING_FILTERS: Filters = {
  combine: own(combine),
  items: whole((_, input) =>
    list(
      [...mappingOf(input, 'items').entries.values()].map(pair => tuple(pair)),
      input.origins,
    ),
  ),
  dictsort: whole((engine, input, args) => {
    const { case_sensitive, by, reverse } = bind('dictsort', args, ['case_sensitive', 'by', 'reverse']);
    const position = by && textOf(by, 'by') === 'value' ? 1 : 0;
    const caseSensitive = isTrue(engine, case_sensitive);
    const fold = (value: Value): Value =>
      value.kind === 'str' && !caseSensitive ? { ...value, text: value.text.toLowerCase() } : value;
    const direction = isTrue(engine, reverse) ? -1 : 1;
    const pairs = [...mappingOf(input, 'dictsort').entries.values()].sort(
      (a, b) => direction * compare(engine.budget, fold(a[position]), fold(b[position])),
    );
    return list(
      pairs.map(pair => tuple(pair)),
      input.origins,
    );
  }),
  dict2items: whole((_, input, args) => {
    const { key_name, value_name } = bind('dict2items', args, ['key_name', 'value_name']);
    const [keyName, valueName] = [key_name ?? str('key'), value_name ?? str('value')];
    const pairs = [...mappingOf(input, 'dict2items').entries.values()];
    const entries = pairs.map(([key, value]) =>
      dict(
        [
          [keyName, key],
          [valueName, value],
        ],
        key.origins,
      ),
    );
    return list(entries, input.origins);
  }),
  items2dict: whole((engine, input, args) => {
    const { key_name, value_name } = bind('items2dict', args, ['key_name', 'value_name']);
    const pairs = iterate(input).map((element): Entry => {
      const key = item(engine, element, key_name ?? str('key'));
      return [defined(key), item(engine, element, value_name ?? str('value'))];
    });
    return dict(pairs, input.origins);
  }),
  extract: own((engine, input, args) => {
    const { container, morekeys } = bind('extract', args, ['container', 'morekeys']);
    if (!container) throw new PythonError('fails', 'extract takes a container');
    const more = !morekeys || morekeys.kind === 'none' ? [] : morekeys.kind === 'list' ? morekeys.items : [morekeys];
    return [input, ...more].reduce((at, key) => item(engine, at, key), container);
  }),
  rekey_on_member: whole((engine, input, args) => {
    const { key, duplicates } = bind('rekey_on_member', args, ['key', 'duplicates']);
    const elements = input.kind === 'dict' ? [...input.entries.values()].map(([, value]) => value) : iterate(input);
    const overwrite = duplicates ? textOf(duplicates, 'duplicates') === 'overwrite' : false;
    const rekeyed = dict([], input.origins);
    for (const element of elements) {
      const name = defined(item(engine, element, key ?? str('')));
      if (isUnknown(engine.budget, name)) throw new Undecided();
      if (rekeyed.entries.has(keyOf(name)) && !overwrite)
        throw new PythonError('fails', 'a key is not unique, cannot turn into dict');
      rekeyed.entries.set(keyOf(name), [name, element]);
    }
    return { ...rekeyed, origins: allOrigins(rekeyed) };
  }),
};
