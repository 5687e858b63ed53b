import type { Problem } from '../source/problem.ts';
import { type Origin, type Unknown, unknownToken } from '../source/rope.ts';
import { type Batches, isAlone, isFirst } from './batches.ts';
import { type Budget, newBudget } from './budget.ts';
import type { EditTask } from './edits/edit.ts';
import { groupsOf, type Inventory } from './inventory/inventory.ts';
import type { HostVariables } from './inventory/inventory-variables.ts';
import type { RememberedValues } from './jinja/remembered-values.ts';
import type { Alternative } from './jinja/render.ts';
import type { OwnOperations, ParsedTemplates } from './jinja/scope.ts';
import type { JoinedRole, PlayRole } from './joined-roles.ts';
import type { Keywords } from './keywords.ts';
import type { Order } from './order.ts';
import { mayBeOwn } from './own-text.ts';
import { applyToOwn, type OwnValues, openValue, ownToken, refuseOwnMapping } from './own-values.ts';
import type { Play } from './playbook.ts';
import { emptyTrie, type ReadTrie } from './read-trie.ts';
import type { Place, Repository } from './repository.ts';
import type { Role, RoleReference } from './role.ts';
import type { RoleParents } from './role-parents.ts';
import { batchKey, type RolesOfBatches } from './roles-of-batches.ts';
import type { AnsibleVersion, NodeFile, PlayStep, Traced } from './types.ts';
import type { UnreadNames } from './unread/record-variable.ts';
import { digest, identity, list, type Origins, OWN_MARK, type Str, str, unknownValue, type Value } from './value.ts';
import type { Vars } from './variables.ts';

/** The name of the one host that stands for every node of a repository whose inventories declare none. */
export const EVERY_NODE = 'every node';

/** One playbook over one inventory, shared by the runs of all its hosts. */
export type World = Readonly<{
  repository: Repository;
  ansible: AnsibleVersion;
  inventory: Inventory;
  /** Plays in order; of an assumed play, one. */
  plays: readonly Play[];
  playbook: string;
  playbookDirectory: string;
  inventoryDirectory: string | null;
  /** Host patterns of each play, as far as they are known. */
  playPatterns: readonly (readonly string[])[];
  /** Plays some host was in by a group it joined. */
  joinedPlays: Set<number>;
  /** Hosts of each play. */
  playHosts: readonly ReadonlySet<string>[];
  /** Whether a play takes a host or not by the groups it is in alone. */
  playsByGroups: readonly boolean[];
  /** The hosts of a play, by its index, in the batches they are taken in; null when nobody knows. */
  batchesOf: (play: number) => Batches | null;
  variablesOf: (host: string) => HostVariables;
  rolesPath: readonly string[];
  roles: Map<string, Role>;
  /** Whether the one host stands for nodes nobody declared: then its name and groups are unknown. */
  everyNode: boolean;
  /** Set when no playbook of the repository says how its roles are called. */
  assumed: AssumedNames | null;
  /** null: tasks are taken at their word. */
  forced: Forced | null;
  /** Variables nothing in the repository reads, which each play looks at when its tasks have run; null: none. */
  unread: UnreadNames | null;
  /** Names some task of the repository sets while Ansible runs, with the files that do. */
  setAtRunTime: ReadonlyMap<string, readonly string[]>;
  /** Whether some task of the repository may run once for all hosts. */
  runsOnce: boolean;
  /** Facts that tasks of other hosts set on a host, in order. */
  arriving: ReadonlyMap<string, readonly SentFacts[]>;
  /** Roles that hosts of a batch give to a play while it runs, where others do not. */
  rolesOfBatches: RolesOfBatches;
  /** What the first host of a host's batch does for it in a play; null: this is not asked. */
  onceForAll: ((host: string, playIndex: number) => OnceForAll | null) | null;
  /** Names `include_vars` may set, with the files that hold them. */
  includedNames: ReadonlyMap<string, readonly string[]>;
  /** Paths on nodes that some task copies from: what is put there may become a kubelet's file. */
  copiedFrom: ReadonlySet<string>;
  /** A task that adds hosts or groups while Ansible runs, if any does. */
  addsHosts: Place | null;
  /** Values that are equal are one object, so that runs that read equal values are seen to be equal. */
  interned: Map<string, Value>;
  templates: Map<string, ReadTrie<Rendered>>;
  hostvars: Map<string, Value>;
  /** What each host has its own of, for evaluations that stand for many hosts. */
  own: OwnValues;
  /** Templates parsed so far. */
  parsed: ParsedTemplates;
  /** What variables evaluated to so far. */
  remembered: RememberedValues;
}>;

