import { type Kysely, sql } from 'kysely';

/** Runs of Ansible: the lines of their reports, what they prove per host, and the last known content of every file. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table runs (
      run               text primary key,
      repository        text,
      commit            text,
      tree              text,
      playbook          text,
      controller        text,
      person            text,
      extra_vars_digest text,
      check_mode        boolean not null default false,
      gate              text check (gate in ('approved', 'denied', 'unreachable')),
      gate_reason       text,
      change            text,
      end_status        text check (end_status in ('ok', 'failed', 'refused')),
      started_at        timestamptz,
      ended_at          timestamptz,
      received_at       timestamptz not null,
      last_line_at      timestamptz not null,
      lines             integer not null default 0,
      conflicts         integer not null default 0,
      proven_lines      integer not null default 0,
      state             text check (state in ('complete', 'refused', 'incomplete')),
      rollback          boolean
    )
  `.execute(db);
  await sql`create index runs_by_time on runs (received_at, run)`.execute(db);
  await sql`create index runs_unproven on runs (last_line_at) where lines > proven_lines`.execute(db);

  await sql`
    create table run_events (
      run  text not null references runs (run) on delete cascade,
      seq  bigint not null,
      line text not null,
      primary key (run, seq)
    )
  `.execute(db);

  await sql`
    create table host_proofs (
      run        text not null references runs (run) on delete cascade,
      host       text not null,
      outcome    text not null check (outcome in ('applied-as-approved', 'differs', 'not-proven', 'failed')),
      live       boolean,
      idempotent boolean,
      os_first   boolean,
      reasons    text not null,
      files      text not null,
      primary key (run, host)
    )
  `.execute(db);
  await sql`create index host_proofs_by_host on host_proofs (host, run)`.execute(db);

  await sql`
    create table file_attestations (
      repository text not null,
      host       text not null,
      dest       text not null,
      run        text not null references runs (run) on delete cascade,
      at         timestamptz not null,
      present    boolean,
      sha256     text,
      primary key (repository, host, dest, run)
    )
  `.execute(db);
  await sql`create index file_attestations_newest on file_attestations (repository, host, dest, at)`.execute(db);

  await sql`
    create table host_histories (
      repository        text not null,
      host              text not null,
      run               text not null,
      at                timestamptz not null,
      commit            text,
      tree              text,
      extra_vars_digest text,
      pending_restart   text not null,
      os_hardened       boolean not null,
      primary key (repository, host, run)
    )
  `.execute(db);
  await sql`create index host_histories_newest on host_histories (repository, host, at)`.execute(db);

  await sql`
    create table tamperings (
      run      text not null references runs (run) on delete cascade,
      host     text not null,
      dest     text not null,
      expected text not null,
      actual   text,
      last_run text not null,
      primary key (run, host, dest)
    )
  `.execute(db);
}
