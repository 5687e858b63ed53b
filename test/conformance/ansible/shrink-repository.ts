import { without } from '../without.ts';
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