/**
 * A source (repository path) that is written although the task's condition says no, or its name stands for another
 * file. Whoever gets it has set the variables that decide so: their values here are in doubt. The set grows as the
 * tasks are met.
 */
export type Forced = Readonly<{ source: string; doubted: Set<string> }>;

/** What an assumed play knows beside the role it runs. */
export type AssumedNames = Readonly<{
  /** Defaults and vars of every other role. */
  defaults: Vars;
  vars: Vars;
  vaulted: readonly string[];
  /** Directories of the roles it runs: what their tasks set is seen when it happens. */
  running: readonly string[];
  /** Files no task writes that concern the kubelet all the same. */
  orphans: readonly Orphan[];
}>;

/** `role` names the role whose folder holds the file. */
export type Orphan = Readonly<{ file: string; role: string | null }>;

/** `lacking`: Ansible would fail, for want of a variable; the text is what it would be with that one unknown. */
export type Rendered =
  | Readonly<{ alternatives: readonly Alternative[]; truncated: boolean; lacking: Problem | null }>
  | Readonly<{ problem: Problem }>;

/** What one task does to one file of the host. */
export type Write = FileEffect &
  Readonly<{ edit: null; effect: 'content' | 'attributes' | 'absent' } | { edit: EditTask; effect: 'edit' }>;

type FileEffect = Readonly<{
  dest: Traced<string>;
  source: string | null;
  task: NodeFile['task'];
  alternatives: readonly Alternative[];
  truncated: boolean;
  mode: Traced<string> | null;
  owner: Traced<string> | null;
  group: Traced<string> | null;
  when: Unknown | null;
  /** Playbook of the task: playbooks are run apart from each other. */
  playbook: string;
  /** Where in the playbook the task stands. */
  order: Order;
  /** For the text itself, when it could not be had. */
  problem: Problem | null;
  variable?: WrittenVariable;
}>;

/**
 * A variable nothing in the repository reads, taken for the file it would make. `standsAt` is a path that says what
 * kind of file that is, `starts` whether a node has only one such.
 */
export type WrittenVariable = Readonly<{ name: string; standsAt: string; starts: boolean }>;

/** Variables a task sets on another host, or on all of its batch (null). */
export type SentFacts = Readonly<{
  to: string | null;
  /** Whether one host alone does it. */
  once: boolean;
  order: Order;
  layer: 'set_fact' | 'include_vars';
  facts: ReadonlyMap<string, Value>;
}>;

/** What the first host of a batch does for all of it in one play: what it sets, and the tasks with `run_once` it met. */
export type OnceForAll = Readonly<{ sent: readonly SentFacts[]; met: ReadonlySet<string> }>;

/** What a task delegated to another host does there. */
export type Delegated = Readonly<{
  /** The host it is done on, by its inventory name. */
  host: string;
  order: Order;
  /** Whether the hosts of the play do it one after the other. */
  oneByOne: boolean;
  writes: readonly Write[];
  problems: readonly Problem[];
}>;

/** What a file says, and what stands in the way of knowing it. */
export type FileContent = Pick<Write, 'source' | 'alternatives' | 'truncated' | 'problem'>;

