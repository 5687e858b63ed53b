import { isDeepStrictEqual } from 'node:util';
import type { NodeGroup } from '../ansible/types.ts';
import type { Severity } from '../baseline/types.ts';
import type { Origin } from '../source/rope.ts';
import { type DiffIndex, placesOf } from './diff-places.ts';
import { hasEffectiveConfiguration, type NodeField, nodeFields, unlistedField } from './node-fields.ts';
import type { GroupPair } from './pair-groups.ts';
import { isPartSeen } from './part-seen.ts';
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
const MANAGED_NODE: NodeField = { shown: MANAGED, origins: [] };

/**
 * What is different on the hosts of one pair. An unknown equals an unknown of the same key. Setting a default
 * explicitly, or leaving a value to its default, is a change. Hosts that join or leave get one change at NODE_PATH and
 * one per explicit value; a kubelet that refuses before it has a configuration has no fields to compare (its problem
 * says so instead). Fields of which both sides say no more than an unknown parent does are told by that parent's row
 * alone: its `fields` name them, and it is as bad as the worst of them. Where only unread variables are seen, and on one
 * side (`isPartSeen`), what they say is compared with what nobody knows.
 */
export function fieldChanges(pair: GroupPair, diff: DiffIndex, knowledge: FieldKnowledge): readonly FieldChange[] {
  const before = fieldsOf(pair.base, pair.head, knowledge);
  const after = fieldsOf(pair.head, pair.base, knowledge);
  const changeOf = (path: string, from: NodeField, to: NodeField, direction: Direction): FieldChange => ({
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
  const changes: FieldChange[] = [];
  const told: ToldAbove[] = [];
  const isPart = isPartSeen(pair);
  if (pair.hosting === 'joins' && !isPart) changes.push(changeOf(NODE_PATH, NOWHERE, MANAGED_NODE, 'neutral'));
  if (pair.hosting === 'leaves' && !isPart) {
    changes.push(changeOf(NODE_PATH, MANAGED_NODE, NOWHERE, pair.inventoryGone ? 'weakens' : 'neutral'));
  }
  const ways = waysOf(pair.base, pair.head);
  const isField = (path: string) => pair.base?.kubelet?.values.has(path) || pair.head?.kubelet?.values.has(path);
  for (const path of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const from = before.get(path) ?? unlistedField(pair.base, path);
    const to = after.get(path) ?? unlistedField(pair.head, path);
    if (isNoChange(from.shown, to.shown) || (isPart && isUnseen(from.shown, to.shown))) continue;
    const isTold = isToldAbove(from, to);
    const possible = ways && !isTold && isField(path) ? possibleChange(ways, path, isNoChange) : null;
    if (possible?.differs === 'nowhere') continue;
    const sides = possible?.differs === 'alike' ? possible : { before: from.shown, after: to.shown };
    const all = possible?.differs === 'variously' ? possible.changes : [sides];
    const direction = worstOf(all.map(side => directionOf(pair, path, side, knowledge)));
    const change = changeOf(path, { ...from, shown: sides.before }, { ...to, shown: sides.after }, direction);
    if (isTold) told.push({ change, parents: [from.below, to.below] });
    else changes.push(change);
  }
  return withTold(changes, told);
}

/** A field of which both sides say no more than a parent does, and the rows such a parent may have. */
type ToldAbove = Readonly<{ change: FieldChange; parents: readonly (string | undefined)[] }>;

/** Whether neither side says anything of a field itself, and one leaves it to what a parent cannot tell. */
function isToldAbove(from: NodeField, to: NodeField): boolean {
  if (from.below === undefined && to.below === undefined) return false;
  return [from, to].every(({ shown, below }) => below !== undefined || shown.state === 'absent' || isImplicit(shown));
}

/** Each told field goes to its parent's row, which is as bad as the worst of them. */
function withTold(changes: readonly FieldChange[], told: readonly ToldAbove[]): readonly FieldChange[] {
  const alone: FieldChange[] = [];
  const fields = new Map<FieldChange, FieldChange[]>();
  for (const { change, parents } of told) {
    const parent = changes.find(({ path }) => path !== NODE_PATH && parents.includes(path));
    if (parent === undefined) alone.push(change);
    else fields.set(parent, [...(fields.get(parent) ?? []), change]);
  }
  const whole = changes.map(change => {
    const own = fields.get(change);
    return own ? { ...change, direction: worstOf([change, ...own].map(one => one.direction)), fields: own } : change;
  });
  return [...whole, ...alone];
}

function worstOf(directions: readonly Direction[]): Direction {
  if (directions.includes('weakens')) return 'weakens';
  return directions.includes('strengthens') ? 'strengthens' : 'neutral';
}

const isNoChange = (before: Shown, after: Shown): boolean =>
  sameShown(before, after) || isDefaultThatAppears(before, after);

/** What a side that shows something does not know is not known on the other one either. */
const isUnseen = (before: Shown, after: Shown): boolean => before.state === 'unknown' || after.state === 'unknown';

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

/** A value that is set nowhere the gate sees may be set elsewhere. */
function unlessAbsent(shown: Shown): Shown {
  return shown.state === 'absent' ? { state: 'unknown', why: [], key: 'not seen' } : shown;
}

/** A host that leaves weakens nothing by itself, one that joins strengthens nothing; what is lost weakens. */
function directionOf(
  pair: GroupPair,
  path: string,
  { before, after }: Readonly<{ before: Shown; after: Shown }>,
  knowledge: FieldKnowledge,
): Direction {
  if (isPartSeen(pair)) return knowledge.directionOf(path, unlessAbsent(before), unlessAbsent(after));
  const direction = knowledge.directionOf(path, before, after);
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
