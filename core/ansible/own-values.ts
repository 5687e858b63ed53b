import { type Origin, UNKNOWN_TOKEN, unknownToken } from '../source/rope.ts';
import { type Budget, newBudget, OverLimit } from './budget.ts';
import { expandedSize } from './expanded-size.ts';
import { fixedTexts, isFixed } from './fixed-values.ts';
import type { Engine } from './jinja/engine.ts';
import { plainEngine } from './jinja/plain-engine.ts';
import type { Operation } from './jinja/scope.ts';
import { isOwnText } from './own-text.ts';
import type { AnsibleVersion } from './types.ts';
import {
  allOrigins,
  dict,
  digest,
  type Entry,
  holdsOwn,
  identity,
  type LazyMapping,
  NeedsHost,
  type Origins,
  OWN_MARK,
  PythonError,
  type Str,
  undefinedValue,
  type Value,
  visitParts,
} from './value.ts';

/**
 * What each host has its own of, such as its name and its address, while many hosts are evaluated as one.
 *
 * In an evaluation such a value is a text that holds one token, and its origin is one marked origin. What only hands
 * texts on (printing, joining, assigning) hands the token on. Any other operation is done for the host at hand with the
 * real values, and is remembered as a question (`questions`): hosts for which it has the same answer, but for texts that
 * are again each host's own, share the evaluation. Whatever else needs the real value throws NeedsHost, and the host is
 * evaluated on its own.
 */
export type OwnValues = Readonly<{
  ansible: AnsibleVersion;
  /** The value behind a token, by the key of the token without its mark. */
  values: Map<string, (host: string) => Value>;
  /** Tokens by their id in a text. */
  keys: Map<string, string>;
  /** Origins behind a marked origin, by its file. */
  origins: Map<string, (host: string) => Origins>;
  /** Answers by question: equal answers let evaluations be shared. */
  questions: Map<string, (host: string) => string>;
  /** Questions that hosts in the same groups answer alike. */
  byGroups: Set<string>;
  tokens: Map<string, Str>;
  /** Variables that are no plain texts, with marked origins, by name and shape. */
  open: Map<string, Value>;
  /** Numbers that name lists and mappings in questions. */
  numbers: WeakMap<object, number>;
}>;

export function newOwnValues(ansible: AnsibleVersion): OwnValues {
  return {
    ansible,
    values: new Map(),
    keys: new Map(),
    origins: new Map(),
    questions: new Map(),
    byGroups: new Set(),
    tokens: new Map(),
    open: new Map(),
    numbers: new WeakMap(),
  };
}

/**
 * What tells a host's own value from that of another for runs for many: plain texts are all one, other values of one
 * shape are one but for where they are written, the rest (very large ones, templates with statements) are each their own.
 */
export function ownShape(value: Value): string | null {
  if (isOwnText(value)) return `text ${value.origins.length}`;
  try {
    let hasStatements = false;
    visitParts(value, part => {
      if (part.kind === 'str' && part.text.includes('{%')) hasStatements = true;
    });
    return hasStatements || expandedSize(value) > MAX_PARTS ? null : shapeOf(value, false);
  } catch (error) {
    if (error instanceof PythonError) return null;
    throw error;
  }
}

/** What a run for many sees of a variable a host has of its own; `of` gives it for every host where its shape is this. */
export function openValue(own: OwnValues, key: string, value: Value, of: (host: string) => Value): Value {
  if (isOwnText(value)) return ownToken(own, `${key} ${value.origins.length}`, value.origins.length > 0, of);
  const shape = ownShape(value);
  if (shape === null) return value;
  const name = `${key} ${digest(shape)}`;
  let open = own.open.get(name);
  if (!open) own.open.set(name, (open = marked(own, value, name, of, false)));
  return open;
}

/** The token for a value; `valueOf` must give a text `isOwnText` accepts for every host the token is used for. */
export function ownToken(own: OwnValues, key: string, hasOrigins: boolean, valueOf: (host: string) => Value): Str {
  const known = own.tokens.get(key);
  if (known) return known;
  const id = digest(key).slice(0, 8);
  if (own.keys.has(id)) throw new NeedsHost();
  const text = unknownToken(id);
  const origins = hasOrigins ? [markedOrigin(own, key, host => valueOf(host).origins)] : [];
  const token: Str = {
    kind: 'str',
    text,
    segments: [{ length: text.length, origins }],
    origins,
    unknowns: new Map([[id, { key: OWN_MARK + key, why: [] }]]),
  };
  own.keys.set(id, key);
  own.values.set(key, valueOf);
  own.tokens.set(key, token);
  return token;
}

