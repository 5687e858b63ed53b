import type { NodeRole } from '../ansible/types.ts';
import type { Json } from '../kubelet/types.ts';
import type { Origin } from '../source/rope.ts';

export type Severity = 'critical' | 'high' | 'medium' | 'low';
export type Profile = 'core' | 'extended' | 'advisory';

/** What an absent key means for a control: the effective value and the verdict on it. */
export type AbsenceVerdict = 'pass' | 'pass-implicit' | 'warn' | 'fail' | 'info';

/** One control of the baseline, as config/baseline/*.yaml holds it. Add-only: operators read and edit these files. */
export type Control = Readonly<{
  id: string;
  title: string;
  area: string;
  kind: string;
  paths: readonly string[];
  flags: readonly string[];
  check: Readonly<{ op: string; value: Json }>;
  absent: Readonly<{ viaConfigFile: AbsenceVerdict; viaFlagsOnly: AbsenceVerdict }> | null;
  roles: readonly ('all' | NodeRole)[];
  severity: Severity;
  profile: Profile;
  /** Standard name -> items, e.g. `CIS` -> [`4.2.1`]. */
  standards: Readonly<Record<string, readonly string[]>>;
  threats: readonly string[];
  rationale: string;
  fix: Json;
  /** Where the control is written, for errors and `explain`. */
  source: Readonly<{ file: string; line: number }>;
}>;

export type Baseline = Readonly<{ controls: readonly Control[]; digest: string }>;

/** The answer of one control for one node group. */
export type ControlResult = Readonly<{
  control: Control;
  group: string;
  hosts: readonly string[];
  result: 'pass' | 'violated' | 'undecided' | 'not-applicable';
  /** Field path, flag or file the answer rests on. */
  path: string;
  actual: Json;
  expected: string;
  /** One sentence: why violated, undecided or not applicable. */
  reason: string;
  evidence: readonly Origin[];
}>;
