import type { Json } from '../../kubelet/types.ts';
import type { RepositorySubject } from '../subject.ts';
import type { Baseline, Control, PlaceAnswer } from '../types.ts';

/** How controls over the repository as a whole with one operator judge it. */
export type RepositoryOperator = Readonly<{
  /** Why the check's value cannot be this operator's, or null. */
  fault: (value: Json) => string | null;
  words: (value: Json) => string;
  evaluate: (control: Control, subject: RepositorySubject, baseline: Baseline) => readonly PlaceAnswer[];
}>;

/** For operators without a value. */
export function noValue(value: Json): string | null {
  return value === null ? null : 'this operator takes no value';
}
