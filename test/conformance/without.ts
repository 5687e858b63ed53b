/** Drops runs of items, long runs first, while `attempt` keeps what is left. */
export async function without<Item>(
  items: readonly Item[],
  attempt: (rest: readonly Item[]) => Promise<boolean>,
): Promise<void> {
  let left = items;
  for (let size = Math.max(1, left.length >> 1); size >= 1; size = size >> 1) {
    for (let at = 0; at < left.length; ) {
      const rest = [...left.slice(0, at), ...left.slice(at + size)];
      if (rest.length < left.length && (await attempt(rest))) left = rest;
      else at += size;
    }
  }
}
