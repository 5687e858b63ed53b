import type { Connection } from '../../adapters/store/database.ts';

/** Where the read API and the pages get what they show. */
export type Sources = Readonly<{
  db: Connection;
  runs: RunReader;
  log: Readonly<{
    origin: string;
    /** Verifier key in the C2SP signed-note form. */
    vkey: string;
  }>;
  /** Where people reach this service, without a trailing slash. */
  publicUrl: string;
  /** GitHub's web address, without a trailing slash. */
  serverUrl: string;
  now: () => Date;
}>;

/** One run of ansible-playbook as its report told it, and what the service made of it. */
export type Run = Readonly<{
  id: string;
  /** null when the run was not of a Git work tree. */
  repository: string | null;
  commit: string | null;
  playbook: string;
  /** `user@controller`. */
  by: string;
  /** `refused`: the gate said no before the first task. `incomplete`: the report has gaps or no end. */
  status: 'running' | 'ok' | 'failed' | 'refused' | 'incomplete';
  /** Ansible's check mode: nothing was changed. */
  check: boolean;
  /** The approved change whose content was run; null when the gate knows none. */
  changeId: number | null;
  /** The gate's answer to the run, with the reason in words. */
  gate: Readonly<{ verdict: 'approved' | 'denied' | 'unreachable'; reason: string }> | null;
  startedAt: Date;
  endedAt: Date | null;
  hosts: readonly RunHost[];
  /** The content is that of an earlier change; null when it cannot be told. */
  rollback: boolean | null;
  /** What is wrong with the report itself, in words. */
  problems: readonly string[];
}>;

/** What a run did to one host, in the words of the log's `run.applied` entry. */
export type RunHost = Readonly<{
  host: string;
  /** `applied-as-approved`: every governed file ended byte for byte as approved. `not-proven`: the report does not show it. */
  outcome: 'applied-as-approved' | 'differs' | 'not-proven' | 'failed';
  /** Sentences: what differs, failed, or is missing for a proof. Empty for applied-as-approved. */
  reasons: readonly string[];
  at: Date;
  files: readonly Readonly<{
    dest: string;
    /** SHA-256 of what was approved; null when Git alone does not know the text. */
    approved: string | null;
    /** SHA-256 of what was on the node after the run; null when the report does not say. */
    actual: string | null;
    state: 'as-approved' | 'differs' | 'unknown';
    /** Why it is unknown or what differs; empty when as approved. */
    reason: string;
  }>[];
  /** The kubelet restarted with it. Here and below: null where the report does not decide it. */
  live: boolean | null;
  /** Running the same again changed nothing. */
  idempotent: boolean | null;
  /** Hardening of the operating system was complete before the kubelet's role began. */
  osFirst: boolean | null;
}>;

export type RunFilter = Readonly<{
  repository?: string;
  host?: string;
  status?: Run['status'];
  /** Runs that started at or after this time. */
  since?: Date;
  /** Runs that started before the run with this id. */
  before?: string;
  /** Newest first when absent. */
  oldestFirst?: boolean;
  limit: number;
}>;

export interface RunReader {
  list(filter: RunFilter): Promise<readonly Run[]>;
  byId(id: string): Promise<Run | null>;
  /** Runs an auditor has to look at, newest first: refused, incomplete, or with a host that differs from what was approved. */
  exceptions(limit: number): Promise<readonly Run[]>;
}
