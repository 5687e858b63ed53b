import { posix } from 'node:path';
import { ProblemError } from '../source/problem.ts';
import type { Unknown } from '../source/rope.ts';
import { newBudget } from './budget.ts';
import { combine, combineMerging, mergeValues, type Vars } from './combine.ts';
import { groupsOfHosts } from './groups-variable.ts';
import {
  controllerPath,
  type Frame,
  fromController,
  type HostRun,
  intern,
  ownOperations,
  readExternal,
  type World,
} from './host-run.ts';
import { groupsOf } from './inventory/inventory.ts';
import { type Scope, templateValue } from './jinja/render.ts';
import type { PlayRole } from './joined-roles.ts';
import { exists, isVault, readText, within } from './repository.ts';
import { exportedVars, roleDefaults, roleVars } from './role-vars.ts';
import { type AnsibleVersion, isSince } from './types.ts';
import { conditionOf, either, valueUnder } from './unknown-conditions.ts';
import { identity, type LazyMapping, list, str, unknownValue, type Value } from './value.ts';

/** What `default(omit)` gives; an argument with this text counts as not given. */
export const OMIT = '__omit_place_holder__kubelet_gate__';

/** Connection settings: plain variables although they begin with `ansible_`. */
const NO_FACT =
  /^ansible_(?:host|port|user|password|connection|private_key_file|ssh_(?!host_key)\w+|become\w*|shell_\w+|python_interpreter|group_priority|\w+_interpreter|winrm_\w+|remote_tmp|pipelining|async_dir|network_os|loop_var|loop|index_var|search_path|delegated_vars|parent_role_names|parent_role_paths|dependent_role_names|collection_name)$/;

/** Properties of the controller or of the way Ansible is started. */
const RUN_PROPERTY =
  /^ansible_(?:check_mode|diff_mode|version|run_tags|skip_tags|verbosity|playbook_python|config_file|forks|limit|inventory_sources)$/;

/**
 * The variables a task sees, strongest first, in the order of ansible.vars.manager: magic variables, include params,
 * role params, set_fact and registered results, include_vars, task and block vars, the role's vars, vars of the
 * play's roles, vars_files, play vars, then host and group variables, the role's defaults, defaults of the play's
 * roles. A value that hangs on a condition under which the task runs is what it is then.
 */
export function scopeOf(run: HostRun, frame: Frame): Scope {
  const above = layersAbove(run, frame);
  const below = layersBelow(run.world, frame);
  const assumed = frame.guards.map(guard => conditionOf(guard, true));
  const find = (name: string): Value | undefined => {
    const value = valueUnder(lookup(name), assumed);
    return value?.kind === 'unknown' ? intern(run.world, value) : value;
  };
  const merges = run.world.repository.combine === combineMerging;
  const between = (name: string): Value | undefined =>
    run.world.forced?.doubted.has(name)
      ? doubtedVariable(name)
      : (run.joinedVars.get(name) ?? (readExternal(run, `var:${name}`) as Value | undefined));
  const strongest = (name: string): Value | undefined =>
    first(above, name, () => between(name) ?? first(below, name, () => undefined));
  const together = (name: string): Value | undefined =>
    mergedVariable(name, [
      ...above.map(layer => toMerge(layer, name)),
      between(name),
      ...below.map(layer => toMerge(layer, name)),
    ]);
  const lookup = (name: string): Value | undefined =>
    magicVariable(run, frame, name, find) ?? (merges ? together(name) : strongest(name)) ?? missingVariable(run, name);
  return {
    lookup: find,
    names: () => [...above, ...below].flatMap(layer => [...layer.keys()]),
    loadTemplate: (name, from) => loadTemplate(run.world, frame, name, from),
    loadFile: name => loadFile(run.world, frame, name),
    findFile: name => findNamed(run.world, frame, name),
    ...shared(run),
  };
}