/** The evaluation of every play for one host, growing. */
export type HostRun = {
  readonly world: World;
  readonly host: string;
  /** Whether it stands for every host that reads the same, with what each has its own of left open. */
  readonly forMany: boolean;
  /** What the run took from outside itself. */
  readonly taken: Map<string, unknown>;
  /** What tells that apart (`readKey`), in the order of taking: the key of its result. */
  readonly reads: Map<string, unknown>;
  readonly included: Map<string, Value>;
  readonly facts: Map<string, Value>;
  /** How often each name was registered with a result nobody knows: one result says nothing of the next. */
  readonly results: Map<string, number>;
  readonly vaulted: Set<string>;
  readonly missingRoles: Set<string>;
  readonly writes: Write[];
  readonly delegated: Delegated[];
  /** Whether the task at hand acts on another host: what earlier tasks did there is not among the writes. */
  readonly elsewhere: boolean;
  /** Where in the playbook the task at hand stands. */
  readonly order: number[];
  /** What it sets on others. */
  readonly sent: SentFacts[];
  /** What others set on it and it has not come to yet, in order. */
  readonly due: SentFacts[];
  /** Roles its includes gave to their plays. */
  readonly joinedRoles: JoinedRole[];
  /** What the hosts of its batch give to the play at hand and it has not come to yet, in order. */
  readonly dueRoles: JoinedRole[];
  /** Places of tasks with `run_once` it met as the first of its batch. */
  readonly metOnce: Set<string>;
  /** What the first host of its batch does for it in the play at hand; null for that host itself. */
  onceForAll: OnceForAll | null;
  readonly steps: PlayStep[];
  readonly problems: Problem[];
  readonly budget: Budget;
  /** Roles of which a task ran that was not skipped. */
  readonly active: Set<RoleInstance>;
  /** Roles entered so far: their handlers can be notified. */
  readonly entries: Set<RoleInstance>;
  /** Handlers notified and not run yet, with the tasks that did. */
  readonly notified: Map<string, readonly Readonly<{ file: string; line: number }>[]>;
  /** Whether a `meta` task ended the play for the host. */
  ended: boolean | Unknown;
  /** Roles a `meta` task ended. */
  readonly endedRoles: Map<RoleInstance, boolean | Unknown>;
  /** Groups the host joined that are not its own in the inventory, with the condition that hangs on; null: certainly. */
  readonly joined: Map<string, Unknown | null>;
  /** Groups nobody can name that the host joined. */
  readonly mayJoin: Unknown[];
  /** Variables a joined group has files for. */
  readonly joinedVars: Map<string, Value>;
  tasks: number;
  /** Task files entered and not left, outermost first. */
  readonly entered: string[];
};

export type RunResult = Readonly<{
  writes: readonly Write[];
  /** What it does on other hosts. */
  delegated: readonly Delegated[];
  /** What it sets on others that those do not have from the first host of their batch. */
  sent: readonly SentFacts[];
  /** Roles its includes gave to their plays. */
  joinedRoles: readonly JoinedRole[];
  steps: readonly PlayStep[];
  problems: readonly Problem[];
}>;

/** A role while its tasks run. */
export type RoleInstance = Readonly<{ role: Role; reference: RoleReference }>;

/** Where a task stands: everything that decides which variables it sees and whether it runs. */
export type Frame = Readonly<{
  play: Play;
  playIndex: number;
  /** Roles of the play, whose defaults and vars every task sees; included public roles join. */
  playRoles: PlayRole[];
  roleParents: RoleParents;
  varsFiles: Vars;
  file: string;
  role: RoleInstance | null;
  /** Roles that led here through dependencies or includes, outermost first. */
  chain: readonly RoleInstance[];
  /** How many roles are around the task. */
  roleDepth: number;
  taskVars: readonly Vars[];
  includeParams: readonly Vars[];
  /** Conditions of blocks, imports and roles around the task. */
  conditions: readonly Readonly<{ expression: Value; file: string }>[];
  /** Roles of the play that have run on the host, by what makes one another: each runs once unless it is included. */
  completed: Set<string>;
  /**
   * Whether the role the task belongs to has run already: none of its own tasks runs again, but those of roles it
   * imports do (`allow_duplicates` of `import_role`).
   */
  repeated: boolean;
  /** The outermost dynamic include around the task that may include other files for other hosts. */
  parted: Order | null;
  /** Unknown conditions of dynamic includes around the task. */
  guards: readonly Unknown[];
  guardOrigins: readonly Origin[];
  /** Set inside an include whose loop goes over what nobody knows: its one round stands for all. */
  rounds: Unknown | null;
  /** `delegate_to` and `run_once` of a block around the task. */
  delegateTo: Value | null;
  runOnce: boolean;
  /** What tasks have from what is around them. */
  keywords: Keywords;
  /** The part of a block the task stands in; a handler is in none. */
  section: PlayStep['section'];
  /** Whether handlers are run. */
  handler: boolean;
}>;

