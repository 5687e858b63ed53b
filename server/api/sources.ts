import type { QueryExecutorProvider } from 'kysely';
import type { Verdict } from '../../core/review/types.ts';

/** Where the read API and the pages get what they show. */
export type Sources = Readonly<{
  db: QueryExecutorProvider;
  /** The verdict kept under a change's verdict key. */
  verdict: (key: string) => Promise<Verdict | null>;
  runs: RunReader;
  log: LogReader;
  /** Webhook deliveries that failed for good, newest first. */
  deadDeliveries: (limit: number) => Promise<readonly DeadDelivery[]>;
  /** Where people reach this service, without a trailing slash. */
  publicUrl: string;
  /** GitHub's web address, without a trailing slash. */
  serverUrl: string;
  now: () => Date;
}>;

/** One run of ansible-playbook as its report told it, and what the service made of it. */
export type Run = Readonly<{
  id: string;
  repository: string;
  commit: string;
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
  /** What is wrong with the report itself, in words. */
  problems: readonly string[];
}>;

/** What a run did to one host. */
export type RunHost = Readonly<{
  host: string;
  /** `as-approved`: every governed file ended byte for byte as approved. `unproven`: the report does not show it. */
  outcome: 'as-approved' | 'not-as-approved' | 'unproven';
  /** Why not, in words; empty for as-approved. */
  reason: string;
  at: Date;
  files: readonly Readonly<{
    dest: string;
    /** What was on the node after the run; null when the report does not say. */
    sha256: string | null;
    /** What was approved; null when Git alone does not know the text. */
    approved: string | null;
    changed: boolean;
  }>[];
}>;

export type RunFilter = Readonly<{
  repository?: string;
  host?: string;
  changeId?: number;
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
  /** Runs an auditor has to look at, newest first: refused, incomplete, or with a host not as approved. */
  exceptions(limit: number): Promise<readonly Run[]>;
}

export type LogReader = Readonly<{
  origin: string;
  /** Verifier key in the C2SP signed-note form. */
  vkey: string;
  /** The latest signed checkpoint; null while the log is empty. */
  checkpoint: () => Promise<string | null>;
  /** Log entries about a change or a run, oldest first. */
  entriesAbout: (subject: Readonly<{ changeId: number } | { runId: string }>) => Promise<readonly LogEntryReference[]>;
}>;

export type LogEntryReference = Readonly<{ index: number; type: string; at: Date }>;

export type DeadDelivery = Readonly<{
  guid: string;
  event: string;
  repository: string | null;
  receivedAt: Date;
  attempts: number;
  error: string;
}>;
