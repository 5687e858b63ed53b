import { type QueryExecutorProvider, sql } from 'kysely';
import type { Decision } from '../../core/approval/types.ts';
import type { Verdict } from '../../core/review/types.ts';

/** One pull request the gate has judged, from its first verdict to its application. */
export type Change = Readonly<{
  id: number;
  repository: string;
  number: number;
  title: string;
  author: string;
  baseRef: string;
  head: string;
  state: 'open' | 'merged' | 'closed';
  verdictKey: string;
  conclusion: Verdict['conclusion'];
  direction: Verdict['direction'];
  digest: string;
  decision: Decision;
  /** Decisions taken on this pull request so far, this one included: each different one is an entry of the log. */
  decisionNumber: number;
  /** Check run attempt on this head: 0 first, one more for each re-run a person asked for. */
  attempt: number;
  merge: Merge | null;
  createdAt: Date;
  updatedAt: Date;
}>;

/** What the merge put on the branch, and whether that is what was approved. */
export type Merge = Readonly<{
  commit: string;
  tree: string;
  at: string;
  by: string;
  verdictKey: string;
  digest: string;
  /** null: approved, and exactly that was merged. Else the sentence that says why not. */
  violation: string | null;
}>;

export type ChangeRecord = Omit<Change, 'id' | 'createdAt' | 'updatedAt'> &
  Readonly<{
    /** What the change can be found by. */
    about: Readonly<{
      nodes: readonly string[];
      fields: readonly string[];
      people: readonly string[];
      controls: readonly string[];
    }>;
  }>;

export type ChangeFilter = Readonly<{
  repository?: string;
  node?: string;
  field?: string;
  person?: string;
  control?: string;
  since?: Date;
  until?: Date;
  status?: string;
  /** Changes with a lower id than this, newest first. */
  before?: number;
  limit: number;
}>;

type Row = Readonly<{
  id: string | number;
  repository: string;
  number: number;
  title: string;
  author: string;
  base_ref: string;
  head: string;
  state: Change['state'];
  verdict_key: string;
  conclusion: Change['conclusion'];
  direction: Change['direction'];
  digest: string;
  decision: Decision;
  decision_number: number;
  attempt: number;
  merge: Merge | null;
  created_at: Date;
  updated_at: Date;
}>;

const COLUMNS = sql.raw(
  'id, repository, number, title, author, base_ref, head, state, verdict_key, conclusion, direction, digest, decision, decision_number, attempt, merge, created_at, updated_at',
);

/** Writes what is known of a pull request's change; one row per pull request. Answers with its id. */
export async function saveChange(db: QueryExecutorProvider, change: ChangeRecord, now: Date): Promise<number> {
  const { rows } = await sql<{ id: string | number }>`
    insert into changes (repository, number, title, author, base_ref, head, state, verdict_key, conclusion, direction,
                         digest, decision, decision_number, attempt, merge, created_at, updated_at)
    values (${change.repository}, ${change.number}, ${change.title}, ${change.author}, ${change.baseRef}, ${change.head},
            ${change.state}, ${change.verdictKey}, ${change.conclusion}, ${change.direction}, ${change.digest},
            ${JSON.stringify(change.decision)}::jsonb, ${change.decisionNumber}, ${change.attempt},
            ${change.merge === null ? null : JSON.stringify(change.merge)}::jsonb, ${now}, ${now})
    on conflict (repository, number) do update set
      title = excluded.title, author = excluded.author, base_ref = excluded.base_ref, head = excluded.head,
      state = excluded.state, verdict_key = excluded.verdict_key, conclusion = excluded.conclusion,
      direction = excluded.direction, digest = excluded.digest, decision = excluded.decision,
      decision_number = excluded.decision_number, attempt = excluded.attempt, merge = excluded.merge, updated_at = excluded.updated_at
    returning id`.execute(db);
  const id = Number(rows[0]!.id);
  await sql`delete from change_facts where change_id = ${id}`.execute(db);
  const facts = [
    ...change.about.nodes.map(value => ['node', value]),
    ...change.about.fields.map(value => ['field', value]),
    ...change.about.people.map(value => ['person', value]),
    ...change.about.controls.map(value => ['control', value]),
  ];
  if (facts.length > 0)
    await sql`
      insert into change_facts (change_id, kind, value)
      select ${id}, fact->>0, fact->>1 from jsonb_array_elements(${JSON.stringify(facts)}::jsonb) as fact
      on conflict do nothing`.execute(db);
  return id;
}

/** Pull requests of changes that are not settled for good, oldest first. */
export async function openChanges(
  db: QueryExecutorProvider,
): Promise<readonly Readonly<{ repository: string; number: number }>[]> {
  const { rows } = await sql<{ repository: string; number: number }>`
    select repository, number from changes where state = 'open' order by id`.execute(db);
  return rows;
}