function shared(run: HostRun): Pick<Scope, 'parsed' | 'remembered' | 'own' | 'ansible'> {
  const { parsed, remembered, ansible } = run.world;
  return run.forMany ? { parsed, remembered, ansible, own: ownOperations(run) } : { parsed, remembered, ansible };
}

/** Variables of one source; with `when`, they are there under these unknown conditions only. */
type Layer = Pick<Vars, 'get' | 'keys' | 'size'> & Readonly<{ when?: readonly Unknown[] }>;

function first(
  layers: readonly Layer[],
  name: string,
  otherwise: () => Value | undefined,
  from = 0,
): Value | undefined {
  for (let index = from; index < layers.length; index++) {
    const layer = layers[index];
    const value = layer?.get(name);
    if (!value) continue;
    return layer?.when ? either(name, value, first(layers, name, otherwise, index + 1), layer.when) : value;
  }
  return otherwise();
}

/** What a source has for merging: only that it is unknown where nobody knows whether the source is there. */
function toMerge(layer: Layer, name: string): Value | undefined {
  const value = layer.get(name);
  const [unknown] = layer.when ?? [];
  if (!value || !unknown) return value;
  return unknownValue(`${name}=${identity(value)} if ${unknown.key}`, unknown.why, { origins: value.origins });
}

/** Variables of the roles of the play, the last role first. */
function ofPlayRoles(playRoles: readonly PlayRole[], varsOf: (role: PlayRole) => Vars): readonly Layer[] {
  const layers = playRoles.map((one): Layer => {
    const vars = varsOf(one);
    if (one.when.length === 0) return vars;
    return { get: name => vars.get(name), keys: () => vars.keys(), size: vars.size, when: one.when };
  });
  return layers.reverse();
}

/** What the definitions of a variable, strongest first, make together: mappings down to the first other value. */
function mergedVariable(name: string, definitions: readonly (Value | undefined)[]): Value | undefined {
  const mappings: Value[] = [];
  for (const value of definitions) {
    if (!value) continue;
    if (value.kind === 'unknown' && mappings.length > 0) {
      const key = `merged ${name}: ${[...mappings, value].map(identity).join()}`;
      return unknownValue(key, [`what ${name} is merged with (${value.why.join('; ')})`], {
        defined: true,
        type: 'dict',
      });
    }
    if (value.kind !== 'dict') return mappings.length === 0 ? value : mappings.reduceRight(mergeValues);
    mappings.push(value);
  }
  return mappings.length === 0 ? undefined : mappings.reduceRight(mergeValues);
}

function doubtedVariable(name: string): Value {
  return unknownValue(`set elsewhere:${name}`, [`what ${name} is where this is used`], { defined: true });
}

function layersAbove(run: HostRun, frame: Frame): readonly Layer[] {
  const { role, chain, playRoles } = frame;
  const instances = role ? [...chain, role] : chain;
  const merges = run.world.repository.combine === combineMerging;
  /** Vars of blocks and includes never merge with each other. */
  const replaced = (layers: readonly Vars[]) => (merges ? [combine(...layers)] : layers.toReversed());
  return [
    ...replaced(frame.includeParams),
    ...instances.map(instance => instance.reference.params).toReversed(),
    run.facts,
    run.included,
    ...replaced(frame.taskVars),
    ...(role ? [roleVars(run.world, frame.play.directory, role, chain)] : []),
    ...ofPlayRoles(playRoles, one => exportedVars(run.world, frame.play.directory, one)),
    ...(run.world.assumed ? [run.world.assumed.vars] : []),
    frame.varsFiles,
    frame.play.vars,
  ].filter(layer => layer === run.facts || layer === run.included || layer.size > 0);
}

function layersBelow(world: World, frame: Frame): readonly Layer[] {
  const { role, chain, playRoles } = frame;
  return [
    ...(role ? [roleDefaults(world, frame.play.directory, role, chain)] : []),
    ...ofPlayRoles(playRoles, one => roleDefaults(world, frame.play.directory, one, [])),
    ...(world.assumed ? [world.assumed.defaults] : []),
  ].filter(layer => layer.size > 0);
}

