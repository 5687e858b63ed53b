import { createHash } from 'node:crypto';
import type { Json } from '../kubelet/types.ts';
import { EVERY_NODE } from './host-run.ts';
import { hostsOf, type Inventory, type InventoryGroup, type Membership, membershipOf } from './inventory/inventory.ts';
import { mergeSteps } from './merge-steps.ts';
import type { NodeResult } from './node-result.ts';
import { rolesOf } from './node-roles.ts';
import type { NodeGroup, NodeRole, PlayStep, Traced } from './types.ts';

/** Hosts with equal results become one group each, in the order of their first host. */
export function nodeGroups(
  inventory: Inventory,
  results: Iterable<readonly [host: string, NodeResult]>,
): readonly NodeGroup[] {
  type Members = Readonly<{
    result: NodeResult;
    steps: Set<readonly PlayStep[]>;
    roles: readonly NodeRole[];
    hosts: string[];
  }>;
  const byDigest = new Map<string, Members>();
  const digests = new Map<NodeResult, string>();
  const byMembership = new Map<NodeResult, Map<Membership, Members>>();
  const membersFor = (host: string, result: NodeResult): Members => {
    let digest = digests.get(result);
    if (digest === undefined) digests.set(result, (digest = resultDigest(result)));
    const roles = rolesOf(inventory, host);
    const key = `${digest} ${roles.join()}`;
    let members = byDigest.get(key);
    if (!members) byDigest.set(key, (members = { result, steps: new Set(), roles, hosts: [] }));
    members.steps.add(result.steps);
    return members;
  };
  for (const [host, result] of results) {
    let known = byMembership.get(result);
    if (!known) byMembership.set(result, (known = new Map()));
    const membership = membershipOf(inventory, host);
    let members = known.get(membership);
    if (!members) known.set(membership, (members = membersFor(host, result)));
    members.hosts.push(host);
  }
  const taken = new Set<string>();
  const nameOf = groupNames(inventory);
  return [...byDigest.values()].map(({ result, steps, roles, hosts }) => {
    const { label: _, ...rest } = result;
    const merged = mergeSteps(result.steps, [...steps]);
    return { name: uniqueName(nameOf(hosts), taken), hosts, roles, ...rest, steps: merged };
  });
}

/** The groups of the assumed host: one for each kind of node it may be. Its role is not known, so it has both. */
export function assumedGroups(results: readonly NodeResult[]): readonly NodeGroup[] {
  const taken = new Set<string>();
  return results.map(({ label, ...rest }) => ({
    name: uniqueName(label === null ? EVERY_NODE : `${EVERY_NODE} (${label})`, taken),
    hosts: [EVERY_NODE],
    roles: ['control-plane', 'worker'] as const,
    ...rest,
  }));
}

function uniqueName(name: string, taken: Set<string>): string {
  let unique = name;
  for (let n = 2; taken.has(unique); n++) unique = `${name} #${n}`;
  taken.add(unique);
  return unique;
}

/** The inventory group of exactly these hosts, deepest first; else the first host and how many more. */
function groupNames(inventory: Inventory): (hosts: readonly string[]) => string {
  const all = hostsOf(inventory, 'all').length;
  const bySize = new Map<number, (readonly [InventoryGroup, readonly string[]])[]>();
  for (const group of inventory.groups.values()) {
    if (group.name === 'all' || group.name === 'ungrouped') continue;
    const members = hostsOf(inventory, group.name);
    bySize.set(members.length, [...(bySize.get(members.length) ?? []), [group, members]]);
  }
  for (const groups of bySize.values()) groups.sort(([a], [b]) => b.depth - a.depth || (a.name < b.name ? -1 : 1));
  return hosts => {
    const own = new Set(hosts);
    const exact = bySize.get(own.size)?.find(([, members]) => members.every(host => own.has(host)));
    if (exact) return exact[0].name;
    if (all === own.size && all > 1) return 'all';
    const [host = ''] = hosts;
    return hosts.length === 1 ? host : `${host} and ${hosts.length - 1} more`;
  };
}

/** sha256 of everything a review could see on the host, without where it was written. */
function resultDigest(result: NodeResult): string {
  const traced = (value: Traced<string> | null): Json =>
    value === null ? null : value.value.known ? value.value.json : { unknown: value.value.unknown.key };
  const files = [...result.files, ...result.supporting].map(file => [
    traced(file.dest),
    file.kind,
    file.source,
    file.alternatives.map(({ conditions, text }) => [
      conditions.map(({ unknown, holds }) => `${holds} ${unknown.key}`),
      text.text,
      [...text.unknowns].map(([id, unknown]) => `${id} ${unknown.key}`).sort(),
    ]),
    traced(file.mode),
    traced(file.owner),
    traced(file.group),
    file.when?.key ?? null,
    file.task.file,
    file.task.line,
  ]);
  const values = [...(result.kubelet?.values ?? [])].map(([path, { value }]) =>
    value.known ? [path, value.json] : [path, null, value.unknown.key],
  );
  const rest = [
    result.flags.map(({ name, value }) => [name, traced(value)]),
    result.sysctls.settings.map(({ name, value, file }) => [name, traced(value), file]),
    result.sysctls.open?.key ?? null,
    result.unseenFlags?.key ?? null,
    result.kubelet?.accepted ?? null,
    result.steps.flatMap(stepKey),
    result.problems.map(problem => `${problem.file}:${problem.line} ${problem.message}`),
  ];
  return createHash('sha256')
    .update(JSON.stringify([files, values, rest]))
    .digest('hex');
}

/** Modules that look at a node, or lead to other tasks, and change nothing on it. */
const HARMLESS: ReadonlySet<string> = new Set(
  'assert debug fail include_vars meta pause set_fact setup slurp stat wait_for wait_for_connection'.split(' '),
);

/** What tells one way of running a step from another; nothing of a skipped one, or of one that changes no node. */
function stepKey({ file, line, role, task, module, runs }: PlayStep): readonly string[] {
  if (runs === false || (module !== null && HARMLESS.has(module))) return [];
  return [`${file}:${line} ${role} ${task} ${runs === true ? '' : runs.key}`];
}
