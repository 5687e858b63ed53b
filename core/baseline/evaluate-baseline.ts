import { groupAnswers } from './group-answers.ts';
import { KINDS } from './kinds.ts';
import { outsideMinors, outsideOf } from './outside.ts';
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
      outside === null ? groupAnswers(kind, control, subject) : [notApplicable(control.paths[0] ?? '', outside)];
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
      outside === null ? kind.evaluate(control, subject, baseline) : [notApplicable(control.paths[0] ?? '', outside)];
    return toResult(control, REPOSITORY, [], places);
  });
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
    return { ...place, expected: expectedOf(control, path) };
  };
  const nothing = judged(notApplicable(first, 'there is nothing of this kind to look at'));
  const places = answers.length > 0 ? answers.map(judged) : [nothing];
  return { ...(worstOf(places) ?? nothing), control, group, hosts, places };
}

const EXPECTED = new WeakMap<Control, Map<string, string>>();

/** What a control asks of a path, in words: put together once, not for every node group. */
function expectedOf(control: Control, path: string): string {
  const words = EXPECTED.get(control) ?? new Map<string, string>();
  EXPECTED.set(control, words);
  const known = words.get(path);
  if (known !== undefined) return known;
  const expected = KINDS[control.kind].expected(control, path);
  words.set(path, expected);
  return expected;
}
