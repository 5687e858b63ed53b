import type { AssumedPlay } from './assumed-play.ts';
import { type Batches, batchesOf } from './batches.ts';
import { EVERY_NODE, emptyTemplates, type World } from './host-run.ts';
import { hostsMatched, namesGroupsOnly } from './inventory/host-pattern.ts';
import type { Inventory } from './inventory/inventory.ts';
import { type HostVariables, inventoryVariables, variablesOfEveryGroup } from './inventory/inventory-variables.ts';
import { nothingRemembered } from './jinja/remembered-values.ts';
import { newOwnValues } from './own-values.ts';
import type { Play, Playbook } from './playbook.ts';
import { notEvaluated, type Place, type Repository, report } from './repository.ts';
import { listOf } from './role.ts';
import { NO_ROLES } from './roles-of-batches.ts';
import { evaluateApart } from './scope.ts';
import type { AnsibleVersion } from './types.ts';
import { combine } from './variables.ts';

/** An inventory of the repository and the folder whose group_vars go with it. */
export type InventorySource = Readonly<{ path: string; directory: string | null; inventory: Inventory }>;

/** What all worlds of one repository share. */
export type Shared = Readonly<{
  repository: Repository;
  ansible: AnsibleVersion;
  rolesPath: readonly string[];
  setAtRunTime: ReadonlyMap<string, readonly string[]>;
  includedNames: ReadonlyMap<string, readonly string[]>;
  copiedFrom: ReadonlySet<string>;
  /** A task that adds hosts or groups while Ansible runs, if any does. */
  addsHosts: Place | null;
  runsOnce: boolean;
}>;

/** Hosts an inventory declares, or the one host assumed when it declares none. */
export function hostsToRender({ inventory }: InventorySource): readonly string[] {
  return inventory.hosts.size > 0 ? [...inventory.hosts.keys()] : [EVERY_NODE];
}

/** The world of a playbook over an inventory. */
export function playbookWorld(shared: Shared, source: InventorySource, playbook: Playbook): World {
  return worldOf(shared, source, playbook.plays, playbook.file, playbook.directory, null);
}

/** The world of the assumed play over an inventory. */
export function assumedWorld(shared: Shared, source: InventorySource, assumed: AssumedPlay): World {
  return worldOf(shared, source, [assumed.play], '', '', assumed);
}

function worldOf(
  shared: Shared,
  source: InventorySource,
  plays: readonly Play[],
  playbook: string,
  playbookDirectory: string,
  assumed: AssumedPlay | null,
): World {
  const { repository } = shared;
  const { inventory, directory } = source;
  const everyNode = inventory.hosts.size === 0;
  const variablesOf = variablesFor(
    repository,
    source,
    assumed && directory !== null ? null : playbookDirectory,
    everyNode,
  );
  const playPatterns = plays.map(play => (everyNode ? [] : patternsOfPlay(shared, inventory, play, variablesOf)));
  const playHosts = plays.map((play, index) =>
    everyNode ? new Set(everyNodeIn(play)) : hostsMatched(inventory, playPatterns[index] ?? []),
  );
  return {
    repository,
    ansible: shared.ansible,
    inventory,
    plays,
    playbook,
    playbookDirectory,
    inventoryDirectory: directory,
    playPatterns,
    joinedPlays: new Set(),
    playHosts,
    playsByGroups: playPatterns.map(one => namesGroupsOnly(inventory, one)),
    batchesOf: onceEach(index => {
      const play = plays[index];
      return everyNode || !play ? null : batchesOf(play, [...(playHosts[index] ?? [])]);
    }),
    variablesOf,
    rolesPath: shared.rolesPath,
    roles: new Map(assumed?.roles ?? []),
    everyNode,
    assumed: assumed?.names ?? null,
    forced: null,
    unread: null,
    setAtRunTime: shared.setAtRunTime,
    includedNames: shared.includedNames,
    copiedFrom: shared.copiedFrom,
    addsHosts: shared.addsHosts,
    runsOnce: shared.runsOnce && !everyNode,
    arriving: new Map(),
    rolesOfBatches: NO_ROLES,
    onceForAll: null,
    interned: new Map(),
    templates: emptyTemplates(),
    hostvars: new Map(),
    own: newOwnValues(shared.ansible),
    parsed: repository.memory.templates,
    remembered: nothingRemembered(),
  };
}

function onceEach(make: (index: number) => Batches | null): (index: number) => Batches | null {
  const made: (Batches | null)[] = [];
  return index => {
    const known = made[index];
    return known === undefined ? (made[index] = make(index)) : known;
  };
}

function variablesFor(
  repository: Repository,
  { inventory, directory }: InventorySource,
  playbookDirectory: string | null,
  everyNode: boolean,
): (host: string) => HostVariables {
  if (everyNode) {
    const variables = variablesOfEveryGroup(repository, inventory, directory, playbookDirectory);
    return () => variables;
  }
  return inventoryVariables(repository, inventory, directory, playbookDirectory).of;
}

/** The assumed node may be in any group, so it is in every play but those for the controller itself. */
function everyNodeIn(play: Play): readonly string[] {
  const names = play.hosts.map(host => (host.kind === 'str' ? host.text : ''));
  return names.length > 0 && names.every(name => /^(?:localhost|127\.0\.0\.1)$/.test(name.trim())) ? [] : [EVERY_NODE];
}

/** Patterns of a play's `hosts:`; a play whose hosts cannot be known has none, and is reported. */
function patternsOfPlay(
  { repository, ansible }: Shared,
  inventory: Inventory,
  play: Play,
  variablesOf: (host: string) => HostVariables,
): readonly string[] {
  const [anyHost] = inventory.hosts.keys();
  const vars = combine(anyHost === undefined ? new Map() : variablesOf(anyHost).group, play.vars);
  const patterns: string[] = [];
  for (const raw of play.hosts) {
    const items = raw.kind === 'str' && !raw.text.includes('{') ? [raw] : listOf(evaluateApart(raw, vars, ansible));
    for (const item of items) {
      if (item.kind === 'str' && !item.unknowns?.size) patterns.push(item.text);
      else
        report(
          repository,
          notEvaluated(
            play.at.file,
            play.at.line,
            'The hosts of this play cannot be known from Git; it was not evaluated.',
          ),
        );
    }
  }
  return patterns;
}

/**
 * Reports plays no host of the inventory is in where a task may add some: they are not evaluated. Called when all hosts
 * have been run.
 */
export function reportAddedHosts(world: World): void {
  const { addsHosts } = world;
  if (world.everyNode || addsHosts === null) return;
  for (const [index, play] of world.plays.entries()) {
    const patterns = world.playPatterns[index] ?? [];
    if ((world.playHosts[index]?.size ?? 0) > 0 || world.joinedPlays.has(index) || patterns.length === 0) continue;
    if (patterns.every(pattern => /^(?:localhost|127\.0\.0\.1)$/.test(pattern.trim()))) continue;
    const message = `No host of the inventory is in this play (${patterns.join(', ')}). Hosts added at run time, as at ${addsHosts.file}:${addsHosts.line}, are not evaluated: list them in an inventory, or declare them in .kubelet-gate.yaml (governed.inventories).`;
    report(world.repository, notEvaluated(play.at.file, play.at.line, message));
  }
}
