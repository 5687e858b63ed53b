import { spend, spendItems } from '../budget.ts';
import {
  type Arguments,
  type Dict,
  dict,
  type Entry,
  identity,
  int,
  keyOf,
  type List,
  list,
  none,
  PythonError,
  pythonType,
  type RuntimeObject,
  refuseOwn,
  setEntry,
  str,
  type Tuple,
  tuple,
  type UnknownValue,
  type Value,
} from '../value.ts';
import { afterRounds, bind, type Engine, truth } from './engine.ts';
import { entryNamed, hasOpenKeys } from './open-keys.ts';
import { allDefined, compare, defined, derived, indexOf, isUnknown, orUnknown, positionIn } from './python.ts';
import { Undecided } from './undecided.ts';

type Methods<T> = Readonly<Record<string, (engine: Engine, self: T, args: Arguments) => Value>>;

function method<T extends Value>(
  engine: Engine,
  methods: Methods<T>,
  self: T,
  name: string,
): RuntimeObject | undefined {
  const found = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (!found) return undefined;
  const call = (args: Arguments): Value => {
    const given = [...args.positional, ...args.named.values(), ...(args.open ?? [])];
    const inputs = [{ ...self }, ...given];
    return orUnknown(engine.budget, `${pythonType(self)}.${name}`, inputs, () => {
      try {
        if (args.open) throw new Undecided();
        return found(engine, self, args);
      } catch (error) {
        if (error instanceof Undecided && CHANGING.has(name)) lose(self, derived(`after ${name}`, inputs));
        throw error;
      }
    });
  };
  return { kind: 'object', type: 'builtin_function_or_method', call, origins: self.origins };
}

/** Methods that change their list or mapping. */
const CHANGING: ReadonlySet<string> = new Set(
  'append extend insert pop remove clear reverse sort update popitem setdefault'.split(' '),
);

/** Nothing is known of a list or mapping any more, wherever it stands. */
function lose(self: Value, after: UnknownValue): void {
  if (self.kind === 'list') {
    self.items.splice(0, self.items.length, after);
    grown.add(self.items);
  } else if (self.kind === 'dict') {
    self.entries.clear();
    self.entries.set(keyOf(after), [after, after]);
  }
  Object.assign(self, after);
}

/** A method of Python's `list` or `tuple`. Changing ones change the list in place. */
export function listMethod(engine: Engine, self: List | Tuple, name: string): RuntimeObject | undefined {
  if (self.kind === 'list') {
    const changing = method(engine, LIST_METHODS, self, name);
    if (changing) return changing;
  }
  return method(engine, SEQUENCE_METHODS, self, name);
}

/** A method of Python's `dict`. Changing ones change the mapping in place. */
export function dictMethod(engine: Engine, self: Dict, name: string): RuntimeObject | undefined {
  return method(engine, DICT_METHODS, self, name);
}

function first(args: Arguments, what: string): Value {
  const [value] = args.positional;
  if (!value) throw new PythonError('fails', `${what} takes an argument`);
  return value;
}

/** Lists that grew in rounds nobody can count. */
const grown = new WeakSet<List['items']>();

/** Whether nobody knows how many items a list has: each of some may stand for several. */
export function isOpenEnded(self: List | Tuple): boolean {
  return self.kind === 'list' && grown.has(self.items);
}

/** An item on its way into a list. */
function added(engine: Engine, self: List, item: Value): Value {
  if (engine.openLoops.length > 0) grown.add(self.items);
  return afterRounds(engine, item);
}

const SEQUENCE_METHODS: Methods<List | Tuple> = {
  index(engine, self, args) {
    const at = positionIn(engine.budget, allDefined(engine, self).items, first(args, 'index()'));
    if (at < 0) throw new PythonError('fails', `${identity(first(args, 'index()'))} is not in list`);
    return int(at);
  },
  count(engine, self, args) {
    const value = first(args, 'count()');
    return int(allDefined(engine, self).items.filter(item => positionIn(engine.budget, [item], value) === 0).length);
  },
};

