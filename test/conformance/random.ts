/** A seeded source of choices: the same seed gives the same choices on every machine. */
export type Random = Readonly<{
  /** An integer from 0 to `below` - 1. */
  below: (below: number) => number;
  /** True in `percent` of 100 draws. */
  chance: (percent: number) => boolean;
  /** One of the items, each as likely. */
  of: <Item>(items: readonly Item[]) => Item;
}>;

/** Starts a source at an unsigned 32-bit seed (mulberry32). */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    chance: percent => next() * 100 < percent,
    of: items => {
      if (items.length === 0) throw new RangeError('nothing to choose from');
      return items[below(items.length)] as (typeof items)[number];
    },
  };
}
