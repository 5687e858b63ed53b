import { type Kysely, Migrator, sql } from 'kysely';
import type { Database } from './database.ts';
import { migrations } from './migrations/index.ts';
import { StoreError } from './store-error.ts';

/** The PostgreSQL schema of our tables. */
export const SCHEMA = 'kubelet_gate';

/**
 * Brings the database to the newest migration this program knows, under PostgreSQL's advisory lock so that processes
 * starting together migrate once.
 *
 * @throws StoreError `newer-database` when a newer program migrated it; nothing is changed then.
 */
export async function migrate(db: Kysely<Database>): Promise<void> {
  await refuseNewer(db);
  const migrator = new Migrator({
    db,
    migrationTableSchema: SCHEMA,
    provider: { getMigrations: async () => ({ ...migrations }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

async function refuseNewer(db: Kysely<Database>): Promise<void> {
  const ledger = await sql<{ present: boolean }>`
    select to_regclass(${`${SCHEMA}.kysely_migration`}::text) is not null as present
  `.execute(db);
  if (ledger.rows[0]?.present !== true) return;
  const known = Object.keys(migrations);
  const applied = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  const unknown = applied.rows.map(row => row.name).filter(name => !known.includes(name));
  if (unknown.length > 0) {
    throw new StoreError(
      'newer-database',
      `The database was migrated by a newer kubelet-gate (${unknown.join(', ')}; this program knows up to ${known.at(-1)}). ` +
        'Run the newer program, or restore a backup made before the upgrade.',
    );
  }
}
