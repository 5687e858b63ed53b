import type { NodeGroup } from '../../ansible/types.ts';
import type { KubeletFacts } from '../../kubelet/facts.ts';
import type { Fault } from '../kind.ts';
import type { GroupSubject } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/** How an operator of its own judges the command line of a node group's kubelet. */
export type FlagCheck = Readonly<{
  /** Why the control cannot have this operator as written, or null. */
  fault: (control: Control, facts: KubeletFacts) => Fault | null;
  /** What it asks for, in words. */
  expected: (control: Control) => string;
  evaluate: (control: Control, subject: GroupSubject) => readonly PlaceAnswer[];
}>;

/** Stands in `paths` for the whole command line. */
export const COMMAND_LINE = '*';

/** Whether the kubelet starts without a configuration file: what no flag says is its flag's default. */
export function isOnFlagsAlone({ kubelet }: NodeGroup): boolean {
  return [...(kubelet?.values.values() ?? [])].some(({ from }) => from === 'flag-default');
}
