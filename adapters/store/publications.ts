import { type Generated, sql } from 'kysely';
import type { Connection, Later } from './database.ts';

/** What is published to GitHub. */
export type PublicationKind = 'check-run' | 'review' | 'comment';

/** `pending`: to be published. `done`: GitHub has it. `dead`: given up. `superseded`: a newer head made it pointless. */
export type PublicationState = 'pending' | 'done' | 'dead' | 'superseded';

/** Table `publications`: the outbox, everything written to GitHub. */
export interface PublicationsTable {
  id: Generated<number>;
  lane: string;
  generation: Generated<number>;
  kind: PublicationKind;
  key: string;
  payload: unknown;
  revision: Generated<number>;
  state: Generated<PublicationState>;
  attempts: Generated<number>;
  next_attempt_at: Generated<Date>;
  last_error: string | null;
  github_id: number | null;
  created_at: Generated<Date>;
  done_at: Later<Date>;
}

/**
 * Something to publish. `key` makes it idempotent: the same key is published once. `generation` is the lane's fencing
 * token of the run that made it. `payload` is plain JSON.
 */
export type NewPublication = Readonly<{
  lane: string;
  generation: number;
  kind: PublicationKind;
  key: string;
  payload: unknown;
}>;

/** A row of the outbox. `githubId` is the id of what was created on GitHub; `revision` grows when the payload is replaced. */
export type Publication = Readonly<{
  id: number;
  lane: string;
  generation: number;
  kind: PublicationKind;
  key: string;
  payload: unknown;
  revision: number;
  state: PublicationState;
  attempts: number;
  lastError: string | null;
  githubId: number | null;
}>;

/** Channel that is notified, without payload, when something waits to be published. */
export const PUBLICATIONS_CHANNEL = 'kubelet_gate_publications';

const FIRST_BACKOFF_MS = 2_000;
const LONGEST_BACKOFF_MS = 600_000;

const COLUMNS = sql`
  id, lane, generation, kind, key, payload, revision, state, attempts, last_error as "lastError", github_id as "githubId"
`;

/**
 * Puts something into the outbox. While it is pending, the same key replaces its payload; one given up is tried again.
 *
 * `queued`: it will be published. `already`: this key was published or superseded, nothing changes. `outdated`: the lane
 * has moved on to a newer generation, nothing is stored.
 */
export async function enqueuePublication(
  db: Connection,
  publication: NewPublication,
): Promise<'queued' | 'already' | 'outdated'> {
  const { lane, generation, kind, key } = publication;
  const { rows } = await sql<{ current: boolean; queued: boolean }>`
    with current as (
      select lane from lanes where lane = ${lane} and generation = ${generation}::bigint for share
    ), queued as (
      insert into publications (lane, generation, kind, key, payload)
      select ${lane}, ${generation}::bigint, ${kind}, ${key}, ${JSON.stringify(publication.payload)}::jsonb from current
      on conflict (key) do update
      set payload = excluded.payload, generation = excluded.generation, revision = publications.revision + 1,
          state = 'pending', attempts = 0, next_attempt_at = clock_timestamp(), last_error = null
      where publications.state in ('pending', 'dead')
      returning pg_notify(${PUBLICATIONS_CHANNEL}, '')
    )
    select exists (select 1 from current) as current, exists (select 1 from queued) as queued
  `.execute(db);
  const [row] = rows;
  if (row?.current !== true) return 'outdated';
  return row.queued ? 'queued' : 'already';
}

/** GitHub has it, as `githubId`. When its payload was replaced while it was on the way, the new one is published next. */
export async function markPublished(db: Connection, published: Publication, githubId: number): Promise<void> {
  await sql`
    update publications
    set github_id = ${githubId}::bigint, last_error = null,
        state   = case when revision = ${published.revision}::int then 'done' else state end,
        done_at = case when revision = ${published.revision}::int then clock_timestamp() else done_at end
    where id = ${published.id}::bigint and state in ('pending', 'superseded')
  `.execute(db);
}

/** How long to wait after the nth failed attempt, counted from 1. */
export function publicationBackoffMs(attempts: number): number {
  return Math.min(FIRST_BACKOFF_MS * 2 ** (attempts - 1), LONGEST_BACKOFF_MS);
}

/**
 * Publishing failed with `error` (one line). It is tried again after 2 s, 4 s, ... up to 10 min, or after `retryAfterMs`
 * when GitHub asked for more; `dead` when that was the last of `maxAttempts`.
 */
