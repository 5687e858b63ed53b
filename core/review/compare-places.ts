import type { ControlResult, JudgedPlace } from '../baseline/types.ts';

/** One place a control looks at, in both revisions; a side is null where the place is not there. */
export type ComparedPlace = Readonly<{ before: JudgedPlace | null; after: JudgedPlace | null }>;

/**
 * Pairs the places of one control in base and head by location. Places that share one (two tasks of one name, two files
 * that say the same field) are paired with those that answer the same first, then in order. A violation whose place has
 * no counterpart is paired with one left over in the base that violates alike: its task or file was only renamed. What
 * was not decidable as a whole counts as undecided at each place.
 */
export function comparePlaces(base: ControlResult | undefined, head: ControlResult): readonly ComparedPlace[] {
  const before = byLocation(base?.places ?? []);
  const counterparts = new Map<JudgedPlace, JudgedPlace>();
  for (const alike of [sameAnswer, sameResult, () => true]) {
    for (const after of head.places) {
      if (counterparts.has(after)) continue;
      const found = take(before.get(locationOf(after)) ?? [], one => alike(one, after));
      if (found) counterparts.set(after, found);
    }
  }
  const left = [...before.values()].flat().filter(({ result }) => result === 'violated');
  const whole = base?.result === 'undecided' ? base : null;
  const pairs = head.places.map((after): ComparedPlace => {
    const own =
      counterparts.get(after) ?? (after.result === 'violated' ? take(left, one => renamed(one, after)) : null);
    return { before: own ?? whole, after };
  });
  return [...pairs, ...left.map((one): ComparedPlace => ({ before: one, after: null }))];
}

const locationOf = ({ location, path }: JudgedPlace): string => location ?? path;

function byLocation(places: readonly JudgedPlace[]): ReadonlyMap<string, JudgedPlace[]> {
  const found = new Map<string, JudgedPlace[]>();
  for (const place of places) {
    const known = found.get(locationOf(place));
    if (known) known.push(place);
    else found.set(locationOf(place), [place]);
  }
  return found;
}

/** Takes the first place that fits out of the list: each is paired once. */
function take(places: JudgedPlace[], fits: (place: JudgedPlace) => boolean): JudgedPlace | null {
  const index = places.findIndex(fits);
  return index < 0 ? null : (places.splice(index, 1)[0] ?? null);
}

const sameResult = (before: JudgedPlace, after: JudgedPlace): boolean => before.result === after.result;

const sameAnswer = (before: JudgedPlace, after: JudgedPlace): boolean =>
  sameResult(before, after) && JSON.stringify(before.actual) === JSON.stringify(after.actual);

/** Violations by tasks that do the same; of one value; without one, of one sentence. */
function renamed(before: JudgedPlace, after: JudgedPlace): boolean {
  if (after.alike !== undefined) return after.alike === before.alike;
  return after.actual === null ? before.reason === after.reason && before.actual === null : sameAnswer(before, after);
}
