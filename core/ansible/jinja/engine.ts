import type { Unknown } from '../../source/rope.ts';
import { UNKNOWN_TOKEN } from '../../source/rope.ts';
import type { Budget } from '../budget.ts';
import type { AnsibleVersion } from '../types.ts';
import {
  type Arguments,
  holdsOwnToken,
  identity,
  PythonError,
  type Str,
  type Undefined,
  type UnknownValue,
  unknownIn,
  unknownValue,
  type Value,
} from '../value.ts';
import { undefinedUsed } from './python.ts';

/** What filters, tests and methods may ask of the rendering that runs them. */
export interface Engine {
  readonly budget: Budget;
  readonly ansible: AnsibleVersion;
  /** Lists nobody knows that loops around go over: what a round leaves behind is not known after one. */
  readonly openLoops: readonly Unknown[];
  /** Takes an unknown condition to hold or not; each way is explored. */
  decide(condition: UnknownCondition): boolean;
  filter(name: string, input: Value, args: Arguments): Value;
  test(name: string, input: Value, args: Arguments): Value;
  /** A variable's evaluated value; undefined when there is none. */
  variable(name: string): Value | undefined;
  /** Another template rendered as `lookup('template')` does; null when there is none. */
  template(name: string): Value | null;
  /** The text of a file as `lookup('file')` names it; null when the repository has none. */
  file(name: string): Str | null;
  /** A file as `first_found` names it, as a path on the controller; null: there is none, `unknown`: nobody can tell. */
  findFile(name: string): Value | null | 'unknown';
}

/** What is left of a value after a loop whose rounds nobody can count; the value itself outside of one. */
export function afterRounds(engine: Engine, value: Value): Value {
  const around = engine.openLoops.at(-1);
  if (!around) return value;
  return unknownValue(`after rounds(${around.key}): ${identity(value)}`, around.why, { origins: value.origins });
}

/** A condition of which only this is known: it holds exactly when `unknown` does (`negated`: when it does not). */
export type UnknownCondition = Readonly<{ unknown: Unknown; negated: boolean }>;
export type Truth = boolean | UnknownCondition;

/** Python's `bool()`, three-valued. @throws PythonError for an undefined value */
export function truthOf(value: Value): Truth {
  switch (value.kind) {
    case 'none':
      return false;
    case 'bool':
      return value.value;
    case 'int':
      // biome-ignore lint/suspicious/noDoubleEquals: bigint and number
      return value.value != 0;
    case 'float':
      return value.value !== 0;
    case 'str':
      if (!value.unknowns?.size) return value.text !== '';
      if (holdsOwnToken(value)) return true;
      return value.text.replace(UNKNOWN_TOKEN, '') !== '' ? true : unknownTruth(unknownIn(value) as Unknown, false);
    case 'list':
    case 'tuple':
      return value.items.length > 0;
    case 'dict':
      return value.entries.size > 0;
    case 'undefined':
      if (!value.soft) throw undefinedUsed(value as Undefined);
      return false;
    case 'unknown':
      return value.members ? value.members.length > 0 : unknownTruth(value, value.type === 'bool');
    default:
      return true;
  }
}

function unknownTruth({ key, why }: Unknown, isBool: boolean): UnknownCondition {
  const inner = /^not\((.*)\)$/s.exec(key)?.[1];
  if (inner !== undefined) return { unknown: { key: inner, why }, negated: true };
  return { unknown: { key: isBool ? key : `bool(${key})`, why }, negated: false };
}

/** The truth as a value again. */
export function truthValue(truth: UnknownCondition, origins: Value['origins']): UnknownValue {
  const { unknown, negated } = truth;
  const key = negated ? `not(${unknown.key})` : unknown.key;
  return unknownValue(key, unknown.why, { defined: true, type: 'bool', origins });
}

/** Python's `bool()`; an unknown is decided and both ways explored. */
export function truth(engine: Engine, value: Value): boolean {
  const known = truthOf(value);
  return typeof known === 'boolean' ? known : engine.decide(known);
}

/**
 * The arguments of a call by parameter; missing ones are undefined.
 * @throws PythonError for too many arguments or a name that is no parameter
 */
export function bind<N extends string>(what: string, args: Arguments, parameters: readonly N[]): { [P in N]?: Value } {
  const bound: { [P in N]?: Value } = {};
  if (args.positional.length > parameters.length) {
    throw new PythonError(
      'fails',
      `${what} takes at most ${parameters.length} arguments, ${args.positional.length} given`,
    );
  }
  for (const [index, value] of args.positional.entries()) bound[parameters[index] as N] = value;
  for (const [name, value] of args.named) {
    if (!(parameters as readonly string[]).includes(name)) {
      throw new PythonError('fails', `${what} got an unexpected keyword argument '${name}'`);
    }
    bound[name as N] = value;
  }
  return bound;
}