/** The pull request was closed without a merge. */
export async function markClosed(
  db: QueryExecutorProvider,
  repository: string,
  number: number,
  now: Date,
): Promise<void> {
  await sql`
    update changes set state = 'closed', updated_at = ${now}
    where repository = ${repository} and number = ${number} and state = 'open'`.execute(db);
}

/** A person asked for a re-run of attempt `attempt` on `head`: the next one begins, however often it is asked. */
export async function beginAttempt(
  db: QueryExecutorProvider,
  at: Readonly<{ repository: string; number: number; head: string; attempt: number }>,
): Promise<void> {
  await sql`
    update changes set attempt = greatest(attempt, ${at.attempt}::int + 1)
    where repository = ${at.repository} and number = ${at.number} and head = ${at.head}`.execute(db);
}

export async function changeOfPull(
  db: QueryExecutorProvider,
  repository: string,
  number: number,
): Promise<Change | null> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from changes where repository = ${repository} and number = ${number}`.execute(db);
  return rows[0] ? toChange(rows[0]) : null;
}

export async function changeById(db: QueryExecutorProvider, id: number): Promise<Change | null> {
  const { rows } = await sql<Row>`select ${COLUMNS} from changes where id = ${id}`.execute(db);
  return rows[0] ? toChange(rows[0]) : null;
}

/** Those of the ids that are known, in no particular order. */
export async function changesByIds(db: QueryExecutorProvider, ids: readonly number[]): Promise<readonly Change[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<Row>`
    select ${COLUMNS} from changes
    where id in (select value::bigint from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))`.execute(db);
  return rows.map(toChange);
}

/** Logins of everyone who took part in a change: writing, approving, merging. Sorted. */
export async function peopleOfChange(db: QueryExecutorProvider, id: number): Promise<readonly string[]> {
  const { rows } = await sql<{ value: string }>`
    select value from change_facts where change_id = ${id} and kind = 'person' order by value`.execute(db);
  return rows.map(row => row.value);
}

/** Newest first; a filter that is absent matches everything. */
export async function listChanges(db: QueryExecutorProvider, filter: ChangeFilter): Promise<readonly Change[]> {
  const fact = (kind: string, value: string | undefined) =>
    value === undefined
      ? sql`true`
      : sql`exists (select 1 from change_facts f where f.change_id = changes.id and f.kind = ${kind} and f.value = ${value})`;
  const { rows } = await sql<Row>`
    select ${COLUMNS} from changes
    where ${filter.repository === undefined ? sql`true` : sql`repository = ${filter.repository}`}
      and ${fact('node', filter.node)} and ${fact('field', filter.field)}
      and ${fact('person', filter.person)} and ${fact('control', filter.control)}
      and ${filter.since === undefined ? sql`true` : sql`updated_at >= ${filter.since}`}
      and ${filter.until === undefined ? sql`true` : sql`created_at < ${filter.until}`}
      and ${filter.status === undefined ? sql`true` : sql`(state = ${filter.status} or decision->>'state' = ${filter.status} or conclusion = ${filter.status})`}
      and ${filter.before === undefined ? sql`true` : sql`id < ${filter.before}`}
    order by id desc limit ${filter.limit}`.execute(db);
  return rows.map(toChange);
}

/** Merged changes with a violation, newest first. */
export async function mergeViolations(db: QueryExecutorProvider, limit: number): Promise<readonly Change[]> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from changes where merge->>'violation' is not null order by id desc limit ${limit}`.execute(db);
  return rows.map(toChange);
}

/** Heads of one pull request whose verdict had this digest: approving one of them approved all. */
export async function equalHeads(
  db: QueryExecutorProvider,
  repository: string,
  number: number,
  digest: string,
): Promise<readonly string[]> {
  const { rows } = await sql<{ head: string }>`
    select head from change_heads
    where repository = ${repository} and number = ${number} and digest = ${digest}`.execute(db);
  return rows.map(row => row.head);
}

/** Remembers that this head of the pull request had this digest. */
export async function rememberHead(
  db: QueryExecutorProvider,
  at: Readonly<{ repository: string; number: number; head: string; digest: string; now: Date }>,
): Promise<void> {
  await sql`
    insert into change_heads (repository, number, head, digest, at)
    values (${at.repository}, ${at.number}, ${at.head}, ${at.digest}, ${at.now})
    on conflict (repository, number, head, digest) do nothing`.execute(db);
}

function toChange(row: Row): Change {
  return {
    id: Number(row.id),
    repository: row.repository,
    number: row.number,
    title: row.title,
    author: row.author,
    baseRef: row.base_ref,
    head: row.head,
    state: row.state,
    verdictKey: row.verdict_key,
    conclusion: row.conclusion,
    direction: row.direction,
    digest: row.digest,
    decision: row.decision,
    decisionNumber: row.decision_number,
    attempt: row.attempt,
    merge: row.merge,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}
