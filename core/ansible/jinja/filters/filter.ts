import { type Arguments, PythonError, pythonType, type Str, type Value } from '../../value.ts';
import { type Engine, truth } from '../engine.ts';
import { defined, toText } from '../python.ts';
import { Undecided } from '../undecided.ts';

/**
 * A filter. `unknowns`: `any` makes the result unknown when any part of the input or an argument is; `whole` only when
 * the input or an argument is unknown as a whole; `own` leaves it (and undefined inputs) to the filter.
 */
export type Filter = Readonly<{
  unknowns: 'any' | 'whole' | 'own';
  apply: (engine: Engine, input: Value, args: Arguments) => Value;
}>;

export type Filters = Readonly<Record<string, Filter>>;

export function any(apply: Filter['apply']): Filter {
  return { unknowns: 'any', apply };
}

export function whole(apply: Filter['apply']): Filter {
  return { unknowns: 'whole', apply };
}

export function own(apply: Filter['apply']): Filter {
  return { unknowns: 'own', apply };
}

/** The text of an argument. @throws PythonError when it is missing or no text */
export function textOf(value: Value | undefined, what: string): string {
  if (value?.kind === 'unknown' || (value?.kind === 'str' && value.unknowns?.size)) throw new Undecided();
  if (value?.kind !== 'str') {
    throw new PythonError('fails', `${what} must be text, not ${value ? pythonType(defined(value)) : 'missing'}`);
  }
  return value.text;
}

export function optionalText(value: Value | undefined, what: string): string | null {
  return value === undefined || value.kind === 'none' ? null : textOf(value, what);
}

export function isTrue(engine: Engine, value: Value | undefined, otherwise = false): boolean {
  return value === undefined ? otherwise : truth(engine, value);
}

export function asText(engine: Engine, value: Value): Str {
  return toText(engine.budget, value);
}
