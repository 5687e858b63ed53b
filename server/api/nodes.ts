import type { z } from 'zod';
import { applicationsOf } from '../../adapters/store/applications.ts';
import { changesByIds } from '../../adapters/store/changes.ts';
import {
  configurationsByDigest,
  listNodes,
  type NodeConfiguration,
  type NodeState,
  nodeHistory,
} from '../../adapters/store/nodes.ts';
import { verdictByKey } from '../../adapters/store/verdicts.ts';
import { everyChange, type Shown } from '../../core/review/types.ts';
import { type Application, applicationView } from './application.ts';
import { type FieldSpan, fieldSpans, own } from './field-spans.ts';
import type { nodesQuery } from './query.ts';
import { ReadError } from './read-error.ts';
import type { Sources } from './sources.ts';

/** A host as the node list shows it. */
export type NodeSummary = Readonly<{
  node: string;
  repository: string;
  inventory: string;
  group: string;
  since: string;
  changeId: number;
}>;

/** A host at one time: one entry per inventory that manages it. */
export type NodeDetail = Readonly<{ node: string; at: string; managedBy: readonly Management[] }>;

export type Management = Readonly<{
  repository: string;
  inventory: string;
  group: string;
  commit: string;
  since: string;
  until: string | null;
  changeId: number;
  /** dest -> sha256 of what Ansible must write; null where Git alone does not know it. */
  files: Readonly<Record<string, string | null>>;
  fields: readonly NodeField[];
}>;

/** One field of a host from `since` on, with who is behind it. */
export type NodeField = Readonly<{
  path: string;
  value: Shown;
  /** Somebody wrote it; false for the kubelet's own defaults. */
  written: boolean;
  place: Readonly<{ commit: string; file: string; line: number }> | null;
  since: string;
  until: string | null;
  setBy: SettingChange | null;
  /** null: no run has brought it to the host yet. */
  application: Application | null;
}>;

/** The merged change a value is there by. */
export type SettingChange = Readonly<{
  changeId: number;
  repository: string;
  number: number;
  title: string;
  author: string;
  approvers: readonly string[];
  mergedAt: string;
  mergedBy: string;
  /** Why what was merged is not what was approved; null when it is. */
  violation: string | null;
  /** The gate first saw the value with this change; it may be older. */
  firstSeen: boolean;
}>;

/** Values of one field over time, newest first: one entry per inventory that manages the host. */
export type FieldHistory = Readonly<{
  node: string;
  path: string;
  managedBy: readonly Readonly<{ repository: string; inventory: string; history: readonly NodeField[] }>[];
}>;

export async function loadNodes(
  sources: Sources,
  query: z.output<typeof nodesQuery>,
): Promise<Readonly<{ nodes: readonly NodeSummary[] }>> {
  const states = await listNodes(sources.db);
  return {
    nodes: states
      .filter(state => query.repo === undefined || state.repository === query.repo)
      .filter(state => query.name === undefined || state.host.includes(query.name))
      .map(state => ({
        node: state.host,
        repository: state.repository,
        inventory: state.inventory,
        group: state.group,
        since: state.since.toISOString(),
        changeId: state.changeId,
      })),
  };
}

/** @throws ReadError 404 when no inventory ever managed the host up to then. */
export async function loadNode(sources: Sources, host: string, at: Date): Promise<NodeDetail> {
  const managements = await managementsOf(sources, host, at);
  const managedBy = [];
  for (const states of managements) {
    const current = states.at(-1);
    if (current === undefined || (current.until !== null && current.until <= at)) continue;
    const configurations = await configurationsOf(sources, states);
    const configuration = configurations.get(current.configurationDigest);
    const spans = Object.keys(configuration?.values ?? {})
      .sort()
      .flatMap(path => {
        const span = fieldSpans(states, configurations, path).at(-1);
        return span === undefined ? [] : [{ path, span }];
      });
    managedBy.push({
      repository: current.repository,
      inventory: current.inventory,
      group: current.group,
      commit: current.commit,
      since: current.since.toISOString(),
      until: current.until?.toISOString() ?? null,
      changeId: current.changeId,
      files: configuration?.files ?? {},
      fields: await fieldsOf(sources, host, at, spans),
    });
  }
  return { node: host, at: at.toISOString(), managedBy };
}

