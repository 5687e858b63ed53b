import { KINDS } from './kinds.ts';
import { isInRange } from './kubernetes-range.ts';
import { notApplicable, worstOf } from './place-answer.ts';
import type { GroupSubject, RepositorySubject } from './subject.ts';
import {
  type Baseline,
  type Control,
  type ControlResult,
  type JudgedPlace,
  type PlaceAnswer,
  REPOSITORY,
} from './types.ts';

/**
 * One answer for each control that looks at nodes. Three-valued: what an unknown value could turn either way is
 * `undecided` with the reason, never a pass; of several places a violation beats an unknown beats a pass.
 */
export function evaluateGroup(baseline: Baseline, subject: GroupSubject): readonly ControlResult[] {
  const { group } = subject;
  return baseline.controls.flatMap(control => {
    const kind = KINDS[control.kind];
    if (kind.scope !== 'node-group') return [];
    const outside = outsideOf(control, subject);
    const places =
      outside === null ? kind.evaluate(control, subject) : [notApplicable(control.paths[0] ?? '', outside)];
    return toResult(control, group.name, group.hosts, places);
  });
}

/** One answer for each control that looks at the repository as a whole. */
export function evaluateRepository(baseline: Baseline, subject: RepositorySubject): readonly ControlResult[] {
  return baseline.controls.flatMap(control => {
    const kind = KINDS[control.kind];
    if (kind.scope !== 'repository') return [];
    const outside = outsideMinors(control, subject);
    const places =
      outside === null ? kind.evaluate(control, subject) : [notApplicable(control.paths[0] ?? '', outside)];
    return toResult(control, REPOSITORY, [], places);
  });
}

/** Why a control is not for the nodes of a group: their role or their minor. Null: it is. */
function outsideOf(control: Control, { group, repository }: GroupSubject): string | null {
  const applies = control.roles.some(role => role === 'all' || group.roles.includes(role));
  return applies ? outsideMinors(control, repository) : `the control is for ${control.roles.join(', ')} nodes`;
}

function outsideMinors({ kubernetes }: Control, { minor }: RepositorySubject): string | null {
  return isInRange(minor, kubernetes)
    ? null
    : `the control is for Kubernetes ${kubernetes}, the nodes run Kubernetes ${minor}`;
}

function toResult(
  control: Control,
  group: string,
  hosts: readonly string[],
  answers: readonly PlaceAnswer[],
): ControlResult {
  const [first = ''] = control.paths;
  const judged = (place: PlaceAnswer): JudgedPlace => {
    const path = control.paths.includes(place.path) ? place.path : first;
    return { ...place, expected: KINDS[control.kind].expected(control, path) };
  };
  const nothing = judged(notApplicable(first, 'there is nothing of this kind to look at'));
  const places = answers.length > 0 ? answers.map(judged) : [nothing];
  return { ...(worstOf(places) ?? nothing), control, group, hosts, places };
}
