import type { Unknown } from '../source/rope.ts';
import type { Condition } from './types.ts';
import { identity, mergeOrigins, type UnknownValue, unknownValue, type Value } from './value.ts';

const NEGATED = /^not\((.*)\)$/s;

/** An unknown taken to hold or not, by what stands inside its `not(…)`: equal for all who ask the same. */
export function conditionOf(unknown: Unknown, holds: boolean): Condition {
  const inner = NEGATED.exec(unknown.key)?.[1];
  return inner === undefined ? { unknown, holds } : { unknown: { key: inner, why: unknown.why }, holds: !holds };
}

export function opposite({ unknown, holds }: Condition): Condition {
  return { unknown, holds: !holds };
}

/** A condition as an unknown that holds when it does. */
export function asUnknown({ unknown, holds }: Condition): Unknown {
  return holds ? unknown : { key: `not(${unknown.key})`, why: unknown.why };
}

/** Whether two lists of conditions cannot hold together. */
export function contradict(a: readonly Condition[], b: readonly Condition[]): boolean {
  return b.some(one => a.some(other => other.unknown.key === one.unknown.key && other.holds !== one.holds));
}

/** What holds when all of these do; null for none. */
export function allOf(unknowns: readonly Unknown[]): Unknown | null {
  return joined('and', unknowns);
}

/** What holds when one of these does; null for none. */
export function anyOf(unknowns: readonly Unknown[]): Unknown | null {
  return joined('or', unknowns);
}

function joined(operator: 'and' | 'or', unknowns: readonly Unknown[]): Unknown | null {
  const distinct = [...new Map(unknowns.map(one => [one.key, one])).values()];
  const [first, ...others] = distinct;
  if (!first || others.length === 0) return first ?? null;
  const { key, why } = unknownValue(
    `${operator}(${distinct.map(one => one.key).join(', ')})`,
    distinct.flatMap(one => one.why),
  );
  return { key, why };
}

/** A value as it is where these conditions hold; undefined where there is no such variable then. */
export function valueUnder(value: Value | undefined, conditions: readonly Condition[]): Value | undefined {
  let known = value;
  for (let choice = choiceOf(known); choice; choice = choiceOf(known)) {
    const { key } = choice.condition;
    const condition = conditions.find(({ unknown }) => unknown.key === key);
    if (!condition) return known;
    known = condition.holds ? choice.met : choice.unmet;
  }
  return known;
}

const choiceOf = (value: Value | undefined): UnknownValue['choice'] =>
  value?.kind === 'unknown' ? value.choice : undefined;

/** A variable that is set only if these unknown conditions hold. */
export function either(name: string, value: Value, before: Value | undefined, unknowns: readonly Unknown[]): Value {
  return unknowns.reduceRight((given, unknown) => chosen(name, given, before, unknown), value);
}

function chosen(name: string, value: Value, before: Value | undefined, unknown: Unknown): Value {
  const condition = conditionOf(unknown, true);
  const given = valueUnder(value, [condition]) ?? value;
  const otherwise = valueUnder(before, [opposite(condition)]);
  if (otherwise && identity(otherwise) === identity(given)) return given;
  const key = `if ${unknown.key} then ${name}=${identity(given)} else ${otherwise ? identity(otherwise) : 'unset'}`;
  const [met, unmet] = condition.holds ? [given, otherwise] : [otherwise, given];
  const made = unknownValue(key, [`${name} is set only under a condition: ${unknown.why.join('; ')}`], {
    defined: otherwise && otherwise.kind !== 'unknown' ? true : null,
    origins: mergeOrigins(given.origins, otherwise?.origins ?? []),
  });
  return { ...made, choice: { condition: condition.unknown, met, unmet } };
}
