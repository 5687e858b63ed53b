import { isDeepStrictEqual } from 'node:util';
import type { Severity } from '../baseline/types.ts';
import {
  type Direction,
  type FieldChange,
  type ListedChange,
  NODE_PATH,
  type Place,
  type Shown,
  type Verdict,
} from '../review/types.ts';
import { foreign, joined, type Phrase } from './phrase.ts';
import { wholeText } from './shown-value.ts';

/** One change as people see it: the same difference on all its nodes together. */
export type ChangeRow = Readonly<{
  path: string;
  /** Further paths of which the same is said for the same reason. */
  also: readonly string[];
  /** Kubelet fields that a row for unknown keys tells. */
  fields: number;
  before: Shown;
  after: Shown;
  direction: Direction;
  severity: Severity | null;
  groups: readonly string[];
  hosts: readonly string[];
  at: readonly Place[];
  /** For hosts that join or leave: how many values come or go with them. */
  values: number;
}>;

const DIRECTIONS: readonly Direction[] = ['weakens', 'strengthens', 'neutral'];
const SEVERITIES: readonly (Severity | null)[] = ['critical', 'high', 'medium', 'low', null];

export function severityRank(severity: Severity | null): number {
  return SEVERITIES.indexOf(severity);
}

/** More paths than this of which one file leaves the same unknown for the same reason are one row. */
const MOST_ALIKE = 3;

type Change = FieldChange | ListedChange;

/**
 * The changes with those of several node groups that read alike as one row, what matters most first. Hosts that join or
 * leave are one row without their values, unless one of those weakens. Of many values that are unknown for one reason
 * one row names the worst.
 */
export function changeRows({ changes }: Readonly<{ changes: readonly Change[] }>): readonly ChangeRow[] {
  const rows = new Map<string, ChangeRow>();
  const moving = new Map<string, Set<string>>();
  for (const { path, inventory, hosts } of changes) {
    if (path !== NODE_PATH) continue;
    const known = moving.get(inventory) ?? new Set();
    for (const host of hosts) known.add(host);
    moving.set(inventory, known);
  }
  const comesWithHost = (change: Change): boolean =>
    change.path !== NODE_PATH &&
    change.direction !== 'weakens' &&
    change.hosts.every(host => moving.get(change.inventory)?.has(host));
  for (const change of changes) {
    const moves = comesWithHost(change);
    const [path, before, after]: [string, Shown, Shown] = moves
      ? [NODE_PATH, nodeShown(change.before), nodeShown(change.after)]
      : [change.path, change.before, change.after];
    const key = JSON.stringify([path, wholeText(before), wholeText(after), path === NODE_PATH ? '' : change.direction]);
    const same = rows.get(key);
    rows.set(key, {
      path,
      also: [],
      fields: Math.max(same?.fields ?? 0, change.fields?.length ?? 0),
      before,
      after,
      direction: moves && same ? same.direction : change.direction,
      severity: path === NODE_PATH ? null : change.severity,
      groups: union(same?.groups, [change.group]),
      hosts: union(same?.hosts, change.hosts),
      at: same && same.at.length > 0 ? same.at : change.at,
      values: (same?.values ?? 0) + (moves ? 1 : 0),
    });
  }
  const sorted = [...withoutGoneAttributes([...rows.values()])].sort(
    (a, b) =>
      DIRECTIONS.indexOf(a.direction) - DIRECTIONS.indexOf(b.direction) ||
      severityRank(a.severity) - severityRank(b.severity) ||
      kindRank(a.path) - kindRank(b.path) ||
      b.hosts.length - a.hosts.length ||
      (a.path < b.path ? -1 : 1),
  );
  return alikeAsOne(sorted);
}

/** A file that is gone takes its mode, owner and group with it: its own row tells them, and is as bad as they are. */
function withoutGoneAttributes(rows: readonly ChangeRow[]): readonly ChangeRow[] {
  const gone = rows.filter(({ path, after }) => /^[/(]/.test(path) && after.state === 'absent');
  const files = new Set(gone.filter(({ path }) => !path.includes('#')).map(placeKey));
  const attributes = gone.filter(row => row.path.includes('#') && files.has(placeKey(row)));
  const weakened = new Set(attributes.filter(({ direction }) => direction === 'weakens').map(placeKey));
  return rows
    .filter(row => !attributes.includes(row))
    .map(row => (row.after.state === 'absent' && weakened.has(placeKey(row)) ? { ...row, direction: 'weakens' } : row));
}

/** The file a row is about, and its nodes. */
function placeKey({ path, hosts }: ChangeRow): string {
  return JSON.stringify([path.replace(/#(?:mode|owner|group)$/, ''), hosts]);
}

/** Rows of more than a few paths that read alike, on the same nodes and from one file, as the first of them. */
function alikeAsOne(rows: readonly ChangeRow[]): readonly ChangeRow[] {
  const alike = new Map<string, ChangeRow[]>();
  for (const row of rows) {
    const key = likeness(row);
    if (key !== null) alike.set(key, [...(alike.get(key) ?? []), row]);
  }
  return rows.flatMap(row => {
    const group = alike.get(likeness(row) ?? '') ?? [];
    if (group.length <= MOST_ALIKE) return [row];
    return group[0] === row ? [{ ...row, also: group.slice(1).map(({ path }) => path) }] : [];
  });
}

/** What rows have in common that are told as one; null for those always told alone: a node, or values known on both sides. */
function likeness({ path, before, after, direction, hosts, at }: ChangeRow): string | null {
  if (path === NODE_PATH || (before.state !== 'unknown' && after.state !== 'unknown')) return null;
  return JSON.stringify([wholeText(before), wholeText(after), direction, hosts, at[0]?.file ?? '']);
}

/** Nodes, kubelet fields, flags, files, and last the fields nobody can name. */
function kindRank(path: string): number {
  if (path === NODE_PATH) return 0;
  if (path.endsWith('*')) return 4;
  return path.startsWith('--') ? 2 : /^[/(]/.test(path) ? 3 : 1;
}

function nodeShown(shown: Shown): Shown {
  return shown.state === 'absent' ? shown : { state: 'value', value: 'managed', implicit: false };
}

function union(first: readonly string[] | undefined, second: readonly string[]): readonly string[] {
  if (first === undefined) return second;
  return isDeepStrictEqual(first, second) ? first : [...new Set([...first, ...second])];
}

/** How many nodes, and which: `every node (48)`, `12 of 48 nodes (gpu, storage)`, `node-3`, `2 nodes (lab)` that are gone. */
export function nodesPhrase(hosts: readonly string[], groups: readonly string[], verdict: Verdict): Phrase {
  const { hostCount } = verdict;
  const here = verdict.groups.some(group => group.hosts.includes(hosts[0] ?? ''));
  if (here && hosts.length === hostCount) return [hostCount > 1 ? `every node (${hostCount})` : 'every node'];
  if (hosts.length === 1) return [foreign(hosts[0] ?? '', 80)];
  const named = groups.slice(0, 3).map((group): Phrase => [foreign(group, 60)]);
  const more = groups.length > 3 ? `, ${groups.length - 3} more groups` : '';
  return [`${hosts.length}${here ? ` of ${hostCount}` : ''} nodes (`, ...joined(named, ', '), `${more})`];
}

/** Where a finding holds: `on every node (48)`, or `in the repository` for what no node alone has. */
export function wherePhrase(hosts: readonly string[], groups: readonly string[], verdict: Verdict): Phrase {
  return hosts.length === 0 ? ['in the repository'] : ['on ', ...nodesPhrase(hosts, groups, verdict)];
}