/** Work of one host over all its expressions. */
const RUN_LIMITS = { steps: 5_000_000 } as const;

export function newRun(world: World, host: string, forMany: boolean): HostRun {
  const run: HostRun = {
    world,
    host,
    forMany,
    taken: new Map(),
    reads: new Map(),
    included: new Map(),
    facts: new Map(),
    results: new Map(),
    vaulted: new Set(),
    missingRoles: new Set(),
    writes: [],
    delegated: [],
    elsewhere: false,
    order: [],
    sent: [],
    due: [],
    joinedRoles: [],
    dueRoles: [],
    metOnce: new Set(),
    onceForAll: null,
    steps: [],
    problems: [],
    budget: newBudget(RUN_LIMITS),
    active: new Set(),
    entries: new Set(),
    notified: new Map(),
    ended: false,
    endedRoles: new Map(),
    joined: new Map(),
    mayJoin: [],
    joinedVars: new Map(),
    tasks: 0,
    entered: [],
  };
  if (world.arriving.size > 0)
    run.due.push(...((readExternal(run, 'arriving') as readonly SentFacts[] | undefined) ?? []));
  return run;
}

export function emptyTemplates(): Map<string, ReadTrie<Rendered>> {
  return new Map();
}

export function trieOf(world: World, key: string): ReadTrie<Rendered> {
  let trie = world.templates.get(key);
  if (!trie) world.templates.set(key, (trie = emptyTrie()));
  return trie;
}

/** Does some of the run's work one place further down in the playbook. */
export function atPlace(run: HostRun, place: number, work: () => void): void {
  run.order.push(place);
  work();
  run.order.pop();
}

/** The one object for a value of this text and these origins. */
export function intern(world: World, value: Value, origins: Origins = value.origins): Value {
  const text = identity(value);
  if (text.includes(OWN_MARK)) refuseOwnMapping(value);
  const key = digestOf(`${text}\0${origins.map(one => `${one.file}:${one.line}`).join()}`);
  const known = world.interned.get(key);
  if (known) return known;
  world.interned.set(key, value);
  return value;
}

function digestOf(text: string): string {
  return text.length < 200 ? text : digest(text);
}

/**
 * What a run may take from outside, by key: `var:NAME` a variable of the host's inventory and group_vars, `play:N`
 * whether the host is in a play, `first:N` whether it is the first of its batch there (null: nobody knows), `batch:N`
 * which batch that is, `peers:N` its hosts, `alone:N` whether it has no other, `once:N` what the first of them does for
 * it, `roles:N` roles they give to the play, `arriving` what others set on it, `host:NAME` whether it has that name,
 * `inventory_hostname`, `inventory_hostname_short`, `group_names`, `vaulted`, or a question about what the host has its own of. A run for many gets tokens for the host's own texts.
 */
export function external(world: World, host: string, key: string, forMany: boolean): unknown {
  if (key.startsWith('var:')) {
    const name = key.slice(4);
    const variables = world.variablesOf(host);
    const value = variables.own.get(name);
    if (!value) return variables.group.get(name);
    if (!forMany) return value;
    return openValue(world.own, key, value, asked => world.variablesOf(asked).own.get(name) as Value);
  }
  if (key.startsWith('play:')) return world.playHosts[Number(key.slice(5))]?.has(host) ?? false;
  if (key.startsWith('first:')) return isFirst(world.batchesOf(Number(key.slice(6))), host);
  if (key.startsWith('batch:')) return world.batchesOf(Number(key.slice(6)))?.get(host)?.batch ?? null;
  if (key.startsWith('peers:')) return batchHosts(world, host, Number(key.slice(6)));
  if (key.startsWith('alone:')) return isAlone(world.batchesOf(Number(key.slice(6))), host);
  if (key.startsWith('roles:')) return world.rolesOfBatches.get(batchKey(world, Number(key.slice(6)), host));
  if (key.startsWith('host:')) return key.slice(5) === host;
  if (key.startsWith('once:')) return world.onceForAll?.(host, Number(key.slice(5))) ?? null;
  if (key === 'arriving') return world.arriving.get(host);
  if (key.startsWith(OWN_MARK)) return world.own.questions.get(key)?.(host);
  if (key === 'inventory_hostname' || key === 'inventory_hostname_short') {
    if (world.everyNode) return unknownNode(world, key, 'name of the node', 'str');
    const nameOf = (asked: string) => (key === 'inventory_hostname' ? asked : (asked.split('.')[0] ?? ''));
    if (!forMany || !mayBeOwn(nameOf(host))) return intern(world, str(nameOf(host)));
    return ownToken(world.own, key, false, asked => str(nameOf(asked)));
  }
  if (key === 'group_names') {
    if (world.everyNode) return unknownNode(world, 'group_names', 'groups of the node', 'list');
    const names = groupsOf(world.inventory, host).map(group => group.name);
    return intern(
      world,
      list(
        names
          .filter(name => name !== 'all')
          .sort()
          .map(name => str(name)),
      ),
    );
  }
  return world.variablesOf(host).vaulted.join('\n');
}

