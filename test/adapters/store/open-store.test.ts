import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { openStore, type Store } from '../../../adapters/store/open-store.ts';
import { proveFsync } from '../../../adapters/store/prove-fsync.ts';
import { startChild } from '../../support/child.ts';
import { describeOnEveryStore, freshEmbedded, temporaryDirectory } from '../../support/services.ts';

async function using(store: Store, use: (store: Store) => Promise<void>): Promise<void> {
  try {
    await use(store);
  } finally {
    await store.close();
  }
}

describeOnEveryStore('the store', (fresh, kind) => {
  test('what was written is there after it was closed and opened again', async () => {
    const options = await fresh();
    await using(await openStore(options), async ({ db }) => {
      await db.insertInto('lanes').values({ lane: 'kept', generation: 41 }).execute();
    });
    await using(await openStore(options), async ({ db }) => {
      expect(await db.selectFrom('lanes').select(['lane', 'generation']).execute()).toEqual([
        { lane: 'kept', generation: 41 },
      ]);
    });
  });

  test('a database that a newer program migrated is refused in words, and left alone', async () => {
    const options = await fresh();
    await using(await openStore(options), async ({ db }) => {
      await sql`insert into kysely_migration (name, timestamp) values ('9999-from-the-future', '')`.execute(db);
    });
    await expect(openStore(options)).rejects.toMatchObject({
      code: 'newer-database',
      message: expect.stringContaining('9999-from-the-future'),
    });
    await expect(openStore(options)).rejects.toMatchObject({ code: 'newer-database' });
  });

  test('a failed transaction leaves nothing behind, and the store goes on', async () => {
    await using(await openStore(await fresh()), async ({ db }) => {
      const failing = db.transaction().execute(async transaction => {
        await transaction.insertInto('lanes').values({ lane: 'undone' }).execute();
        await sql`select 1 / 0`.execute(transaction);
      });
      await expect(failing).rejects.toThrow('division by zero');
      expect(await db.selectFrom('lanes').select('lane').execute()).toEqual([]);
    });
  });

  test('transactions that interleave do not see each other before they commit', async () => {
    await using(await openStore(await fresh()), async ({ db }) => {
      const write = (lane: string, fail: boolean) =>
        db.transaction().execute(async transaction => {
          await transaction.insertInto('lanes').values({ lane }).execute();
          await new Promise(resolve => setTimeout(resolve, 5));
          if (fail) throw new Error('undo');
        });
      const names = Array.from({ length: 12 }, (_, n) => `lane-${String(n).padStart(2, '0')}`);
      await Promise.allSettled(names.map((lane, n) => write(lane, n % 2 === 1)));
      const left = await db.selectFrom('lanes').select('lane').orderBy('lane').execute();
      expect(left.map(({ lane }) => lane)).toEqual(names.filter((_lane, n) => n % 2 === 0));
    });
  });

  test('after close it answers with an error', async () => {
    const store = await openStore(await fresh());
    await store.close();
    await store.close();
    await expect(store.db.selectFrom('lanes').selectAll().execute()).rejects.toThrow('after calling end on the pool');
  });

  test('nothing that was acknowledged is lost when the process is killed, again and again', async () => {
    const options = await fresh();
    const acknowledged: string[] = [];
    for (const round of [1, 2, 3, 4]) {
      const child = startChild(new URL('./deliver.program.ts', import.meta.url), { options, prefix: `round-${round}` });
      const enough = 20 + Math.floor(Math.random() * 40);
      for (let n = 0; n < enough; n += 1) expect(await child.nextLine()).toContain(`round-${round}`);
      expect(await child.kill('SIGKILL')).toBeNull();
      acknowledged.push(...child.lines);
    }
    await using(await openStore(options), async ({ db }) => {
      const stored = new Set((await db.selectFrom('deliveries').select('guid').execute()).map(({ guid }) => guid));
      expect(acknowledged.filter(guid => !stored.has(guid))).toEqual([]);
      expect(acknowledged.length).toBeGreaterThanOrEqual(80);
    });
  }, 480_000);

  if (kind === 'postgresql') {
    test('processes that start together on an empty database migrate it once', async () => {
      const options = await fresh();
      const stores = await Promise.all([1, 2, 3, 4].map(() => openStore(options)));
      const { rows } = await sql`select name from kysely_migration`.execute(stores[0]!.db);
      expect(rows.length).toBe(new Set(rows.map(row => JSON.stringify(row))).size);
      for (const store of stores) await store.close();
    });
  }
});

describe('the embedded store', () => {
  test('its directory is for its owner alone', async () => {
    const dataDir = join(temporaryDirectory(), 'new', 'data');
    await using(await openStore({ dataDir }), async () => {
      expect(statSync(dataDir).mode & 0o777).toBe(0o700);
      expect(statSync(join(dataDir, 'store')).mode & 0o777).toBe(0o700);
    });
  });

  test('a second opener is refused and the first goes on', async () => {
    const options = await freshEmbedded();
    await using(await openStore(options), async ({ db }) => {
      await expect(openStore(options)).rejects.toMatchObject({ code: 'in-use' });
      await db.insertInto('lanes').values({ lane: 'still here' }).execute();
    });
  });

  test('a directory that cannot be opened is not left claimed', async () => {
    const dataDir = temporaryDirectory();
    mkdirSync(join(dataDir, 'store', 'postgresql', 'PG_VERSION'), { recursive: true });
    await expect(openStore({ dataDir })).rejects.toThrow();
    await expect(openStore({ dataDir })).rejects.not.toMatchObject({ code: 'in-use' });
  });

  test('every commit is synced to the disk', async () => {
    await using(await openStore(await freshEmbedded()), async ({ db }) => {
      const settings = await sql`
        select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit
      `.execute(db);
      expect(settings.rows).toEqual([{ fsync: 'on', commit: 'on' }]);
    });
  });

  test('a PGlite whose commits do not reach the disk is refused', async () => {
    const directory = join(temporaryDirectory(), 'unsynced');
    const pglite = await PGlite.create(directory);
    await expect(proveFsync(pglite, { calls: 0 }, directory)).rejects.toMatchObject({
      name: 'StoreError',
      code: 'no-fsync',
    });
    await pglite.close();
    expect(existsSync(directory)).toBe(true);
  });

  test('a notification reaches every listener on the one session', async () => {
    await using(await openStore(await freshEmbedded()), async ({ pool }) => {
      const heard: string[] = [];
      for (const name of ['first', 'second']) {
        const client = await pool.connect();
        client.on('notification', message => heard.push(`${name} ${message.channel}`));
        await client.query('listen news');
      }
      await pool.query(`notify news`);
      expect(heard.sort()).toEqual(['first news', 'second news']);
    });
  });

  test('a client given back in the middle of a transaction is rolled back', async () => {
    await using(await openStore(await freshEmbedded()), async ({ db, pool }) => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query(`insert into lanes (lane) values ('abandoned')`);
      client.release();
      expect(await db.selectFrom('lanes').select('lane').execute()).toEqual([]);
    });
  });
});

describe('PostgreSQL that cannot be used', () => {
  test('is waited for, then named without its password', async () => {
    const lines: string[] = [];
    const opening = openStore({
      databaseUrl: 'postgresql://gate:geheim@127.0.0.1:1/kubelet_gate',
      patienceMs: 1_000,
      log: line => lines.push(line),
    });
    const error: unknown = await opening.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringContaining('127.0.0.1:1/kubelet_gate') });
    expect(lines.length).toBeGreaterThan(0);
    expect([String(error), ...lines].join('\n')).not.toContain('geheim');
  });
});