export async function failPublication(
  db: Connection,
  failed: Publication,
  error: string,
  options: Readonly<{ maxAttempts: number; retryAfterMs?: number }>,
): Promise<'retry' | 'dead'> {
  const wait = Math.max(publicationBackoffMs(failed.attempts), options.retryAfterMs ?? 0);
  const { rows } = await sql<{ state: PublicationState }>`
    update publications
    set last_error = ${error},
        next_attempt_at = clock_timestamp() + ${wait}::float8 * interval '1 millisecond',
        state = case when attempts < ${options.maxAttempts}::int then state else 'dead' end
    where id = ${failed.id}::bigint and state = 'pending'
    returning state
  `.execute(db);
  return rows[0]?.state === 'dead' ? 'dead' : 'retry';
}

/** What GitHub has of one kind in a lane, newest first; its `githubId` is what to edit in place. */
export async function published(db: Connection, lane: string, kind: PublicationKind): Promise<Publication[]> {
  const { rows } = await sql<Publication>`
    select ${COLUMNS} from publications
    where lane = ${lane} and kind = ${kind} and github_id is not null order by id desc
  `.execute(db);
  return rows;
}

/** Publications that were given up, newest first, with the time they were first wanted. */
export async function deadPublications(
  db: Connection,
  limit: number,
): Promise<(Publication & Readonly<{ createdAt: Date }>)[]> {
  const { rows } = await sql<Publication & { createdAt: Date }>`
    select ${COLUMNS}, created_at as "createdAt" from publications
    where state = 'dead' order by id desc limit ${limit}::int
  `.execute(db);
  return rows;
}

/**
 * Puts into the outbox what GitHub should show of one kind in a lane, unless the newest publication of that kind says
 * the same (`fingerprint`) already; what waits of that kind is superseded, because it shows something older.
 *
 * `queued`, `already`, or `outdated`: the lane has moved on, nothing is stored.
 */
export async function showInLane(
  db: Connection,
  shown: Readonly<{
    lane: string;
    generation: number;
    kind: PublicationKind;
    fingerprint: string;
    payload: Readonly<Record<string, unknown>>;
  }>,
): Promise<'queued' | 'already' | 'outdated'> {
  const { lane, generation, kind, fingerprint, payload } = shown;
  const { rows } = await sql<{ fingerprint: string | null }>`
    select payload->>'fingerprint' as fingerprint from publications
    where lane = ${lane} and kind = ${kind} and state in ('pending', 'done') order by id desc limit 1
  `.execute(db);
  if (rows[0]?.fingerprint === fingerprint) return 'already';
  await sql`
    update publications set state = 'superseded', done_at = clock_timestamp()
    where lane = ${lane} and kind = ${kind} and state = 'pending'
  `.execute(db);
  const key = `${lane} ${kind} ${generation}`;
  return enqueuePublication(db, { lane, generation, kind, key, payload: { ...payload, fingerprint } });
}

/** What waits in one lane and is due, oldest first; counts the attempt. Only the run that has the lane may ask. */
export async function dueInLane(db: Connection, lane: string): Promise<Publication[]> {
  const { rows } = await sql<Publication>`
    update publications set attempts = attempts + 1
    where lane = ${lane} and state = 'pending' and next_attempt_at <= clock_timestamp()
    returning ${COLUMNS}
  `.execute(db);
  return rows.sort((a, b) => a.id - b.id);
}

/** Lanes that have something due which nobody is publishing, oldest first. */
export async function lanesToPublish(db: Connection, idleSeconds: number, limit: number): Promise<string[]> {
  const { rows } = await sql<{ lane: string }>`
    select lane from publications
    where state = 'pending' and next_attempt_at <= clock_timestamp() - ${idleSeconds}::float8 * interval '1 second'
    group by lane order by min(id) limit ${limit}::int
  `.execute(db);
  return rows.map(row => row.lane);
}

/** GitHub will not be told: a newer head made it pointless. */
export async function markSuperseded(db: Connection, publication: Publication): Promise<void> {
  await sql`
    update publications set state = 'superseded', done_at = clock_timestamp()
    where id = ${publication.id}::bigint and state = 'pending'
  `.execute(db);
}

/** How many publications wait, and how many were given up. */
export async function countPublications(db: Connection): Promise<Readonly<{ pending: number; dead: number }>> {
  const { rows } = await sql<{ pending: number; dead: number }>`
    select count(*) filter (where state = 'pending') as pending, count(*) filter (where state = 'dead') as dead
    from publications
  `.execute(db);
  return { pending: Number(rows[0]?.pending ?? 0), dead: Number(rows[0]?.dead ?? 0) };
}
