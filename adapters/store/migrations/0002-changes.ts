import { type Kysely, sql } from 'kysely';

/** What the gate judged, what was merged, and what each node runs with since when. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table verdicts (
      key        text primary key,
      head       text not null,
      digest     text not null,
      conclusion text not null,
      body       text not null,
      created_at timestamptz not null
    )
  `.execute(db);

  await sql`
    create table changes (
      id          bigint generated always as identity primary key,
      repository  text not null,
      number      integer not null,
      title       text not null,
      author      text not null,
      base_ref    text not null,
      head        text not null,
      state       text not null check (state in ('open', 'merged', 'closed')),
      verdict_key text not null,
      conclusion  text not null,
      direction   text not null,
      digest      text not null,
      decision    jsonb not null,
      decision_number integer not null,
      attempt     integer not null default 0,
      merge       jsonb,
      created_at  timestamptz not null,
      updated_at  timestamptz not null,
      unique (repository, number)
    )
  `.execute(db);
  await sql`create index changes_merged on changes (repository, (merge->>'commit')) where merge is not null`.execute(
    db,
  );

  await sql`
    create table change_facts (
      change_id bigint not null references changes (id) on delete cascade,
      kind      text not null check (kind in ('node', 'field', 'person', 'control')),
      value     text not null,
      primary key (change_id, kind, value)
    )
  `.execute(db);
  await sql`create index change_facts_by_value on change_facts (kind, value, change_id)`.execute(db);

  await sql`
    create table change_heads (
      repository text not null,
      number     integer not null,
      head       text not null,
      digest     text not null,
      at         timestamptz not null,
      primary key (repository, number, head, digest)
    )
  `.execute(db);

  await sql`
    create table configurations (
      digest text primary key,
      body   jsonb not null
    )
  `.execute(db);

  await sql`
    create table node_states (
      repository    text not null,
      inventory     text not null,
      host          text not null,
      node_group    text not null,
      change_id     bigint not null references changes (id),
      commit        text not null,
      since         timestamptz not null,
      until         timestamptz,
      configuration text not null references configurations (digest),
      primary key (repository, inventory, host, commit)
    )
  `.execute(db);
  await sql`create index node_states_by_host on node_states (host, since)`.execute(db);
  await sql`create index node_states_now on node_states (host) where until is null`.execute(db);

  await sql`
    create table branch_commits (
      repository text not null,
      branch     text not null,
      commit     text not null,
      tree       text not null,
      state      text not null check (state in ('approved', 'unapproved')),
      change_id  bigint references changes (id),
      reason     text not null,
      at         timestamptz not null,
      primary key (repository, branch, commit)
    )
  `.execute(db);
  await sql`create index branch_commits_unapproved on branch_commits (at) where state = 'unapproved'`.execute(db);
}
