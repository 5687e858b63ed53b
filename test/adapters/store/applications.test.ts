import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { applicationsOf } from '../../../adapters/store/applications.ts';
import { saveBranchCommit } from '../../../adapters/store/branches.ts';
import { saveChange } from '../../../adapters/store/changes.ts';
import { openStore, type Store } from '../../../adapters/store/open-store.ts';
import { listRunOverviews, runExceptions, runOverview } from '../../../adapters/store/run-overview.ts';
import { runById, saveRunProof, storeRunEvents } from '../../../adapters/store/runs.ts';
import type { Outcome } from '../../../core/apply/types.ts';
import { end, linesOf, start, whole } from '../../core/apply/build-report.ts';
import { describeOnEveryStore } from '../../support/services.ts';

const REPOSITORY = 'acme/nodes';
const commit = (digit: string) => digit.repeat(40);
const id = (number: number) => `00000000-0000-0000-0000-${String(number).padStart(12, '0')}`;
const day = (number: number, clock = '00:00') => new Date(`2026-11-${String(number).padStart(2, '0')}T${clock}:00Z`);

describeOnEveryStore('what runs brought to hosts', fresh => {
  let store: Store;
  const changes: Record<'early' | 'asked' | 'later', number> = { early: 0, asked: 0, later: 0 };

  async function merge(digit: string, at: Date): Promise<number> {
    const changeId = await saveChange(
      store.db,
      {
        repository: REPOSITORY,
        number: Number(digit),
        title: `Change ${digit}`,
        author: 'ada',
        baseRef: 'main',
        head: commit(digit),
        state: 'merged',
        verdictKey: digit,
        conclusion: 'pass',
        direction: 'neutral',
        digest: digit,
        decision: { state: 'not-needed', reasons: [], approvers: [], discarded: [], needs: [] },
        decisionNumber: 1,
        attempt: 0,
        merge: {
          commit: commit(digit),
          tree: commit('f'),
          at: at.toISOString(),
          by: 'ada',
          verdictKey: digit,
          digest: digit,
          violation: null,
        },
        about: { nodes: [], fields: [], people: [], controls: [] },
      },
      at,
    );
    // The webhook that tells of a merge comes after it.
    await land(digit, changeId, new Date(at.getTime() + 5000));
    return changeId;
  }

  const land = (digit: string, changeId: number | null, at: Date) =>
    saveBranchCommit(store.db, {
      repository: REPOSITORY,
      branch: 'main',
      commit: commit(digit),
      tree: commit('f'),
      state: 'approved',
      changeId,
      reason: '',
      at,
    });

  async function run(
    number: number,
    digit: string,
    at: Date,
    hosts: Readonly<Record<string, Outcome>>,
    more: Readonly<{ check?: boolean; status?: 'ok' | 'failed' | 'refused' }> = {},
  ): Promise<void> {
    const { check = false, status = 'ok' } = more;
    const lines = linesOf(
      whole([start({ commit: commit(digit) }, { cli: { check } }), end({}, { status, check })]),
      id(number),
      at.toISOString(),
    );
    await storeRunEvents(store.db, lines, at);
    const known = await runById(store.db, id(number));
    await saveRunProof(
      store.db,
      known!,
      {
        run: id(number),
        state: status === 'refused' ? 'refused' : 'complete',
        check,
        hosts: Object.entries(hosts).map(([host, outcome]) => ({
          host,
          outcome,
          reasons: outcome === 'applied-as-approved' ? [] : [`run ${number}`],
          files: [],
          live: null,
          idempotent: null,
          osFirst: null,
        })),
        tampering: [],
        rollback: null,
        leftOut: [],
        attestations: [],
        pendingRestart: {},
        osHardened: [],
      },
      lines.length,
    );
  }

  beforeAll(async () => {
    store = await openStore(await fresh());
    changes.early = await merge('1', day(1));
    changes.asked = await merge('2', day(5));
    await land('3', null, day(6));
    changes.later = await merge('4', day(9));
    await run(1, '1', day(1, '12:00'), { a: 'applied-as-approved', b: 'applied-as-approved' });
    await run(2, '1', day(5, '06:00'), { a: 'applied-as-approved' });
    await run(3, '2', day(5, '07:00'), { a: 'not-proven', b: 'not-proven' }, { check: true });
    await run(4, '2', day(5, '08:00'), { a: 'not-proven' }, { status: 'refused' });
    await run(5, '2', day(5, '09:00'), { a: 'differs', b: 'failed' }, { status: 'failed' });
    await run(6, '3', day(7), { a: 'applied-as-approved' });
    await run(7, '4', day(10), { a: 'applied-as-approved', c: 'applied-as-approved' });
    await run(8, '4', day(11), { a: 'differs', b: 'differs' });
    await run(9, '8', day(12), { d: 'applied-as-approved' });
  });
  afterAll(() => store.close());

  const brought = async (mergedAt: Date, at: Date) => {
    const found = await applicationsOf(store.db, { repository: REPOSITORY, mergedAt, at }, ['a', 'b', 'c', 'd', 'e']);
    return Object.fromEntries(
      [...found].map(([host, { run, changeId }]) => [host, [Number(run.slice(-12)), changeId]]),
    );
  };

  test('the first run that applied it as approved counts, else the last that tried', async () => {
    expect(await brought(day(5), day(30))).toEqual({
      a: [6, changes.asked],
      b: [8, changes.later],
      c: [7, changes.later],
    });
  });

  test('check mode, refused runs and content merged earlier bring nothing', async () => {
    expect(await brought(day(5), day(5, '08:30'))).toEqual({});
    expect(await brought(day(5), day(5, '12:00'))).toEqual({ a: [5, changes.asked], b: [5, changes.asked] });
    expect(await brought(day(1), day(2))).toEqual({ a: [1, changes.early], b: [1, changes.early] });
  });

  test('a run of a commit that changed nothing governed has the content of the change before it', async () => {
    expect((await runOverview(store.db, id(6)))?.changeId).toBe(changes.asked);
    expect((await runOverview(store.db, id(9)))?.changeId).toBeNull();
  });

  test('runs are listed newest first, page by page, by status, host and time', async () => {
    const numbers = async (filter: Omit<Parameters<typeof listRunOverviews>[1], 'limit'>, limit = 100) =>
      (await listRunOverviews(store.db, { ...filter, limit })).map(({ run }) => Number(run.slice(-12)));
    expect(await numbers({})).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(await numbers({ cursor: id(7) }, 2)).toEqual([6, 5]);
    expect(await numbers({ cursor: 'unknown' })).toEqual([]);
    expect(await numbers({ status: 'refused' })).toEqual([4]);
    expect(await numbers({ status: 'failed' })).toEqual([5]);
    expect(await numbers({ host: 'c' })).toEqual([7]);
    expect(await numbers({ since: day(10) })).toEqual([9, 8, 7]);
    expect(await numbers({ repository: 'acme/other' })).toEqual([]);
  });

  test('a run without an end is running, and counts its hosts by outcome', async () => {
    await storeRunEvents(store.db, linesOf([start()], id(10), day(13).toISOString()), day(13));
    expect(await runOverview(store.db, id(10))).toMatchObject({ status: 'running', endedAt: null });
    expect((await runOverview(store.db, id(5)))?.hosts).toEqual({
      'applied-as-approved': 0,
      differs: 1,
      'not-proven': 0,
      failed: 1,
    });
  });

  test('refused runs and those with a host that differs are exceptions', async () => {
    const exceptions = await runExceptions(store.db, 100);
    expect(exceptions.map(({ run, host, reason }) => [Number(run.slice(-12)), host, reason])).toEqual([
      [8, 'a', 'run 8'],
      [5, 'a', 'run 5'],
      [4, null, null],
    ]);
  });
});