function markedOrigin(own: OwnValues, key: string, originsOf: (host: string) => Origins): Origin {
  const file = OWN_MARK + key;
  own.origins.set(file, originsOf);
  return { file, line: 0, kind: 'variable' };
}

/** An evaluation for one host that may stand for many. */
export type OwnEvaluation = Readonly<{
  own: OwnValues;
  host: string;
  /** The answer of a question for the host, remembered as asked. */
  ask: (question: string) => unknown;
}>;

/** `OwnOperations.apply` */
export function applyToOwn(
  evaluation: OwnEvaluation,
  budget: Budget,
  name: string,
  inputs: readonly Value[],
  work: Operation,
): Value {
  const { own, host, ask } = evaluation;
  for (const input of inputs) refuseUnknown(input);
  const key = digest([name, ...inputs.map(input => nameOf(own, input))].join('\0'));
  const question = OWN_MARK + key;
  const kept = inputs.map(input => snapshot(own, input));
  const others = newBudget();
  const [engine, engineOfOthers] = [plainEngine(budget, own.ansible), plainEngine(others, own.ansible)];
  const resultOf = remembering(asked => {
    others.steps = 0;
    others.text = 0;
    others.depth = 0;
    return resultFor(own, asked, kept, work, asked === host ? engine : engineOfOthers);
  });
  if (!own.questions.has(question)) {
    if (own.questions.size >= MAX_QUESTIONS) throw new NeedsHost();
    const known = membership(own, name, kept, resultOf);
    own.questions.set(question, known?.answer ?? (asked => answerOf(asked, resultOf)));
    if (known?.byGroups) own.byGroups.add(question);
  }
  ask(question);
  const result = resultOf(host);
  if (result instanceof PythonError) throw result;
  const valueOf = (asked: string): Value => {
    const found = resultOf(asked);
    if (found instanceof PythonError) throw new NeedsHost();
    return found;
  };
  if (result.kind !== 'lazy') return marked(own, result, key, valueOf, true);
  return ownMapping(evaluation, budget, { name, inputs: kept, work, key }, result);
}
/** Questions of one playbook over one inventory; a repository that needs more is evaluated host by host. */
const MAX_QUESTIONS = 20_000;

type Result = Value | PythonError;

/** The last answer is kept: a host's question and its texts are asked for one after the other. */
function remembering(make: (host: string) => Result): (host: string) => Result {
  let last: { host: string; result: Result } | null = null;
  return host => {
    if (last?.host !== host) last = { host, result: make(host) };
    return last.result;
  };
}

/** What an operation comes to for a host. @throws NeedsHost also for what is over a limit: that is the host's own to find */
function resultFor(own: OwnValues, host: string, inputs: readonly Value[], work: Operation, engine: Engine): Result {
  try {
    return work(
      engine,
      inputs.map(input => withOwn(own, input, host)),
    );
  } catch (error) {
    if (error instanceof PythonError) return error;
    throw error instanceof OverLimit ? new NeedsHost() : error;
  }
}

/**
 * The question whether a host's own text is in a fixed list, as in `inventory_hostname in groups['etcd']`, which is what
 * most templates ask: its answer hangs on nothing else, and every host is asked.
 */
function membership(
  own: OwnValues,
  name: string,
  [text, list]: readonly Value[],
  resultOf: (host: string) => Result,
): { answer: (host: string) => string; byGroups: boolean } | null {
  if ((name !== 'in' && name !== 'not in') || text?.kind !== 'str' || list?.kind !== 'list' || !isFixed(list))
    return null;
  const [[id = ''] = []] = text.unknowns ?? [];
  const valueOf = own.values.get(own.keys.get(id) ?? '');
  const texts = fixedTexts(list.items);
  if (text.text !== unknownToken(id) || !valueOf || !texts) return null;
  const answers = new Map<boolean, string>();
  const answer = (host: string): string => {
    const value = valueOf(host);
    const isIn = value.kind === 'str' && texts.has(value.text);
    let known = answers.get(isIn);
    if (known === undefined) answers.set(isIn, (known = answerOf(host, resultOf)));
    return known;
  };
  return { answer, byGroups: own.keys.get(id) === 'inventory_hostname' };
}

function answerOf(host: string, resultOf: (host: string) => Result): string {
  try {
    return shapeOf(resultOf(host), true);
  } catch (error) {
    if (error instanceof NeedsHost) return `needs ${host}`;
    throw error;
  }
}

/**
 * A mapping of the host's own, such as `hostvars[inventory_hostname]`: what is asked of it is an operation again.
 */
