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

/** Retries of every job. */
export type EngineRetries = Readonly<{ attempts: number; backoffMs: number }>;

export type EngineWorkerOptions = Readonly<{ concurrency: number; lost: (jobIds: string[]) => void }>;

/** A worker that does not renew its lock for this long has lost its job to another one. */
export const LOCK_MS = 15_000;
/** How often jobs of dead workers are looked for; it takes two looks to take one back. */
const STALLED_EVERY_MS = 5_000;
/** A job that brings its process down this often is a dead letter. */
export const MAX_STALLS = 10;

const DAY_SECONDS = 86_400;

export function redisEngine(connection: Redis, retries: EngineRetries): Engine {
  return {
    queue: (name, failed) =>
      new Queue(name, { connection, defaultJobOptions: jobOptions(retries) }).on('error', failed),
    worker: (name, processor, options, failed) =>
      new Worker(name, processor, { connection, ...workerOptions(options) })
        .on('error', failed)
        .on('lockRenewalFailed', options.lost),
  };
}

export function storeEngine(pool: StorePool, retries: EngineRetries): Engine {
  const connection = pool as unknown as PgPool;
  return {
    queue: (name, failed) =>
      new Queue(name, { connection, defaultJobOptions: jobOptions(retries) }, createPostgresBackend).on(
        'error',
        failed,
      ),
    worker: (name, processor, options, failed) =>
      new Worker(name, processor, { connection, ...workerOptions(options) }, createPostgresBackend)
        .on('error', failed)
        .on('lockRenewalFailed', options.lost),
  };
}

/** A queue whose every statement runs in one open transaction; to be closed before that ends. */
export function queueWithin(transaction: Connection, name: string, retries: EngineRetries): EngineQueue {
  return new Queue(
    name,
    { connection: poolOf(transaction), defaultJobOptions: jobOptions(retries), skipMetasUpdate: true },
    createPostgresBackend,
  );
}

function jobOptions({ attempts, backoffMs }: EngineRetries): JobsOptions {
  return { attempts, backoff: { type: 'exponential', delay: backoffMs, jitter: 0.25 } };
}

function workerOptions({ concurrency }: EngineWorkerOptions): Omit<WorkerOptions, 'connection'> {
  return {
    concurrency,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_EVERY_MS,
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
