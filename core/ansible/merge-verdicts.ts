import type { EffectiveValue, KubeletVerdict } from '../kubelet/types.ts';
import type { Unknown } from '../source/rope.ts';
import type { KubeletAlternative } from './types.ts';

/**
 * What holds in every alternative: a field equal in all is known, else it is unknown and names the conditions that
 * decide it. An alternative the kubelet refuses before it has a configuration has no fields to differ; its refusal
 * shows in `accepted` and `problems`. Accepted only when all accept, refused only when all refuse. Explored only in
 * part (`truncated`), no field is known.
 */
export function mergeVerdicts(alternatives: readonly KubeletAlternative[], truncated: boolean): KubeletVerdict | null {
  const [first, ...others] = alternatives;
  if (!first) return null;
  if (others.length === 0 && !truncated) return first.verdict;
  const verdicts = alternatives.map(one => one.verdict);
  const running = alternatives.filter(({ verdict }) => verdict.values.size > 0);
  const values = new Map<string, EffectiveValue>();
  for (const path of new Set(verdicts.flatMap(verdict => [...verdict.values.keys()]))) {
    values.set(path, mergeField(path, running, truncated));
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
  const why = deciding.length > 0 ? deciding.map(unknown => `depends on ${unknown.why.join('; ')}`) : MORE.why;
  const answers = alternatives.map((one, index) => `${sideOf(one, deciding)}→${shown[index]}`);
  const key = `${[...new Set(answers)].sort().join('|')}${truncated ? '|…' : ''}`;
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

/** How the given conditions stand in an alternative, as text. */
function sideOf({ conditions }: KubeletAlternative, deciding: readonly Unknown[]): string {
  return deciding
    .map(({ key }) => {
      const condition = conditions.find(one => one.unknown.key === key);
      return condition ? `${condition.holds ? '' : 'not '}${key}` : `any ${key}`;
    })
    .join(' and ');
}

/** The fewest conditions that decide the value: one, two, or all there are. */
function decidingConditions(alternatives: readonly KubeletAlternative[], shown: readonly string[]): readonly Unknown[] {
  const all = [
    ...new Map(
      alternatives.flatMap(({ conditions }) => conditions.map(({ unknown }) => [unknown.key, unknown] as const)),
    ).values(),
  ];
  const pairs = all.flatMap((first, index) => all.slice(index + 1).map(second => [first, second]));
  return [...all.map(one => [one]), ...pairs].find(some => decides(some, alternatives, shown)) ?? all;
}

function decides(
  some: readonly Unknown[],
  alternatives: readonly KubeletAlternative[],
  shown: readonly string[],
): boolean {
  const values = new Map<string, string>();
  return alternatives.every((one, index) => {
    const side = sideOf(one, some);
    const value = shown[index] ?? '';
    const earlier = values.get(side);
    values.set(side, value);
    return earlier === undefined || earlier === value;
  });
}

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return [...new Map(items.map(item => [key(item), item])).values()];
}
