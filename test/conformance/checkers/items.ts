import type { Control, ControlKind, ControlResult } from '../../../core/baseline/types.ts';
import type { Json, KubeletProblem } from '../../../core/kubelet/types.ts';
import type { CheckedNode } from './node.ts';

/** One item of CIS 4.1 to 4.3, with the controls of the baseline that name it. */
export type Item = Readonly<{ id: string; title: string; controls: readonly Control[] }>;

/** What the product says of an item: `refused` where the kubelet does not start over it, `nothing` to look at. */
export type Ours = 'pass' | 'violated' | 'undecided' | 'refused' | 'nothing';

export type OurAnswer = Readonly<{
  verdict: Ours;
  /** What acts on the node: effective fields of the kubelet, a flag, a mode or an owner. */
  acts: string;
}>;

/** Worst first. */
const ORDER = ['violated', 'undecided', 'pass', 'not-applicable'] as const;

/** Items of worker nodes in the order of the benchmark. Advisory controls add style to an item and do not decide it. */
export function itemsOf(controls: readonly Control[]): readonly Item[] {
  const byItem = new Map<string, Control[]>();
  for (const control of controls) {
    for (const id of control.standards['CIS'] ?? []) {
      if (!/^4\.[123]\.\d+$/.test(id) || control.profile === 'advisory') continue;
      byItem.set(id, [...(byItem.get(id) ?? []), control]);
    }
  }
  return [...byItem]
    .map(([id, of]): Item => ({ id, title: of.map(({ title }) => title).join('; '), controls: of }))
    .sort((left, right) => left.id.localeCompare(right.id, 'en', { numeric: true }));
}

/**
 * What the product answers for an item: that the kubelet does not start, where the item is about the kubelet, else the
 * worst of its controls.
 */
export function answerFor({ controls }: Item, node: CheckedNode): OurAnswer {
  const refusal = controls.some(({ kind }) => OF_KUBELET.has(kind)) ? refusalOf(node) : undefined;
  if (refusal) return { verdict: 'refused', acts: `the kubelet does not start: ${refusal.message}` };
  const results = node.results.filter(({ control }) => controls.includes(control));
  const worst = ORDER.find(one => results.some(({ result }) => result === one)) ?? 'not-applicable';
  const deciding = results.filter(({ result }) => result === worst);
  return { verdict: worst === 'not-applicable' ? 'nothing' : worst, acts: actsFor(node, deciding) };
}

const OF_KUBELET: ReadonlySet<ControlKind> = new Set(['KubeletConfiguration', 'kubelet-flag']);

function refusalOf({ kubelet }: CheckedNode): KubeletProblem | undefined {
  return kubelet.accepted === false ? kubelet.problems.find(({ effect }) => effect === 'refuses') : undefined;
}

function actsFor(node: CheckedNode, results: readonly ControlResult[]): string {
  const parts = results.flatMap(({ control, places }) => {
    if (control.kind === 'KubeletConfiguration') return control.paths.map(path => fieldOf(node, path));
    return places.flatMap(({ path, result, actual }) =>
      result === 'not-applicable' || actual === null ? [] : [`${path} ${words(actual)}`],
    );
  });
  return [...new Set(parts)].join(', ') || 'nothing is set';
}

function fieldOf(node: CheckedNode, path: string): string {
  const from = node.from(path);
  const value = node.effective(path);
  if (value === null) return `${path} is not set`;
  return `${path} ${words(value)}${from === 'default' || from === 'flag-default' || from === undefined ? ' by default' : ''}`;
}

const LONGEST = 60;

function words(value: Json): string {
  const text = typeof value === 'string' ? value || '""' : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
