import type { Generated, Kysely, Transaction } from 'kysely';
import type { DeliveriesTable } from './deliveries.ts';
import type { LanesTable } from './lanes.ts';
import type { PublicationsTable } from './publications.ts';

/**
 * The tables of the store, one type per aggregate, in PostgreSQL schema `kubelet_gate`. BullMQ's tables are in schema
 * `bullmq`, after ours on the search path: no table of ours may carry a name of theirs.
 */
export interface Database {
  deliveries: DeliveriesTable;
  publications: PublicationsTable;
  lanes: LanesTable;
}

/** Where a query runs: the store's connections, or one open transaction. */
export type Connection = Kysely<Database> | Transaction<Database>;

/** A column that is null until something happens. */
export type Later<T> = Generated<T | null>;
