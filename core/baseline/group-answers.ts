import type { NodeGroup } from '../ansible/types.ts';
import type { Kind } from './kind.ts';
import type { GroupSubject } from './subject.ts';
import type { Control, PlaceAnswer } from './types.ts';

type GroupKind = Extract<Kind, { scope: 'node-group' }>;

const ANSWERS = new WeakMap<NodeGroup, Map<Control, readonly PlaceAnswer[]>>();

/** What a control answers of a node group: found out once, though the group and its repository both ask. */
export function groupAnswers({ evaluate }: GroupKind, control: Control, subject: GroupSubject): readonly PlaceAnswer[] {
  const answers = ANSWERS.get(subject.group) ?? new Map<Control, readonly PlaceAnswer[]>();
  ANSWERS.set(subject.group, answers);
  const known = answers.get(control) ?? evaluate(control, subject);
  answers.set(control, known);
  return known;
}
