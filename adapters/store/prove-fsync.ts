import type { PGlite } from '@electric-sql/pglite';
import type { FsyncNodeFS } from './fsync-node-fs.ts';
import { StoreError } from './store-error.ts';

/**
 * Commits a record to the write-ahead log and sees that the fsync hook was called: a promise of 202 rests on it.
 *
 * @throws StoreError `no-fsync`
 */
export async function proveFsync(pglite: PGlite, fs: Pick<FsyncNodeFS, 'calls'>, directory: string): Promise<void> {
  const before = fs.calls;
  await pglite.query(`select pg_logical_emit_message(true, 'kubelet-gate', 'fsync self-test')`);
  if (fs.calls === before) {
    throw new StoreError(
      'no-fsync',
      `A commit on the embedded store in ${directory} did not reach the disk; this build of PGlite does not sync. ` +
        'Set DATABASE_URL to use PostgreSQL.',
    );
  }
}
