import type { ControlResult, JudgedPlace } from '../baseline/types.ts';

/** One place a control looks at, in both revisions; a side is null where the place is not there. */
export type ComparedPlace = Readonly<{ before: JudgedPlace | null; after: JudgedPlace | null }>;

/**
 * Pairs the places of one control in base and head by location. A violation whose place has no counterpart is paired
 * with one left over in the base that violates with the same value: its task or file was only renamed. What was not
 * decidable as a whole counts as undecided at each place.
 */
export function comparePlaces(base: ControlResult | undefined, head: ControlResult): readonly ComparedPlace[] {
  const before = byLocation(base?.places ?? []);
  const after = byLocation(head.places);
  const left = [...before].filter(([location, { result }]) => result === 'violated' && !after.has(location));
  const whole = base?.result === 'undecided' ? base : null;
  const pairs = [...after].map(([location, answer]): ComparedPlace => {
    const own = before.get(location) ?? renamed(left, answer);
    return { before: own ?? whole, after: answer };
  });
  return [...pairs, ...left.map(([, answer]) => ({ before: answer, after: null }))];
}

/** Takes the left-over violation that says the same from the list; it is matched once. */
function renamed(left: (readonly [string, JudgedPlace])[], answer: JudgedPlace): JudgedPlace | undefined {
  if (answer.result !== 'violated' || answer.actual === null) return undefined;
  const actual = JSON.stringify(answer.actual);
  const index = left.findIndex(([, before]) => JSON.stringify(before.actual) === actual);
  return index < 0 ? undefined : left.splice(index, 1)[0]?.[1];
}

const WORST: readonly JudgedPlace['result'][] = ['violated', 'undecided', 'pass', 'not-applicable'];

/** The worst answer of each location: two files may say the same field. */
function byLocation(places: readonly JudgedPlace[]): ReadonlyMap<string, JudgedPlace> {
  const found = new Map<string, JudgedPlace>();
  for (const place of places) {
    const location = place.location ?? place.path;
    const known = found.get(location);
    if (!known || WORST.indexOf(place.result) < WORST.indexOf(known.result)) found.set(location, place);
  }
  return found;
}
