import type { Connection } from '../store/database.ts';

/** One job as its handler gets it. `attempt` counts from 1. `data` is what was added, through JSON. */
export type QueuedJob<Data = unknown> = Readonly<{ id: string; queue: string; data: Data; attempt: number }>;

/**
 * Does one job. A rejection is retried with exponential backoff until the attempts are used up, then the job is a dead
 * letter; a {@link GiveUp} is a dead letter at once. `signal` aborts when the queue closes or the job was lost to
 * another worker. A job can run more than once: after a crash it runs again.
 */
export type JobHandler<Data> = (job: QueuedJob<Data>, signal: AbortSignal) => Promise<void>;

/**
 * `jobId` (no colon) makes a job unique in its queue: one with that id that waits or is finished is replaced, one being
 * worked on stays. `delayMs`: not before that time has passed.
 */
export type JobOptions = Readonly<{ jobId?: string; delayMs?: number }>;

/** How many jobs of one queue are in each state; `failed` are its dead letters. */
export type JobCounts = Readonly<{ waiting: number; active: number; delayed: number; failed: number }>;

/** A job that used up its attempts. */
export type DeadLetter = Readonly<{
  queue: string;
  id: string;
  data: unknown;
  error: string;
  attempts: number;
  failedAt: Date;
}>;

/**
 * Background jobs on Redis or on the store. `name` is the queue a job goes to and is processed from; a queue exists as
 * soon as it is named.
 */
export type JobQueue = Readonly<{
  add(name: string, data: unknown, options?: JobOptions): Promise<void>;
  /** Starts doing the jobs of one queue, up to `concurrency` at a time in this process. Once per name. */
  process<Data>(name: string, concurrency: number, handler: JobHandler<Data>): Promise<void>;
  /** Of these job ids, those that neither wait nor are being worked on: never added, lost, or finished. */
  missing(name: string, jobIds: readonly string[]): Promise<string[]>;
  /** Whether the backend answers now (within two seconds). */
  ready(): Promise<boolean>;
  /** Counts of every queue named so far, by name. */
  counts(): Promise<Readonly<Record<string, JobCounts>>>;
  /** Dead letters of every queue named so far, newest first per queue. */
  deadLetters(limit?: number): Promise<DeadLetter[]>;
  /** Takes no more jobs, gives running ones `graceMs` (default 10 000) to end, then aborts them and waits. */
  close(graceMs?: number): Promise<void>;
}> &
  (
    | Readonly<{ backend: 'redis' }>
    | Readonly<{
        backend: 'store';
        /** Adds jobs in an open transaction of the store: they exist exactly when it commits. */
        addWithin(transaction: Connection, name: string, jobs: readonly NewJob[]): Promise<void>;
      }>
  );

/** A job to add with others. */
export type NewJob = Readonly<{ data: unknown; jobId: string }>;

/** What cannot succeed by trying again. */
export class GiveUp extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'GiveUp';
  }
}
