import { isDeepStrictEqual } from 'node:util';
import type { NodeGroup } from '../ansible/types.ts';
import type { Severity } from '../baseline/types.ts';
import type { Origin } from '../source/rope.ts';
import { type DiffIndex, placesOf } from './diff-places.ts';
import { hasEffectiveConfiguration, type NodeField, nodeFields } from './node-fields.ts';
import type { GroupPair } from './pair-groups.ts';
import { possibleChange, waysOf } from './possible-changes.ts';
import { type Direction, type FieldChange, NODE_PATH, type Shown } from './types.ts';

/** What is known about single fields: how a change of one counts, and how grave it may be. */
export type FieldKnowledge = Readonly<{
  directionOf: (path: string, before: Shown, after: Shown) => Direction;
  severityOf: (path: string) => Severity | null;
  /** Flags (with dashes) whose effect is a kubelet field. */
  fieldFlags: ReadonlySet<string>;
}>;

const ABSENT: Shown = { state: 'absent' };
const MANAGED: Shown = { state: 'value', value: 'managed', implicit: false };
const NOWHERE: NodeField = { shown: ABSENT, origins: [] };

/**
 * What is different on the hosts of one pair. An unknown equals an unknown of the same key. Setting a default
 * explicitly, or leaving a value to its default, is a change. Hosts that join or leave get one change at NODE_PATH and
 * one per explicit value; a kubelet that refuses before it has a configuration has no fields to compare (its problem
 * says so instead).
 */
export function fieldChanges(pair: GroupPair, diff: DiffIndex, knowledge: FieldKnowledge): readonly FieldChange[] {
  const before = fieldsOf(pair.base, pair.head, knowledge);
  const after = fieldsOf(pair.head, pair.base, knowledge);
  const changes: FieldChange[] = [];
  const add = (path: string, from: NodeField, to: NodeField, direction: Direction) => {
    changes.push({
      inventory: pair.inventory,
      group: (pair.head ?? pair.base)?.name ?? '',
      hosts: pair.hosts,
      path,
      before: from.shown,
      after: to.shown,
      direction,
      severity: knowledge.severityOf(path),
      at: placesOf(isImplicit(to.shown) ? to.origins.filter(isCondition) : to.origins, from.origins, diff),
    });
  };
  if (pair.hosting === 'joins') add(NODE_PATH, NOWHERE, { shown: MANAGED, origins: [] }, 'neutral');
  if (pair.hosting === 'leaves') {
    add(NODE_PATH, { shown: MANAGED, origins: [] }, NOWHERE, pair.inventoryGone ? 'weakens' : 'neutral');
  }
  const ways = waysOf(pair.base, pair.head);
  const isField = (path: string) => pair.base?.kubelet?.values.has(path) || pair.head?.kubelet?.values.has(path);
  for (const path of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const from = before.get(path) ?? NOWHERE;
    const to = after.get(path) ?? NOWHERE;
    if (isNoChange(from.shown, to.shown)) continue;
    const possible = ways && isField(path) ? possibleChange(ways, path, isNoChange) : null;
    if (possible?.differs === 'nowhere') continue;
    const sides = possible?.differs === 'alike' ? possible : { before: from.shown, after: to.shown };
    const all = possible?.differs === 'variously' ? possible.changes : [sides];
    const directions = all.map(({ before, after }) =>
      directionIn(pair, knowledge.directionOf(path, before, after), after),
    );
    add(path, { ...from, shown: sides.before }, { ...to, shown: sides.after }, worstOf(directions));
  }
  return changes;
}

function worstOf(directions: readonly Direction[]): Direction {
  if (directions.includes('weakens')) return 'weakens';
  return directions.includes('strengthens') ? 'strengthens' : 'neutral';
}

const isNoChange = (before: Shown, after: Shown): boolean =>
  sameShown(before, after) || isDefaultThatAppears(before, after);

function fieldsOf(
  group: NodeGroup | null,
  other: NodeGroup | null,
  knowledge: FieldKnowledge,
): ReadonlyMap<string, NodeField> {
  if (group === null) return new Map();
  const refused = [group, other].some(side => side !== null && hasEffectiveConfiguration(side) === false);
  const told = !refused && [group, other].every(side => side === null || readsShownFile(side));
  const fieldFlags = told ? new Set([...knowledge.fieldFlags, '--config']) : knowledge.fieldFlags;
  return nodeFields(refused ? { ...group, kubelet: null } : group, fieldFlags);
}

/** Whether --config names a file whose fields are shown, or is not given: what it does is in the fields then. */
function readsShownFile({ flags, files }: NodeGroup): boolean {
  return flags.every(
    ({ name, value: { value } }) =>
      name !== '--config' ||
      (value.known &&
        files.some(
          ({ kind, dest, text }) =>
            kind === 'KubeletConfiguration' && text !== null && dest.value.known && dest.value.json === value.json,
        )),
  );
}

/** A host that leaves weakens nothing by itself, one that joins strengthens nothing; what is lost weakens. */
function directionIn(pair: GroupPair, direction: Direction, after: Shown): Direction {
  if (after.state === 'absent' && isLost(pair)) return 'weakens';
  if (pair.hosting === 'leaves') return 'neutral';
  return pair.hosting === 'joins' && direction === 'strengthens' ? 'neutral' : direction;
}

/** The hosts are still there, but the kubelet configuration they had is gone, or their whole inventory is. */
function isLost({ base, head, hosting, inventoryGone }: GroupPair): boolean {
  if (base === null || base.kubelet === null) return false;
  return hosting === 'leaves' ? inventoryGone : head === null || head.kubelet === null;
}

/** What decided that a value is left to its default: where the default itself comes from is no place to look at. */
const isCondition = ({ kind }: Origin): boolean => kind === 'condition';
const isImplicit = (shown: Shown): boolean => shown.state === 'value' && shown.implicit;

/** Defaults come and go with the kubelet itself; they are nobody's change. */
function isDefaultThatAppears(before: Shown, after: Shown): boolean {
  return (before.state === 'absent' && isImplicit(after)) || (after.state === 'absent' && isImplicit(before));
}

export function sameShown(before: Shown, after: Shown): boolean {
  if (before === after) return true;
  if (before.state === 'value' && after.state === 'value') {
    return before.implicit === after.implicit && isDeepStrictEqual(before.value, after.value);
  }
  if (before.state === 'unknown' && after.state === 'unknown') return before.key === after.key;
  return before.state === after.state;
}
