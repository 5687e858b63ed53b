import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, runMigrations, UnrecoverableError } from 'bullmq';
import type { Connection } from '../store/database.ts';
import type { Store } from '../store/open-store.ts';
import { connectRedis } from './connect-redis.ts';
import {
  type Engine,
  type EngineQueue,
  type EngineTerms,
  type EngineWorker,
  MAX_STALLS,
  queueWithin,
  redisEngine,
  storeEngine,
} from './engine.ts';
import { type DeadLetter, GiveUp, type JobCounts, type JobHandler, type JobQueue, type NewJob } from './job-queue.ts';

/** `redisUrl` decides the backend. `attempts` and `backoffMs` (the first wait, doubled each time) are for every job. */
export type QueueOptions = Readonly<{
  store: Store;
  redisUrl?: string;
  attempts?: number;
  backoffMs?: number;
  /** How long a job stays with a worker that gives no sign of life, milliseconds. Default 15 000. */
  lockMs?: number;
  /** How long to wait for Redis at start, milliseconds. Default 60 000. */
  patienceMs?: number;
  log?: (line: string) => void;
}>;

/** Attempts of a job before it is a dead letter: with the waits between them, over an hour. */
export const ATTEMPTS = 12;
const BACKOFF_MS = 2_000;
const LOCK_MS = 15_000;
/** How long the backend may take to note the end of the last jobs. */
const FAREWELL_MS = 5_000;
const LIVE = new Set(['waiting', 'active', 'delayed', 'prioritized', 'waiting-children']);

/**
 * Opens the job queue: BullMQ on Redis when `redisUrl` is given, else on the store. The store stays the caller's: close
 * the queue first.
 *
 * @throws Error with a line for the operator when Redis cannot be used
 */
export async function openQueue(options: QueueOptions): Promise<JobQueue> {
  const { store } = options;
  const log = options.log ?? (line => process.stderr.write(`${line}\n`));
  const terms = {
    attempts: options.attempts ?? ATTEMPTS,
    backoffMs: options.backoffMs ?? BACKOFF_MS,
    lockMs: options.lockMs ?? LOCK_MS,
  };
  if (options.redisUrl !== undefined) {
    const { redis, abandon } = await connectRedis(options.redisUrl, options.patienceMs ?? 60_000, log);
    const jobs = new Jobs(redisEngine(redis, terms), log);
    return {
      backend: 'redis',
      ...operations(jobs),
      process: (name, concurrency, handler) => jobs.process(name, concurrency, handler),
      ready: () => answers(redis.ping()),
      close: async graceMs => {
        await jobs.close(graceMs, abandon);
        redis.disconnect();
      },
    };
  }
  await migrateQueue(store);
  const jobs = new Jobs(storeEngine(store.pool, terms), log);
  return {
    backend: 'store',
    ...operations(jobs),
    process: async (name, concurrency, handler) => {
      if (store.kind === 'embedded') await takeBack(store, name, terms);
      await jobs.process(name, concurrency, handler);
    },
    addWithin: (transaction, name, added) => addWithin(transaction, name, added, terms),
    ready: () => answers(store.pool.query('select 1')),
    close: graceMs => jobs.close(graceMs),
  };
}

type Operations = Pick<JobQueue, 'add' | 'missing' | 'counts' | 'deadLetters'>;

function operations(jobs: Jobs): Operations {
  return {
    add: async (name, data, { jobId, delayMs } = {}) => {
      const queue = jobs.queue(name);
      if (jobId !== undefined) await queue.remove(jobId);
      await queue.add(name, data, {
        ...(jobId === undefined ? {} : { jobId }),
        ...(delayMs === undefined ? {} : { delay: delayMs }),
      });
    },
    missing: async (name, jobIds) => {
      const queue = jobs.queue(name);
      const states = await Promise.all(jobIds.map(id => queue.getJobState(id)));
      return jobIds.filter((_id, index) => !LIVE.has(states[index] ?? 'unknown'));
    },
    counts: async () => {
      const counted = await Promise.all(
        jobs.names().map(async name => [name, await countsOf(jobs.queue(name))] as const),
      );
      return Object.fromEntries(counted);
    },
    deadLetters: async (limit = 100) => {
      const letters = await Promise.all(
        jobs
          .names()
          .map(async name => (await jobs.queue(name).getFailed(0, limit - 1)).map(job => deadLetter(name, job))),
      );
      return letters.flat();
    },
  };
}

