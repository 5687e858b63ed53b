import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { openStore, type Store } from '../../../adapters/store/open-store.ts';
import {
  hostProofs,
  lastApplication,
  listRuns,
  listTamperings,
  type Run,
  runById,
  runHistory,
  runLines,
  runsToProve,
  saveRunProof,
  storeRunEvents,
} from '../../../adapters/store/runs.ts';
import { proveRun } from '../../../core/apply/prove-run.ts';
import { readRunReport } from '../../../core/apply/run-report.ts';
import {
  APPROVED,
  BAD,
  COMMIT,
  counts,
  coverage,
  DEST,
  end,
  GOOD,
  gate,
  linesOf,
  play,
  start,
  state,
  type Told,
  TREE,
  task,
  whole,
} from '../../core/apply/build-report.ts';
import { describeOnEveryStore } from '../../support/services.ts';

const id = (number: number) => `6f1c1f3e-8f0a-4a53-9a51-${String(number).padStart(12, '0')}`;
const now = new Date('2026-11-25T12:00:00Z');

/** A run on cp1 that finds `before` and leaves approved content. */
function lines(number: number, before: string, more: readonly Told[] = [], at = '2026-11-25T10:00:00.000Z'): string[] {
  const roles = [
    coverage('cp1', 'os-hardening', { first_mono_us: 1, last_mono_us: 2 }),
    coverage('cp1', 'kubelet', { first_mono_us: 3, last_mono_us: 4 }),
  ];
  const write = task('cp1', {
    dest: DEST,
    changed: before !== GOOD,
    exists: true,
    sha256: GOOD,
    notify: ['restart kubelet'],
  });
  const told = [start(), gate(), play(['cp1']), state('cp1', DEST, 'before', before), write, ...more, ...roles];
  return linesOf(whole([...told, end({ cp1: counts(before === GOOD ? 0 : 1) })]), id(number), at);
}