function ownMapping(
  evaluation: OwnEvaluation,
  budget: Budget,
  made: Readonly<{ name: string; inputs: readonly Value[]; work: Operation; key: string }>,
  { origins }: LazyMapping,
): LazyMapping {
  const { name, inputs, work, key } = made;
  return {
    kind: 'lazy',
    name: OWN_MARK + key,
    keys: () => {
      throw new NeedsHost();
    },
    get: asked => {
      const value = applyToOwn(evaluation, budget, `${name} get ${asked}`, inputs, (engine, given) => {
        const mapping = work(engine, given);
        if (mapping.kind !== 'lazy') throw new NeedsHost();
        return mapping.get(asked) ?? ABSENT;
      });
      return value.kind === 'undefined' && value.name === ABSENT.name ? undefined : value;
    },
    origins: origins.length > 0 ? needs() : origins,
  };
}
/** @throws NeedsHost when a mapping of the host's own is part of the value: it must not outlive the expression it is made in */
export function refuseOwnMapping(value: Value): void {
  visitParts(value, part => {
    if (part.kind === 'lazy' && part.name.startsWith(OWN_MARK)) needs();
  });
}

const ABSENT = undefinedValue('\uE000absent');

/** Text that is equal for results that are one for all hosts but for texts that may be each host's own. */
function shapeOf(result: Result, openTexts: boolean): string {
  if (result instanceof PythonError) return `fails ${result.reason} ${result.message}`;
  let left = MAX_PARTS;
  const shape = (value: Value): string => {
    if (--left < 0) throw new NeedsHost();
    const from = value.origins.length > 0 ? '@' : '';
    switch (value.kind) {
      case 'str':
        return openTexts && isOwnText(value) ? `text${from}` : `${from}${textShape(value)}`;
      case 'list':
      case 'tuple':
        return `${value.kind}${from}[${value.items.map(shape).join()}]`;
      case 'dict':
        return `dict${from}{${[...value.entries.values()].map(([key, item]) => `${shapeOf(key, false)}:${shape(item)}`).join()}}`;
      case 'unknown':
        return `unknown${from} ${JSON.stringify([value.key, value.why, value.defined, value.type ?? ''])}`;
      case 'undefined':
        return `undefined${from} ${JSON.stringify([value.name, value.hint, value.soft])}`;
      case 'lazy':
        return value === result ? `mapping${from}` : needs();
      case 'object':
        return needs();
      default:
        return `${value.kind}${from} ${identity(value)}`;
    }
  };
  return shape(result);
}
const MAX_PARTS = 2_000;

function textShape(value: Str): string {
  const segments = value.segments.map(({ length, origins }) => `${length}${origins.length > 0 ? '@' : ''}`);
  return JSON.stringify([value.text, segments, value.unsafe ?? false, value.markup ?? false, value.verbatim ?? false]);
}

/**
 * A value that is one for all hosts for which `of` has the same shape: its origins become marked ones, and with
 * `openTexts` the texts that may be each host's own become tokens.
 */
export function marked(
  own: OwnValues,
  value: Value,
  key: string,
  of: (host: string) => Value,
  openTexts: boolean,
): Value {
  const origins = (name: string, given: Origins, find: (host: string) => Origins): Origins =>
    given.length === 0 ? given : [markedOrigin(own, `${key}${name}`, find)];
  const at = origins('', value.origins, host => of(host).origins);
  switch (value.kind) {
    case 'str': {
      const isToken: boolean = openTexts && isOwnText(value);
      if (isToken) return ownToken(own, key, value.origins.length > 0, of);
      const segments = value.segments.map((segment, index) => ({
        length: segment.length,
        origins: origins(`~${index}`, segment.origins, host => (of(host) as Str).segments[index]?.origins ?? []),
      }));
      return { ...value, segments, origins: at };
    }
    case 'list':
    case 'tuple': {
      const items = value.items.map((item, index) =>
        marked(own, item, `${key}/${index}`, host => (of(host) as typeof value).items[index] as Value, openTexts),
      );
      return { ...value, items, origins: at };
    }
    case 'dict': {
      const entries = [...value.entries].map(([name, [entryKey, item]], index): Entry => {
        const entry = (host: string) => (of(host) as typeof value).entries.get(name) as Entry;
        const markedKey = marked(own, entryKey, `${key}/k${index}`, host => entry(host)[0], false);
        return [markedKey, marked(own, item, `${key}/${index}`, host => entry(host)[1], openTexts)];
      });
      return dict(entries, at);
    }
    default:
      return { ...value, origins: at };
  }
}

function needs(): never {
  throw new NeedsHost();
}

