import type { Kysely } from 'kysely';
import type { Database } from './database.ts';
import { openEmbedded } from './open-embedded.ts';
import { openPostgresql } from './open-postgresql.ts';

/** One checked-out connection of a {@link StorePool}; `release(true)` throws it away. */
export interface StoreClient {
  query(text: string, parameters?: unknown[]): Promise<{ rows: unknown[] }>;
  on(event: 'notification', listener: (message: { channel: string }) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  removeAllListeners(event?: 'notification'): unknown;
  release(destroy?: boolean): void;
}

/** The store's connections: a `pg.Pool`, or the embedded store's one session in its shape. */
export interface StorePool {
  query(text: string, parameters?: unknown[]): Promise<{ rows: unknown[] }>;
  connect(): Promise<StoreClient>;
}

/**
 * Everything durable. `db` asks and changes it, one file per aggregate next to this one; `pool` is the same connections
 * for BullMQ and LISTEN. Use after `close` fails.
 */
export type Store = Readonly<{
  kind: 'postgresql' | 'embedded';
  db: Kysely<Database>;
  pool: StorePool;
  close(): Promise<void>;
}>;

/** `databaseUrl` wins; without it the store lives under `dataDir`. `log` gets one line per event worth an operator's eye. */
export type StoreOptions = Readonly<{
  databaseUrl?: string;
  dataDir?: string;
  /** How long to wait for PostgreSQL at start, milliseconds. Default 60 000. */
  patienceMs?: number;
  log?: (line: string) => void;
}>;

/**
 * Opens and migrates the store: PostgreSQL when `databaseUrl` is given, else the embedded one in `dataDir/store`, which
 * only one process may have open.
 *
 * @throws StoreError with a line for the operator (see {@link StoreError} codes).
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const log = options.log ?? (line => process.stderr.write(`${line}\n`));
  if (options.databaseUrl !== undefined) {
    return openPostgresql(options.databaseUrl, { patienceMs: options.patienceMs ?? 60_000, log });
  }
  if (options.dataDir === undefined) throw new TypeError('openStore needs databaseUrl or dataDir.');
  return openEmbedded(options.dataDir, log);
}