function batchHosts(world: World, host: string, playIndex: number): Value | null {
  const batches = world.batchesOf(playIndex);
  const own = batches?.get(host)?.batch;
  if (!batches || own === undefined) return null;
  const hosts = [...batches].filter(([, { batch }]) => batch === own).map(([name]) => str(name));
  return intern(world, list(hosts));
}

function unknownNode(world: World, key: string, why: string, type: 'str' | 'list'): Value {
  return intern(world, unknownValue(key, [why], { defined: true, type }));
}

/** What tells apart what a run may take from outside: equal variables of hosts are one. */
export function readKey(world: World, host: string, key: string, forMany: boolean): unknown {
  return keyOfRead(world, host, key, external(world, host, key, forMany), forMany);
}

function keyOfRead(world: World, host: string, key: string, value: unknown, forMany: boolean): unknown {
  if (forMany || value === undefined || !key.startsWith('var:')) return value;
  const { own, shared } = world.variablesOf(host);
  return own.has(key.slice(4)) ? shared(value as Value) : value;
}

/** Takes something from outside and remembers that the run did. */
export function readExternal(run: HostRun, key: string): unknown {
  const { taken, reads, world, host, forMany } = run;
  if (taken.has(key)) return taken.get(key);
  const value = external(world, host, key, forMany);
  taken.set(key, value);
  reads.set(key, keyOfRead(world, host, key, value, forMany));
  return value;
}

const DIFFERING = /^(?:first|batch|peers|alone|roles|host|once):/;

/**
 * Whether hosts with equal variables (`HostVariables.kin`), which are in the same groups, may take different things from
 * outside by a key, seen by a run for many.
 */
export function differsAmongKin(world: World): (key: string) => boolean {
  return key => {
    if (key.startsWith('play:')) return !world.playsByGroups[Number(key.slice(5))];
    if (key.startsWith(OWN_MARK)) return !world.own.byGroups.has(key);
    return key === 'arriving' || DIFFERING.test(key);
  };
}

/** Operations on what each host has its own of, in a run for many. `asked` is told every question with its answer. */
export function ownOperations(run: HostRun, asked?: (question: string, answer: unknown) => void): OwnOperations {
  const evaluation = {
    own: run.world.own,
    host: run.host,
    ask(question: string) {
      const answer = readExternal(run, question);
      asked?.(question, answer);
      return answer;
    },
  };
  return { apply: (budget, name, inputs, work) => applyToOwn(evaluation, budget, name, inputs, work) };
}

/** A path of the repository as the controller would see it: its beginning is unknown. */
export function controllerPath(path: string): Str {
  const token = unknownToken(CONTROLLER_ID);
  const text = path === '' ? token : `${token}/${path}`;
  return {
    kind: 'str',
    text,
    segments: [{ length: text.length, origins: [] }],
    origins: [],
    unknowns: new Map([[CONTROLLER_ID, CONTROLLER]]),
  };
}

const CONTROLLER: Unknown = { key: 'controller directory', why: ['directory of the repository on the controller'] };
const CONTROLLER_ID = '0c0a7011';

/** A file name with the controller's directory taken off: a repository path, or null when it names none. */
export function fromController(text: string): string | null {
  const token = unknownToken(CONTROLLER_ID);
  return text.startsWith(`${token}/`) ? text.slice(token.length + 1) : null;
}
