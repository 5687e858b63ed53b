import type { Waiver } from '../../approval/policy.ts';
import type { Control, PlaceAnswer } from '../../baseline/types.ts';
import type { Json, Minor } from '../../kubelet/types.ts';
import type { Problem } from '../../source/problem.ts';

/** What a control says of a node group: its own answer, or that every violation of it is accepted by a waiver in force. */
export type Standing = PlaceAnswer['result'] | 'waived';

/** The standings in the order reports show them. */
export const STANDINGS = ['violated', 'undecided', 'waived', 'pass', 'not-applicable'] as const satisfies Standing[];

/** Controls by what they say. */
export type Counts = Readonly<Record<Standing, number>>;

/** A node group, or the repository itself (REPOSITORY, no hosts). */
export type ReportedGroup = Readonly<{ inventory: string; group: string; hosts: readonly string[] }>;

/** What the controls of one area say of one node group. */
export type AreaStanding = Readonly<{ area: string; controls: number }> & ReportedGroup & Readonly<{ counts: Counts }>;

/** One place a control does not pass, on all node groups of which it says the same. */
export type ComplianceFinding = Readonly<{
  control: Control;
  /** Title of the area. */
  area: string;
  standing: 'violated' | 'undecided' | 'waived';
  on: readonly ReportedGroup[];
  path: string;
  actual: Json;
  expected: string;
  reason: string;
  evidence: readonly Readonly<{ file: string; line: number }>[];
  /** The waiver that accepts it. */
  waiver: Waiver | null;
}>;

/** A waiver with what it does on the day of the report. */
export type WaiverStanding = Readonly<{ waiver: Waiver; state: 'applies' | 'expired' | 'without effect' }>;

/** What the baseline says of one revision of a repository. */
export type Compliance = Readonly<{
  rev: string;
  /** Day of the report, `YYYY-MM-DD`: it decides which waivers are in force. */
  day: string;
  minor: Minor;
  baselineDigest: string;
  controls: number;
  hostCount: number;
  groups: readonly ReportedGroup[];
  /** Titles of the areas with what each asks for, in their order. */
  areas: readonly Readonly<{ title: string; asks: string; controls: number }>[];
  standings: readonly AreaStanding[];
  /** Gravest first; violated before undecided before waived. */
  findings: readonly ComplianceFinding[];
  waivers: readonly WaiverStanding[];
  /** What could not be read: where it stands, nothing is known. */
  problems: readonly Problem[];
}>;
