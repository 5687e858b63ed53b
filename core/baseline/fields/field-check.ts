import type { KubeletFacts } from '../../kubelet/facts.ts';
import type { Json, KubeletVerdict } from '../../kubelet/types.ts';
import type { Fault } from '../kind.ts';
import { type Field, readField } from '../read-field.ts';
import type { GroupSubject } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/** The effective configuration of a node group, read field by field. */
export type Configuration = Readonly<{
  subject: GroupSubject;
  verdict: KubeletVerdict;
  field: (path: string) => Field;
}>;

/** How one operator of controls over kubelet fields judges a configuration. */
export type FieldCheck = Readonly<{
  /** Why the control cannot have this operator as written, or null. */
  fault: (control: Control, facts: KubeletFacts) => Fault | null;
  /** What it asks of one path, in words. */
  expected: (control: Control, path: string) => string;
  evaluate: (control: Control, configuration: Configuration) => readonly PlaceAnswer[];
  /** What can be said where no kubelet configuration is known; null: nothing. */
  unconfigured?: (control: Control, subject: GroupSubject) => readonly PlaceAnswer[] | null;
  /** How far one field is from conforming, 0 = conforms, larger is worse; `json` is null where nothing sets it. */
  rank: (control: Control, path: string, json: Json) => number;
}>;

/** The configuration of a group whose kubelet is known. */
export function configurationOf(subject: GroupSubject, verdict: KubeletVerdict): Configuration {
  const { group, repository } = subject;
  return { subject, verdict, field: path => readField(group, verdict, path, repository.facts) };
}
