import { type QueryExecutorProvider, sql } from 'kysely';
import type { LogEntryKind } from '../../core/log/entry.ts';

/** Where an entry stands in the log and what it records; the entry itself is not read. */
export type LogEntryReference = Readonly<{ index: number; kind: LogEntryKind; key: string; at: Date }>;

const COLUMNS = sql.raw('index, kind, key, at');

/** Entries about one pull request, oldest first, at most 1000. */
export async function entriesOfPull(
  db: QueryExecutorProvider,
  repository: string,
  pr: number,
): Promise<readonly LogEntryReference[]> {
  const { rows } = await sql<LogEntryReference>`
    select ${COLUMNS} from log_entries where repository = ${repository} and pr = ${pr}
    order by index limit 1000`.execute(db);
  return rows.map(toReference);
}

/** Entries about one Ansible run, oldest first, at most 1000. */
export async function entriesOfRun(db: QueryExecutorProvider, run: string): Promise<readonly LogEntryReference[]> {
  const { rows } = await sql<LogEntryReference>`
    select ${COLUMNS} from log_entries where run = ${run} order by index limit 1000`.execute(db);
  return rows.map(toReference);
}

/** The newest entries, newest first. */
export async function newestEntries(db: QueryExecutorProvider, limit: number): Promise<readonly LogEntryReference[]> {
  const { rows } = await sql<LogEntryReference>`
    select ${COLUMNS} from log_entries order by index desc limit ${limit}`.execute(db);
  return rows.map(toReference);
}

function toReference({ index, kind, key, at }: LogEntryReference): LogEntryReference {
  return { index: Number(index), kind, key, at: new Date(at) };
}
