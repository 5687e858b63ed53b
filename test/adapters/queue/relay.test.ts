import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { JobQueue } from '../../../adapters/queue/job-queue.ts';
import { GiveUp } from '../../../adapters/queue/job-queue.ts';
import { openQueue } from '../../../adapters/queue/open-queue.ts';
import { type DeliveryHandler, processDeliveries } from '../../../adapters/queue/process-deliveries.ts';
import { DELIVERIES_QUEUE, type Relay, relay } from '../../../adapters/queue/relay.ts';
import { deadLetters, deliveryBody, oldestUnfinishedAge, storeDelivery } from '../../../adapters/store/deliveries.ts';
import { openStore, type Store } from '../../../adapters/store/open-store.ts';
import { describeOnEveryQueue, type QueueServices } from '../../support/services.ts';
import { until } from '../../support/until.ts';

const silent = { log: () => {} };

describeOnEveryQueue('the relay', (fresh, kind) => {
  let services: QueueServices;
  let store: Store;
  let queue: JobQueue;
  const relays: Relay[] = [];

  beforeAll(async () => {
    services = await fresh();
    store = await openStore(services.store);
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    queue = await open();
  });
  afterEach(async () => {
    for (const one of relays.splice(0)) await one.stop();
    await queue.close(0);
    await store.db.deleteFrom('deliveries').execute();
  });

  const open = () => {
    const { redisUrl } = services;
    return openQueue({ store, attempts: 3, backoffMs: 10, ...silent, ...(redisUrl === undefined ? {} : { redisUrl }) });
  };
  const start = (options: Parameters<typeof relay>[2] = {}) => {
    const one = relay(store, queue, { ...silent, ...options });
    relays.push(one);
    return one;
  };
  const deliver = (guid: string) =>
    storeDelivery(store.db, {
      guid,
      event: 'pull_request',
      action: 'opened',
      installationId: 1,
      repository: 'octo/nodes',
      lane: 'octo/nodes#1',
      body: Buffer.from(guid),
    });
  const work = (handle: DeliveryHandler) => processDeliveries(store, queue, { concurrency: 4, attempts: 3 }, handle);
  const allFinished = async () => (await oldestUnfinishedAge(store.db)) === 0;

  test('stored deliveries are processed, before and after the relay starts, each once', async () => {
    const bodies: string[] = [];
    await deliver('early');
    start();
    await work(async ({ id }) => {
      bodies.push(String(await deliveryBody(store.db, id)));
      return 'done';
    });
    for (let n = 0; n < 20; n += 1) await deliver(`late-${n}`);
    await until(allFinished);
    expect(bodies.sort()).toEqual(['early', ...Array.from({ length: 20 }, (_, n) => `late-${n}`)].sort());
  });

  test('a new delivery wakes the relay long before it would look by itself', async () => {
    start({ pollMs: 3_600_000 });
    await work(async () => 'done');
    await deliver('first');
    await until(allFinished);
    await deliver('second');
    await until(allFinished);
    expect(await deadLetters(store.db, 10)).toEqual([]);
  });

  test('two relays on one store feed a delivery once', async () => {
    start();
    start();
    const seen: string[] = [];
    await work(async ({ guid }) => {
      seen.push(guid);
      return 'done';
    });
    const guids = Array.from({ length: 30 }, (_, n) => `shared-${n}`);
    await Promise.all(guids.map(deliver));
    await until(allFinished);
    expect(seen.sort()).toEqual(guids.sort());
  });

  test('a redelivery of a finished delivery does not run it again, of one given up it does', async () => {
    const runs: string[] = [];
    let broken = true;
    await work(async ({ guid }) => {
      runs.push(guid);
      if (guid === 'bad' && broken) throw new GiveUp('the repository is gone');
      return guid === 'ping' ? 'ignored' : 'done';
    });
    start();
    for (const guid of ['good', 'bad', 'ping']) await deliver(guid);
    await until(allFinished);
    expect((await deadLetters(store.db, 10)).map(letter => [letter.guid, letter.lastError])).toEqual([
      ['bad', 'the repository is gone'],
    ]);
    broken = false;
    expect(await deliver('good')).toBe('finished');
    expect(await deliver('ping')).toBe('finished');
    expect(await deliver('bad')).toBe('again');
    await until(async () => (await allFinished()) && (await deadLetters(store.db, 10)).length === 0);
    expect(runs.sort()).toEqual(['bad', 'bad', 'good', 'ping']);
  });

  test('a failing delivery uses up its attempts and is a dead letter in the inbox and in the queue', async () => {
    let runs = 0;
    await work(async ({ attempts }) => {
      runs += 1;
      throw new Error(`attempt ${attempts} failed\nwith a stack nobody wants to read`);
    });
    start();
    await deliver('doomed');
    await until(async () => (await deadLetters(store.db, 10)).length === 1);
    await until(async () => (await queue.counts())[DELIVERIES_QUEUE]?.failed !== 0);
    expect(runs).toBe(3);
    expect((await deadLetters(store.db, 10))[0]).toMatchObject({ attempts: 3, lastError: 'attempt 3 failed' });
    expect((await queue.deadLetters())[0]).toMatchObject({ queue: DELIVERIES_QUEUE, error: 'attempt 3 failed' });
  });

  test('deliveries queued before a restart are processed after it', async () => {
    const first = start();
    for (let n = 0; n < 5; n += 1) await deliver(`waiting-${n}`);
    await until(async () => (await queue.counts())[DELIVERIES_QUEUE]?.waiting === 5);
    await first.stop();
    await queue.close();
    queue = await open();
    let done = 0;
    await work(async () => {
      done += 1;
      return 'done';
    });
    start();
    await until(allFinished);
    expect(done).toBe(5);
  });

  test('jobs the queue lost come back: at the next start, and while running', async () => {
    const first = start();
    for (let n = 0; n < 5; n += 1) await deliver(`lost-${n}`);
    await until(async () => (await queue.counts())[DELIVERIES_QUEUE]?.waiting === 5);
    await first.stop();
    await loseEveryJob();
    start({ sweepMs: 10, pollMs: 10 });
    await until(async () => (await queue.counts())[DELIVERIES_QUEUE]?.waiting === 5);
    await loseEveryJob();
    await until(async () => (await queue.counts())[DELIVERIES_QUEUE]?.waiting === 5);
    const seen: string[] = [];
    await work(async ({ guid }) => {
      seen.push(guid);
      return 'done';
    });
    await until(allFinished);
    expect(seen.sort()).toEqual(['lost-0', 'lost-1', 'lost-2', 'lost-3', 'lost-4']);
  });

  test('a sweep leaves what waits for its next attempt alone', async () => {
    const attempts: number[] = [];
    const one = start();
    await work(async delivery => {
      attempts.push(delivery.attempts);
      if (delivery.attempts < 3) throw new Error('not yet');
      return 'done';
    });
    await deliver('patient');
    await until(async () => {
      expect(await one.sweep()).toBe(0);
      return allFinished();
    });
    expect(attempts).toEqual([1, 2, 3]);
  });

  async function loseEveryJob(): Promise<void> {
    if (kind === 'redis') {
      const admin = new Redis(services.redisUrl!);
      await admin.flushdb();
      admin.disconnect();
    } else {
      await store.pool.query('delete from bullmq.job');
    }
  }
});
