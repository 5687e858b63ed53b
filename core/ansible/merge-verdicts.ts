import type { EffectiveValue, KubeletVerdict } from '../kubelet/types.ts';
import type { Unknown } from '../source/rope.ts';
import type { Condition, KubeletAlternative } from './types.ts';

/**
 * What holds in every alternative: a field equal in all is known, else it is unknown and names the conditions that
 * decide it. Accepted only when all accept, refused only when all refuse. Explored only in part (`truncated`), no
 * field is known.
 */
export function mergeVerdicts(alternatives: readonly KubeletAlternative[], truncated: boolean): KubeletVerdict | null {
  const [first, ...others] = alternatives;
  if (!first) return null;
  if (others.length === 0 && !truncated) return first.verdict;
  const verdicts = alternatives.map(one => one.verdict);
  const values = new Map<string, EffectiveValue>();
  for (const path of new Set(verdicts.flatMap(verdict => [...verdict.values.keys()]))) {
    values.set(path, mergeField(path, alternatives, truncated));
  }
  const open = new Map(verdicts.flatMap(verdict => [...verdict.open]));
  if (truncated) open.set('', MORE);
  const answers = new Set(verdicts.map(verdict => verdict.accepted));
  const [only] = answers;
  const accepted = answers.size === 1 && only !== undefined && !(truncated && only) ? only : null;
  const refusing = verdicts.filter(verdict => verdict.accepted === false);
  return {
    minor: first.verdict.minor,
    accepted,
    lenient: verdicts.some(verdict => verdict.lenient),
    stage: accepted === false ? first.verdict.stage : null,
    about: [...new Set(refusing.flatMap(verdict => verdict.about))],
    problems: uniqueBy(
      verdicts.flatMap(verdict => verdict.problems),
      problem => `${problem.stage}\0${problem.path}\0${problem.message}`,
    ),
    values,
    open,
  };
}

const MORE: Unknown = {
  key: 'more alternatives',
  why: ['more unknown conditions decide this file than the gate tries out'],
};

function mergeField(path: string, alternatives: readonly KubeletAlternative[], truncated: boolean): EffectiveValue {
  const shown = alternatives.map(({ verdict }) => valueText(verdict, path));
  const known = alternatives.map(({ verdict }) => verdict.values.get(path)).find(value => value !== undefined);
  if (!known) return { value: { known: false, unknown: MORE }, from: 'config' };
  if (new Set(shown).size === 1 && !truncated) return known;
  const deciding = decidingConditions(alternatives, shown);
  const key = `${alternatives.map(({ conditions }, index) => `${conditionsKey(conditions)}→${shown[index]}`).join('|')}`;
  const why = deciding.length > 0 ? deciding.map(unknown => `depends on ${unknown.why.join('; ')}`) : MORE.why;
  const at = known.at ? { at: known.at } : {};
  return { value: { known: false, unknown: { key, why: [...new Set(why)] } }, from: known.from, ...at };
}

/** The value as text. A default below a parent that may have further keys is as unknown as those. */
function valueText({ values, open }: KubeletVerdict, path: string): string {
  const value = values.get(path);
  const parents = ['', ...path.split('.').map((_, index, parts) => parts.slice(0, index).join('.'))];
  const above = parents.map(parent => open.get(parent)).find(unknown => unknown !== undefined);
  if (above && (!value || value.from === 'default' || value.from === 'flag-default')) return `⟨${above.key}⟩`;
  if (!value) return 'absent';
  return value.value.known ? JSON.stringify(value.value.json) : `⟨${value.value.unknown.key}⟩`;
}

function conditionsKey(conditions: readonly Condition[]): string {
  return conditions.map(({ unknown, holds }) => `${holds ? '' : 'not '}${unknown.key}`).join(' and ');
}

/** Conditions under which the value differs; all of them when none decides it alone. */
function decidingConditions(alternatives: readonly KubeletAlternative[], shown: readonly string[]): readonly Unknown[] {
  const all = new Map(
    alternatives.flatMap(({ conditions }) => conditions.map(({ unknown }) => [unknown.key, unknown] as const)),
  );
  const deciding = [...all.values()].filter(({ key }) => {
    const sides = new Map<boolean, Set<string>>([
      [true, new Set()],
      [false, new Set()],
    ]);
    alternatives.forEach(({ conditions }, index) => {
      const condition = conditions.find(one => one.unknown.key === key);
      if (condition) sides.get(condition.holds)?.add(shown[index] ?? '');
    });
    const [yes, no] = [sides.get(true), sides.get(false)];
    return [...(yes ?? [])].sort().join('\0') !== [...(no ?? [])].sort().join('\0');
  });
  return deciding.length > 0 ? deciding : [...all.values()];
}

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return [...new Map(items.map(item => [key(item), item])).values()];
}
