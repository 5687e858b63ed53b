import type { AssumedPlay } from '../assumed-play.ts';
import { EVERY_NODE } from '../host-run.ts';
import { assumedGroups } from '../node-groups.ts';
import { type NodeResult, nodeResults } from '../node-result.ts';
import { type Context, hostsOf, type Rendered, rendered, sourceWithoutHosts } from '../rendered-inventory.ts';
import type { NodeGroup, UnreadVariable } from '../types.ts';
import { NO_VARS } from '../variables.ts';
import {
  hasUnread,
  joinRuns,
  type UnreadContext,
  type UnreadNode,
  unreadElsewhere,
  unreadInGroups,
  unreadOnHosts,
} from './unread-nodes.ts';
import { readerOf, told, unreadVariables } from './unread-variables.ts';
import { variableDefinitions } from './variable-definitions.ts';

/**
 * Adds what variables hold that nothing here reads: to the hosts an inventory sets them for, and where it declares none
 * as kinds of node the assumed host may be.
 *
 * @param all what the tasks of the repository do
 */
export function withUnread(
  all: readonly Rendered[],
  context: Context,
  assumed: AssumedPlay | null,
): Readonly<{ all: readonly Rendered[]; unread: readonly UnreadVariable[] }> {
  const { shared, found, sources, playbooks, options, kubelets } = context;
  const { repository } = shared;
  const inventories = sources.map(({ inventory }) => inventory);
  const definitions = variableDefinitions(repository, inventories, playbooks, options.inventories === undefined);
  const groups = all.flatMap(({ rendering }) => rendering.groups);
  const unread = unreadVariables(definitions, found, groups, () => readerOf(repository));
  if (unread.length === 0) return { all, unread: [] };
  const variables: UnreadContext = {
    shared,
    unread,
    defaults: assumed?.names.defaults ?? NO_VARS,
    playbookDirectories: [...new Set(playbooks.map(({ directory }) => directory))],
  };
  const kinds = (nodes: readonly UnreadNode[]): readonly NodeResult[] =>
    nodes.flatMap(({ label, run }) =>
      nodeResults(run, options.minor, kubelets, true).map(result => ({ ...result, label })),
    );
  const placed = all.map((one): Rendered => {
    const { source, runs } = one.evaluated;
    if (!sources.includes(source)) return one;
    if (source.inventory.hosts.size === 0) {
      const added = assumedGroups(kinds(unreadInGroups(variables, source)));
      return { ...one, rendering: { ...one.rendering, groups: [...one.rendering.groups, ...added] } };
    }
    const more = unreadOnHosts(variables, source, hostsOf(source, options, found));
    return hasUnread(more) ? rendered({ ...one.evaluated, runs: joinRuns(runs, more) }, context) : one;
  });
  const elsewhere = assumedGroups(kinds(unreadElsewhere(variables, sources[0]?.directory ?? null)));
  const result = withGroups(placed, elsewhere);
  const files = result.flatMap(({ rendering }) => rendering.groups.flatMap(({ files }) => files));
  return { all: result, unread: unread.flatMap(one => told(one, files)) };
}

/** Adds groups of the assumed host to the last inventory without hosts, or to one of their own. */
function withGroups(all: readonly Rendered[], added: readonly NodeGroup[]): readonly Rendered[] {
  if (added.length === 0) return all;
  const at = all.findLastIndex(({ evaluated }) => evaluated.source.inventory.hosts.size === 0);
  if (at < 0) {
    const rendering = { inventory: '', hosts: [EVERY_NODE], roleGroups: [], groups: added, problems: [], dynamic: [] };
    const evaluated = { source: sourceWithoutHosts('', null), runs: new Map(), variants: [] };
    return [...all, { evaluated, rendering }];
  }
  return all.map((one, index) =>
    index === at ? { ...one, rendering: { ...one.rendering, groups: [...one.rendering.groups, ...added] } } : one,
  );
}
