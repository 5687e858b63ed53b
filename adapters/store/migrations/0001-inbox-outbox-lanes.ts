import { type Kysely, sql } from 'kysely';

/** The inbox of webhook deliveries, the outbox of what is published to GitHub, and the lanes that order work per pull request. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table deliveries (
      id              bigint generated always as identity primary key,
      guid            text not null unique,
      body_key        text not null unique,
      event           text not null,
      action          text,
      installation_id bigint,
      repository      text,
      lane            text,
      body            bytea not null,
      state           text not null default 'stored'
                      check (state in ('stored', 'queued', 'done', 'dead', 'ignored')),
      attempts        integer not null default 0,
      last_error      text,
      received_at     timestamptz not null default now(),
      queued_at       timestamptz,
      finished_at     timestamptz
    )
  `.execute(db);
  await sql`create index deliveries_stored on deliveries (id) where state = 'stored'`.execute(db);
  await sql`create index deliveries_queued on deliveries (id) where state = 'queued'`.execute(db);
  await sql`create index deliveries_dead on deliveries (id) where state = 'dead'`.execute(db);

  await sql`
    create table publications (
      id              bigint generated always as identity primary key,
      lane            text not null,
      generation      bigint not null default 0,
      kind            text not null check (kind in ('check-run', 'review', 'comment')),
      key             text not null unique,
      payload         jsonb not null,
      revision        integer not null default 1,
      state           text not null default 'pending'
                      check (state in ('pending', 'done', 'dead', 'superseded')),
      attempts        integer not null default 0,
      next_attempt_at timestamptz not null default now(),
      last_error      text,
      github_id       bigint,
      created_at      timestamptz not null default now(),
      done_at         timestamptz
    )
  `.execute(db);
  await sql`create index publications_due on publications (next_attempt_at, id) where state = 'pending'`.execute(db);
  await sql`create index publications_in_lane on publications (lane, kind, id)`.execute(db);

  await sql`
    create table lanes (
      lane        text primary key,
      generation  bigint not null default 0,
      holder      text,
      lease_until timestamptz
    )
  `.execute(db);
}
