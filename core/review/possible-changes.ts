import { isWhole } from '../ansible/merge-verdicts.ts';
import type { Condition, KubeletAlternative, NodeGroup } from '../ansible/types.ts';
import type { KubeletVerdict } from '../kubelet/types.ts';
import { shownEffective, shownUnknown } from './node-fields.ts';
import type { Shown } from './types.ts';

/** One way the unknown conditions of both revisions can go together, and what the kubelet makes of each. */
type Way = Readonly<{ conditions: readonly Condition[]; before: KubeletVerdict; after: KubeletVerdict }>;

/** How a field differs over the ways unknown conditions can go. */
export type PossibleChange =
  | Readonly<{ differs: 'nowhere' }>
  /** The same two values wherever it differs; `where` says under which conditions, nothing when always. */
  | Readonly<{ differs: 'alike'; before: Shown; after: Shown }>
  /** Several things may happen to it. */
  | Readonly<{ differs: 'variously'; changes: readonly Readonly<{ before: Shown; after: Shown }>[] }>;

/**
 * The ways the unknown conditions of two node groups can go, each with both sides. Alternatives that contradict each
 * other make no way, nor do those in which a kubelet refuses before it has a configuration. null when nothing depends
 * on conditions, or not every way was explored: then single alternatives say nothing about the rest.
 */
export function waysOf(base: NodeGroup | null, head: NodeGroup | null): readonly Way[] | null {
  if (!base?.kubelet || !head?.kubelet) return null;
  if (base.kubeletAlternatives.length < 2 && head.kubeletAlternatives.length < 2) return null;
  if (![base, head].every(({ kubelet, kubeletAlternatives }) => kubelet && isWhole(kubelet, kubeletAlternatives)))
    return null;
  const ways = running(base).flatMap(from =>
    running(head).flatMap((to): Way[] => {
      const conditions = together(from.conditions, to.conditions);
      return conditions === null ? [] : [{ conditions, before: from.verdict, after: to.verdict }];
    }),
  );
  return ways.length > 0 ? ways : null;
}

function running({ kubeletAlternatives }: NodeGroup): readonly KubeletAlternative[] {
  return kubeletAlternatives.filter(({ verdict }) => verdict.values.size > 0);
}

/** Both lists as one; null when a condition holds in one and not in the other. */
function together(some: readonly Condition[], more: readonly Condition[]): readonly Condition[] | null {
  const holds = new Map(some.map(({ unknown, holds }) => [unknown.key, holds]));
  if (more.some(({ unknown, holds: other }) => (holds.get(unknown.key) ?? other) !== other)) return null;
  return [...some, ...more.filter(({ unknown }) => !holds.has(unknown.key))];
}

/** @param same whether two shown values count as no change */
export function possibleChange(
  ways: readonly Way[],
  path: string,
  same: (before: Shown, after: Shown) => boolean,
): PossibleChange {
  const sides = ways.map(way => ({ way, before: shownIn(way.before, path), after: shownIn(way.after, path) }));
  const differing = sides.filter(({ before, after }) => !same(before, after));
  const distinct = new Map(differing.map(one => [JSON.stringify([one.before, one.after]), one]));
  const [first] = distinct.values();
  if (!first) return { differs: 'nowhere' };
  if (distinct.size === 1) {
    const { before, after } = first;
    if (differing.length === sides.length) return { differs: 'alike', before, after };
    const where = deciding(
      differing.map(({ way }) => way),
      ways,
    );
    if (where.length > 0 && after.state !== 'unknown') return { differs: 'alike', before, after: { ...after, where } };
  }
  return { differs: 'variously', changes: [...distinct.values()] };
}

/** The conditions all of `some` have and no other way has; none when no conjunction tells them apart. */
function deciding(some: readonly Way[], ways: readonly Way[]): readonly Condition[] {
  const [first] = some;
  const shared = (first?.conditions ?? []).filter(condition => some.every(way => has(way, condition)));
  const others = ways.filter(way => !some.includes(way));
  return others.some(way => shared.every(condition => has(way, condition)))
    ? []
    : shared.filter(condition => others.some(way => !has(way, condition)));
}

function has({ conditions }: Way, { unknown, holds }: Condition): boolean {
  return conditions.some(other => other.unknown.key === unknown.key && other.holds === holds);
}

/** A field in one alternative. A default below a parent that may have further keys is as unknown as those. */
function shownIn({ values, open }: KubeletVerdict, path: string): Shown {
  const value = values.get(path);
  const parents = path.split('.').map((_, index, names) => names.slice(0, index).join('.'));
  const above = parents.map(parent => open.get(parent)).find(unknown => unknown !== undefined);
  if (above && (!value || value.from === 'default' || value.from === 'flag-default')) return shownUnknown(above);
  return value ? shownEffective(value) : { state: 'absent' };
}