function magicVariable(
  run: HostRun,
  frame: Frame,
  name: string,
  lookup: (name: string) => Value | undefined,
): Value | undefined {
  const { world } = run;
  switch (name) {
    case 'inventory_hostname':
      return readExternal(run, 'inventory_hostname') as Value;
    case 'inventory_hostname_short':
      return readExternal(run, 'inventory_hostname_short') as Value;
    case 'group_names':
      return readExternal(run, 'group_names') as Value;
    case 'groups':
      return groupsVariable(world);
    case 'hostvars':
      return hostvarsVariable(world, frame);
    case 'vars':
      return {
        kind: 'lazy',
        name: 'vars',
        get: key => {
          const value = lookup(key);
          return value && templateValue(value, { lookup, ...shared(run) }, run.budget);
        },
        keys: () => [],
        origins: [],
      };
    case 'play_hosts':
    case 'ansible_play_batch':
      if (frame.play.serial.length > 0 && !world.everyNode) return batchVariable(run, frame);
      return playHostsVariable(world, frame);
    case 'ansible_play_hosts':
    case 'ansible_play_hosts_all':
      return playHostsVariable(world, frame);
    case 'ansible_play_name':
      return str(frame.play.name);
    case 'playbook_dir':
      return intern(world, controllerPath(world.playbookDirectory));
    case 'inventory_dir':
      return intern(world, controllerPath(world.inventoryDirectory ?? ''));
    case 'role_path':
      return frame.role ? intern(world, controllerPath(frame.role.role.directory)) : undefined;
    case 'role_name':
    case 'ansible_role_name':
      return frame.role ? intern(world, str(frame.role.role.name)) : undefined;
    case 'omit':
      return intern(world, str(OMIT));
    case 'ansible_managed':
      return lookupManaged(run);
    default:
      if (RUN_PROPERTY.test(name))
        return unknownValue(`run:${name}`, [`how Ansible is started (${name})`], { defined: true });
      return undefined;
  }
}

function playHostsVariable(world: World, { playIndex }: Frame): Value {
  if (world.everyNode) return unknownValue('play_hosts', ['hosts of the play'], { defined: true, type: 'list' });
  return intern(world, list([...(world.playHosts[playIndex] ?? [])].map(host => str(host))));
}

/** Hosts of the batch the host is in. */
function batchVariable(run: HostRun, { playIndex }: Frame): Value {
  const hosts = readExternal(run, `peers:${playIndex}`) as Value | null;
  return hosts ?? unknownValue('play_hosts', ['hosts of the batch of the play'], { defined: true, type: 'list' });
}

function lookupManaged(run: HostRun): Value {
  return (readExternal(run, 'var:ansible_managed') as Value | undefined) ?? intern(run.world, str('Ansible managed'));
}

const groupsVariables = new WeakMap<World, Value>();

function groupsVariable(world: World): Value {
  let groups = groupsVariables.get(world);
  if (!groups) {
    groups = world.everyNode
      ? {
          kind: 'lazy',
          name: 'groups',
          get: key => unknownValue(`groups[${key}]`, [`hosts of group ${key}`], { defined: true, type: 'list' }),
          keys: () => world.inventory.groups.keys(),
          origins: [],
        }
      : groupsOfHosts(world.inventory);
    groupsVariables.set(world, groups);
  }
  return groups;
}

/**
 * `hostvars`: other hosts' inventory variables, evaluated in their own sight, without variables of plays and roles
 * (`HostVars.raw_get`). What tasks set on them, and their facts, are unknown.
 */
