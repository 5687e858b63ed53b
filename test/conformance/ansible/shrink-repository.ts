import type { RepositoryCase } from './repository-case.ts';

/** A smaller repository that still differs: drops files, then lines, then pieces of lines. Asks `budget` times at most. */
export async function shrinkRepository(
  found: RepositoryCase,
  differs: (smaller: RepositoryCase) => Promise<boolean>,
  budget = 500,
): Promise<RepositoryCase> {
  let best = found;
  let asked = 0;
  const attempt = async (files: Readonly<Record<string, string>>) => {
    const smaller = { ...best, files };
    if (asked++ >= budget || !(await differs(smaller))) return false;
    best = smaller;
    return true;
  };
  await without(Object.keys(best.files), kept =>
    attempt(Object.fromEntries(kept.map(path => [path, best.files[path] ?? '']))),
  );
  for (const cut of [/(?<=\n)(?=\S)/, /(?<=\n)/, /(?<=[\s|,~{}()[\]])/]) {
    for (const path of Object.keys(best.files)) {
      const pieces = (best.files[path] ?? '').split(cut);
      await without(pieces, kept => attempt({ ...best.files, [path]: kept.join('') }));
    }
  }
  return best;
}

/** Drops runs of items, long runs first, while `attempt` keeps what is left. */
async function without<Item>(
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
