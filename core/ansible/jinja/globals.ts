import { spendItems } from '../budget.ts';
import {
  type Arguments,
  dict,
  type Entry,
  identity,
  int,
  list,
  none,
  PythonError,
  type RuntimeObject,
  setEntry,
  str,
  undefinedValue,
  unknownIn,
  unknownValue,
  type Value,
} from '../value.ts';
import { pairsOf } from './collection-methods.ts';
import type { Engine } from './engine.ts';
import { lookup } from './lookup.ts';
import { allDefined, defined, derived, indexOf, toText } from './python.ts';

/** The functions Jinja and Ansible give every template, by name. Made anew for each use. */
export const GLOBALS: ReadonlyMap<string, (engine: Engine) => Value> = new Map<string, (engine: Engine) => Value>([
  ['range', engine => callable('range', args => range(engine, args))],
  ['dict', engine => callable('dict', args => makeDict(engine, args))],
  ['namespace', () => callable('namespace', namespace)],
  ['cycler', () => callable('cycler', args => cycler(args.positional))],
  [
    'joiner',
    engine =>
      callable('joiner', args => joiner(args.positional[0] ? toText(engine.budget, args.positional[0]) : str(', '))),
  ],
  ['lookup', engine => callable('lookup', args => lookup(engine, args, false))],
  ['query', engine => callable('query', args => lookup(engine, args, true))],
  ['q', engine => callable('q', args => lookup(engine, args, true))],
  ['now', () => callable('now', () => unknownValue('now()', ['the current time'], { defined: true }))],
  ['lipsum', () => callable('lipsum', () => unknownValue('lipsum()', ['random text'], { defined: true }))],
  ['undef', engine => callable('undef', args => undef(engine, args))],
]);

function callable(type: string, call: (args: Arguments) => Value): RuntimeObject {
  return { kind: 'object', type, call, origins: [] };
}

function range(engine: Engine, args: Arguments): Value {
  if (args.positional.some(value => value.kind === 'unknown')) return derived('range', args.positional);
  const bounds = args.positional.map(indexOf);
  const [start = 0, stop = 0, step = 1] = bounds.length === 1 ? [0, bounds[0]] : bounds;
  if (step === 0) throw new PythonError('fails', 'range() arg 3 must not be zero');
  const count = Math.max(0, Math.ceil((stop - start) / step));
  spendItems(engine.budget, count);
  return list(Array.from({ length: count }, (_, i) => int(start + i * step)));
}

function makeDict(engine: Engine, args: Arguments): Value {
  const source = args.positional[0] && allDefined(engine, args.positional[0]);
  if (source && isOpenPairs(source))
    return derived('dict', [...args.positional, ...args.named.values()], { type: 'dict' });
  const made = dict(source ? pairsOf(source) : []);
  for (const [key, value] of args.named) setEntry(made.entries, str(key), value);
  return made;
}

/** Pairs nobody can list. */
function isOpenPairs(source: Value): boolean {
  if (source.kind !== 'list' && source.kind !== 'tuple') return unknownIn(source) !== null && source.kind !== 'dict';
  return source.items.some(({ kind }) => kind === 'unknown');
}

function namespace(args: Arguments): Value {
  const names = new Map<string, Value>();
  const open = [...args.positional.filter(isOpenPairs), ...(args.open ?? [])];
  const known = args.positional.filter(source => !isOpenPairs(source));
  for (const [key, value] of known.flatMap((source): Entry[] => pairsOf(source))) {
    if (unknownIn(key)) open.push(key);
    else if (key.kind === 'str') names.set(key.text, value);
  }
  for (const [name, value] of args.named) names.set(name, value);
  return {
    kind: 'object',
    type: 'Namespace',
    attribute: name => names.get(name) ?? (open.length > 0 ? derived(`namespace.${name}`, open) : undefined),
    assign: (name, value) => names.set(name, value),
    origins: [],
  };
}

function cycler(items: readonly Value[]): Value {
  let position = 0;
  const current = () => items[position % Math.max(1, items.length)] ?? none();
  const next = () => {
    const value = current();
    position += 1;
    return value;
  };
  const reset = () => {
    position = 0;
    return none();
  };
  return {
    kind: 'object',
    type: 'Cycler',
    attribute: name =>
      name === 'next'
        ? callable('next', next)
        : name === 'reset'
          ? callable('reset', reset)
          : name === 'current'
            ? current()
            : undefined,
    origins: [],
  };
}

function joiner(separator: Value): Value {
  let used = false;
  return callable('Joiner', () => {
    if (used) return separator;
    used = true;
    return str('');
  });
}

function undef(engine: Engine, args: Arguments): Value {
  const hint = args.positional[0] ?? args.named.get('hint');
  const text = hint ? toText(engine.budget, defined(hint)).text : 'Mandatory variable has not been overridden';
  return undefinedValue(hint ? identity(hint) : 'undef()', text);
}
