import { type Generated, sql } from 'kysely';
import type { Connection, Later } from './database.ts';

/** Table `lanes`: one row per pull request (or other thing that must be worked on by one run at a time). */
export interface LanesTable {
  lane: string;
  /** Fencing token: grows with every run; only the run with the newest may write. */
  generation: Generated<number>;
  /** Which run has the lane, until `lease_until` by the database's clock. */
  holder: string | null;
  lease_until: Later<Date>;
}

/** A newer run begins: answers its generation, which makes every older run of the lane outdated at once. */
export async function bumpLane(db: Connection, lane: string): Promise<number> {
  const { rows } = await sql<{ generation: number }>`
    insert into lanes (lane, generation) values (${lane}, 1)
    on conflict (lane) do update set generation = lanes.generation + 1
    returning generation
  `.execute(db);
  return rows[0]!.generation;
}

/** The lane's newest generation; 0 when nothing ever ran in it. */
export async function currentGeneration(db: Connection, lane: string): Promise<number> {
  const { rows } = await sql<{ generation: number }>`
    select generation from lanes where lane = ${lane}
  `.execute(db);
  return rows[0]?.generation ?? 0;
}

/**
 * Tries to take the lane for `leaseMs`. `taken`: it is this run's until then. `busy`: another run has it. `outdated`: a
 * newer generation exists, this run must not start.
 */
export async function acquireLane(
  db: Connection,
  lane: string,
  generation: number,
  holder: string,
  leaseMs: number,
): Promise<'taken' | 'busy' | 'outdated'> {
  const { rows } = await sql`
    update lanes set holder = ${holder}, lease_until = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'
    where lane = ${lane} and generation = ${generation}::bigint
      and (holder is null or holder = ${holder} or lease_until < clock_timestamp())
    returning lane
  `.execute(db);
  if (rows.length > 0) return 'taken';
  return (await currentGeneration(db, lane)) === generation ? 'busy' : 'outdated';
}

/** Extends the lease of the run that has the lane. False when it was lost, or a newer generation wants it: stop then. */
export async function renewLane(
  db: Connection,
  lane: string,
  generation: number,
  holder: string,
  leaseMs: number,
): Promise<boolean> {
  const { rows } = await sql`
    update lanes set lease_until = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'
    where lane = ${lane} and generation = ${generation}::bigint and holder = ${holder}
    returning lane
  `.execute(db);
  return rows.length > 0;
}

/** Frees the lane for the next run; does nothing when this run lost it before. */
export async function releaseLane(db: Connection, lane: string, holder: string): Promise<void> {
  await sql`
    update lanes set holder = null, lease_until = null where lane = ${lane} and holder = ${holder}
  `.execute(db);
}

/** Frees every lane: for a store that only this process can have open. */
export async function releaseAfterCrash(db: Connection): Promise<void> {
  await sql`update lanes set holder = null, lease_until = null where holder is not null`.execute(db);
}
