import { isInRange } from './kubernetes-range.ts';
import type { GroupSubject, RepositorySubject } from './subject.ts';
import type { Control } from './types.ts';

/** Why a control is not for the nodes of a group: their role or their minor. Null: it is. */
export function outsideOf(control: Control, { group, repository }: GroupSubject): string | null {
  const applies = control.roles.some(role => role === 'all' || group.roles.includes(role));
  return applies ? outsideMinors(control, repository) : `the control is for ${control.roles.join(', ')} nodes`;
}

/** Why a control is not for the minor the nodes run. Null: it is. */
export function outsideMinors({ kubernetes }: Control, { minor }: RepositorySubject): string | null {
  return isInRange(minor, kubernetes)
    ? null
    : `the control is for Kubernetes ${kubernetes}, the nodes run Kubernetes ${minor}`;
}
