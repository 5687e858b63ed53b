import { groupAnswers } from '../group-answers.ts';
import type { Kind } from '../kind.ts';
import { KUBELET_CONFIGURATION } from '../kinds/kubelet-configuration.ts';
import { KUBELET_FLAG } from '../kinds/kubelet-flag.ts';
import { outsideOf } from '../outside.ts';
import { notApplicable, worstOf } from '../place-answer.ts';
import { type GroupSubject, groupSubjects } from '../subject.ts';
import type { Control, ControlKind, PlaceAnswer } from '../types.ts';
import { noValue, type RepositoryOperator } from './operator.ts';

/** Kinds of controls over values that variables set. */
const VALUED: Partial<Record<ControlKind, Kind>> = {
  KubeletConfiguration: KUBELET_CONFIGURATION,
  'kubelet-flag': KUBELET_FLAG,
};

/**
 * Whether variables of a part of the hosts weaken what the others have: a core control over kubelet fields or flags that
 * some node group meets and another violates by a value a variable sets. What all violate alike is their own finding only.
 */
export const EFFECTIVE_FOR_EVERY_HOST: RepositoryOperator = {
  fault: noValue,
  words: () => 'the same on every host as the baseline asks',
  evaluate: ({ paths: [path = ''] }, subject, baseline) => {
    const groups = groupSubjects(subject).filter(({ group }) => group.kubelet !== null);
    if (groups.length === 0) return [notApplicable(path, 'no kubelet configuration is known for any node')];
    const answers = baseline.controls
      .filter(({ profile, kind }) => profile === 'core' && kind in VALUED)
      .flatMap(control => weakened(control, groups));
    const fine = 'no variable weakens a value on some of the nodes only';
    return answers.length > 0
      ? answers.map(answer => ({ ...answer, path }))
      : [{ result: 'pass', path, location: '', actual: null, reason: fine, evidence: [] }];
  },
};

function weakened(control: Control, groups: readonly GroupSubject[]): readonly PlaceAnswer[] {
  const kind = VALUED[control.kind];
  if (kind?.scope !== 'node-group') return [];
  const judged = groups
    .filter(subject => outsideOf(control, subject) === null)
    .map(subject => ({ subject, answer: worstOf(groupAnswers(kind, control, subject)) }));
  if (!judged.some(({ answer }) => answer?.result === 'pass')) return [];
  const differing = judged.flatMap(({ subject, answer }) =>
    answer && answer.result !== 'pass' && answer.evidence.some(isVariable) ? [{ subject, answer }] : [],
  );
  const worst = worstOf(differing.map(({ answer }) => answer));
  if (!worst || worst.result === 'not-applicable') return [];
  const same = differing.filter(({ answer }) => answer.result === worst.result);
  const names = [...new Set(same.map(({ subject }) => subject.group.name))];
  const on = `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more groups` : ''}`;
  const reason =
    worst.result === 'violated'
      ? `on ${on} variables weaken what other nodes have (${control.id}): ${worst.reason}`
      : `on ${on} variables may weaken what other nodes have (${control.id}): ${worst.reason}`;
  return [{ ...worst, location: control.id, actual: null, reason, evidence: worst.evidence.filter(isVariable) }];
}

const isVariable = ({ kind }: PlaceAnswer['evidence'][number]): boolean => kind === 'variable';
