import { posix } from 'node:path';
import type { Unknown } from '../source/rope.ts';
import { type Frame, type HostRun, readExternal } from './host-run.ts';
import { matchHosts } from './inventory/host-pattern.ts';
import { addHost, emptyInventory, reconcile } from './inventory/inventory.ts';
import { notEvaluated } from './repository.ts';
import { listOf } from './role.ts';
import { scopeOf } from './scope.ts';
import type { Task } from './task.ts';
import { templated } from './template-text.ts';
import { NeedsHost, str, unknownIn, unknownValue, type Value } from './value.ts';
import { loadNamedVars } from './variables.ts';

/** Modules that put hosts into groups while Ansible runs. */
export const JOINING: ReadonlySet<string> = new Set(['group_by', 'add_host']);

const NOWHERE = { file: '', line: 0 };

/**
 * Puts the host into the groups a `group_by` or `add_host` names, for the plays after it. `guard`: the condition the task
 * hangs on. A host that is in no inventory is not evaluated; plays that nobody is in say so.
 */
export function joinGroups(run: HostRun, frame: Frame, task: Task, guard: Unknown | null): void {
  if (run.world.everyNode) return;
  const whether = task.module === 'add_host' ? namesHost(run, frame, task, guard) : (guard ?? true);
  if (whether === false) return;
  for (const group of groupsNamed(run, frame, task)) join(run, group, whether === true ? null : whether);
}

function join(run: HostRun, group: Value, guard: Unknown | null): void {
  const unknown = unknownIn(group);
  if (unknown || group.kind !== 'str') {
    run.mayJoin.push(unknown ?? { key: 'a group', why: ['which group a host joins'] });
    return;
  }
  const name = group.text.replaceAll(' ', '-');
  if (groupNames(run).includes(name) || run.joined.get(name) === null) return;
  run.joined.set(name, guard);
  const { repository, inventoryDirectory, playbookDirectory } = run.world;
  for (const directory of [inventoryDirectory, playbookDirectory]) {
    if (directory === null) continue;
    const { vars } = loadNamedVars(repository, posix.join(directory, 'group_vars'), name);
    for (const [variable, { origins }] of vars) {
      const why = `${variable} may be set by the group ${name}, which the host joins while Ansible runs`;
      run.joinedVars.set(variable, unknownValue(`joined ${name}:${variable}`, [why], { defined: true, origins }));
    }
  }
}

/** `add_host` runs once, for the first host of the play, and adds the host it names. */
function namesHost(run: HostRun, frame: Frame, task: Task, guard: Unknown | null): boolean | Unknown {
  const raw = task.args.get('name') ?? task.args.get('hostname') ?? task.args.get('host');
  if (!raw) return false;
  const written = raw.kind === 'str' ? raw.text : '';
  if (/\{\{[ \t]*inventory_hostname[ \t]*\}\}/.test(written)) {
    const first = readExternal(run, `first:${frame.playIndex}`);
    const why = 'whether the host is the first of its play, for which add_host runs';
    return first === null ? { key: why, why: [why] } : first === true && (guard ?? true);
  }
  const name = templated(run, raw, scopeOf(run, frame));
  if (name.kind !== 'str' || name.unknowns?.size) return false;
  if (readExternal(run, `host:${name.text}`) === true) return guard ?? true;
  reportOther(run, frame, task, name.text);
  return false;
}

/** A host of the inventory that is not in this play does not see that it is added to a group a later play is on. */
function reportOther(run: HostRun, frame: Frame, task: Task, name: string): void {
  const { inventory, playHosts, playPatterns } = run.world;
  if (!inventory.hosts.has(name) || playHosts[frame.playIndex]?.has(name)) return;
  const groups = groupsNamed(run, frame, task).flatMap(group => (group.kind === 'str' ? [group.text] : []));
  const later = playPatterns.slice(frame.playIndex + 1).flat();
  if (!groups.some(group => later.some(pattern => pattern.split(/[,:]/).includes(group)))) return;
  const message = `${name} is added to ${groups.join(', ')} by another host; plays on that group are not evaluated for it. Put it into the group in the inventory.`;
  run.problems.push(notEvaluated(task.at.file, task.at.line, message));
}

function groupsNamed(run: HostRun, frame: Frame, task: Task): readonly Value[] {
  const scope = scopeOf(run, frame);
  const names = task.module === 'group_by' ? ['key', 'parents'] : ['groups', 'groupname', 'group'];
  return names.flatMap(name => {
    const raw = task.args.get(name);
    const value = raw && templated(run, raw, scope);
    if (value?.kind !== 'str' || value.unknowns?.size) return listOf(value);
    return value.text.split(',').map(part => str(part.trim(), value.origins));
  });
}

function groupNames(run: HostRun): readonly string[] {
  const names = readExternal(run, 'group_names') as Value;
  return names.kind === 'list' ? names.items.flatMap(item => (item.kind === 'str' ? [item.text] : [])) : [];
}

/** Whether the host is in a play, also by a group it joined; unknown where nobody can tell. */
export function inPlay(run: HostRun, playIndex: number): boolean | Unknown {
  if (readExternal(run, `play:${playIndex}`) === true) return true;
  const patterns = run.world.playPatterns[playIndex] ?? [];
  if (run.joined.size + run.mayJoin.length === 0 || patterns.length === 0) return false;
  if (run.forMany && patterns.some(pattern => /[!&~*?]/.test(pattern))) throw new NeedsHost();
  const certain = [...run.joined].flatMap(([name, guard]) => (guard === null ? [name] : []));
  if (fits(run, patterns, certain)) {
    if (!patterns.some(pattern => pattern.includes('['))) return true;
    const why = 'which place the host has in a group it joins while Ansible runs';
    return { key: why, why: [why] };
  }
  if (fits(run, patterns, [...run.joined.keys()]))
    return [...run.joined.values()].find(guard => guard !== null) ?? false;
  const [open] = run.mayJoin;
  const missing = patterns.some(pattern => /^[\w.-]+$/.test(pattern) && !run.world.inventory.groups.has(pattern));
  return open && missing ? { ...open, why: open.why.map(why => `which group the host joins (${why})`) } : false;
}

function fits(run: HostRun, patterns: readonly string[], joined: readonly string[]): boolean {
  const inventory = emptyInventory();
  const host = run.forMany ? '\0' : ownName(run);
  for (const group of [...groupNames(run), ...joined]) addHost(inventory, host, group, NOWHERE);
  reconcile(inventory);
  return matchHosts(inventory, patterns).length > 0;
}

/** The host's name, taken from outside: what is answered depends on it. */
function ownName(run: HostRun): string {
  const name = readExternal(run, 'inventory_hostname') as Value;
  return name.kind === 'str' ? name.text : run.host;
}
