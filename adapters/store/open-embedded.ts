import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite, types } from '@electric-sql/pglite';
import { Kysely, PostgresDialect } from 'kysely';
import type { Database } from './database.ts';
import { claimDirectory } from './embedded-claim.ts';
import { FsyncNodeFS } from './fsync-node-fs.ts';
import { releaseAfterCrash } from './lanes.ts';
import { migrate, SCHEMA } from './migrate.ts';
import type { Store } from './open-store.ts';
import { PglitePool } from './pglite-pool.ts';
import { proveFsync } from './prove-fsync.ts';

/** PGlite has no autovacuum. */
const VACUUM_EVERY_MS = 600_000;

/** PGlite's own parameters without `-F`, which turns fsync off. */
const SYNCING = PGlite.defaultStartParams
  .filter(parameter => parameter !== '-F')
  .concat('-c', 'fsync=on', '-c', 'synchronous_commit=on', '-c', 'wal_sync_method=fsync');

/**
 * Opens the embedded store in `dataDir/store` (created 0700): one PGlite with fsync on, claimed against a second
 * opener.
 *
 * @throws StoreError `in-use`, `no-fsync`, `newer-database`
 */
export async function openEmbedded(dataDir: string, log: (line: string) => void): Promise<Store> {
  const directory = join(dataDir, 'store');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  const claim = await claimDirectory(directory);
  try {
    const fs = new FsyncNodeFS(join(directory, 'postgresql'));
    const pglite = await PGlite.create({
      fs,
      startParams: SYNCING,
      parsers: { [types.INT8]: Number },
    });
    try {
      await pglite.exec(`set search_path = ${SCHEMA}, bullmq`);
      await proveFsync(pglite, fs, directory);
      const pool = new PglitePool(pglite);
      const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: pool as never }) });
      await migrate(db);
      await releaseAfterCrash(db);
      const vacuum = setInterval(() => {
        pool.query('vacuum analyze').catch((error: Error) => log(`embedded store: vacuum failed: ${error.message}`));
      }, VACUUM_EVERY_MS);
      vacuum.unref();
      let closing: Promise<void> | undefined;
      const close = () => {
        clearInterval(vacuum);
        closing ??= shut(pool, pglite, claim.release);
        return closing;
      };
      return { kind: 'embedded', db, pool, close };
    } catch (error) {
      await pglite.close();
      throw error;
    }
  } catch (error) {
    claim.release();
    throw error;
  }
}

async function shut(pool: PglitePool, pglite: PGlite, release: () => void): Promise<void> {
  try {
    await pool.end();
    await pglite.close();
  } finally {
    release();
  }
}
