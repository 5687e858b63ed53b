import type { KubeletFacts } from '../kubelet/facts.ts';
import type { GroupSubject, RepositorySubject } from './subject.ts';
import type { Baseline, Control, PlaceAnswer } from './types.ts';

/** What is wrong with a control as written: the part of it (`['check', 'value']`) and one sentence. */
export type Fault = Readonly<{ at: readonly PropertyKey[]; message: string }>;

type Common = Readonly<{
  /** Why a control cannot be one of this kind: an operator, path or operand the kind does not have. Null: it can. */
  fault: (control: Control, facts: KubeletFacts) => Fault | null;
  /** What the control asks of one path, in words: `Webhook`, `at most 0600`, `1 to 16384`. */
  expected: (control: Control, path: string) => string;
  /** Whether a violation is mended when its place is gone (a task taken out), or nothing is known then (a file no longer placed stays). */
  gone: 'fixed' | 'unknown';
}>;

/**
 * One kind of control: what it looks at and how it judges. Three-valued: what an unknown value could turn either way is
 * `undecided` with the reason, never a pass. Answers with one place per thing looked at; none = nothing to look at.
 */
export type Kind = Common &
  (
    | Readonly<{ scope: 'node-group'; evaluate: (control: Control, subject: GroupSubject) => readonly PlaceAnswer[] }>
    | Readonly<{
        scope: 'repository';
        /** `baseline`: all controls, for one that compares what others answer. */
        evaluate: (control: Control, subject: RepositorySubject, baseline: Baseline) => readonly PlaceAnswer[];
      }>
  );

/** The first flag no kubelet has, as a fault at its place in the list. */
export function flagFault(names: readonly string[], key: 'paths' | 'flags', facts: KubeletFacts): Fault | null {
  const unknown = names.findIndex(name => !Object.hasOwn(facts.flags, name));
  return unknown < 0 ? null : { at: [key, unknown], message: `no kubelet has the flag ${names[unknown]}` };
}
