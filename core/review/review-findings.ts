import type { NodeGroup } from '../ansible/types.ts';
import type { Control, ControlResult, JudgedPlace } from '../baseline/types.ts';
import type { Origin } from '../source/rope.ts';
import { comparePlaces } from './compare-places.ts';
import { type DiffIndex, placesOf } from './diff-places.ts';
import type { GroupPair } from './pair-groups.ts';
import { isPartSeen } from './part-seen.ts';
import { touches } from './touches.ts';
import { everyChange, type FieldChange, type Finding, type FindingStatus, type Place } from './types.ts';

/** A pair of node groups with what changes between them. */
export type ComparedPair = Readonly<{ pair: GroupPair; changes: readonly FieldChange[] }>;

/** How the baseline answers. */
export type BaselineAnswers = Readonly<{
  /** The results of one node group of either revision. */
  resultsOf: (group: NodeGroup) => readonly ControlResult[];
  /** The results on each revision's repository as a whole. */
  ofRepository: Readonly<{ base: readonly ControlResult[]; head: readonly ControlResult[] }>;
  /** Whether a violated control stops a merge. */
  isBlocking: (control: Control) => boolean;
  /** Whether a violation is mended when its place is gone from the head. */
  isFixedWhenGone: (control: Control) => boolean;
}>;

/**
 * The findings on every pair, hosts of one head group with one answer together, then those on the repository. Places
 * of a control are compared one by one.
 *
 * introduced: violated in the head and not in the base, or violated in both while the change weakens the value.
 * existing: violated in both. fixed: violated in the base, passed in the head or gone from it.
 * undecided: not decidable in the head, and either decidable in the base or resting on a value that changes. What was
 * undecidable before and did not change is not this change's question. Hosts that join are compared with nothing:
 * all of their violations are introduced. Hosts that stay and of which only unread variables are seen (`isPartSeen`)
 * have the rest of their configuration from elsewhere: only what the change speaks of is its question.
 */
export function reviewFindings(
  compared: readonly ComparedPair[],
  answers: BaselineAnswers,
  diff: DiffIndex,
): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const { pair, changes } of compared) {
    if (pair.head === null) continue;
    const where = { inventory: pair.inventory, group: pair.head.name, hosts: pair.hosts };
    const before = pair.base ? answers.resultsOf(pair.base) : [];
    const after = answers.resultsOf(pair.head);
    for (const finding of findingsOf(before, after, { where, changes: everyChange(changes), pair }, answers, diff)) {
      const { inventory, group, control, path, status, actual, reason } = finding;
      const key = JSON.stringify([inventory, group, control, path, status, actual, reason]);
      const same = found.get(key);
      found.set(key, same ? { ...same, hosts: [...new Set([...same.hosts, ...finding.hosts])] } : finding);
    }
  }
  const { base, head } = answers.ofRepository;
  const where = { inventory: '', group: head[0]?.group ?? '', hosts: [] };
  return [...found.values(), ...findingsOf(base, head, { where, changes: [], pair: null }, answers, diff)];
}

type Scene = Readonly<{
  where: Pick<Finding, 'inventory' | 'group' | 'hosts'>;
  changes: readonly FieldChange[];
  pair: GroupPair | null;
}>;

function findingsOf(
  before: readonly ControlResult[],
  after: readonly ControlResult[],
  { where, changes, pair }: Scene,
  answers: BaselineAnswers,
  diff: DiffIndex,
): readonly Finding[] {
  const earlier = new Map(before.map(result => [result.control.id, result]));
  return after.flatMap(result =>
    comparePlaces(earlier.get(result.control.id), result).flatMap(places => {
      const place = places.after ?? places.before;
      if (!place) return [];
      const spoken = spokenOf(result, place);
      const touching = changes.filter(
        change => mayMove(change, result) && spoken.some(path => touches(change.path, path)),
      );
      const ofPart = pair !== null && isPartSeen(pair);
      const status = places.after
        ? (ofPart ? statusOfPart : statusOf)(places.before, places.after, touching)
        : answers.isFixedWhenGone(result.control)
          ? 'fixed'
          : null;
      if (status === null) return [];
      const head = evidenceOf(places.after, pair?.head ?? null);
      const at = placesOf(head, evidenceOf(places.before, pair?.base ?? null), diff);
      return [toFinding(where, status, result, place, bestPlaces(at, touching), answers)];
    }),
  );
}

/**
 * What a file says moves no control over its mode and owner; whether it is there at all does. How a task is written moves
 * with no field.
 */
function mayMove({ path, before, after }: FieldChange, { control }: ControlResult): boolean {
  if (control.kind === 'ansible-task' || control.kind === 'playbook') return false;
  return control.kind !== 'file-task' || path.includes('#') || before.state === 'absent' || after.state === 'absent';
}

/** A control with one answer for all its places speaks about each of them. */
function spokenOf({ control, places }: ControlResult, { path }: JudgedPlace): readonly string[] {
  return [...new Set([path, ...(places.length === 1 ? control.paths : []), ...control.flags])];
}

function evidenceOf(place: JudgedPlace | null, group: NodeGroup | null): readonly Origin[] {
  if (!place) return [];
  return place.evidence.length > 0 ? place.evidence : (group?.provenance.get(place.path) ?? []);
}

/** Where the change itself stands, when the evidence (an absent key has none) does not say. */
function bestPlaces(at: readonly Place[], touching: readonly FieldChange[]): readonly Place[] {
  return at.length > 0 ? at : (touching[0]?.at ?? []);
}

function statusOf(
  before: JudgedPlace | null,
  after: JudgedPlace,
  touching: readonly FieldChange[],
): FindingStatus | null {
  switch (after.result) {
    case 'violated':
      return before?.result !== 'violated' || touching.some(isWeakening) ? 'introduced' : 'existing';
    case 'pass':
      return before?.result === 'violated' ? 'fixed' : null;
    case 'undecided':
      return before?.result !== 'undecided' || touching.length > 0 ? 'undecided' : null;
    case 'not-applicable':
      return null;
  }
}

/** Where nothing was seen before, only what the change speaks of is its own. */
function statusOfPart(
  _: JudgedPlace | null,
  { result }: JudgedPlace,
  touching: readonly FieldChange[],
): FindingStatus | null {
  if (result === 'violated') return touching.length > 0 ? 'introduced' : 'existing';
  return result === 'undecided' && touching.length > 0 ? 'undecided' : null;
}

/** A parent whose keys cannot all be known weakens by what it tells, not what the control speaks of. */
const isWeakening = ({ path, direction }: FieldChange): boolean => direction === 'weakens' && !path.endsWith('*');

function toFinding(
  where: Scene['where'],
  status: FindingStatus,
  { control }: ControlResult,
  place: JudgedPlace,
  at: readonly Place[],
  answers: BaselineAnswers,
): Finding {
  return {
    control: control.id,
    title: control.title,
    severity: control.severity,
    blocking: answers.isBlocking(control),
    status,
    ...where,
    path: place.path,
    actual: place.actual,
    expected: place.expected,
    reason: place.reason,
    at,
    fix: control.fix,
    rationale: control.rationale,
    standards: control.standards,
    threats: control.threats,
  };
}
