import { posix } from 'node:path';
import { combineMerging, mergeValues } from '../combine.ts';
import { mayBeOwn } from '../own-text.ts';
import { ownShape } from '../own-values.ts';
import type { Repository } from '../repository.ts';
import { identity, type Value } from '../value.ts';
import { type LoadedVars, loadNamedVars, NO_VARS, NOTHING_LOADED, type Vars } from '../variables.ts';
import {
  groupsOf,
  type Inventory,
  type InventoryGroup,
  type Membership,
  membershipOf,
  sortGroups,
} from './inventory.ts';

/** The variables an inventory and the files beside it and beside the playbook give to hosts. */
export type InventoryVariables = Readonly<{
  of: (host: string) => HostVariables;
}>;

export type HostVariables = Readonly<{
  /** Shared by all hosts of the same groups. */
  group: Vars;
  own: Vars;
  /** The one object for a value that several hosts have of their own, so that they are seen to be equal. */
  shared: (value: Value) => Value;
  vaulted: readonly string[];
  /**
   * Equal for hosts that are in the same groups and have the same variables of their own, apart from what plain texts
   * say and where they are written (`ownShape`).
   */
  kin: string;
}>;

/**
 * Ansible's VARIABLE_PRECEDENCE below play vars: inventory `all`, inventory groups, then the group_vars files of `all`
 * (inventory, playbook) and of the groups (inventory, playbook), then the host's own from inventory, inventory
 * host_vars and playbook host_vars. Directories are null where there is none.
 */
export function inventoryVariables(
  repository: Repository,
  inventory: Inventory,
  inventoryDirectory: string | null,
  playbookDirectory: string | null,
): InventoryVariables {
  const groupParts = new Map<Membership, LoadedVars & Readonly<{ number: number }>>();
  /** Of hosts that have more of their own than a name. */
  const hosts = new Map<string, HostVariables>();
  /** Of the others: what they have in common. */
  const plain = new Map<LoadedVars, HostVariables>();
  const canonical = new Map<string, Value>();
  const numbers = new Map<string | Value, number>();
  const beside = memoised(repository, inventoryDirectory);
  const besidePlaybook = playbookDirectory === inventoryDirectory ? null : memoised(repository, playbookDirectory);

  function groupPart(groups: readonly InventoryGroup[]): LoadedVars {
    const below = groups.filter(group => group.name !== 'all');
    const all = groups.filter(group => group.name === 'all');
    const loaded = [
      ...all.map(group => beside('group_vars', group.name)),
      ...all.map(group => besidePlaybook?.('group_vars', group.name)),
      ...below.map(group => beside('group_vars', group.name)),
      ...below.map(group => besidePlaybook?.('group_vars', group.name)),
    ].filter(one => one !== undefined);
    return {
      vars: repository.combine(
        ...all.map(group => group.vars),
        ...below.map(group => group.vars),
        ...loaded.map(one => one.vars),
      ),
      vaulted: loaded.flatMap(one => one.vaulted),
    };
  }

  function shared(value: Value): Value {
    const key = identity(value);
    const known = canonical.get(key);
    if (known) return known;
    canonical.set(key, value);
    return value;
  }

  function ownPart(name: string): LoadedVars {
    const loaded = [beside('host_vars', name), besidePlaybook?.('host_vars', name) ?? NOTHING_LOADED];
    const declared = inventory.hosts.get(name)?.vars ?? NO_VARS;
    if (declared.size === 0 && loaded.every(one => one === NOTHING_LOADED)) return NOTHING_LOADED;
    const vars = repository.combine(declared, ...loaded.map(one => one.vars));
    return {
      vars,
      vaulted: loaded.flatMap(one => one.vaulted),
    };
  }

  /** A host's own variables, with what the groups give to the same mappings where mappings merge. */
  function onto(group: Vars, own: LoadedVars): LoadedVars {
    if (repository.combine !== combineMerging) return own;
    const merged = [...own.vars].map(([key, value]) => {
      const low = group.get(key);
      return [key, low ? mergeValues(low, value) : value] as const;
    });
    return { ...own, vars: new Map(merged) };
  }

  /** The groups' part for a host; hosts that are directly in the same groups have the same. */
  function partOf(name: string): LoadedVars & Readonly<{ number: number }> {
    const id = membershipOf(inventory, name);
    let part = groupParts.get(id);
    if (!part) groupParts.set(id, (part = { ...groupPart(groupsOf(inventory, name)), number: groupParts.size }));
    return part;
  }

  function numberOf(value: Value): number {
    const shape = ownShape(value) ?? value;
    let number = numbers.get(shape);
    if (number === undefined) numbers.set(shape, (number = numbers.size));
    return number;
  }

  function kinOf(name: string, group: number, own: LoadedVars): string {
    const variables = [...own.vars].map(([key, value]) => `${key}=${numberOf(value)}`);
    const names = [name, name.split('.')[0] ?? ''].map(text => (mayBeOwn(text) ? '' : text));
    return [group, ...names, ...own.vaulted, ...variables].join('\0');
  }

  return {
    of(name) {
      const known = hosts.get(name);
      if (known) return known;
      const group = partOf(name);
      const own = onto(group.vars, ownPart(name));
      const isPlain = own.vars.size === 0 && own.vaulted.length === 0 && mayBeOwn(name) && !name.includes('.');
      const variables = (isPlain && plain.get(group)) || {
        group: group.vars,
        own: own.vars,
        shared,
        vaulted: own.vaulted.length === 0 ? group.vaulted : [...group.vaulted, ...own.vaulted],
        kin: kinOf(name, group.number, own),
      };
      if (isPlain) plain.set(group, variables);
      else hosts.set(name, variables);
      return variables;
    },
  };
}

