import type { Unknown } from '../source/rope.ts';
import { type Frame, type HostRun, type RoleInstance, readExternal, type World } from './host-run.ts';
import { compareOrder, type Order } from './order.ts';
import type { Play } from './playbook.ts';
import type { Place } from './repository.ts';
import type { Role, RoleReference } from './role.ts';
import { identityOf } from './role-parents.ts';
import { exportedVars, roleDefaults } from './role-vars.ts';

/** A role whose variables every task of the play sees; with `when`, under these unknown conditions only. */
export type PlayRole = RoleInstance & Readonly<{ when: readonly Unknown[] }>;

/**
 * A role an include gives to the play while it runs: to every host of the batch, from that place on. There is one list of
 * roles for all of them (`IncludeRole.get_block_list` adds to it, `VariableManager.get_vars` goes through it for each
 * task of each host), and each batch begins with a copy of the play.
 */
export type JoinedRole = Readonly<{
  order: Order;
  /** An include around it that may include other files for other hosts: which of those run first is not told. */
  parted: Order | null;
  /** Tells apart what joins at one place. */
  key: string;
  reference: RoleReference;
  /** null: the repository does not have it. */
  role: Role | null;
  /** Whether the include certainly runs. */
  certain: boolean;
}>;

/** A role an include is about to give to its play, and the unknown conditions of that. */
export type Joining = Pick<JoinedRole, 'reference' | 'role'> & Readonly<{ when: readonly Unknown[] }>;

/** What the hosts of a batch give to a play is waited for from its beginning. */
export function expectRoles(run: HostRun, playIndex: number): void {
  run.dueRoles.length = 0;
  if (run.world.rolesOfBatches.size === 0) return;
  run.dueRoles.push(...((readExternal(run, `roles:${playIndex}`) as readonly JoinedRole[] | undefined) ?? []));
}

/** Takes what other hosts gave to the play before a place. */
export function takeDueRoles(run: HostRun, { playRoles }: Frame, before: Order): void {
  takeWhile(run, playRoles, ({ order }) => compareOrder(order, before) < 0);
}

/** Whether other hosts may still give one of these variables to the play. */
export function areDue({ world, dueRoles }: HostRun, { directory }: Play, names: ReadonlySet<string>): boolean {
  return dueRoles.some(({ role, reference }) => {
    if (!role || names.has('vars')) return true;
    const instance = { role, reference };
    const given = [exportedVars(world, directory, instance), roleDefaults(world, directory, instance, [])];
    return given.some(vars => [...names].some(name => vars.has(name)));
  });
}

/** Gives roles to the play at the place at hand, in one order with those other hosts give to it there. */
export function joinRoles(run: HostRun, frame: Frame, joining: readonly Joining[]): void {
  if (joining.length === 0) return;
  const { play, playRoles, parted } = frame;
  const order = [...run.order];
  takeDueRoles(run, frame, order);
  const keys = new Set<string>();
  for (const { reference, role, when } of joining) {
    const own: JoinedRole = {
      order,
      parted,
      key: keyOf(role, reference, keys),
      reference,
      role,
      certain: when.length === 0,
    };
    if (!role || givesVariables(run.world, play.directory, { role, reference })) run.joinedRoles.push(own);
    const known = run.dueRoles.find(one => one.key === own.key && compareOrder(one.order, order) === 0);
    takeWhile(run, playRoles, () => known !== undefined && run.dueRoles.includes(known));
    if (known?.certain) continue;
    if (!known && !own.certain && mayHaveOthers(run, frame)) take(run, playRoles, own);
    if (role) add(playRoles, { role, reference, when });
  }
  takeWhile(run, playRoles, one => compareOrder(one.order, order) <= 0);
}

/** Whether the play has the role an import names, told by where that stands. */
export function hasJoined(playRoles: readonly PlayRole[], { file, line }: Place): boolean {
  return playRoles.some(({ reference: { at } }) => at.file === file && at.line === line);
}

function takeWhile(run: HostRun, playRoles: PlayRole[], fits: (one: JoinedRole) => boolean): void {
  for (let [next] = run.dueRoles; next && fits(next); [next] = run.dueRoles) {
    run.dueRoles.shift();
    take(run, playRoles, next);
  }
}

/** What other hosts give to the play; unless that is certain, only they know. */
function take(run: HostRun, playRoles: PlayRole[], { order, key, role, reference, certain }: JoinedRole): void {
  if (!role) {
    run.missingRoles.add(reference.name);
    return;
  }
  for (const path of [...role.defaults.vaulted, ...role.vars.vaulted]) run.vaulted.add(path);
  const why = `whether another host of the play includes role ${reference.name} (${reference.at.file}:${reference.at.line})`;
  const when = certain ? [] : [{ key: `another host at ${order.join()} includes ${key}`, why: [why] }];
  add(playRoles, { role, reference, when });
}

/** The last of equal roles is the one that counts. */
function add(playRoles: PlayRole[], added: PlayRole): void {
  const { file, line } = added.reference.at;
  const equal = playRoles.findIndex(
    ({ role, reference, when }) =>
      reference.at.line === line &&
      reference.at.file === file &&
      (added.when.length === 0 || when.map(one => one.key).join() === added.when.map(one => one.key).join()) &&
      identityOf(role, reference) === identityOf(added.role, added.reference),
  );
  if (equal >= 0) playRoles.splice(equal, 1);
  playRoles.push(added);
}

function keyOf(role: Role | null, reference: RoleReference, known: Set<string>): string {
  const { file, line } = reference.at;
  const named = `${file}:${line} ${role ? identityOf(role, reference) : reference.name}`;
  let key = named;
  for (let count = 2; known.has(key); count++) key = `${named} ${count}`;
  known.add(key);
  return key;
}

/** A role without variables changes nothing for other hosts. */
function givesVariables(world: World, directory: string, instance: RoleInstance): boolean {
  const { defaults, vars, dependencies } = instance.role;
  if (dependencies.length + defaults.vaulted.length + vars.vaulted.length > 0) return true;
  return exportedVars(world, directory, instance).size > 0 || roleDefaults(world, directory, instance, []).size > 0;
}

/** Whether the batch may have another host than those the run stands for, or it stands for several. */
function mayHaveOthers(run: HostRun, { play, playIndex }: Frame): boolean {
  const { everyNode, playHosts } = run.world;
  if (everyNode) return true;
  if (play.serial.length > 0) return readExternal(run, `alone:${playIndex}`) !== true;
  return playHosts[playIndex]?.size !== 1 || readExternal(run, `play:${playIndex}`) !== true;
}