async function addWithin(
  transaction: Connection,
  name: string,
  added: readonly NewJob[],
  terms: EngineTerms,
): Promise<void> {
  const queue = queueWithin(transaction, name, terms);
  await queue.waitUntilReady();
  for (const { jobId } of added) await queue.remove(jobId);
  await queue.addBulk(added.map(({ data, jobId }) => ({ name, data, opts: { jobId } })));
  await queue.close();
}

async function countsOf(queue: EngineQueue): Promise<JobCounts> {
  const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
  return {
    waiting: counts['waiting'] ?? 0,
    active: counts['active'] ?? 0,
    delayed: counts['delayed'] ?? 0,
    failed: counts['failed'] ?? 0,
  };
}

function deadLetter(queue: string, job: Job): DeadLetter {
  return {
    queue,
    id: job.id ?? '',
    data: job.data,
    error: job.failedReason,
    attempts: job.attemptsMade,
    failedAt: new Date(job.finishedOn ?? job.timestamp),
  };
}

/** The queues and workers opened so far, by name. */
class Jobs {
  readonly #engine: Engine;
  readonly #log: (line: string) => void;
  readonly #queues = new Map<string, EngineQueue>();
  readonly #workers = new Map<string, EngineWorker>();

  constructor(engine: Engine, log: (line: string) => void) {
    this.#engine = engine;
    this.#log = log;
  }

  names(): string[] {
    return [...this.#queues.keys()];
  }

  queue(name: string): EngineQueue {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    const queue = this.#engine.queue(name, error => this.#log(`queue ${name}: ${error.message}`));
    this.#queues.set(name, queue);
    return queue;
  }

  async process<Data>(name: string, concurrency: number, handler: JobHandler<Data>): Promise<void> {
    if (this.#workers.has(name)) throw new Error(`Queue ${name} is processed already.`);
    this.queue(name);
    const lost = (jobIds: string[]) => {
      for (const id of jobIds) this.#workers.get(name)?.cancelJob(id, 'another worker took the job');
    };
    const worker = this.#engine.worker(name, processor(name, handler), { concurrency, lost }, error =>
      this.#log(`queue ${name}: ${error.message}`),
    );
    this.#workers.set(name, worker);
    await worker.waitUntilReady();
  }

  /** `giveUp` is called when the backend does not answer while closing: whatever waits for it must end then. */
  async close(graceMs = 10_000, giveUp = () => {}): Promise<void> {
    const workers = [...this.#workers.values()];
    const closed = Promise.all(workers.map(worker => worker.close()));
    const grace = setTimeout(() => {
      for (const worker of workers) worker.cancelAllJobs('shutting down');
    }, graceMs);
    const patience = setTimeout(() => {
      this.#log('queue: the backend does not answer while closing; its jobs are taken back at the next start');
      giveUp();
    }, graceMs + FAREWELL_MS);
    await closed;
    clearTimeout(grace);
    clearTimeout(patience);
    await Promise.all([...this.#queues.values()].map(queue => queue.close()));
  }
}

function processor<Data>(queue: string, handler: JobHandler<Data>) {
  return async (job: Job, _token: string | undefined, signal: AbortSignal | undefined): Promise<void> => {
    try {
      await handler(
        { id: job.id ?? '', queue, data: job.data as Data, attempt: job.attemptsMade + 1 },
        signal ?? new AbortController().signal,
      );
    } catch (error) {
      if (error instanceof GiveUp) throw new UnrecoverableError(error.message);
      throw error;
    }
  };
}

/** BullMQ's tables, in schema `bullmq`. */
async function migrateQueue(store: Store): Promise<void> {
  const client = await store.pool.connect();
  try {
    await runMigrations(client as unknown as Parameters<typeof runMigrations>[0]);
  } finally {
    client.release();
  }
}

/**
 * Takes back the jobs a killed process was doing. Only this process can have the embedded store open, so whatever is
 * marked as being done is not; without this they would wait for their locks to run out.
 */
async function takeBack(store: Store, name: string, { lockMs }: EngineTerms): Promise<void> {
  const afterEveryLock = Date.now() + lockMs + 1;
  for (const pass of [1, 2]) {
    await store.pool.query('select * from move_stalled_jobs_to_wait($1, $2, $3, 0)', [
      name,
      MAX_STALLS,
      afterEveryLock + pass,
    ]);
  }
}

async function answers(question: Promise<unknown>): Promise<boolean> {
  const answered = question.then(
    () => true,
    () => false,
  );
  return Promise.race([answered, sleep(2_000, false, { ref: false })]);
}
