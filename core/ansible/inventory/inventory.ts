import { ProblemError } from '../../source/problem.ts';
import type { Place } from '../repository.ts';
import type { Value } from '../value.ts';

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

export type InventoryHost = { readonly name: string; readonly groups: Set<string>; readonly vars: Map<string, Value> };

/** An inventory as Ansible builds it: `all` and `ungrouped` always exist. */
export type Inventory = {
  readonly groups: Map<string, InventoryGroup>;
  readonly hosts: Map<string, InventoryHost>;
  /** Sources Ansible would ask a program for: their hosts are those the policy declares, their variables are not known. */
  readonly dynamic: string[];
};

export function emptyInventory(): Inventory {
  const inventory: Inventory = { groups: new Map(), hosts: new Map(), dynamic: [] };
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
    host = { name, groups: new Set(), vars: new Map() };
    inventory.hosts.set(name, host);
    if (port) host.vars.set('ansible_port', port);
  }
  addGroup(inventory, groupName).hosts.add(name);
  host.groups.add(groupName);
  return host;
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

/** A text that is equal for hosts directly in the same groups: they have the same `groupsOf`. */
export function membershipOf(inventory: Inventory, hostName: string): string {
  const groups = inventory.hosts.get(hostName)?.groups ?? [];
  let membership = '';
  for (const group of groups) membership = membership === '' ? group : `${membership}\0${group}`;
  return membership;
}

/** Hosts of a group and of every group below it, in the order Ansible lists them. */
export function hostsOf(inventory: Inventory, groupName: string): readonly string[] {
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
  const direct = inventory.hosts.get(hostName)?.groups ?? [];
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
    const grouped = [...host.groups].some(name => name !== 'all' && name !== 'ungrouped');
    if (grouped) {
      ungrouped.hosts.delete(host.name);
      host.groups.delete('ungrouped');
    } else {
      addHost(inventory, host.name, 'ungrouped', nowhere);
    }
  }
}
