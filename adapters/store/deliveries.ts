import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type Generated, sql } from 'kysely';
import type { Connection, Later } from './database.ts';
import { StoreError } from './store-error.ts';

/**
 * What became of a delivery. `stored`: durable, not yet a job. `queued`: a job exists. `done`: handled. `ignored`: an
 * event the gate does not act on. `dead`: given up after too many attempts; a person decides.
 */
export type DeliveryState = 'stored' | 'queued' | 'done' | 'dead' | 'ignored';

/** Table `deliveries`: the inbox, one row per webhook delivery GitHub made. */
export interface DeliveriesTable {
  id: Generated<number>;
  guid: string;
  /** sha256, hexadecimal, over event name, newline, raw body. */
  body_key: string;
  event: string;
  action: string | null;
  installation_id: number | null;
  /** `owner/name`. */
  repository: string | null;
  lane: string | null;
  /** The raw body, gzip. */
  body: Uint8Array;
  state: Generated<DeliveryState>;
  attempts: Generated<number>;
  last_error: string | null;
  received_at: Generated<Date>;
  queued_at: Later<Date>;
  finished_at: Later<Date>;
}

/** A verified webhook as the server hands it over. `guid` is `X-GitHub-Delivery`; `lane` orders work, one per pull request. */
export type IncomingDelivery = Readonly<{
  guid: string;
  event: string;
  action: string | null;
  installationId: number | null;
  repository: string | null;
  lane: string | null;
  body: Uint8Array;
}>;

/** A delivery as workers see it. `attempts` counts the runs started, this one included. */
export type Delivery = Omit<IncomingDelivery, 'body'> &
  Readonly<{ id: number; state: DeliveryState; attempts: number; lastError: string | null; receivedAt: Date }>;

/** Channel that is notified, without payload, when a delivery waits to become a job. */
export const DELIVERIES_CHANNEL = 'kubelet_gate_deliveries';

/** GitHub caps payloads at 25 MB; a stored body that unpacks to more is not one of ours. */
const MAX_BODY_BYTES = 26_214_400;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

const COLUMNS = sql`
  id, guid, event, action, installation_id as "installationId", repository, lane, state, attempts,
  last_error as "lastError", received_at as "receivedAt"
`;

/**
 * Stores a delivery. When this returns, it is on disk and the caller may answer 202.
 *
 * `stored`: new. `again`: GitHub redelivered one that is not finished (also one given up); it will run. `finished`: a
 * redelivery of one already handled; nothing to do. The same body under another id is the same delivery (the id is not
 * covered by the signature); another body under a known id is kept as a delivery of its own, so that a replayed body
 * cannot displace the one that belongs to the id.
 */
export async function storeDelivery(
  db: Connection,
  incoming: IncomingDelivery,
): Promise<'stored' | 'again' | 'finished'> {
  const bodyKey = createHash('sha256').update(incoming.event).update('\n').update(incoming.body).digest('hex');
  const packed = (await compress(incoming.body, { level: 1 })).toString('base64');
  for (const guid of [incoming.guid, `${incoming.guid}~${bodyKey.slice(0, 12)}`]) {
    // Base64 text, because a bytea parameter costs PGlite ten times as much.
    const inserted = await sql<{ id: number }>`
      with inserted as (
        insert into deliveries (guid, body_key, event, action, installation_id, repository, lane, body)
        values (${guid}, ${bodyKey}, ${incoming.event}, ${incoming.action}, ${incoming.installationId},
                ${incoming.repository}, ${incoming.lane}, decode(${packed}, 'base64'))
        on conflict do nothing
        returning id
      )
      select id, pg_notify(${DELIVERIES_CHANNEL}, '') from inserted
    `.execute(db);
    if (inserted.rows.length > 0) return 'stored';
    const known = await runAgain(db, bodyKey);
    if (known !== undefined) return known;
  }
  throw new StoreError('corrupt', `Delivery ${incoming.guid} is neither stored nor known.`);
}

async function runAgain(db: Connection, bodyKey: string): Promise<'again' | 'finished' | undefined> {
  const again = await sql`
    with again as (
      update deliveries
      set state = 'stored', queued_at = null, finished_at = null,
          attempts = case when state = 'dead' then 0 else attempts end
      where body_key = ${bodyKey} and state in ('stored', 'queued', 'dead')
      returning id
    )
    select id, pg_notify(${DELIVERIES_CHANNEL}, '') from again
  `.execute(db);
  if (again.rows.length > 0) return 'again';
  const finished = await sql`select id from deliveries where body_key = ${bodyKey}`.execute(db);
  return finished.rows.length > 0 ? 'finished' : undefined;
}

