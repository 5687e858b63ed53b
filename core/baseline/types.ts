import type { NodeRole } from '../ansible/types.ts';
import type { Json } from '../kubelet/types.ts';
import type { Origin } from '../source/rope.ts';

export type Severity = 'critical' | 'high' | 'medium' | 'low';
export type Profile = 'core' | 'extended' | 'advisory';

/** What an absent key means for a control: the effective value and the verdict on it. */
export type AbsenceVerdict = 'pass' | 'pass-implicit' | 'warn' | 'fail' | 'info';

/** What mends a violation: a value to set, a value for each of several paths, or what to do in a few words. */
export type Fix =
  | Readonly<{ set: Json }>
  | Readonly<{ each: Readonly<Record<string, Json>> }>
  | Readonly<{ do: string }>;

/** What the platform defends against; a control that meets none of these does not belong into the baseline. */
export const THREATS = [
  'Kubelet compromise',
  'Unauthorized access to the node API',
  'Container escape to the host',
  'Lateral movement via kubelet',
  'Control-plane compromise through the node',
] as const;
export type Threat = (typeof THREATS)[number];

/** What a control judges; what evaluates each is in kinds.ts. */
export type ControlKind =
  | 'KubeletConfiguration'
  | 'kubelet-flag'
  | 'file-task'
  | 'KubeProxyConfiguration'
  | 'kube-proxy-flag'
  | 'sysctl'
  | 'k8s-manifest'
  | 'ansible-task'
  | 'repository'
  | 'cni-config'
  | 'seccomp-profile'
  | 'kubeconfig'
  | 'apparmor-profile'
  | 'systemd-unit'
  | 'cri-config'
  | 'playbook'
  | 'inventory';

/** One control of the baseline, as config/baseline/*.yaml holds it. Add-only: operators read and edit these files. */
export type Control = Readonly<{
  id: string;
  title: string;
  area: string;
  kind: ControlKind;
  paths: readonly string[];
  flags: readonly string[];
  check: Readonly<{ op: string; value: Json }>;
  absent: Readonly<{ viaConfigFile: AbsenceVerdict; viaFlagsOnly: AbsenceVerdict }> | null;
  roles: readonly ('all' | NodeRole)[];
  /** Minors whose nodes it is for, `>=1.33 <1.36`; absent: all. */
  kubernetes?: string;
  severity: Severity;
  profile: Profile;
  /** Standard name -> items, e.g. `CIS` -> [`4.2.1`]. */
  standards: Readonly<Record<string, readonly string[]>>;
  threats: readonly Threat[];
  rationale: string;
  fix: Fix;
  /** Where the control is written, for errors and `explain`. */
  source: Readonly<{ file: string; line: number }>;
}>;

export type Baseline = Readonly<{ controls: readonly Control[]; digest: string }>;

/** The answer of a control for one place it looks at: a field, a flag, a file on the node, a task, a file of the repository. */
export type PlaceAnswer = Readonly<{
  result: 'pass' | 'violated' | 'undecided' | 'not-applicable';
  /** Field path, flag, file or task the answer rests on, as people read it. */
  path: string;
  /**
   * What identifies the place in another revision: nothing that moves with lines, files or group names (of a task its
   * role and name). Absent: `path`.
   */
  location?: string;
  /** Of a task: its module and what it works on, which stay when it is renamed or moved to another role. */
  alike?: string;
  actual: Json;
  /** One sentence: why violated, undecided or not applicable. */
  reason: string;
  evidence: readonly Origin[];
}>;

/** A place with what the control asks of it, in words. */
export type JudgedPlace = PlaceAnswer & Readonly<{ expected: string }>;

/** The answer of one control for one node group, or for the repository (group REPOSITORY, no hosts). */
export type ControlResult = JudgedPlace &
  Readonly<{
    control: Control;
    group: string;
    hosts: readonly string[];
    /** Every place looked at; the result itself is that of the worst. Never empty. */
    places: readonly JudgedPlace[];
  }>;

/** Stands for a node group in results on what no node alone has: workflows, pinned sources, secrets in clear. */
export const REPOSITORY = 'repository';
