import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { GiveUp, type JobQueue, type QueuedJob } from '../../../adapters/queue/job-queue.ts';
import { openQueue } from '../../../adapters/queue/open-queue.ts';
import { openStore, type Store } from '../../../adapters/store/open-store.ts';
import { describeOnEveryQueue, type QueueServices } from '../../support/services.ts';
import { until } from '../../support/until.ts';

describeOnEveryQueue('the job queue', (fresh, kind) => {
  let services: QueueServices;
  let store: Store;
  let queue: JobQueue;

  beforeAll(async () => {
    services = await fresh();
    store = await openStore(services.store);
  });
  afterAll(() => store.close());

  /** A queue of each test's own. */
  let review = '';
  let tests = 0;
  beforeEach(async () => {
    review = `review-${(tests += 1)}`;
    queue = await open();
  });
  afterEach(() => queue.close(0));

  const open = () => {
    const { redisUrl } = services;
    return openQueue({
      store,
      attempts: 3,
      backoffMs: 10,
      log: () => {},
      ...(redisUrl === undefined ? {} : { redisUrl }),
    });
  };

  test('a job reaches its handler with its data, and leaves no dead letter', async () => {
    const done: QueuedJob[] = [];
    await queue.process(review, 2, async job => void done.push(job));
    await queue.add(review, { lane: 'octo/nodes#1', 'é"\\': [1, null] }, { jobId: 'one' });
    await until(() => done.length === 1);
    expect(done[0]).toEqual({
      id: 'one',
      queue: review,
      data: { lane: 'octo/nodes#1', 'é"\\': [1, null] },
      attempt: 1,
    });
    expect(await queue.deadLetters()).toEqual([]);
  });

  test('a failing job is tried again and becomes a visible dead letter after its last attempt', async () => {
    const attempts: number[] = [];
    await queue.process(review, 1, async job => {
      attempts.push(job.attempt);
      throw new Error(`GitHub answered 50${job.attempt}`);
    });
    await queue.add(review, { n: 1 }, { jobId: 'doomed' });
    await until(async () => (await queue.counts())[review]?.failed === 1);
    expect(attempts).toEqual([1, 2, 3]);
    expect(await queue.deadLetters()).toEqual([
      {
        queue: review,
        id: 'doomed',
        data: { n: 1 },
        error: 'GitHub answered 503',
        attempts: 3,
        failedAt: expect.any(Date),
      },
    ]);
  });

  test('a job that gives up is a dead letter at once', async () => {
    let runs = 0;
    await queue.process(review, 1, async () => {
      runs += 1;
      throw new GiveUp('the repository is gone');
    });
    await queue.add(review, {}, { jobId: 'hopeless' });
    await until(async () => (await queue.counts())[review]?.failed === 1);
    expect(runs).toBe(1);
    expect((await queue.deadLetters())[0]?.error).toBe('the repository is gone');
  });

  test('a job id is in the queue once, and can be added again when its job is finished', async () => {
    for (const n of [1, 2, 3]) await queue.add(review, { n }, { jobId: 'same' });
    expect((await queue.counts())[review]).toEqual({ waiting: 1, active: 0, delayed: 0, failed: 0 });
    const seen: unknown[] = [];
    await queue.process<{ n: number }>(review, 1, async ({ data }) => void seen.push(data.n));
    await until(async () => (await queue.missing(review, ['same'])).length === 1);
    await queue.add(review, { n: 4 }, { jobId: 'same' });
    await until(() => seen.length === 2);
    expect(seen).toEqual([3, 4]);
  });

  test('a job being worked on stays when its id is added again', async () => {
    const { promise: finish, resolve } = gate();
    let runs = 0;
    await queue.process(review, 1, async () => {
      runs += 1;
      await finish;
    });
    await queue.add(review, {}, { jobId: 'busy' });
    await until(() => runs === 1);
    await queue.add(review, {}, { jobId: 'busy' });
    expect((await queue.counts())[review]).toEqual({ waiting: 0, active: 1, delayed: 0, failed: 0 });
    expect(await queue.missing(review, ['busy', 'never'])).toEqual(['never']);
    resolve();
  });

  test('a delayed job waits', async () => {
    const done: string[] = [];
    await queue.process(review, 1, async job => void done.push(job.id));
    await queue.add(review, {}, { jobId: 'later', delayMs: 300 });
    await queue.add(review, {}, { jobId: 'now' });
    await until(() => done.length === 2);
    expect(done).toEqual(['now', 'later']);
  });

  test('no more than the asked number of jobs run at a time', async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    await queue.process(review, 2, async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(resolve => setTimeout(resolve, 20));
      running -= 1;
      done += 1;
    });
    for (let n = 0; n < 8; n += 1) await queue.add(review, {}, { jobId: `job-${n}` });
    await until(() => done === 8);
    expect(most).toBe(2);
  });

  test('closing aborts what does not end, and the job is done after a restart', async () => {
    let began = false;
    await queue.process(review, 1, async (_job, signal) => {
      began = true;
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    });
    await queue.add(review, {}, { jobId: 'long' });
    await until(() => began);
    await queue.close(0);
    queue = await open();
    const attempts: number[] = [];
    await queue.process(review, 1, async job => void attempts.push(job.attempt));
    await until(() => attempts.length === 1);
    expect(attempts).toEqual([2]);
  });

  test('it says whether it is ready', async () => {
    expect(await queue.ready()).toBe(true);
  });

  if (kind !== 'embedded') {
    test('it goes on after every connection was cut', async () => {
      const done: string[] = [];
      await queue.process(review, 1, async job => void done.push(job.id));
      await queue.add(review, {}, { jobId: 'before' });
      await until(() => done.length === 1);
      await cutEveryConnection();
      await until(() =>
        queue.add(review, {}, { jobId: 'after' }).then(
          () => true,
          () => false,
        ),
      );
      await until(() => done.length === 2);
      expect(done).toEqual(['before', 'after']);
    });
  }

  async function cutEveryConnection(): Promise<void> {
    if (services.redisUrl === undefined) {
      await store.pool.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      return;
    }
    const admin = new Redis(services.redisUrl);
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    admin.disconnect();
  }

  if (kind !== 'redis') {
    test('a job added in a transaction exists exactly when it commits, together with its row', async () => {
      if (queue.backend !== 'store') throw new Error('this queue is on the store');
      const { addWithin } = queue;
      const lanes = async () => (await store.db.selectFrom('lanes').select('lane').execute()).map(row => row.lane);
      const write = (lane: string, fail: boolean) =>
        store.db.transaction().execute(async transaction => {
          await transaction.insertInto('lanes').values({ lane }).execute();
          await addWithin(transaction, review, [{ data: { lane }, jobId: lane }]);
          if (fail) throw new Error('after both');
        });
      await expect(write('undone', true)).rejects.toThrow('after both');
      expect(await lanes()).toEqual([]);
      expect(await queue.missing(review, ['undone'])).toEqual(['undone']);
      const done: string[] = [];
      await queue.process(review, 1, async job => void done.push(job.id));
      await write('kept', false);
      await until(() => done.length === 1);
      expect(done).toEqual(['kept']);
      expect(await lanes()).toEqual(['kept']);
    });

    test('no table of ours hides one of the queue', async () => {
      const { rows } = await store.pool.query(`
        select tablename from pg_tables where schemaname in ('kubelet_gate', 'bullmq')
        group by tablename having count(*) > 1
      `);
      expect(rows).toEqual([]);
    });
  }
});

function gate(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>(done => {
    resolve = done;
  });
  return { promise, resolve };
}