/** Ids of deliveries that have no job yet, oldest first. In a transaction they are locked against another relay. */
export async function nextUnqueued(db: Connection, limit: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from deliveries where state = 'stored' order by id limit ${limit}::int for update skip locked
  `.execute(db);
  return rows.map(row => row.id);
}

/** Ids of deliveries that should have a live job, by id, after `after`. For re-feeding a queue that lost them. */
export async function queuedAfter(db: Connection, after: number, limit: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from deliveries where state = 'queued' and id > ${after}::bigint order by id limit ${limit}::int
  `.execute(db);
  return rows.map(row => row.id);
}

/** How many deliveries should have a live job. */
export async function countQueued(db: Connection): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from deliveries where state = 'queued'
  `.execute(db);
  return rows[0]?.count ?? 0;
}

/** Says that a job exists for each of these deliveries; one that was finished meanwhile stays finished. */
export async function markQueued(db: Connection, ids: readonly number[]): Promise<void> {
  await sql`
    update deliveries set state = 'queued', queued_at = clock_timestamp()
    where id = any(${[...ids]}::bigint[]) and state = 'stored'
  `.execute(db);
}

/**
 * Begins one run: counts the attempt before anything happens, so that a delivery that kills the process is given up
 * like any other. Undefined when there is nothing to do: finished, or given up now because `maxAttempts` were used.
 */
export async function startDelivery(db: Connection, id: number, maxAttempts: number): Promise<Delivery | undefined> {
  const { rows } = await sql<Delivery>`
    update deliveries
    set attempts    = case when attempts < ${maxAttempts}::int then attempts + 1 else attempts end,
        state       = case when attempts < ${maxAttempts}::int then state else 'dead' end,
        finished_at = case when attempts < ${maxAttempts}::int then null else clock_timestamp() end,
        last_error  = case when attempts < ${maxAttempts}::int then last_error
                           else coalesce(last_error, 'every attempt ended without an answer') end
    where id = ${id}::bigint and state in ('stored', 'queued')
    returning ${COLUMNS}
  `.execute(db);
  const [delivery] = rows;
  return delivery?.state === 'dead' ? undefined : delivery;
}

/** The raw body exactly as GitHub signed it. @throws StoreError `corrupt` when it cannot be unpacked. */
export async function deliveryBody(db: Connection, id: number): Promise<Buffer> {
  const { rows } = await sql<{ body: string }>`
    select encode(body, 'base64') as body from deliveries where id = ${id}::bigint
  `.execute(db);
  try {
    return await decompress(Buffer.from(rows[0]?.body ?? '', 'base64'), { maxOutputLength: MAX_BODY_BYTES });
  } catch (cause) {
    throw new StoreError('corrupt', `The body of delivery ${id} cannot be unpacked.`, { cause });
  }
}

/** The delivery was handled, or is none the gate acts on; a redelivery of it does nothing. */
export async function finishDelivery(db: Connection, id: number, state: 'done' | 'ignored' = 'done'): Promise<void> {
  await sql`
    update deliveries set state = ${state}, finished_at = clock_timestamp(), last_error = null
    where id = ${id}::bigint and state in ('stored', 'queued')
  `.execute(db);
}

/** A run failed with `error` (one line). Answers `dead` when that was the last of `maxAttempts`, else `retry`. */
export async function failDelivery(
  db: Connection,
  id: number,
  error: string,
  maxAttempts: number,
): Promise<'retry' | 'dead'> {
  const { rows } = await sql<{ state: DeliveryState }>`
    update deliveries
    set last_error  = ${error},
        state       = case when attempts < ${maxAttempts}::int then state else 'dead' end,
        finished_at = case when attempts < ${maxAttempts}::int then null else clock_timestamp() end
    where id = ${id}::bigint and state in ('stored', 'queued')
    returning state
  `.execute(db);
  return rows[0]?.state === 'dead' ? 'dead' : 'retry';
}

/** Whether a delivery of this lane that came before `id` is neither finished nor given up. */
export async function isEarlierUnfinished(db: Connection, lane: string, id: number): Promise<boolean> {
  const { rows } = await sql`
    select id from deliveries
    where lane = ${lane} and id < ${id}::bigint and state in ('stored', 'queued') limit 1
  `.execute(db);
  return rows.length > 0;
}

/** Deliveries that were given up, newest first. */
export async function deadLetters(db: Connection, limit: number): Promise<Delivery[]> {
  const { rows } = await sql<Delivery>`
    select ${COLUMNS} from deliveries where state = 'dead' order by id desc limit ${limit}::int
  `.execute(db);
  return rows;
}

/** Age in milliseconds of the oldest delivery that is neither finished nor given up; 0 when there is none. */
export async function oldestUnfinishedAge(db: Connection): Promise<number> {
  const { rows } = await sql<{ age: number }>`
    select coalesce(extract(epoch from clock_timestamp() - min(received_at)) * 1000, 0)::float8 as age
    from deliveries where state in ('stored', 'queued')
  `.execute(db);
  return rows[0]?.age ?? 0;
}
