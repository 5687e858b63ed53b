import { type AssumedPlay, playOfAll } from '../assumed-play.ts';
import { EVERY_NODE, type RunResult, type World, type Write } from '../host-run.ts';
import { ancestorsOf, emptyInventory } from '../inventory/inventory.ts';
import { inventoryVariables, namedGroups, variablesOfEveryGroup } from '../inventory/inventory-variables.ts';
import { rolesOf } from '../node-roles.ts';
import { rolePlaceOf } from '../role-places.ts';
import { runHosts } from '../run-hosts.ts';
import type { NodeRole } from '../types.ts';
import { NO_VARS, type Vars } from '../variables.ts';
import { assumedWorld, type InventorySource, type Shared } from '../worlds.ts';
import type { UnreadName } from './unread-variables.ts';
import { definitionsBy, type VariableDefinition } from './variable-definitions.ts';

/** What unread variables need to be evaluated: defaults of the roles, and where playbooks have group_vars of their own. */
export type UnreadContext = Readonly<{
  shared: Shared;
  unread: readonly UnreadName[];
  defaults: Vars;
  playbookDirectories: readonly string[];
}>;

/** One kind of node the assumed host may be; `label` says which. */
export type UnreadNode = Readonly<{ label: string; run: RunResult }>;

/**
 * What unread variables put on the hosts an inventory declares, by the value that wins on each. Of several that each
 * are the whole of what k3s or rke2 is started with, the one for the host's part counts; where that is not told, it is
 * not known which does.
 */
export function unreadOnHosts(
  context: UnreadContext,
  source: InventorySource,
  hosts: readonly string[],
): ReadonlyMap<string, RunResult> {
  const names = context.unread.filter(({ lost }) => !lost);
  const directories = context.playbookDirectories.length > 0 ? context.playbookDirectories : [null];
  const worlds = directories.map((directory, index): World => {
    const { repository } = context.shared;
    const variables = inventoryVariables(repository, source.inventory, source.directory, directory);
    const world = worldFor(context, source, names, NO_VARS, true);
    return { ...world, playbook: index === 0 ? '' : `${directory}`, variablesOf: variables.of };
  });
  const runs = runHosts(worlds, hosts);
  const chosen = new Map<RunResult, Map<string, RunResult>>();
  return new Map(
    [...runs].map(([host, run]) => {
      const roles = rolesOf(source.inventory, host);
      let known = chosen.get(run);
      if (!known) chosen.set(run, (known = new Map()));
      let result = known.get(roles.join());
      if (!result) known.set(roles.join(), (result = { ...run, writes: startsFor(run.writes, roles) }));
      return [host, result] as const;
    }),
  );
}

function startsFor(writes: readonly Write[], roles: readonly NodeRole[]): readonly Write[] {
  const starts = writes.filter(({ variable }) => variable?.starts);
  if (new Set(starts.map(({ variable }) => variable?.name)).size < 2) return writes;
  const fitting = starts.filter(({ variable }) => roles.includes(partOf(variable?.name ?? '') ?? 'gpu'));
  const left = roles.length === 1 && fitting.length > 0 ? fitting : starts;
  return writes.flatMap((write): readonly Write[] => {
    if (!write.variable?.starts) return [write];
    if (!left.includes(write)) return [];
    if (left.length === 1) return [write];
    const { name } = write.variable;
    return [{ ...write, when: { key: `${name} is for this node`, why: [`whether \`${name}\` is for this node`] } }];
  });
}

/** The part of a cluster that a name speaks of. */
function partOf(name: string): NodeRole | null {
  if (/server|master|control/i.test(name)) return 'control-plane';
  return /agent|worker|node/i.test(name) ? 'worker' : null;
}

