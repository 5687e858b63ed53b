import type { HostDigests } from '../review/types.ts';

/** What was approved: the merged commit and tree, and the files every host must get. */
export type ApprovedChange = Readonly<{ commit: string; tree: string; hostDigests: HostDigests }>;

/**
 * Last known content of a file on a host. `exists` null: it could not be looked at. `sha256` null: there is content
 * whose digest is not known, or none.
 */
export type Attestation = Readonly<{
  host: string;
  dest: string;
  exists: boolean | null;
  sha256: string | null;
  run: string;
}>;

/** What earlier runs left behind, for hosts of the run in question. Hosts no run is known of are absent. */
export type RunHistory = Readonly<{
  /** One per host and destination: the newest. */
  attestations: readonly Attestation[];
  hosts: Readonly<Record<string, HostHistory>>;
  /** Trees applied to these hosts before, oldest first. */
  trees: readonly string[];
}>;

export type HostHistory = Readonly<{
  /** Of the last run that was not in check mode. */
  commit: string | null;
  extraVarsDigest: string | null;
  /** Files changed without a restart since. */
  pendingRestart: readonly string[];
  /** When operating-system hardening last ran through completely. */
  osHardenedAt: Date | null;
}>;

/** Which roles are which, and for how long a complete hardening by an earlier run counts. */
export type ProofPolicy = Readonly<{ osRoles: RegExp; kubeletRoles: RegExp; osMaxAgeDays: number }>;

/** One governed file of one host after the run. `differs` is a fact, `unknown` is the lack of one. */
export type FileProof = Readonly<{
  dest: string;
  approved: string | null;
  actual: string | null;
  state: 'as-approved' | 'differs' | 'unknown';
  /** Why it is unknown or what differs; empty when as approved. */
  reason: string;
}>;

export type Outcome = 'applied-as-approved' | 'differs' | 'not-proven' | 'failed';

/** What a run shows about one host. true and false are shown by the record, null is not decided by it. */
export type HostProof = Readonly<{
  host: string;
  outcome: Outcome;
  /** Sentences: what differs, failed, or is missing for a proof. Empty when applied as approved. */
  reasons: readonly string[];
  files: readonly FileProof[];
  /** The kubelet runs with the approved files: they were there before its last restart. */
  live: boolean | null;
  /** Running the same again changed nothing. */
  idempotent: boolean | null;
  /** Hardening of the operating system was complete before the kubelet's role began. */
  osFirst: boolean | null;
}>;

/** A file that was not what the last run left there. `actual` null: it is gone. */
export type Tampering = Readonly<{
  host: string;
  dest: string;
  expected: string;
  actual: string | null;
  lastRun: string;
}>;

export type RunProof = Readonly<{
  run: string;
  /** `refused`: the callback stopped it before the first task. `incomplete`: the record has no end or a hole. */
  state: 'complete' | 'refused' | 'incomplete';
  check: boolean;
  hosts: readonly HostProof[];
  tampering: readonly Tampering[];
  /** The tree is one that was applied before and replaced since; null when no earlier run is known. */
  rollback: boolean | null;
  /** Hosts of the plays that `--limit` left out. */
  leftOut: readonly string[];
  /** Where the files of the hosts stand after this run, for the next one. */
  attestations: readonly Attestation[];
  pendingRestart: Readonly<Record<string, readonly string[]>>;
  osHardened: readonly string[];
}>;
