import type { Unknown } from '../source/rope.ts';
import type { Condition } from './types.ts';

/** Something that is so under conditions: an alternative of a text, a verdict or a command line. */
type Conditioned = Readonly<{ conditions: readonly Condition[] }>;

/**
 * Whether alternatives go through every way their conditions can go. Alternatives that take one part of a text at a
 * time do not: together they hold for each field, not for what fields do to each other.
 */
export function coverAll(alternatives: readonly Conditioned[]): boolean {
  return alternatives.reduce((sum, { conditions }) => sum + 2 ** -conditions.length, 0) >= 1;
}

/** What each side of the deciding conditions gives, as one text: equal exactly when all of it is. */
export function answersText(alternatives: readonly Conditioned[], shown: readonly string[]): string {
  const deciding = decidingConditions(alternatives, shown);
  const answers = alternatives.map((one, index) => `${sideOf(one, deciding)}→${shown[index]}`);
  return [...new Set(answers)].sort().join('|');
}

/** How the given conditions stand in an alternative, as text. */
function sideOf(alternative: Conditioned, deciding: readonly Unknown[]): string {
  const sides = sidesOf(alternative, deciding);
  return deciding.map(({ key }, index) => `${sides[index] ?? 'any'} ${key}`).join(' and ');
}

/** For each condition whether it holds in the alternative; null where the alternative is the same either way. */
function sidesOf({ conditions }: Conditioned, deciding: readonly Unknown[]): readonly (boolean | null)[] {
  return deciding.map(({ key }) => conditions.find(one => one.unknown.key === key)?.holds ?? null);
}

/** The fewest conditions that decide the value: one, two, or all there are. */
export function decidingConditions(alternatives: readonly Conditioned[], shown: readonly string[]): readonly Unknown[] {
  const all = [
    ...new Map(
      alternatives.flatMap(({ conditions }) => conditions.map(({ unknown }) => [unknown.key, unknown] as const)),
    ).values(),
  ];
  const pairs = all.flatMap((first, index) => all.slice(index + 1).map(second => [first, second]));
  return [...all.map(one => [one]), ...pairs].find(some => decides(some, alternatives, shown)) ?? all;
}

/** Whether alternatives in which these conditions may stand alike all show the same. */
function decides(some: readonly Unknown[], alternatives: readonly Conditioned[], shown: readonly string[]): boolean {
  const seen: { sides: readonly (boolean | null)[]; value: string }[] = [];
  return alternatives.every((one, index) => {
    const sides = sidesOf(one, some);
    const value = shown[index] ?? '';
    const alike = seen.filter(other => sides.every((side, at) => meets(side, other.sides[at] ?? null)));
    if (alike.some(other => other.value !== value)) return false;
    if (!alike.some(other => other.sides.every((side, at) => side === sides[at]))) seen.push({ sides, value });
    return true;
  });
}

const meets = (a: boolean | null, b: boolean | null): boolean => a === null || b === null || a === b;