/** Every group an inventory declares or a file beside it or beside the playbook gives variables to. */
export function namedGroups(
  repository: Repository,
  inventory: Inventory,
  directories: readonly (string | null)[],
): readonly string[] {
  const named = new Set(directories.flatMap(directory => groupFileNames(repository, directory)));
  for (const name of inventory.groups.keys()) named.add(name);
  return [...named];
}

/**
 * For the assumed host of an inventory without hosts: it may be in any group, so it gets the variables of all of them
 * in the order Ansible would combine them.
 *
 * @param isIn leaves out the groups the host is taken not to be in
 */
export function variablesOfEveryGroup(
  repository: Repository,
  inventory: Inventory,
  inventoryDirectory: string | null,
  playbookDirectory: string | null,
  isIn: (group: string) => boolean = () => true,
): HostVariables {
  const directories = [inventoryDirectory, playbookDirectory === inventoryDirectory ? null : playbookDirectory];
  const named = namedGroups(repository, inventory, directories).filter(isIn);
  const groups = sortGroups(named.map(name => inventory.groups.get(name) ?? undeclared(name)));
  const loaded: LoadedVars[] = [];
  for (const isAll of [true, false]) {
    for (const directory of directories) {
      const load = memoised(repository, directory);
      for (const group of groups) if ((group.name === 'all') === isAll) loaded.push(load('group_vars', group.name));
    }
  }
  return {
    group: repository.combine(...groups.map(group => group.vars), ...loaded.map(one => one.vars)),
    own: new Map(),
    shared: value => value,
    vaulted: loaded.flatMap(one => one.vaulted),
    kin: '',
  };
}

function undeclared(name: string): InventoryGroup {
  return { name, parents: new Set(), children: new Set(), hosts: new Set(), vars: new Map(), depth: 1, priority: 1 };
}

function groupFileNames(repository: Repository, directory: string | null): string[] {
  if (directory === null) return [];
  return repository.tree.list(posix.join(directory, 'group_vars')).map(name => name.replace(/\.(?:ya?ml|json)$/, ''));
}

function memoised(
  repository: Repository,
  directory: string | null,
): (kind: 'group_vars' | 'host_vars', name: string) => LoadedVars {
  const known = { group_vars: new Map<string, LoadedVars>(), host_vars: new Map<string, LoadedVars>() };
  const names = {
    group_vars: namesIn(repository, directory, 'group_vars'),
    host_vars: namesIn(repository, directory, 'host_vars'),
  };
  return (kind, name) => {
    if (directory === null || !(names[kind]?.has(name) ?? true) || name.startsWith('/') || name.includes('..'))
      return NOTHING_LOADED;
    let loaded = known[kind].get(name);
    if (!loaded) known[kind].set(name, (loaded = loadNamedVars(repository, posix.join(directory, kind), name)));
    return loaded;
  };
}

/** Names that may have files of theirs in a directory of variables; null when what stands there cannot be listed. */
function namesIn(
  repository: Repository,
  directory: string | null,
  kind: 'group_vars' | 'host_vars',
): ReadonlySet<string> | null {
  if (directory === null) return new Set();
  const path = posix.join(directory, kind);
  if (!repository.tree.isDirectory(path)) return repository.tree.entry(path) ? null : new Set();
  return new Set(repository.tree.list(path).flatMap(name => [name, name.replace(/\.(?:ya?ml|json)$/, '')]));
}