/** The kinds of node that the groups of an inventory without hosts make, by the unread variables set for each group. */
export function unreadInGroups(context: UnreadContext, source: InventorySource): readonly UnreadNode[] {
  const { repository } = context.shared;
  const { inventory, directory } = source;
  const directories = context.playbookDirectories.length > 0 ? context.playbookDirectories : [null];
  return directories.flatMap(beside =>
    namedGroups(repository, inventory, [directory, beside]).flatMap(group => {
      const own = variablesOfEveryGroup(repository, inventory, directory, beside, name => name === group);
      const names = context.unread.filter(({ name }) => own.group.has(name));
      if (names.length === 0) return [];
      const above = new Set([group, 'all', ...ancestorsOf(inventory, [group])]);
      const variables = variablesOfEveryGroup(repository, inventory, directory, beside, name => above.has(name));
      const world = { ...worldFor(context, source, context.unread, NO_VARS, true), variablesOf: () => variables };
      return nodesOf(world, group);
    }),
  );
}

/**
 * The kinds of node that variables of roles, of files of variables and of plays make, a kind for each role or file:
 * which hosts they are for Git does not say.
 */
export function unreadElsewhere(context: UnreadContext, directory: string | null): readonly UnreadNode[] {
  const source: InventorySource = { path: '', directory, inventory: emptyInventory() };
  const elsewhere = context.unread.flatMap(({ definitions }) => definitions.filter(isElsewhere));
  return [...definitionsBy(elsewhere, whereabouts)].flatMap(([label, definitions]) => {
    const own = new Set(definitions.map(({ name }) => name));
    const vars: Vars = new Map(definitions.map(({ name, value }) => [name, value]));
    const names = context.unread.filter(({ name }) => own.has(name));
    return nodesOf(worldFor(context, source, names, vars, false), label);
  });
}

function isElsewhere({ at, from }: VariableDefinition): boolean {
  return from !== 'inventory' && !/(?:^|\/)(?:group_vars|host_vars)\//.test(at.file);
}

function whereabouts({ at, from }: VariableDefinition): string {
  return (from === 'file' && rolePlaceOf(at.file)?.directory) || at.file;
}

/** Of variables that each start k3s or rke2 every one makes a node of its own, beside what the others hold. */
function nodesOf(world: World, label: string): readonly UnreadNode[] {
  const run = runHosts([world], [EVERY_NODE]).get(EVERY_NODE);
  if (!run || run.writes.length === 0) return [];
  const starts = run.writes.filter(({ variable }) => variable?.starts);
  if (starts.length < 2) return [{ label, run }];
  return starts.map(start => ({
    label: `${label}: ${start.variable?.name}`,
    run: { ...run, writes: run.writes.filter(write => write === start || !write.variable?.starts) },
  }));
}

function worldFor(
  { shared, defaults }: UnreadContext,
  source: InventorySource,
  names: readonly UnreadName[],
  vars: Vars,
  ofInventory: boolean,
): World {
  const assumed: AssumedPlay = {
    play: playOfAll('unread variables', []),
    names: { defaults, vars, vaulted: [], running: [], orphans: [] },
    roles: new Map(),
  };
  const why = new Map(names.map(one => [one.name, one.why]));
  return { ...assumedWorld(shared, source, assumed), unread: { why, ofInventory } };
}

/** The results of two runs for each host; equal pairs have one result. */
export function joinRuns(
  runs: ReadonlyMap<string, RunResult>,
  more: ReadonlyMap<string, RunResult>,
): ReadonlyMap<string, RunResult> {
  const joined = new Map<RunResult, Map<RunResult, RunResult>>();
  return new Map(
    [...runs].map(([host, run]) => {
      const other = more.get(host);
      if (!other || other.writes.length + other.problems.length === 0) return [host, run] as const;
      let known = joined.get(run);
      if (!known) joined.set(run, (known = new Map()));
      let both = known.get(other);
      if (!both) {
        both = { ...run, writes: [...run.writes, ...other.writes], problems: [...run.problems, ...other.problems] };
        known.set(other, both);
      }
      return [host, both] as const;
    }),
  );
}

export function hasUnread(runs: ReadonlyMap<string, RunResult>): boolean {
  return [...runs.values()].some(({ writes }) => writes.length > 0);
}