function hostvarsVariable(world: World, frame: Frame): Value {
  const known = world.hostvars.get(`${frame.playIndex}`);
  if (known) return known;
  const hosts = new Map<string, LazyMapping>();
  const hostvars: LazyMapping = {
    kind: 'lazy',
    name: 'hostvars',
    keys: () => world.inventory.hosts.keys(),
    get: host => {
      if (world.everyNode) return unknownValue(`hostvars[${host}]`, ['variables of another node'], { defined: true });
      if (!world.inventory.hosts.has(host)) return addedHost(world, host);
      let variables = hosts.get(host);
      if (!variables) hosts.set(host, (variables = otherHost(world, host)));
      return variables;
    },
    origins: [],
  };
  world.hostvars.set(`${frame.playIndex}`, hostvars);
  return hostvars;
}

/** What `hostvars[…]` has beside the host's variables. */
const NOT_OF_THE_HOST: ReadonlySet<string> = new Set([
  'inventory_hostname_short',
  'inventory_dir',
  'inventory_file',
  'playbook_dir',
  'omit',
]);

/** A host no inventory has: one a task may add, or none. */
function addedHost({ addsHosts }: World, host: string): Value | undefined {
  if (!addsHosts) return undefined;
  return unknownValue(`hostvars[${host}]`, [
    `variables of ${host}, which may be added while Ansible runs (${addsHosts.file}:${addsHosts.line})`,
  ]);
}

function otherHost(world: World, host: string): LazyMapping {
  const variables = world.variablesOf(host);
  const known = new Map<string, Value | undefined>();
  const find = (name: string): Value | undefined => {
    if (name === 'inventory_hostname') return str(host);
    if (name === 'group_names') {
      const names = groupsOf(world.inventory, host).map(group => group.name);
      return list(
        names
          .filter(one => one !== 'all')
          .sort()
          .map(one => str(one)),
      );
    }
    if (name === 'groups') return groupsVariable(world);
    if (RUN_PROPERTY.test(name) || NOT_OF_THE_HOST.has(name))
      return unknownValue(`hostvars[${host}].${name}`, [`${name} of ${host}`], { defined: true });
    if (name === 'hostvars') return undefined; // `HostVars.raw_get` leaves it out
    const setter = world.setAtRunTime.get(name) ?? world.includedNames.get(name);
    if (setter !== undefined)
      return unknownValue(`hostvars[${host}].${name}`, [`${name} of ${host}, set while Ansible runs (${setter[0]})`]);
    const value = variables.own.get(name) ?? variables.group.get(name);
    if (value) return value;
    return isFact(name) ? unknownValue(`hostvars[${host}].${name}`, [`fact ${name} of ${host}`]) : undefined;
  };
  return {
    kind: 'lazy',
    name: `hostvars['${host}']`,
    keys: () => [...variables.group.keys(), ...variables.own.keys()],
    get: name => {
      if (!known.has(name)) {
        const value = find(name);
        known.set(name, unknownValue(`hostvars[${host}].${name}`, [`${name} of ${host}, which needs its own value`]));
        known.set(name, value && evaluateWith(value, find, world.ansible));
      }
      return known.get(name);
    },
    origins: [],
  };
}

function isFact(name: string): boolean {
  return name.startsWith('ansible_') && !NO_FACT.test(name);
}

/** A name no layer has: a fact, something encrypted or in a role that is not here, or really undefined. */
function missingVariable(run: HostRun, name: string): Value | undefined {
  if (isFact(name)) {
    return intern(
      run.world,
      unknownValue(`fact:${name}`, [`fact ${name}`], name === 'ansible_facts' ? { defined: true } : {}),
    );
  }
  const vaulted = readExternal(run, 'vaulted') as string;
  const { assumed } = run.world;
  const files = [...(vaulted === '' ? [] : vaulted.split('\n')), ...run.vaulted, ...(assumed?.vaulted ?? [])];
  if (/vault/i.test(name) && files.length > 0)
    return unknownValue(`vaulted:${name}`, ['vaulted value'], { defined: true });
  if (files.length > 0) return unknownValue(`vaulted:${name}`, [`vaulted value (${name} may be in ${files[0]})`]);
  if (run.missingRoles.size > 0) {
    const roles = [...run.missingRoles].join(', ');
    return unknownValue(`missing role:${name}`, [
      `${name} may be set by role ${roles}, which is not in this repository`,
    ]);
  }
  const [source] = run.world.inventory.dynamic;
  if (source !== undefined)
    return unknownValue(`inventory:${name}`, [`${name} may be set by the inventory ${source}, which is not run`]);
  if (!assumed) return undefined;
  const setter = run.world.setAtRunTime
    .get(name)
    ?.find(file => !assumed.running.some(role => file.startsWith(role === '' ? 'tasks/' : `${role}/`)));
  if (setter !== undefined)
    return intern(run.world, unknownValue(`set:${name}`, [`${name} is set while Ansible runs (${setter})`]));
  return intern(
    run.world,
    unknownValue(`variable:${name}`, [`variable ${name} is defined nowhere in this repository`], { defined: false }),
  );
}

