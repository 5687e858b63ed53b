import type { KubeletInput, KubeletVerdict } from '../kubelet/types.ts';
import type { Problem } from '../source/problem.ts';
import { clusterConfiguration } from './cluster-configuration.ts';
import { EVERY_NODE, type RunResult } from './host-run.ts';
import { emptyInventory } from './inventory/inventory.ts';
import { assumedGroups, nodeGroups } from './node-groups.ts';
import { type Kubelets, type NodeResult, nodeResults } from './node-result.ts';
import { roleGroups } from './node-roles.ts';
import type { Playbook } from './playbook.ts';
import type { Survey } from './survey.ts';
import type { InventoryRendering, NodeGroup, RenderOptions } from './types.ts';
import type { Variant } from './variants.ts';
import { hostsToRender, type InventorySource, type Shared } from './worlds.ts';

/** What a kubelet does with a configuration. */
export type Load = (input: KubeletInput) => KubeletVerdict;
/** An inventory with what is wrong with it. */
export type Source = InventorySource & Readonly<{ problems: readonly Problem[] }>;
/** What tasks do on the hosts of an inventory. */
export type Evaluated = Readonly<{
  source: Source;
  runs: ReadonlyMap<string, RunResult>;
  variants: readonly Variant[];
}>;
/** The same with what the kubelets make of it. */
export type Rendered = Readonly<{ evaluated: Evaluated; rendering: InventoryRendering }>;

/** What every step of a rendering knows of the tree. */
export type Context = Readonly<{
  shared: Shared;
  found: Survey;
  /** Sources some task has written. */
  written: ReadonlySet<string>;
  sources: readonly Source[];
  playbooks: readonly Playbook[];
  options: RenderOptions;
  kubelets: Kubelets;
}>;

/** Asks the kubelets of the hosts, and puts equal hosts together. */
export function rendered(evaluated: Evaluated, { options, kubelets }: Context): Rendered {
  const { source, runs, variants } = evaluated;
  const groups = groupsOf(source, runs, variants, options, kubelets);
  const { path, problems, inventory } = source;
  const rendering = {
    inventory: path,
    hosts: hostsToRender(source),
    roleGroups: roleGroups(inventory),
    groups,
    problems,
    dynamic: inventory.dynamic,
  };
  return { evaluated, rendering };
}

/** Hosts to run: the one asked for, and all when what it gets may depend on others. */
export function hostsOf(source: InventorySource, options: RenderOptions, { acrossHosts }: Survey): readonly string[] {
  const hosts = hostsToRender(source);
  return options.host === undefined || acrossHosts
    ? hosts
    : hosts.filter(host => host === options.host || host === EVERY_NODE);
}

function groupsOf(
  source: InventorySource,
  runs: ReadonlyMap<string, RunResult>,
  variants: readonly Variant[],
  options: RenderOptions,
  kubelets: Kubelets,
): readonly NodeGroup[] {
  const known = new Map<RunResult, readonly NodeResult[]>();
  const cluster = clusterConfiguration(runs);
  const resultsOf = (run: RunResult): readonly NodeResult[] => {
    let results = known.get(run);
    if (!results)
      known.set(run, (results = nodeResults(run, options.minor, kubelets, source.inventory.hosts.size === 0, cluster)));
    return results;
  };
  const everyNode = runs.get(EVERY_NODE);
  if (source.inventory.hosts.size === 0)
    return everyNode && concerns(everyNode)
      ? assumedGroups([...resultsOf(everyNode), ...variants.flatMap(variant => variantResults(variant, resultsOf))])
      : [];
  return nodeGroups(source.inventory, resultsOfHosts(runs, options.host, resultsOf));
}

function* resultsOfHosts(
  runs: ReadonlyMap<string, RunResult>,
  only: string | undefined,
  resultsOf: (run: RunResult) => readonly NodeResult[],
): Generator<readonly [host: string, NodeResult]> {
  for (const [host, run] of runs) {
    if ((only !== undefined && host !== only) || !concerns(run)) continue;
    const [result] = resultsOf(run);
    if (result) yield [host, result];
  }
}

function variantResults(
  { label, source, run }: Variant,
  resultsOf: (run: RunResult) => readonly NodeResult[],
): readonly NodeResult[] {
  return resultsOf(run)
    .filter(({ files }) => files.some(file => file.source === source))
    .map(result => ({ ...result, label }));
}

/** A host no play touches has nothing to show. */
export function concerns(run: RunResult): boolean {
  return run.writes.length > 0 || run.problems.length > 0 || run.steps.length > 0;
}

/** Nodes nobody declares: only the assumed one. @param directory whose group_vars they have */
export function sourceWithoutHosts(path: string, directory: string | null): Source {
  return { path, directory, inventory: emptyInventory(), problems: [] };
}
