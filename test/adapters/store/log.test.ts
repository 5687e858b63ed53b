import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import {
  appendEntries,
  findEntries,
  latestCheckpoint,
  logSize,
  readLogResource,
  signCheckpoint,
} from '../../../adapters/store/log.ts';
import { openStore, type Store } from '../../../adapters/store/open-store.ts';
import { entryOf, type LogEntry } from '../../../core/log/entry.ts';
import { encodeVkey, verifierOf } from '../../../core/log/note.ts';
import { verifyLog } from '../../../core/log/verify.ts';
import { describeOnEveryStore } from '../../support/services.ts';

const signer = { name: 'gate.example/log', privateKey: generateKeyPairSync('ed25519').privateKey };
const vkey = encodeVkey(verifierOf(signer));
const at = new Date('2026-11-25T01:02:03.004Z');

const refused = (run: string): LogEntry =>
  entryOf('run.refused', at, { run, repo: 'acme/nodes', commit: null, tree: null, reason: 'héllo – 🙂' });
const proposed = (pr: number, when = at): LogEntry =>
  entryOf('change.proposed', when, { repo: 'acme/nodes', pr, base: 'b', head: 'a', author: 'mona' });

describeOnEveryStore('the transparency log', fresh => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(await fresh());
  });
  afterAll(() => store.close());

  const append = (...entries: LogEntry[]) => store.db.transaction().execute(trx => appendEntries(trx, entries));
  const sign = (as = signer) => signCheckpoint(store, as, at);
  const verify = (from?: string) =>
    verifyLog(path => readLogResource(store.db, path), vkey, from === undefined ? {} : { from });

  test('an empty log has no checkpoint and no resources', async () => {
    expect(await sign()).toBeNull();
    expect(await readLogResource(store.db, 'checkpoint')).toBeNull();
    expect(await readLogResource(store.db, 'tile/0/000.p/1')).toBeNull();
  });

  test('entries get their indices in order and verify from outside', async () => {
    expect(await append(refused('a'), refused('b'))).toEqual([0, 1]);
    expect(await append(refused('c'))).toEqual([2]);
    expect(await sign()).toMatchObject({ size: 3, at });
    expect(await verify()).toMatchObject({ ok: true, size: 3, problems: [] });
  });

  test('an event that is recorded again keeps its place and is not written twice', async () => {
    expect(await append(refused('b'), refused('d'), refused('d'))).toEqual([1, 3, 3]);
    expect(await logSize(store.db)).toBe(4);
  });

  test('a transaction that fails leaves no entry and no gap', async () => {
    const failing = store.db.transaction().execute(async trx => {
      expect(await appendEntries(trx, [refused('lost')])).toEqual([4]);
      throw new Error('the work around it failed');
    });
    await expect(failing).rejects.toThrow('the work around it failed');
    expect(await append(refused('e'))).toEqual([4]);
  });

  test('entries that are not signed yet are not served', async () => {
    const { size } = (await latestCheckpoint(store.db))!;
    expect(await logSize(store.db)).toBeGreaterThan(size);
    expect(await readLogResource(store.db, `tile/entries/000.p/${size + 1}`)).toBeNull();
    expect(await readLogResource(store.db, `tile/entries/000.p/${size}`)).not.toBeNull();
  });

  test('signing again without new entries answers the same checkpoint', async () => {
    const first = await sign();
    expect(await signCheckpoint(store, signer, new Date())).toEqual(first);
    expect(await latestCheckpoint(store.db)).toEqual(first);
  });

  test('writers at the same time leave no gap and no double entry', async () => {
    const before = await logSize(store.db);
    const places = await Promise.all(
      Array.from({ length: 12 }, (_, writer) => append(refused(`shared-${writer % 3}`), refused(`own-${writer}`))),
    );
    expect(new Set(places.flat()).size).toBe(15);
    expect(await logSize(store.db)).toBe(before + 15);
    await sign();
    expect(await verify()).toMatchObject({ ok: true, size: before + 15 });
  });

  test('over several tiles every published checkpoint is the beginning of the next', async () => {
    const checkpoints: string[] = [];
    for (let batch = 0; batch < 6; batch++) {
      await append(...Array.from({ length: 100 }, (_, index) => refused(`batch-${batch}-${index}`)));
      checkpoints.push((await sign())!.note);
    }
    for (const from of checkpoints) expect(await verify(from)).toMatchObject({ ok: true, problems: [] });
    expect((await readLogResource(store.db, 'tile/1/000.p/2'))?.length).toBe(64);
    expect(await readLogResource(store.db, 'tile/1/000.p/3')).toBeNull();
    expect(await readLogResource(store.db, 'tile/0/000')).toHaveLength(8192);
    expect(await readLogResource(store.db, '../checkpoint')).toBeNull();
  });

  test('a change of key signs the same tree again, and both keys verify', async () => {
    const next = { ...signer, privateKey: generateKeyPairSync('ed25519').privateKey };
    const { size, root } = (await sign())!;
    expect(await signCheckpoint(store, next, new Date(at.getTime() + 1))).toMatchObject({ size, root });
    const nextVkey = encodeVkey(verifierOf(next));
    expect(await verifyLog(path => readLogResource(store.db, path), nextVkey)).toMatchObject({ ok: true, size });
  });

  describe('asked for entries', () => {
    beforeAll(() => append(proposed(901), proposed(902, new Date('2027-01-01T00:00:00Z'))));
    const keys = async (query: Partial<Parameters<typeof findEntries>[1]>) =>
      (await findEntries(store.db, { limit: 5, ...query })).map(({ entry }) => entry.key);

    test('it answers by change, run, kind and time', async () => {
      expect(await keys({ repository: 'acme/nodes', pr: 901 })).toEqual([proposed(901).key]);
      expect(await keys({ run: 'a' })).toEqual([refused('a').key]);
      expect(await keys({ kinds: ['change.proposed'], order: 'newest-first' })).toEqual([
        proposed(902).key,
        proposed(901).key,
      ]);
      expect(await keys({ since: new Date('2026-12-01T00:00:00Z') })).toEqual([proposed(902).key]);
      expect(await keys({ kinds: [] })).toEqual([]);
      expect(await keys({ host: 'nowhere' })).toEqual([]);
    });

    test('it goes on from a cursor in both directions', async () => {
      expect(await keys({ cursor: 1, limit: 2 })).toEqual([refused('c').key, refused('d').key]);
      expect(await keys({ cursor: 2, limit: 2, order: 'newest-first' })).toEqual([refused('b').key, refused('a').key]);
    });
  });

  describe('put back to an older state', () => {
    const damage = (statement: string) => sql.raw(statement).execute(store.db);

    test('it signs nothing while its entries and its count disagree', async () => {
      await sign();
      await damage('create table kept as select * from log_entries where index = (select max(index) from log_entries)');
      await damage('delete from log_entries where index = (select index from kept)');
      await expect(sign()).rejects.toMatchObject({ code: 'fork' });
      await damage('insert into log_entries select * from kept');
      expect(await sign()).not.toBeNull();
    });

    test('it signs nothing below a size it has signed', async () => {
      await damage('create table head as select * from log_head');
      await damage('update log_checkpoints set size = size + 1000 where size = (select size from log_head)');
      await expect(sign()).rejects.toThrow(/were signed: nothing is signed any more/);
      await damage('update log_checkpoints set size = size - 1000 where size > (select size from log_head)');
      expect(await sign()).not.toBeNull();
    });

    test('it never signs a second root for one size', async () => {
      await damage("update log_head set edge = replace(edge, substring(edge for 43), repeat('A', 43))");
      await expect(sign()).rejects.toThrow('another root was signed');
    });
  });
});
