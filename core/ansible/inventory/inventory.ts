import { ProblemError } from '../../source/problem.ts';
import type { Place } from '../repository.ts';
import type { Value } from '../value.ts';
import { NO_VARS } from '../variables.ts';

/**
 * Hosts one inventory may declare; past it the inventory is reported, never cut short. Far above any cluster (Kubernetes
 * itself is tested to 5,000 nodes), and a few kilobytes of memory each while two revisions are compared.
 */
export const MAX_HOSTS = 200_000;

export type InventoryGroup = {
  readonly name: string;
  readonly parents: Set<string>;
  readonly children: Set<string>;
  readonly hosts: Set<string>;
  readonly vars: Map<string, Value>;
  /** Longest way up to `all`; deeper groups win. */
  depth: number;
  /** `ansible_group_priority`; higher wins among groups of one depth. */
  priority: number;
};

/** Groups hosts are directly in: one object for all hosts that were put into the same ones in the same order. */
export type Membership = Readonly<{
  groups: ReadonlySet<string>;
  /** What one more group makes of it. */
  next: Map<string, Membership>;
}>;

export type InventoryHost = {
  readonly name: string;
  membership: Membership;
  /** Set with `setHostVar`. */
  vars: ReadonlyMap<string, Value>;
};

/** An inventory as Ansible builds it: `all` and `ungrouped` always exist. */
export type Inventory = {
  readonly groups: Map<string, InventoryGroup>;
  readonly hosts: Map<string, InventoryHost>;
  /** The membership of hosts that are in no group yet. */
  readonly nowhere: Membership;
  /** Answers of `hostsOf`, until a host or group is added. */
  readonly listed: Map<string, readonly string[]>;
  /** Sources Ansible would ask a program for: their hosts are those the policy declares, their variables are not known. */
  readonly dynamic: string[];
};

export function emptyInventory(): Inventory {
  const nowhere: Membership = { groups: new Set(), next: new Map() };
  const inventory: Inventory = { groups: new Map(), hosts: new Map(), nowhere, listed: new Map(), dynamic: [] };
  addChild(inventory, 'all', 'ungrouped', { file: '', line: 0 });
  return inventory;
}

export function addGroup(inventory: Inventory, name: string): InventoryGroup {
  let group = inventory.groups.get(name);
  if (!group) {
    group = {
      name,
      parents: new Set(),
      children: new Set(),
      hosts: new Set(),
      vars: new Map(),
      depth: name === 'all' ? 0 : 1,
      priority: 1,
    };
    inventory.groups.set(name, group);
  }
  return group;
}

/**
 * Adds a host to a group. A port written behind its name counts only where the host is named first
 * (`InventoryData.add_host`).
 * @throws ProblemError `over-limit` past {@link MAX_HOSTS}.
 */
export function addHost(
  inventory: Inventory,
  name: string,
  groupName: string,
  at: Place,
  port: Value | null = null,
): InventoryHost {
  let host = inventory.hosts.get(name);
  if (!host) {
    if (inventory.hosts.size >= MAX_HOSTS) {
      throw new ProblemError({
        ...at,
        code: 'over-limit',
        message: `This inventory declares more than ${MAX_HOSTS} hosts; it was not evaluated.`,
      });
    }
    host = { name, membership: inventory.nowhere, vars: NO_VARS };
    inventory.hosts.set(name, host);
    if (port) setHostVar(host, 'ansible_port', port);
  }
  addGroup(inventory, groupName).hosts.add(name);
  host.membership = joining(host.membership, groupName);
  inventory.listed.clear();
  return host;
}

/** Sets a variable of a host. Most hosts of a large inventory have none: they share an empty mapping. */
export function setHostVar(host: InventoryHost, name: string, value: Value): void {
  const vars = host.vars === NO_VARS ? new Map<string, Value>() : (host.vars as Map<string, Value>);
  vars.set(name, value);
  host.vars = vars;
}

