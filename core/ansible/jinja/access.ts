import { spendItems } from '../budget.ts';
import {
  identity,
  keyOf,
  list,
  PythonError,
  pythonType,
  refuseOwn,
  str,
  tuple,
  undefinedValue,
  unknownIn,
  unknownValue,
  type Value,
} from '../value.ts';
import { dictMethod, isOpenEnded, listMethod } from './collection-methods.ts';
import type { Engine } from './engine.ts';
import { entryNamed } from './open-keys.ts';
import { defined, derived, evaluated, indexOf, isUnknown } from './python.ts';
import { slice } from './text.ts';
import { textMethod } from './text-methods.ts';
import { Undecided } from './undecided.ts';

/** `value.name`: a method or attribute first, then an entry, as Jinja's `getattr`. */
export function attribute(engine: Engine, value: Value, name: string): Value {
  if (value.kind === 'unknown') return unknownValue(`${value.key}.${name}`, value.why, { origins: value.origins });
  if (value.kind === 'undefined') return value.soft ? missing(value, name) : value;
  if (name.startsWith('__')) return internals(value, name);
  return evaluated(own(engine, value, name) ?? entry(value, str(name)) ?? missing(value, name));
}

/** `value[index]`: an entry first, then for text an attribute, as Jinja's `getitem`. */
export function item(engine: Engine, value: Value, index: Value): Value {
  if (value.kind === 'undefined') return value;
  const key = defined(index);
  if (value.kind === 'unknown') {
    const part = key.kind === 'str' && /^\w+$/.test(key.text) ? `.${key.text}` : `[${identity(key)}]`;
    const why = [...value.why, ...(unknownIn(key)?.why ?? [])];
    return unknownValue(`${value.key}${part}`, why, { origins: value.origins });
  }
  if (isUnknown(engine.budget, key)) return derived('item', [value, key], { defined: null });
  const found = entry(value, key);
  if (found) return evaluated(found);
  if (key.kind === 'str') {
    if (key.text.startsWith('__')) return internals(value, key.text);
    return own(engine, value, key.text) ?? missing(value, key.text);
  }
  return missing(value, identity(key));
}

function own(engine: Engine, value: Value, name: string): Value | undefined {
  switch (value.kind) {
    case 'str':
      return textMethod(engine, value, name);
    case 'list':
    case 'tuple':
      return listMethod(engine, value, name);
    case 'dict':
      return dictMethod(engine, value, name);
    case 'lazy':
      return lazyMethod(value, name);
    case 'object':
      return value.attribute?.(name);
    default:
      return undefined;
  }
}

function lazyMethod(value: Value & { kind: 'lazy' }, name: string): Value | undefined {
  const keys = () => [...value.keys()].map(key => str(key, value.origins));
  const method = (call: () => Value): Value => ({ kind: 'object', type: 'method', call, origins: value.origins });
  const get = (key: Value) =>
    key.kind === 'str' ? (value.get(key.text) ?? undefinedValue(key.text)) : undefinedValue(identity(key));
  switch (name) {
    case 'keys':
      return method(() => list(keys(), value.origins));
    case 'values':
      return method(() => list(keys().map(get), value.origins));
    case 'items':
      return method(() =>
        list(
          keys().map(key => tuple([key, get(key)])),
          value.origins,
        ),
      );
    case 'get':
      return {
        kind: 'object',
        type: 'method',
        call: args => {
          const [key, otherwise] = args.positional;
          const found = key?.kind === 'str' ? value.get(key.text) : undefined;
          return found ?? otherwise ?? { kind: 'none', origins: [] };
        },
        origins: value.origins,
      };
    default:
      return undefined;
  }
}

function entry(value: Value, key: Value): Value | undefined {
  switch (value.kind) {
    case 'dict': {
      const found = entryNamed(value, keyOf(key));
      return found === null ? derived('item', [value, key], { defined: null }) : found?.[1];
    }
    case 'lazy':
      return key.kind === 'str' ? value.get(key.text) : undefined;
    case 'list':
    case 'tuple': {
      if (isOpenEnded(value)) return derived('item', [value, key], { defined: null });
      if (key.kind !== 'int' && key.kind !== 'bool') return undefined;
      return value.items.at(indexOf(key));
    }
    case 'str': {
      if (key.kind !== 'int' && key.kind !== 'bool') return undefined;
      if (value.unknowns?.size) return derived('item', [value, key], { defined: null });
      const bounds = characterBounds(value.text);
      const at = indexOf(key) < 0 ? bounds.length - 1 + indexOf(key) : indexOf(key);
      const [start, end] = [bounds[at], bounds[at + 1]];
      return start === undefined || end === undefined ? undefined : slice(value, start, end);
    }
    default:
      return undefined;
  }
}