/** The folder files of a kind are in below each directory that is searched; null: in the directory itself alone. */
type FileKind = 'templates' | 'files' | 'vars' | 'tasks' | null;

/** Directories a template or file name is looked for in, nearest first. */
export function searchPath(world: World, frame: Frame, kind: FileKind): readonly string[] {
  const instances = frame.role ? [frame.role, ...frame.chain.toReversed()] : frame.chain.toReversed();
  const both = (directory: string) => [...(kind === null ? [] : [posix.join(directory, kind)]), directory];
  return [
    ...instances.flatMap(({ role }) => [...both(role.directory), posix.join(role.directory, 'tasks')]),
    ...both(posix.dirname(frame.file)),
    ...both(frame.play.directory),
    ...both(world.playbookDirectory),
  ].map(directory => (directory === '.' ? '' : directory));
}

/** The repository file a name stands for, or null. A path on the controller has become one from the repository's root. */
export function findFile(world: World, frame: Frame, kind: FileKind, name: string): string | null {
  for (const directory of searchPath(world, frame, kind)) {
    const path = within(directory, name);
    if (path !== null && path !== '' && exists(world.repository, path)) return path;
  }
  const whole = name.includes('/') ? within('', name) : null;
  return whole !== null && exists(world.repository, whole) ? whole : null;
}

function loadTemplate(world: World, frame: Frame, name: string, from: string): { file: string; text: string } | null {
  const beside = within(posix.dirname(from), name);
  const file =
    findFile(world, frame, 'templates', name) ?? (beside !== null && exists(world.repository, beside) ? beside : null);
  const text = file === null ? null : readText(world.repository, file);
  return file === null || text === null ? null : { file, text };
}

/** A file as `lookup('file')` reads it; an encrypted one is not read. */
function loadFile(world: World, frame: Frame, name: string): { file: string; text: string } | null {
  const path = repositoryName(name);
  const file = path === null ? null : findFile(world, frame, 'files', path);
  const text = file === null ? null : readText(world.repository, file);
  return file === null || text === null || isVault(text) ? null : { file, text };
}

/** A file by name where the lookup `first_found` looks for it, as a path on the controller. */
function findNamed(world: World, frame: Frame, name: string): Value | null | 'unknown' {
  const path = repositoryName(name);
  if (path === null) return 'unknown';
  const file = findFile(world, frame, isSince(world.ansible, '2.19') ? null : 'files', path);
  return file === null ? null : intern(world, controllerPath(file));
}

/** A name with the controller's own folder taken off; null when something in it is not known. */
function repositoryName(name: string): string | null {
  const path = fromController(name) ?? name;
  return path.includes('\uE000') ? null : path;
}

/** Evaluates a value outside any run, such as a play's host pattern; what it cannot know stays as it is. */
export function evaluateApart(value: Value, vars: Vars, ansible: AnsibleVersion): Value {
  return evaluateWith(value, name => vars.get(name), ansible);
}

function evaluateWith(value: Value, lookup: Scope['lookup'], ansible: AnsibleVersion): Value {
  try {
    return templateValue(value, { lookup, ansible }, newBudget());
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return unknownValue(`undecided:${error.problem.message}`, [error.problem.message]);
  }
}