describeOnEveryStore('runs of Ansible', fresh => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(await fresh());
  });
  afterAll(() => store.close());

  const post = (body: readonly string[], at = now) =>
    store.db.transaction().execute(trx => storeRunEvents(trx, body, at));
  const get = async (number: number) => (await runById(store.db, id(number))) as Run;
  /** Proves a run from what is stored, as the worker does. */
  async function prove(number: number) {
    const run = await get(number);
    const stored = await runLines(store.db, run.run);
    const proof = proveRun(readRunReport(stored), APPROVED, await runHistory(store.db, run, ['cp1']));
    await store.db.transaction().execute(trx => saveRunProof(trx, run, proof, stored.length));
    return proof;
  }

  test('lines are taken in any order and any number of times', async () => {
    const all = lines(1, BAD);
    expect(await post(all.slice(4))).toEqual({ accepted: all.length - 4, conflicts: 0, runs: [id(1)] });
    expect(await post([...all, ...all].reverse())).toMatchObject({ accepted: 4, conflicts: 0 });
    expect(await post(all)).toMatchObject({ accepted: 0, conflicts: 0 });
    expect(await runLines(store.db, id(1))).toEqual(all);
    expect(await get(1)).toEqual({
      run: id(1),
      repository: 'acme/nodes',
      commit: COMMIT,
      tree: TREE,
      playbook: 'site.yml',
      controller: 'ctl',
      person: 'mona',
      check: false,
      gate: 'approved',
      gateReason: null,
      change: 'acme/nodes#12',
      endStatus: 'ok',
      startedAt: new Date('2026-11-25T10:00:00Z'),
      endedAt: new Date('2026-11-25T10:00:07Z'),
      receivedAt: now,
      lines: all.length,
      conflicts: 0,
      state: null,
      rollback: null,
    });
  });

  test('reporters at the same time store every line once', async () => {
    const all = lines(2, BAD);
    const taken = await Promise.all(Array.from({ length: 5 }, () => post(all)));
    expect(taken.map(({ accepted }) => accepted).reduce((sum, accepted) => sum + accepted)).toBe(all.length);
    expect(await get(2)).toMatchObject({ lines: all.length, conflicts: 0 });
  });

  test('a line that comes again with another content is counted and not taken', async () => {
    const all = lines(3, BAD);
    await post(all);
    expect(await post([all[4]!.replace(GOOD, BAD)])).toMatchObject({ accepted: 0, conflicts: 1 });
    expect(await runLines(store.db, id(3))).toEqual(all);
    expect(await get(3)).toMatchObject({ conflicts: 1 });
  });

  test('a run waits for its end to be proven, but not for ever', async () => {
    const all = lines(4, BAD);
    await post(all.slice(0, 3));
    const waiting = (quietSince: Date) => runsToProve(store.db, quietSince, 100);
    expect(await waiting(new Date(now.getTime() - 1))).not.toContain(id(4));
    expect(await waiting(new Date(now.getTime() + 1))).toContain(id(4));
    expect(await prove(4)).toMatchObject({ state: 'incomplete' });
    expect(await waiting(new Date(now.getTime() + 1))).not.toContain(id(4));
    await post(all.slice(3), new Date(now.getTime() + 5));
    expect(await waiting(now)).toContain(id(4));
    expect(await prove(4)).toMatchObject({ state: 'complete' });
    expect(await get(4)).toMatchObject({ state: 'complete' });
    expect(await hostProofs(store.db, id(4))).toHaveLength(1);
    await sql`delete from runs`.execute(store.db);
    await sql`delete from host_histories`.execute(store.db);
  });

  test('a proof is kept and found by run and by host', async () => {
    await post(lines(10, BAD, [task('cp1', { action: 'command', handler: ['restart kubelet'], changed: true })]));
    await prove(10);
    const expected = {
      run: id(10),
      host: 'cp1',
      outcome: 'applied-as-approved',
      live: true,
      idempotent: null,
      osFirst: true,
      reasons: [],
      files: [{ dest: DEST, approved: GOOD, actual: GOOD, state: 'as-approved' }],
      commit: COMMIT,
      at: new Date('2026-11-25T10:00:00Z'),
    };
    expect(await hostProofs(store.db, id(10))).toMatchObject([expected]);
    expect(await lastApplication(store.db, 'acme/nodes', 'cp1')).toMatchObject(expected);
    expect(await lastApplication(store.db, 'acme/other', 'cp1')).toBeNull();
    expect(await runById(store.db, id(99))).toBeNull();
  });

  test('the next run starts from what this one left', async () => {
    await post(lines(11, GOOD, [], '2026-11-25T11:00:00.000Z'));
    expect(await runHistory(store.db, await get(11), ['cp1', 'gpu1'])).toEqual({
      attestations: [{ host: 'cp1', dest: DEST, exists: true, sha256: GOOD, run: id(10) }],
      hosts: {
        cp1: {
          commit: COMMIT,
          extraVarsDigest: 'e'.repeat(64),
          pendingRestart: [],
          osHardenedAt: new Date('2026-11-25T10:00:00Z'),
        },
      },
      trees: [TREE],
    });
    expect((await prove(11)).hosts).toMatchObject([{ idempotent: true, live: true }]);
    expect((await prove(11)).tampering).toEqual([]);
  });

  test('a file changed behind its back is kept as tampering, with the run that last vouched for it', async () => {
    await post(lines(12, BAD, [], '2026-11-25T12:00:00.000Z'));
    await prove(12);
    expect(await listTamperings(store.db, 10)).toMatchObject([
      { run: id(12), host: 'cp1', dest: DEST, expected: GOOD, actual: BAD, lastRun: id(11) },
    ]);
  });

  test('runs are listed newest first, by page and by what is asked', async () => {
    await post(
      linesOf(whole([start(), gate('denied'), end({}, { status: 'refused' })]), id(13)),
      new Date('2026-11-26T00:00:00Z'),
    );
    await prove(13);
    const ids = (runs: readonly Run[]) => runs.map(({ run }) => run);
    const page = await listRuns(store.db, { limit: 2 });
    expect(ids(page)).toEqual([id(13), id(12)]);
    expect(ids(await listRuns(store.db, { limit: 2, before: page[1]! }))).toEqual([id(11), id(10)]);
    expect(ids(await listRuns(store.db, { limit: 9, state: 'refused' }))).toEqual([id(13)]);
    expect(ids(await listRuns(store.db, { limit: 9, gate: 'denied', repository: 'acme/nodes' }))).toEqual([id(13)]);
    expect(ids(await listRuns(store.db, { limit: 9, host: 'cp1' }))).toEqual([id(12), id(11), id(10)]);
    expect(await listRuns(store.db, { limit: 9, repository: 'acme/other' })).toEqual([]);
  });

  test('a report of many thousand lines is taken in', async () => {
    const tasks = Array.from({ length: 4000 }, (_, index) => task('cp1', { task: `Task ${index}` }));
    const all = linesOf(whole([start(), gate(), ...tasks, end({})]), id(14));
    expect(await post(all)).toMatchObject({ accepted: all.length });
    expect(readRunReport(await runLines(store.db, id(14))).problems).toEqual([]);
  });
});