/** Offsets in UTF-16 units of each character and of the end. */
function characterBounds(text: string): number[] {
  const bounds = [0];
  let offset = 0;
  for (const character of text) bounds.push((offset += character.length));
  return bounds;
}

function missing(value: Value, name: string): Value {
  const type = value.kind === 'object' ? value.type : pythonType(value);
  const hint =
    value.kind === 'lazy' ? `${value.name}['${name}'] is undefined` : `'${type} object' has no attribute '${name}'`;
  return undefinedValue(name, hint, value.origins);
}

function internals(value: Value, name: string): Value {
  const key = `python(${identity(value)}.${name})`;
  return unknownValue(key, [`Python's ${name} is not evaluated`], { origins: value.origins });
}

/** `value[start:stop:step]`. @throws PythonError */
export function sliceOf(engine: Engine, of: Value, bounds: readonly [Value | null, Value | null, Value | null]): Value {
  if (of.kind === 'undefined') return of;
  const given = bounds.map(bound => (bound && bound.kind !== 'none' ? defined(bound) : null));
  const inputs = [of, ...given.filter(bound => bound !== null)];
  if (
    of.kind === 'unknown' ||
    (of.kind === 'str' && of.unknowns?.size) ||
    given.some(bound => bound?.kind === 'unknown')
  ) {
    return derived('slice', inputs, { defined: null });
  }
  if (of.kind !== 'str' && of.kind !== 'list' && of.kind !== 'tuple') {
    throw new PythonError('fails', `'${pythonType(of)}' cannot be sliced`);
  }
  const characters = of.kind === 'str' ? characterBounds(of.text) : null;
  const length = of.kind === 'str' ? (characters?.length ?? 1) - 1 : of.items.length;
  const [start, stop, stepBound] = given;
  const step = stepBound ? indexOf(stepBound) : 1;
  if (step === 0) throw new PythonError('fails', 'slice step cannot be zero');
  const clamp = (bound: Value | null | undefined, otherwise: number) => {
    if (!bound) return otherwise;
    const raw = indexOf(bound);
    const position = raw < 0 ? raw + length : raw;
    return step > 0 ? Math.min(Math.max(position, 0), length) : Math.min(Math.max(position, -1), length - 1);
  };
  const from = clamp(start, step > 0 ? 0 : length - 1);
  const to = clamp(stop, step > 0 ? length : -1);
  if (of.kind === 'str' && characters && step === 1)
    return slice(of, characters[from] ?? 0, characters[Math.max(from, to)] ?? 0);
  const picked: number[] = [];
  for (let i = from; step > 0 ? i < to : i > to; i += step) picked.push(i);
  spendItems(engine.budget, picked.length);
  if (of.kind === 'str') {
    const all = [...of.text];
    return str(picked.map(i => all[i]).join(''), of.segments[0]?.origins ?? of.origins);
  }
  const items = picked.map(i => of.items[i] as Value);
  return of.kind === 'list' ? list(items, of.origins) : tuple(items, of.origins);
}

/** What a loop goes over. The caller handles unknown values. @throws PythonError */
export function iterate(value: Value): readonly Value[] {
  switch (value.kind) {
    case 'list':
    case 'tuple':
      return value.items;
    case 'dict':
      return [...value.entries.values()].map(([key]) => key);
    case 'lazy':
      return [...value.keys()].map(key => str(key, value.origins));
    case 'str': {
      refuseOwn(value);
      if (value.unknowns?.size) throw new Undecided();
      const bounds = characterBounds(value.text);
      return bounds.slice(1).map((end, i) => slice(value, bounds[i] ?? 0, end));
    }
    case 'undefined':
      if (value.soft) return [];
      return iterate(defined(value));
    case 'unknown':
      throw new Undecided();
    default:
      throw new PythonError('fails', `'${pythonType(value)}' object is not iterable`);
  }
}

/** A dotted path (`metadata.name`, `0.port`) as the `attribute` of filters takes it. */
export function follow(engine: Engine, value: Value, path: Value | undefined): Value {
  if (!path || path.kind === 'none') return value;
  if (isUnknown(engine.budget, path)) throw new Undecided();
  if (path.kind === 'int') return item(engine, value, path);
  if (path.kind !== 'str') throw new PythonError('fails', 'an attribute must be a name');
  return path.text
    .split('.')
    .reduce(
      (at, part) =>
        item(engine, at, /^\d+$/.test(part) ? { kind: 'int', value: Number(part), origins: [] } : str(part)),
      value,
    );
}