function joining(membership: Membership, group: string): Membership {
  if (membership.groups.has(group)) return membership;
  let joined = membership.next.get(group);
  if (!joined) {
    joined = { groups: new Set([...membership.groups, group]), next: new Map() };
    membership.next.set(group, joined);
  }
  return joined;
}

/** @throws ProblemError `inventory-invalid` when the child is the parent or one of its ancestors. */
export function addChild(inventory: Inventory, parentName: string, childName: string, at: Place): void {
  const parent = addGroup(inventory, parentName);
  const child = addGroup(inventory, childName);
  if (parent.children.has(childName)) return;
  if (parent === child || ancestorsOf(inventory, [parentName]).has(childName)) {
    throw new ProblemError({
      ...at,
      code: 'inventory-invalid',
      message: `Group ${childName} cannot be a child of ${parentName}: it would contain itself.`,
    });
  }
  parent.children.add(childName);
  child.parents.add(parentName);
  inventory.listed.clear();
  deepen(inventory, child, parent.depth + 1);
}

function deepen(inventory: Inventory, group: InventoryGroup, depth: number): void {
  if (group.depth >= depth) return;
  group.depth = depth;
  for (const name of group.children) deepen(inventory, addGroup(inventory, name), depth + 1);
}

/** Every group above the given ones, themselves not included unless one is above another. */
export function ancestorsOf(inventory: Inventory, names: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const queue = [...names];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const parent of inventory.groups.get(name)?.parents ?? []) {
      if (!found.has(parent)) {
        found.add(parent);
        queue.push(parent);
      }
    }
  }
  return found;
}

/** Equal for hosts directly in the same groups: they have the same `groupsOf`. */
export function membershipOf(inventory: Inventory, hostName: string): Membership {
  return inventory.hosts.get(hostName)?.membership ?? inventory.nowhere;
}

/** Hosts of a group and of every group below it, in the order Ansible lists them. */
export function hostsOf(inventory: Inventory, groupName: string): readonly string[] {
  let hosts = inventory.listed.get(groupName);
  if (!hosts) inventory.listed.set(groupName, (hosts = listHosts(inventory, groupName)));
  return hosts;
}

function listHosts(inventory: Inventory, groupName: string): readonly string[] {
  const found = new Set<string>();
  const seen = new Set([groupName]);
  for (const name of seen) {
    const group = inventory.groups.get(name);
    for (const host of group?.hosts ?? []) found.add(host);
    for (const child of group?.children ?? []) seen.add(child);
  }
  return [...found];
}

/** Groups of a host with their ancestors, weakest first: by depth, then priority, then name (`sort_groups`). */
export function groupsOf(inventory: Inventory, hostName: string): readonly InventoryGroup[] {
  const direct = membershipOf(inventory, hostName).groups;
  const names = new Set([...direct, ...ancestorsOf(inventory, direct), 'all']);
  return sortGroups([...names].map(name => addGroup(inventory, name)));
}

export function sortGroups(groups: readonly InventoryGroup[]): readonly InventoryGroup[] {
  return [...groups].sort(
    (a, b) => a.depth - b.depth || a.priority - b.priority || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
}

/** Ansible's last step: groups without a parent hang below `all`, hosts without a group go to `ungrouped`. */
export function reconcile(inventory: Inventory): void {
  const nowhere = { file: '', line: 0 };
  for (const group of inventory.groups.values()) {
    if (group.name !== 'all' && group.parents.size === 0) addChild(inventory, 'all', group.name, nowhere);
  }
  const ungrouped = addGroup(inventory, 'ungrouped');
  for (const host of inventory.hosts.values()) {
    const { groups } = host.membership;
    if (!hasGroup(groups)) {
      addHost(inventory, host.name, 'ungrouped', nowhere);
    } else if (groups.has('ungrouped')) {
      ungrouped.hosts.delete(host.name);
      host.membership = [...groups].filter(name => name !== 'ungrouped').reduce(joining, inventory.nowhere);
    }
  }
  inventory.listed.clear();
}

function hasGroup(groups: ReadonlySet<string>): boolean {
  for (const name of groups) if (name !== 'all' && name !== 'ungrouped') return true;
  return false;
}
