import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Fencing, runInLane, Superseded } from '../../../adapters/queue/run-in-lane.ts';
import { acquireLane, bumpLane, currentGeneration } from '../../../adapters/store/lanes.ts';
import { openStore, type Store } from '../../../adapters/store/open-store.ts';
import { enqueuePublication } from '../../../adapters/store/publications.ts';
import { describeOnEveryStore } from '../../support/services.ts';
import { until } from '../../support/until.ts';

describeOnEveryStore('a lane', fresh => {
  let store: Store;
  /** The same store as another process sees it: its runs are not known to this one's. */
  let elsewhere: Store;
  beforeAll(async () => {
    const options = await fresh();
    store = await openStore(options);
    elsewhere = { ...store };
  });
  afterAll(() => store.close());

  let lanes = 0;
  const newLane = () => `octo/nodes#${(lanes += 1)}`;

  /** Waits for the abort, then fails the way an aborted request does. */
  const untilAborted = (signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted', { cause: signal.reason })));
    });

  test('a run answers with its value and a fencing token that grows', async () => {
    const lane = newLane();
    const run = () => runInLane(store, lane, async (_signal, fencing) => fencing.generation);
    expect(await run()).toEqual({ outcome: 'ran', value: 1 });
    expect(await run()).toEqual({ outcome: 'ran', value: 2 });
  });

  test('what a run throws comes out, and the lane is free again', async () => {
    const lane = newLane();
    const failing = runInLane(store, lane, () => Promise.reject(new Error('GitHub answered 502')));
    await expect(failing).rejects.toThrow('GitHub answered 502');
    expect(await runInLane(store, lane, async () => 'free')).toEqual({ outcome: 'ran', value: 'free' });
  });

  for (const where of ['this process', 'another process']) {
    test(`a newer run in ${where} aborts the older one and starts when that has ended`, async () => {
      const lane = newLane();
      const newerStore = where === 'this process' ? store : elsewhere;
      const events: string[] = [];
      const older = runInLane(store, lane, async signal => {
        events.push('older began');
        try {
          return await untilAborted(signal);
        } finally {
          expect(signal.reason).toBeInstanceOf(Superseded);
          events.push('older ended');
        }
      });
      await until(() => events.length === 1);
      const newer = runInLane(newerStore, lane, async () => void events.push('newer began'));
      expect(await older).toEqual({ outcome: 'superseded' });
      expect(await newer).toMatchObject({ outcome: 'ran' });
      expect(events).toEqual(['older began', 'older ended', 'newer began']);
    });
  }

  test('of many runs that begin while one works, only the newest starts', async () => {
    const lane = newLane();
    let finish: (() => void) | undefined;
    const stubborn = runInLane(
      store,
      lane,
      () =>
        new Promise<void>(resolve => {
          finish = resolve;
        }),
    );
    await until(() => finish !== undefined);
    const ran: number[] = [];
    const others: ReturnType<typeof runInLane>[] = [];
    for (let n = 2; n <= 6; n += 1) {
      others.push(
        runInLane(n % 2 === 0 ? store : elsewhere, lane, async (_signal, { generation }) => void ran.push(generation)),
      );
      await until(async () => (await currentGeneration(store.db, lane)) === n);
    }
    finish?.();
    await stubborn;
    const outcomes = (await Promise.all(others)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['superseded', 'superseded', 'superseded', 'superseded', 'ran']);
    expect(ran).toEqual([6]);
  });

  test('runs of one lane never overlap, runs of different lanes do', async () => {
    const [one, two] = [newLane(), newLane()];
    const running = new Map<string, number>();
    let overlapInLane = 0;
    let together = 0;
    const run = (from: Store, lane: string) =>
      runInLane(from, lane, async () => {
        running.set(lane, (running.get(lane) ?? 0) + 1);
        if (running.get(lane) !== 1) overlapInLane += 1;
        if ((running.get(one) ?? 0) + (running.get(two) ?? 0) === 2) together += 1;
        await until(() => together > 0);
        running.set(lane, (running.get(lane) ?? 0) - 1);
      });
    await Promise.all([one, one, one, two, two, two].map((lane, n) => run(n % 2 === 0 ? store : elsewhere, lane)));
    expect(overlapInLane).toBe(0);
    expect(together).toBeGreaterThan(0);
  });

  test('an outdated run cannot publish', async () => {
    const lane = newLane();
    const publish = ({ generation }: Fencing) =>
      enqueuePublication(store.db, { lane, generation, kind: 'comment', key: `${lane} ${generation}`, payload: {} });
    const answers: unknown[] = [];
    await runInLane(store, lane, async (_signal, fencing) => {
      answers.push(await publish(fencing));
      await bumpLane(store.db, lane);
      answers.push(await publish({ lane, generation: fencing.generation }));
    });
    expect(answers).toEqual(['queued', 'outdated']);
  });

  test('the lane of a process that died is free when its lease is over', async () => {
    const lane = newLane();
    await bumpLane(store.db, lane);
    expect(await acquireLane(store.db, lane, 1, 'a dead process', 3_600_000)).toBe('taken');
    const run = runInLane(store, lane, async () => 'mine');
    await until(async () => (await currentGeneration(store.db, lane)) === 2);
    expect(await acquireLane(store.db, lane, 2, 'somebody else', 1_000)).toBe('busy');
    await leaseOver(lane);
    expect(await run).toEqual({ outcome: 'ran', value: 'mine' });
  });

  test('a run renews its lease, and is aborted when it lost the lane all the same', async () => {
    const lane = newLane();
    let reason: unknown;
    const run = runInLane(store, lane, async (signal, { generation }) => {
      const first = await leaseUntil(lane);
      await until(async () => (await leaseUntil(lane)) > first);
      await leaseOver(lane);
      expect(await acquireLane(store.db, lane, generation, 'another process', 60_000)).toBe('taken');
      await untilAborted(signal).catch((error: Error) => {
        reason = error.cause;
        throw error;
      });
    });
    await expect(run).rejects.toThrow('aborted');
    expect(reason).toEqual(new Error(`The lease of ${lane} ran out.`));
  });

  async function leaseUntil(lane: string): Promise<Date> {
    const { lease_until } = await store.db
      .selectFrom('lanes')
      .select('lease_until')
      .where('lane', '=', lane)
      .executeTakeFirstOrThrow();
    return lease_until ?? new Date(0);
  }

  async function leaseOver(lane: string): Promise<void> {
    await store.db
      .updateTable('lanes')
      .set({ lease_until: new Date(0) })
      .where('lane', '=', lane)
      .execute();
  }

  test('an abort from outside reaches the run, and one that waits does not start', async () => {
    const lane = newLane();
    const outside = new AbortController();
    let began = false;
    const running = runInLane(
      store,
      lane,
      signal => {
        began = true;
        return untilAborted(signal);
      },
      { signal: outside.signal },
    );
    await until(() => began);
    outside.abort(new Error('shutting down'));
    await expect(running).rejects.toThrow('aborted');
    const waiting = runInLane(store, lane, async () => 'never', { signal: outside.signal });
    await expect(waiting).rejects.toThrow('shutting down');
  });
});
