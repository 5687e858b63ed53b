import type { LintCase } from '../../core/kubelet/lint.ts';
import { without } from './without.ts';

/**
 * A smaller case that still differs: takes away flags, drop-ins, then lines, then pieces of lines, as long as
 * `differs` says yes. Asks at most `budget` questions.
 */
export async function shrink(
  found: LintCase,
  differs: (smaller: LintCase) => Promise<boolean>,
  budget = 400,
): Promise<LintCase> {
  let best = found;
  let asked = 0;
  const attempt = async (smaller: LintCase) => {
    if (asked++ >= budget || !(await differs(smaller))) return false;
    best = smaller;
    return true;
  };
  if (best.args) {
    await without(best.args, args => attempt(args.length > 0 ? { ...best, args } : omit(best, 'args')));
  }
  if (best.dropins) {
    await without(best.dropins, dropins => attempt(dropins.length > 0 ? { ...best, dropins } : omit(best, 'dropins')));
  }
  const texts: readonly Readonly<{ get: () => string; set: (yaml: string) => LintCase }>[] = [
    { get: () => best.yaml, set: yaml => ({ ...best, yaml }) },
    ...(best.dropins ?? []).map((_, at) => ({
      get: () => best.dropins?.[at]?.yaml ?? '',
      set: (yaml: string) => ({
        ...best,
        dropins: (best.dropins ?? []).map((one, index) => (index === at ? { ...one, yaml } : one)),
      }),
    })),
  ];
  for (const text of texts) {
    await without(text.get().split(/(?<=\n)/), lines => attempt(text.set(lines.join(''))));
    await without(text.get().split(/(?<=[\s,{}[\]])/), pieces => attempt(text.set(pieces.join(''))));
  }
  return best;
}

function omit(one: LintCase, key: 'args' | 'dropins'): LintCase {
  const { [key]: _, ...rest } = one;
  return rest;
}