const LIST_METHODS: Methods<List> = {
  append(engine, self, args) {
    spendItems(engine.budget, self.items.length + 1);
    self.items.push(added(engine, self, first(args, 'append()')));
    return none();
  },
  extend(engine, self, args) {
    const more = defined(first(args, 'extend()'));
    if (more.kind === 'unknown' || (more.kind === 'str' && more.unknowns?.size)) throw new Undecided();
    const parts =
      more.kind === 'dict' ? [...more.entries.values()].map(([key]) => key) : 'items' in more ? more.items : null;
    if (more.kind === 'str') refuseOwn(more);
    const characters = more.kind === 'str' ? [...more.text].map(character => str(character)) : parts;
    if (!characters) throw new PythonError('fails', 'extend() takes an iterable');
    spendItems(engine.budget, self.items.length + characters.length);
    self.items.push(...characters.map(item => added(engine, self, item)));
    return none();
  },
  insert(engine, self, args) {
    const [at, value] = args.positional;
    if (!at || !value) throw new PythonError('fails', 'insert() takes 2 arguments');
    spendItems(engine.budget, self.items.length + 1);
    self.items.splice(indexOf(at), 0, added(engine, self, value));
    return none();
  },
  pop(_, self, args) {
    const at = args.positional[0] ? indexOf(args.positional[0]) : -1;
    const position = at < 0 ? at + self.items.length : at;
    const [removed] = position >= 0 ? self.items.splice(position, 1) : [];
    if (!removed)
      throw new PythonError('fails', self.items.length === 0 ? 'pop from empty list' : 'pop index out of range');
    return removed;
  },
  remove(engine, self, args) {
    const at = positionIn(engine.budget, self.items, first(args, 'remove()'));
    if (at < 0) throw new PythonError('fails', 'list.remove(x): x not in list');
    self.items.splice(at, 1);
    return none();
  },
  clear(_, self) {
    self.items.length = 0;
    return none();
  },
  reverse(_, self) {
    self.items.reverse();
    return none();
  },
  sort(engine, self, args) {
    const reverse = args.named.get('reverse');
    spend(engine.budget, self.items.length * 4);
    self.items.sort((a, b) => compare(engine.budget, a, b));
    if (reverse && truth(engine, reverse)) self.items.reverse();
    return none();
  },
  copy: (_, self) => list([...self.items], self.origins),
};

const DICT_METHODS: Methods<Dict> = {
  items: (engine, self) =>
    list(
      [...allDefined(engine, self).entries.values()].map(pair => tuple(pair)),
      self.origins,
    ),
  keys: (_, self) =>
    list(
      [...self.entries.values()].map(([key]) => key),
      self.origins,
    ),
  values: (engine, self) =>
    list(
      [...allDefined(engine, self).entries.values()].map(([, value]) => value),
      self.origins,
    ),
  copy: (_, self) => dict(self.entries.values(), self.origins),
  get(engine, self, args) {
    const { key, default: otherwise } = bind('get()', args, ['key', 'default']);
    const name = known(engine, defined(key ?? none()));
    const found = entryNamed(self, keyOf(name));
    if (found === null) throw new Undecided();
    return found?.[1] ?? otherwise ?? none();
  },
  update(engine, self, args) {
    const [more] = args.positional;
    const pairs = more ? pairsOf(allDefined(engine, more)) : [];
    for (const [key] of pairs) known(engine, key);
    for (const [key, value] of pairs) setEntry(self.entries, key, afterRounds(engine, value));
    for (const [key, value] of args.named) setEntry(self.entries, str(key), afterRounds(engine, value));
    spendItems(engine.budget, self.entries.size);
    return none();
  },
  pop(engine, self, args) {
    const [key = none(), otherwise] = args.positional;
    known(engine, key);
    if (hasOpenKeys(self)) throw new Undecided();
    const found = self.entries.get(keyOf(key));
    if (!found && !otherwise) throw new PythonError('fails', `KeyError: ${identity(key)}`);
    self.entries.delete(keyOf(key));
    return found?.[1] ?? otherwise ?? none();
  },
  popitem(_, self) {
    const last = [...self.entries].at(-1);
    if (!last) throw new PythonError('fails', 'popitem(): dictionary is empty');
    self.entries.delete(last[0]);
    return tuple(last[1]);
  },
  setdefault(engine, self, args) {
    const [key = none(), otherwise = none()] = args.positional;
    known(engine, key);
    if (hasOpenKeys(self)) throw new Undecided();
    if (!self.entries.has(keyOf(key))) setEntry(self.entries, key, otherwise);
    return self.entries.get(keyOf(key))?.[1] ?? otherwise;
  },
  clear(_, self) {
    self.entries.clear();
    return none();
  },
};

/** A key. @throws Undecided when it is not known */
function known(engine: Engine, key: Value): Value {
  if (isUnknown(engine.budget, key)) throw new Undecided();
  return key;
}

/** The pairs `dict()` and `update()` accept: those of a mapping, or a list of two-element lists. */
export function pairsOf(value: Value): Entry[] {
  const source = defined(value);
  if (source.kind === 'unknown') throw new Undecided();
  if (source.kind === 'dict') return [...source.entries.values()];
  if (source.kind === 'list' || source.kind === 'tuple') {
    return source.items.map(pair => {
      if (pair.kind === 'unknown') throw new Undecided();
      if ((pair.kind !== 'list' && pair.kind !== 'tuple') || pair.items.length !== 2) {
        throw new PythonError('fails', 'a mapping is made of pairs');
      }
      return [pair.items[0] as Value, pair.items[1] as Value];
    });
  }
  throw new PythonError('fails', 'a mapping is made of a mapping or of pairs');
}

/** A copy that shares no list or mapping with the original. */
export function deepCopy(value: Value): Value {
  if (value.kind === 'list') return list(value.items.map(deepCopy), value.origins);
  if (value.kind === 'tuple') return tuple(value.items.map(deepCopy), value.origins);
  if (value.kind !== 'dict') return value;
  return dict(
    [...value.entries.values()].map(([key, entry]): Entry => [key, deepCopy(entry)]),
    value.origins,
  );
}
