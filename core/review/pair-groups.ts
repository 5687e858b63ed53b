import type { InventoryRendering, NodeGroup, Rendering } from '../ansible/types.ts';

/**
 * Hosts that were in one node group of the base and are in one node group of the head. A side is null where the hosts
 * join (no base) or leave (no head).
 */
export type GroupPair = Readonly<{
  /** The head's inventory, or the base's when it is gone. */
  inventory: string;
  hosts: readonly string[];
  base: NodeGroup | null;
  head: NodeGroup | null;
  /**
   * Whether the hosts themselves are in the inventories of both revisions, come with the head's, or are gone from it.
   * Hosts that stay may have no node group on one side: nothing of a kubelet is put on them there.
   */
  hosting: 'stays' | 'joins' | 'leaves';
  /** The inventory itself exists on one side only. */
  inventoryGone: boolean;
}>;

/** Pairs every host's node group in the base with its node group in the head, inventory by inventory. */
export function pairGroups(base: Rendering, head: Rendering): readonly GroupPair[] {
  return pairInventories(base.inventories, head.inventories).flatMap(([before, after]) => pairHosts(before, after));
}

type InventoryPair = readonly [InventoryRendering | null, InventoryRendering | null];

/**
 * By path; an inventory that moved is paired with the one it shares most hosts with. The path '' may come twice, for
 * plays without an inventory and for roles no play reaches: those are paired in that order.
 */
function pairInventories(
  base: readonly InventoryRendering[],
  head: readonly InventoryRendering[],
): readonly InventoryPair[] {
  const left = new Set(base);
  const same = head.map(after => {
    const before = [...left].find(({ inventory }) => inventory === after.inventory) ?? null;
    if (before) left.delete(before);
    return before;
  });
  const pairs = head.map((after, index): InventoryPair => {
    const before = same[index] ?? mostShared(left, after);
    if (before) left.delete(before);
    return [before, after];
  });
  return [...pairs, ...[...left].map((before): InventoryPair => [before, null])];
}

function mostShared(candidates: ReadonlySet<InventoryRendering>, head: InventoryRendering): InventoryRendering | null {
  const hosts = new Set(head.groups.flatMap(group => group.hosts));
  let best: InventoryRendering | null = null;
  let bestShared = 0;
  for (const candidate of candidates) {
    const shared = candidate.groups.flatMap(group => group.hosts).filter(host => hosts.has(host)).length;
    if (shared > bestShared) [best, bestShared] = [candidate, shared];
  }
  return best;
}

function pairHosts(before: InventoryRendering | null, after: InventoryRendering | null): readonly GroupPair[] {
  const baseGroups = groupsByHost(before);
  const headGroups = groupsByHost(after);
  const inventory = (after ?? before)?.inventory ?? '';
  const inventoryGone = before === null || after === null;
  const baseHosts = new Set(before?.hosts);
  const headHosts = new Set(after?.hosts);
  const pairs = new Map<NodeGroup | null, Map<NodeGroup | null, string[]>>();
  const put = (host: string): void => {
    for (const [base, head] of pairSides(baseGroups.get(host) ?? NO_GROUPS, headGroups.get(host) ?? NO_GROUPS)) {
      let heads = pairs.get(base);
      if (!heads) pairs.set(base, (heads = new Map()));
      const hosts = heads.get(head);
      if (hosts) hosts.push(host);
      else heads.set(head, [host]);
    }
  };
  for (const host of headGroups.keys()) put(host);
  for (const host of baseGroups.keys()) if (!headGroups.has(host)) put(host);
  return [...pairs].flatMap(([base, heads]) =>
    [...heads].map(([head, hosts]): GroupPair => {
      const [first = ''] = hosts;
      const hosting = !baseHosts.has(first) ? 'joins' : !headHosts.has(first) ? 'leaves' : 'stays';
      return { inventory, hosts, base, head, hosting, inventoryGone };
    }),
  );
}

/** A real host is in one group; an assumed one has a group for each kind of node it may be, told apart by name. */
function groupsByHost(inventory: InventoryRendering | null): ReadonlyMap<string, readonly NodeGroup[]> {
  const found = new Map<string, readonly NodeGroup[]>();
  for (const group of inventory?.groups ?? []) {
    const alone = [group];
    for (const host of group.hosts) {
      const groups = found.get(host);
      found.set(host, groups ? [...groups, group] : alone);
    }
  }
  return found;
}

const NO_GROUPS: readonly NodeGroup[] = [];

type Sides = readonly [NodeGroup | null, NodeGroup | null];

function pairSides(base: readonly NodeGroup[], head: readonly NodeGroup[]): readonly Sides[] {
  if (base.length <= 1 && head.length <= 1) return [[base[0] ?? null, head[0] ?? null]];
  const named = head.map((group): Sides => [base.find(({ name }) => name === group.name) ?? null, group]);
  const left = base.filter(group => !named.some(([before]) => before === group));
  const paired = named.map(([before, group]): Sides => [before ?? left.shift() ?? null, group]);
  return [...paired, ...left.map((group): Sides => [group, null])];
}