/** @throws ReadError 404 when the host or the field was never known. */
export async function loadField(sources: Sources, host: string, path: string): Promise<FieldHistory> {
  const now = sources.now();
  const managedBy = [];
  for (const states of await managementsOf(sources, host, now)) {
    const configurations = await configurationsOf(sources, states);
    if (![...configurations.values()].some(({ values }) => own(values, path) !== undefined)) continue;
    const spans = fieldSpans(states, configurations, path).map(span => ({ path, span }));
    const history = await fieldsOf(sources, host, now, spans);
    const { repository, inventory } = states[0]!;
    managedBy.push({ repository, inventory, history: [...history].reverse() });
  }
  if (managedBy.length === 0) throw new ReadError(404, `the node ${host} never had a field ${path}`);
  return { node: host, path, managedBy };
}

/** The host's states that began up to `at`, oldest first, one list per repository and inventory. */
async function managementsOf(sources: Sources, host: string, at: Date): Promise<readonly (readonly NodeState[])[]> {
  const states = (await nodeHistory(sources.db, host)).filter(state => state.since <= at);
  if (states.length === 0) throw new ReadError(404, `no inventory is known to have managed a node ${host} by then`);
  const byInventory = new Map<string, NodeState[]>();
  for (const state of [...states].reverse()) {
    const key = JSON.stringify([state.repository, state.inventory]);
    byInventory.set(key, [...(byInventory.get(key) ?? []), state]);
  }
  return [...byInventory.keys()].sort().map(key => byInventory.get(key) ?? []);
}

function configurationsOf(
  sources: Sources,
  states: readonly NodeState[],
): Promise<ReadonlyMap<string, NodeConfiguration>> {
  return configurationsByDigest(sources.db, [...new Set(states.map(state => state.configurationDigest))]);
}

/** The fields with who set them and which run brought them; changes and runs are read once each, not per field. */
async function fieldsOf(
  sources: Sources,
  host: string,
  at: Date,
  spans: readonly Readonly<{ path: string; span: FieldSpan }>[],
): Promise<readonly NodeField[]> {
  const ids = [...new Set(spans.map(({ span }) => span.began.changeId))];
  const changes = new Map((await changesByIds(sources.db, ids)).map(change => [change.id, change]));
  const applications = new Map<number, Application | null>();
  const introduced = new Map<number, ReadonlySet<string>>();
  for (const change of changes.values()) {
    const mergedAt = change.merge === null ? change.updatedAt : new Date(change.merge.at);
    const brought = await applicationsOf(sources.db, { repository: change.repository, mergedAt, at }, [host]);
    applications.set(change.id, applicationView(brought.get(host)));
    if (spans.some(({ span }) => span.firstKnown && span.began.changeId === change.id)) {
      const kept = await verdictByKey(sources.db, change.merge?.verdictKey ?? change.verdictKey);
      const own = everyChange(kept?.verdict.changes ?? []).filter(changed => changed.hosts.includes(host));
      introduced.set(change.id, new Set(own.map(changed => changed.path)));
    }
  }
  return spans.map(({ path, span }) => {
    const change = changes.get(span.began.changeId);
    return {
      path,
      value: span.shown,
      written: span.shown.state === 'unknown' || (span.shown.state === 'value' && !span.shown.implicit),
      place: span.origin === null ? null : { commit: span.newest.commit, ...span.origin },
      since: span.began.since.toISOString(),
      until: span.newest.until?.toISOString() ?? null,
      setBy:
        change?.merge == null
          ? null
          : {
              changeId: change.id,
              repository: change.repository,
              number: change.number,
              title: change.title,
              author: change.author,
              approvers: change.decision.approvers,
              mergedAt: change.merge.at,
              mergedBy: change.merge.by,
              violation: change.merge.violation,
              firstSeen: span.firstKnown && introduced.get(change.id)?.has(path) !== true,
            },
      application: applications.get(span.began.changeId) ?? null,
    };
  });
}
