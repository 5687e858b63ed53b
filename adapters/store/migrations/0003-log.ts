import { type Kysely, sql } from 'kysely';

/** The transparency log: its entries, the hashes of its upper tile levels, its right edge and every checkpoint signed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table log_head (
      id   smallint primary key check (id = 1),
      size bigint not null,
      edge text not null
    )
  `.execute(db);
  await sql`insert into log_head (id, size, edge) values (1, 0, '')`.execute(db);

  await sql`
    create table log_entries (
      index      bigint primary key,
      key        text not null unique,
      kind       text not null,
      at         timestamptz not null,
      repository text,
      pr         integer,
      run        text,
      host       text,
      leaf       text not null,
      leaf_hash  text not null
    )
  `.execute(db);
  await sql`create index log_entries_by_kind on log_entries (kind, index)`.execute(db);
  await sql`create index log_entries_by_change on log_entries (repository, pr, index) where pr is not null`.execute(db);
  await sql`create index log_entries_by_run on log_entries (run, index) where run is not null`.execute(db);
  await sql`create index log_entries_by_host on log_entries (host, index) where host is not null`.execute(db);
  await sql`create index log_entries_by_time on log_entries (at, index)`.execute(db);

  await sql`
    create table log_tile_hashes (
      level smallint not null check (level > 0),
      index bigint not null,
      hash  text not null,
      primary key (level, index)
    )
  `.execute(db);

  await sql`
    create table log_checkpoints (
      size bigint not null check (size > 0),
      vkey text not null,
      root text not null,
      note text not null,
      at   timestamptz not null,
      primary key (size, vkey)
    )
  `.execute(db);
}
