import type { NodeGroup } from '../ansible/types.ts';
import type { Control, ControlResult } from '../baseline/types.ts';
import type { Origin } from '../source/rope.ts';
import { type DiffIndex, placesOf } from './diff-places.ts';
import type { GroupPair } from './pair-groups.ts';
import { touches } from './touches.ts';
import { everyChange, type FieldChange, type Finding, type FindingStatus, type Place } from './types.ts';

/** A pair of node groups with what changes between them. */
export type ComparedPair = Readonly<{ pair: GroupPair; changes: readonly FieldChange[] }>;

/** How the baseline answers: the results of one node group, and whether a violated control stops a merge. */
export type BaselineAnswers = Readonly<{
  resultsOf: (group: NodeGroup) => readonly ControlResult[];
  isBlocking: (control: Control) => boolean;
}>;

/**
 * The findings on every pair, hosts of one head group with one answer together.
 *
 * introduced: violated in the head and not in the base, or violated in both while the change weakens the value.
 * existing: violated in both. fixed: violated in the base, passed in the head.
 * undecided: not decidable in the head, and either decidable in the base or resting on a value that changes. What was
 * undecidable before and did not change is not this change's question. Hosts that join are compared with nothing:
 * all of their violations are introduced.
 */
export function reviewFindings(
  compared: readonly ComparedPair[],
  answers: BaselineAnswers,
  diff: DiffIndex,
): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const { pair, changes } of compared) {
    if (pair.head === null) continue;
    const before = new Map(pair.base ? answers.resultsOf(pair.base).map(result => [result.control.id, result]) : []);
    for (const result of answers.resultsOf(pair.head)) {
      const earlier = before.get(result.control.id);
      const spoken = spokenOf(result);
      const touching = everyChange(changes).filter(
        change => mayMove(change, result) && spoken.some(path => touches(change.path, path)),
      );
      const status = statusOf(earlier, result, touching);
      if (status === null) continue;
      const at = placesOf(evidenceOf(result, pair.head), earlier ? evidenceOf(earlier, pair.base) : [], diff);
      const finding = toFinding(pair, pair.head, status, result, bestPlaces(at, touching), answers);
      const { inventory, group, control, path, actual, reason } = finding;
      const key = JSON.stringify([inventory, group, control, path, status, actual, reason]);
      const same = found.get(key);
      found.set(key, same ? { ...same, hosts: [...same.hosts, ...finding.hosts] } : finding);
    }
  }
  return [...found.values()];
}

/** A control answers once for all its places; the answer's own path is the worst of them. */
function spokenOf({ control, path }: ControlResult): readonly string[] {
  return [...new Set([path, ...control.paths, ...control.flags])];
}

/** What a file says moves no control over its mode and owner; whether it is there at all does. */
function mayMove({ path, before, after }: FieldChange, { control }: ControlResult): boolean {
  return control.kind !== 'file-task' || path.includes('#') || before.state === 'absent' || after.state === 'absent';
}

function evidenceOf(result: ControlResult, group: NodeGroup | null): readonly Origin[] {
  return result.evidence.length > 0 ? result.evidence : (group?.provenance.get(result.path) ?? []);
}

/** Where the change itself stands, when the evidence (an absent key has none) does not say. */
function bestPlaces(at: readonly Place[], touching: readonly FieldChange[]): readonly Place[] {
  return at.length > 0 ? at : (touching[0]?.at ?? []);
}

function statusOf(
  before: ControlResult | undefined,
  after: ControlResult,
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

/** A parent whose keys cannot all be known weakens by what it tells, not what the control speaks of. */
const isWeakening = ({ path, direction }: FieldChange): boolean => direction === 'weakens' && !path.endsWith('*');

function toFinding(
  pair: GroupPair,
  head: NodeGroup,
  status: FindingStatus,
  result: ControlResult,
  at: readonly Place[],
  answers: BaselineAnswers,
): Finding {
  const { control } = result;
  return {
    control: control.id,
    title: control.title,
    severity: control.severity,
    blocking: answers.isBlocking(control),
    status,
    inventory: pair.inventory,
    group: head.name,
    hosts: pair.hosts,
    path: result.path,
    actual: result.actual,
    expected: result.expected,
    reason: result.reason,
    at,
    fix: control.fix,
    rationale: control.rationale,
    standards: control.standards,
    threats: control.threats,
  };
}
