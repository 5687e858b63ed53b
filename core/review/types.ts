import type { Condition } from '../ansible/types.ts';
import type { Fix, Severity } from '../baseline/types.ts';
import type { Json } from '../kubelet/types.ts';
import type { Problem } from '../source/problem.ts';

export type Direction = 'weakens' | 'strengthens' | 'neutral';
export type FindingStatus = 'introduced' | 'fixed' | 'existing' | 'undecided';
export type Conclusion = 'pass' | 'fail' | 'undecided' | 'not-applicable';

/** A place in the head (RIGHT) or base (LEFT) revision. */
export type Place = Readonly<{ file: string; line: number; side: 'LEFT' | 'RIGHT' }>;

/**
 * A value before or after: JSON, absent, or unknown with the reason. What is so only under unknown conditions says
 * `where`; of a change, the side after says it for both.
 */
export type Shown =
  | Readonly<{ state: 'value'; value: Json; implicit: boolean; where?: readonly Condition[] }>
  | Readonly<{ state: 'absent'; where?: readonly Condition[] }>
  | Readonly<{ state: 'unknown'; why: readonly string[]; key: string }>;

/**
 * Path of the change that says a host joins or leaves: absent on one side, the value `managed` on the other.
 */
export const NODE_PATH = '';

/**
 * One field that is different on the hosts of one node group. `path` is a kubelet field (`authorization.mode`), a flag
 * (`--node-ip`), a file on the node (`/etc/cni/net.d/10.conf`, its value a sha256), a file's attribute
 * (`/etc/kubernetes/kubelet.conf#mode`), a parent whose keys cannot all be known (`authentication.*`) or NODE_PATH.
 */
export type FieldChange = Readonly<{
  inventory: string;
  group: string;
  hosts: readonly string[];
  path: string;
  before: Shown;
  after: Shown;
  direction: Direction;
  /** Gravest control that speaks about the path; null when none does. */
  severity: Severity | null;
  /** Best place first: a changed variable line, then a template line, then the condition. */
  at: readonly Place[];
  /** Kubelet fields this row tells: of them no more is known than that this parent may set them. */
  fields?: readonly FieldChange[];
}>;

/** The changes with those that a parent's row tells as changes of their own. */
export function everyChange(changes: readonly FieldChange[]): readonly FieldChange[] {
  return changes.flatMap(change => [change, ...(change.fields ?? [])]);
}

/** A change as it is listed for readers: the fields it tells by their paths. */
export type ListedChange = Omit<FieldChange, 'fields'> & Readonly<{ fields: readonly string[] }>;

export function listedChange({ fields = [], ...change }: FieldChange): ListedChange {
  return { ...change, fields: fields.map(({ path }) => path) };
}

/** A line of the head as it must read instead, without its line break. */
export type Replacement = Readonly<{ file: string; line: number; text: string }>;

export type Finding = Readonly<{
  control: string;
  title: string;
  severity: Severity;
  /** Whether it stops a merge when introduced: the control's profile and severity decide. */
  blocking: boolean;
  status: FindingStatus;
  inventory: string;
  group: string;
  hosts: readonly string[];
  path: string;
  actual: Json;
  expected: string;
  reason: string;
  at: readonly Place[];
  fix: Fix;
  /** The fix as one replaced line, when judging the changed head anew proved that it mends this and harms nothing. */
  replacement?: Replacement;
  rationale: string;
  standards: Readonly<Record<string, readonly string[]>>;
  threats: readonly string[];
}>;

/** Rendered files per host of the head: what Ansible must put there. `sha256` is null where the text is not wholly known. */
export type HostDigests = Readonly<Record<string, Readonly<Record<string, string | null>>>>;

export type Verdict = Readonly<{
  base: string;
  head: string;
  /** `sha256:<hex>` over the canonical JSON (RFC 8785) of everything the verdict rests on. */
  digest: string;
  conclusion: Conclusion;
  direction: Direction;
  changes: readonly FieldChange[];
  findings: readonly Finding[];
  /** What the change introduces: each one makes the verdict fail. */
  problems: readonly Problem[];
  /** What the base had before: listed, never counted. */
  existingProblems: readonly Problem[];
  /** Governed paths the change touches (both names of a rename). */
  governed: readonly string[];
  /**
   * Those of `governed` that a person has to approve even when no value is different: what says what Ansible does
   * (playbooks, tasks, handlers, the policy file), templates no file on a node is seen to come from, and everything else
   * too where `existingProblems` keep effects from being seen. Changes of comments alone do not count.
   */
  procedures: readonly string[];
  hostCount: number;
  groups: readonly Readonly<{ inventory: string; name: string; hosts: readonly string[]; roles: readonly string[] }>[];
  hostDigests: HostDigests;
  /** Whole effective state per node group of the head, for the record: field path -> shown value and first origin. */
  state: readonly Readonly<{
    inventory: string;
    group: string;
    hosts: readonly string[];
    values: Readonly<Record<string, Shown>>;
    origins: Readonly<Record<string, Readonly<{ file: string; line: number }>>>;
  }>[];
  minor: string;
  baselineDigest: string;
}>;