/** Operations on values that are unknown as well, or on very large ones, are left to the host's own evaluation. */
function refuseUnknown(value: Value): void {
  if (isFixed(value)) return;
  if (isContainer(value) && expandedSize(value) > MAX_PARTS) needs();
  visitParts(value, part => {
    if (part.kind === 'unknown' || part.kind === 'object') needs();
    if (part.kind !== 'str' || !part.unknowns) return;
    for (const { key } of part.unknowns.values()) if (!key.startsWith(OWN_MARK)) needs();
  });
}

function isContainer(value: Value): boolean {
  return value.kind === 'dict' || value.kind === 'list' || value.kind === 'tuple';
}

/** A name for an input: what it says and which of the host's own it comes from, or which object it is. */
function nameOf(own: OwnValues, value: Value): string {
  const object =
    value.kind === 'dict' ? value.entries : value.kind === 'list' || value.kind === 'tuple' ? value.items : null;
  const named = object ?? (value.kind === 'lazy' ? value : null);
  if (!named)
    return [
      value.kind,
      ...(value.kind === 'str' ? [value.unsafe ?? false, value.markup ?? false, value.verbatim ?? false] : []),
      identity(value),
      ...allOrigins(value)
        .filter(isMarked)
        .map(({ file }) => file),
    ].join(' ');
  let number = own.numbers.get(named);
  if (number === undefined) own.numbers.set(named, (number = ++objects));
  return `#${number}`;
}
let objects = 0;

/** The value as it is now, whatever a template does to its lists and mappings later. */
function snapshot(own: OwnValues, value: Value): Value {
  switch (value.kind) {
    case 'list':
    case 'tuple':
      if (isFixed(value)) return value;
      return { ...value, items: value.items.map(item => snapshot(own, item)) };
    case 'dict': {
      const entries = new Map(
        [...value.entries].map(([name, [key, item]]): [string, Entry] => [name, [key, snapshot(own, item)]]),
      );
      return { ...value, entries };
    }
    default:
      return value;
  }
}

/** The value with the host's own put in. */
export function withOwn(own: OwnValues, value: Value, host: string): Value {
  if (!holdsOwn(value)) return value;
  switch (value.kind) {
    case 'str': {
      const { unknowns: _, ...rest } = value;
      return { ...rest, ...textWithOwn(own, value, host) };
    }
    case 'list':
      return { ...value, items: value.items.map(item => withOwn(own, item, host)) };
    case 'tuple':
      return { ...value, items: value.items.map(item => withOwn(own, item, host)) };
    case 'dict':
      return dict(
        [...value.entries.values()].map(([key, item]): Entry => [key, withOwn(own, item, host)]),
        value.origins,
      );
    default:
      return value;
  }
}

/** Text and segments with the host's own put in; marked origins stay (see `originsWithOwn`). */
export function textWithOwn(
  own: OwnValues,
  value: Pick<Str, 'text' | 'segments'>,
  host: string,
): Pick<Str, 'text' | 'segments'> {
  let offset = 0;
  let text = '';
  const segments = value.segments.map(segment => {
    const part = value.text.slice(offset, offset + segment.length);
    offset += segment.length;
    if (!part.includes('\uE000')) {
      text += part;
      return segment;
    }
    const whole = part.replace(UNKNOWN_TOKEN, (token, id: string) => ownTextOf(own, id, host) ?? token);
    text += whole;
    return { length: whole.length, origins: segment.origins };
  });
  return { text, segments };
}

function ownTextOf(own: OwnValues, id: string, host: string): string | null {
  const key = own.keys.get(id);
  if (key === undefined) return null;
  const value = own.values.get(key)?.(host);
  if (value?.kind !== 'str') throw new NeedsHost();
  return value.text;
}

/** Whether an origin stands for those of a host's own value. */
export function isMarked(origin: Origin): boolean {
  return origin.file.startsWith(OWN_MARK);
}

/** Origins with the host's own put in, each once. */
export function originsWithOwn(own: OwnValues, origins: Origins, host: string): Origins {
  if (!origins.some(isMarked)) return origins;
  const found: Origin[] = [];
  const add = (origin: Origin): void => {
    if (!found.some(one => sameOrigin(one, origin))) found.push(origin);
  };
  for (const origin of origins) {
    if (!isMarked(origin)) add(origin);
    else
      for (const real of originsWithOwn(own, own.origins.get(origin.file)?.(host) ?? [], host))
        add(origin.kind === 'condition' && real.kind !== 'condition' ? { ...real, kind: 'condition' } : real);
  }
  return found;
}

function sameOrigin(a: Origin, b: Origin): boolean {
  return a.line === b.line && a.kind === b.kind && a.file === b.file && a.lineEnd === b.lineEnd;
}
