import {
  createPostgresBackend,
  type Job,
  type JobsOptions,
  type PgPool,
  type PgPoolClient,
  Queue,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import type { Redis } from 'ioredis';
import { CompiledQuery } from 'kysely';
import type { Connection } from '../store/database.ts';
import type { StorePool } from '../store/open-store.ts';

/** BullMQ's queue and worker, whatever carries them. */
export type EngineQueue = Pick<
  Queue,
  'add' | 'addBulk' | 'close' | 'getFailed' | 'getJobCounts' | 'getJobState' | 'remove' | 'waitUntilReady'
>;
export type EngineWorker = Pick<Worker, 'cancelAllJobs' | 'cancelJob' | 'close' | 'waitUntilReady'>;

/** Signature of BullMQ's processor; it hands out a signal only to functions that name it. */
export type Processor = (job: Job, token: string | undefined, signal: AbortSignal | undefined) => Promise<void>;

/** Makes queues and workers on one backend. `failed` hears of every connection and lock trouble. */
export type Engine = Readonly<{
  queue(name: string, failed: (error: Error) => void): EngineQueue;
  worker(
    name: string,
    processor: Processor,
    options: EngineWorkerOptions,
    failed: (error: Error) => void,
  ): EngineWorker;
}>;

/**
 * How every job is retried, and how long a worker that does not renew its lock keeps a job (a job of a dead worker is
 * taken back after one lock and two looks, a third of a lock apart).
 */
export type EngineTerms = Readonly<{ attempts: number; backoffMs: number; lockMs: number }>;

export type EngineWorkerOptions = Readonly<{ concurrency: number; lost: (jobIds: string[]) => void }>;

/** A job that brings its process down this often is a dead letter. */
export const MAX_STALLS = 10;

const DAY_SECONDS = 86_400;

export function redisEngine(connection: Redis, terms: EngineTerms): Engine {
  return {
    queue: (name, failed) => new Queue(name, { connection, defaultJobOptions: jobOptions(terms) }).on('error', failed),
    worker: (name, processor, options, failed) =>
      new Worker(name, processor, { connection, ...workerOptions(options, terms) })
        .on('error', failed)
        .on('lockRenewalFailed', options.lost),
  };
}

export function storeEngine(pool: StorePool, terms: EngineTerms): Engine {
  const connection = pool as unknown as PgPool;
  return {
    queue: (name, failed) =>
      new Queue(name, { connection, defaultJobOptions: jobOptions(terms) }, createPostgresBackend).on('error', failed),
    worker: (name, processor, options, failed) =>
      new Worker(name, processor, { connection, ...workerOptions(options, terms) }, createPostgresBackend)
        .on('error', failed)
        .on('lockRenewalFailed', options.lost),
  };
}

/** A queue whose every statement runs in one open transaction; to be closed before that ends. */
export function queueWithin(transaction: Connection, name: string, terms: EngineTerms): EngineQueue {
  return new Queue(
    name,
    { connection: poolOf(transaction), defaultJobOptions: jobOptions(terms), skipMetasUpdate: true },
    createPostgresBackend,
  );
}

function jobOptions({ attempts, backoffMs }: EngineTerms): JobsOptions {
  return { attempts, backoff: { type: 'exponential', delay: backoffMs, jitter: 0.25 } };
}

function workerOptions(
  { concurrency }: EngineWorkerOptions,
  { lockMs }: EngineTerms,
): Omit<WorkerOptions, 'connection'> {
  return {
    concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs / 3,
    maxStalledCount: MAX_STALLS,
    removeOnComplete: { age: DAY_SECONDS, count: 1_000 },
    removeOnFail: { age: 30 * DAY_SECONDS, count: 10_000 },
  };
}

/** A transaction in the shape of a `pg.Pool`, as BullMQ takes it. */
function poolOf(transaction: Connection): PgPool {
  const query = async <Row>(text: string, parameters: readonly unknown[] = []) => {
    const { rows } = await transaction.executeQuery<Row>(CompiledQuery.raw(text, [...parameters]));
    return { rows, rowCount: rows.length };
  };
  const silent = {
    query,
    on: () => silent,
    removeListener: () => silent,
    removeAllListeners: () => silent,
    release: () => {},
    end: async () => {},
  };
  return { ...silent, connect: async () => silent as unknown as PgPoolClient } as unknown as PgPool;
}
