import type { Migration } from 'kysely';
import * as inboxOutboxLanes from './0001-inbox-outbox-lanes.ts';
import * as changes from './0002-changes.ts';
import * as log from './0003-log.ts';
import * as runs from './0004-runs.ts';

/**
 * Every migration in order, by file name. A migration that has landed is never edited: add the next number. Each runs
 * once, all pending ones in one transaction, on PostgreSQL 14+ and on PGlite; table names are unqualified.
 */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-inbox-outbox-lanes': inboxOutboxLanes,
  '0002-changes': changes,
  '0003-log': log,
  '0004-runs': runs,
};
