import { createHash } from 'node:crypto';
import type { Json } from '../kubelet/types.ts';
import { EVERY_NODE } from './host-run.ts';
import { groupsOf, hostsOf, type Inventory } from './inventory/inventory.ts';
import type { NodeResult } from './node-result.ts';
import type { NodeGroup, NodeRole, Traced } from './types.ts';

/** Hosts with equal results become one group each, in the order of their first host. */
export function nodeGroups(inventory: Inventory, results: ReadonlyMap<string, NodeResult>): readonly NodeGroup[] {
  const byDigest = new Map<string, { result: NodeResult; hosts: string[] }>();
  const digests = new Map<NodeResult, string>();
  for (const [host, result] of results) {
    let digest = digests.get(result);
    if (digest === undefined) digests.set(result, (digest = resultDigest(result)));
    const key = `${digest} ${rolesOf(inventory, [host]).join()}`;
    const known = byDigest.get(key);
    if (known) known.hosts.push(host);
    else byDigest.set(key, { result, hosts: [host] });
  }
  const taken = new Set<string>();
  return [...byDigest.values()].map(({ result, hosts }) => {
    const { label: _, ...rest } = result;
    return { name: uniqueName(groupName(inventory, hosts), taken), hosts, roles: rolesOf(inventory, hosts), ...rest };
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
function groupName(inventory: Inventory, hosts: readonly string[]): string {
  const own = new Set(hosts);
  const exact = [...inventory.groups.values()]
    .filter(group => group.name !== 'all' && group.name !== 'ungrouped')
    .filter(group => {
      const members = hostsOf(inventory, group.name);
      return members.length === own.size && members.every(host => own.has(host));
    })
    .sort((a, b) => b.depth - a.depth || (a.name < b.name ? -1 : 1));
  const [first] = exact;
  if (first) return first.name;
  if (hostsOf(inventory, 'all').length === own.size && own.size > 1) return 'all';
  const [host = ''] = hosts;
  return hosts.length === 1 ? host : `${host} and ${hosts.length - 1} more`;
}

const CONTROL_PLANE = /control[-_]?plane|master|k(?:3s|ube|8s)[-_]server|rke2_servers/i;
const GPU = /gpu|nvidia/i;
const WORKER = /worker|kube[-_]node|(?:^|[-_])nodes?$|agent/i;

/** What a host is for, from the names of its inventory groups. */
function rolesOf(inventory: Inventory, hosts: readonly string[]): readonly NodeRole[] {
  const roles = new Set<NodeRole>();
  for (const host of hosts) {
    const names = groupsOf(inventory, host).map(group => group.name);
    const controlPlane = names.some(name => CONTROL_PLANE.test(name));
    const gpu = names.some(name => GPU.test(name));
    if (controlPlane) roles.add('control-plane');
    if (gpu) roles.add('gpu');
    if (names.some(name => WORKER.test(name)) || (!controlPlane && !gpu)) roles.add('worker');
  }
  return [...roles];
}

/** sha256 of everything a review could see on the host, without where it was written. */
function resultDigest(result: NodeResult): string {
  const traced = (value: Traced<string> | null): Json =>
    value === null ? null : value.value.known ? value.value.json : { unknown: value.value.unknown.key };
  const files = result.files.map(file => [
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
  const values = [...(result.kubelet?.values ?? [])].map(([path, { value }]) => [
    path,
    value.known ? JSON.stringify(value.json) : value.unknown.key,
  ]);
  const rest = [
    result.flags.map(({ name, value }) => [name, traced(value)]),
    result.kubelet?.accepted ?? null,
    result.steps.map(step => `${step.file}:${step.line} ${step.role} ${step.task}`),
    result.problems.map(problem => `${problem.file}:${problem.line} ${problem.message}`),
  ];
  return createHash('sha256')
    .update(JSON.stringify([files, values, rest]))
    .digest('hex');
}
