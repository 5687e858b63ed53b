import { isImplicit } from '../kubelet/implicit.ts';
import type { EffectiveValue, KubeletVerdict } from '../kubelet/types.ts';
import type { Unknown } from '../source/rope.ts';
import { answersText, coverAll, decidingConditions } from './deciding.ts';
import type { KubeletAlternative } from './types.ts';

/**
 * What holds in every alternative: a field equal in all is known, else it is unknown and names the conditions that
 * decide it. An alternative the kubelet refuses before it has a configuration has no fields to differ; its refusal
 * shows in `accepted` and `problems`. Accepted only when all accept and there are no other ways the conditions can go,
 * refused only when all refuse.
 *
 * @param unseen what stands for alternatives nobody looked at, null when there are none; then no field is known. Its key
 * must change with anything that could change those alternatives: a merged field is compared by it.
 */
export function mergeVerdicts(
  alternatives: readonly KubeletAlternative[],
  unseen: Unknown | null,
): KubeletVerdict | null {
  const [first, ...others] = alternatives;
  if (!first) return null;
  if (others.length === 0 && !unseen) return first.verdict;
  const verdicts = alternatives.map(one => one.verdict);
  const running = alternatives.filter(({ verdict }) => verdict.values.size > 0);
  const values = new Map<string, EffectiveValue>();
  for (const path of new Set(verdicts.flatMap(verdict => [...verdict.values.keys()]))) {
    values.set(path, mergeField(path, running, unseen));
  }
  const open = mergeOpen(alternatives);
  if (unseen) open.set('', unseen);
  const answers = new Set(verdicts.map(verdict => verdict.accepted));
  const [only] = answers;
  const accepted =
    answers.size === 1 && only !== undefined && !(only && (unseen || !coverAll(alternatives))) ? only : null;
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

/** Whether a merged verdict rests on these alternatives and on nothing unseen beside them. */
export function isWhole(merged: KubeletVerdict, alternatives: readonly KubeletAlternative[]): boolean {
  return merged.open.get('')?.key === mergeOpen(alternatives).get('')?.key;
}

/** Parents that are open in some alternative. Where alternatives differ, the key says what each has. */
function mergeOpen(alternatives: readonly KubeletAlternative[]): Map<string, Unknown> {
  const merged = new Map<string, Unknown>();
  for (const parent of new Set(alternatives.flatMap(({ verdict }) => [...verdict.open.keys()]))) {
    const unknowns = alternatives.flatMap(({ verdict }) => verdict.open.get(parent) ?? []);
    const shown = alternatives.map(({ verdict }) => verdict.open.get(parent)?.key ?? 'closed');
    const [only] = unknowns;
    if (only && new Set(shown).size === 1) merged.set(parent, only);
    else merged.set(parent, { key: answersText(alternatives, shown), why: reasons(unknowns) });
  }
  return merged;
}

function mergeField(path: string, alternatives: readonly KubeletAlternative[], unseen: Unknown | null): EffectiveValue {
  const shown = alternatives.map(({ verdict }) => valueText(verdict, path));
  const known = alternatives.flatMap(({ verdict }) => verdict.values.get(path) ?? [])[0] as EffectiveValue;
  if (new Set(shown).size === 1 && !unseen) return known;
  const deciding = decidingConditions(alternatives, shown);
  const why = [...deciding.map(unknown => `depends on ${unknown.why.join('; ')}`), ...(unseen?.why ?? [])];
  const key = `${answersText(alternatives, shown)}${unseen ? `|${unseen.key}` : ''}`;
  const at = known.at ? { at: known.at } : {};
  return { value: { known: false, unknown: { key, why: [...new Set(why)] } }, from: known.from, ...at };
}

function reasons(unknowns: readonly Unknown[]): readonly string[] {
  return [...new Set(unknowns.flatMap(unknown => unknown.why))].slice(0, 6);
}

/** The value as text. A default below a parent that may have further keys is as unknown as those. */
function valueText({ values, open }: KubeletVerdict, path: string): string {
  const value = values.get(path);
  const parents = ['', ...path.split('.').map((_, index, parts) => parts.slice(0, index).join('.'))];
  const above = parents.map(parent => open.get(parent)).find(unknown => unknown !== undefined);
  if (above && (!value || isImplicit(value))) return `⟨${above.key}⟩`;
  if (!value) return 'absent';
  return value.value.known ? JSON.stringify(value.value.json) : `⟨${value.value.unknown.key}⟩`;
}

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return [...new Map(items.map(item => [key(item), item])).values()];
}
