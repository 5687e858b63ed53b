import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect } from 'kysely';
import { Pool, types } from 'pg';
import type { Database } from './database.ts';
import { migrate, SCHEMA } from './migrate.ts';
import type { Store } from './open-store.ts';
import { StoreError } from './store-error.ts';

/** SQLSTATE classes and system errors of a server that is not up yet; anything else will not heal by waiting. */
const NOT_UP_YET = /^(ECONN|ENOENT$|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|EPIPE|57P0|08)/;

/**
 * Opens PostgreSQL. Waits for a server that is still starting, with one line per attempt; later the pool replaces
 * dropped connections by itself.
 *
 * @throws StoreError `unreachable`, `newer-database`
 */
export async function openPostgresql(
  databaseUrl: string,
  { patienceMs, log }: Readonly<{ patienceMs: number; log: (line: string) => void }>,
): Promise<Store> {
  const pool = new Pool({
    connectionString: databaseUrl,
    application_name: 'kubelet-gate',
    max: 20,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    options: `-c search_path=${SCHEMA},bullmq`,
    types: { getTypeParser },
  });
  pool.on('error', error => log(`postgresql: a connection was lost (${error.message}); the pool replaces it`));
  // Every queue and worker of BullMQ listens for errors of its own.
  pool.setMaxListeners(0);
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  try {
    await waitForServer(pool, databaseUrl, patienceMs, log);
    await migrate(db);
  } catch (error) {
    await pool.end();
    throw error;
  }
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= pool.end();
    return closing;
  };
  return { kind: 'postgresql', db, pool, close };
}

/** bigint as number: every id and count of ours stays far below 2^53. */
const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === types.builtins.INT8 && format !== 'binary'
    ? Number
    : types.getTypeParser(oid, format as 'text')) as typeof types.getTypeParser;

async function waitForServer(
  pool: Pool,
  databaseUrl: string,
  patienceMs: number,
  log: (line: string) => void,
): Promise<void> {
  const end = performance.now() + patienceMs;
  for (let wait = 250; ; wait = Math.min(wait * 2, 5_000)) {
    try {
      await pool.query('select 1');
      return;
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException;
      const reason = message || code;
      const heals = NOT_UP_YET.test(code) || /timeout|terminated unexpectedly/i.test(message);
      if (!heals || performance.now() + wait > end) {
        throw new StoreError('unreachable', `PostgreSQL at ${place(databaseUrl)} cannot be used: ${reason}`, {
          cause: error,
        });
      }
      log(`postgresql: ${place(databaseUrl)} does not answer yet (${reason}); trying again in ${wait} ms`);
      await sleep(wait);
    }
  }
}

/** The URL without its password. */
function place(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) return 'DATABASE_URL';
  const { hostname, port, pathname, searchParams } = new URL(databaseUrl);
  const host = searchParams.get('host') ?? hostname;
  return `${host}${port === '' ? '' : `:${port}`}${pathname}`;
}
