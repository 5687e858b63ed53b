import { type QueryExecutorProvider, sql } from 'kysely';
import type { Outcome } from '../../core/apply/types.ts';

/** A run in one word. `running`: its end has not arrived. `incomplete`: its record has a hole or no end. */
export type RunStatus = 'running' | 'ok' | 'failed' | 'refused' | 'incomplete';

/** A run as lists show it: what it was, which change's content it had, and how many hosts ended how. */
export type RunOverview = Readonly<{
  run: string;
  repository: string | null;
  commit: string | null;
  playbook: string | null;
  controller: string | null;
  person: string | null;
  status: RunStatus;
  check: boolean;
  gate: 'approved' | 'denied' | 'unreachable' | null;
  gateReason: string | null;
  /** The last change merged up to the commit that was run; null when the commit is not known of a governed branch. */
  changeId: number | null;
  /** When it started; when its first line arrived as long as that is not known. */
  startedAt: Date;
  endedAt: Date | null;
  rollback: boolean | null;
  /** Lines that came again with another content. */
  conflicts: number;
  hosts: Readonly<Record<Outcome, number>>;
}>;

export type RunOverviewFilter = Readonly<{
  repository?: string;
  host?: string;
  status?: RunStatus;
  /** Runs that started at or after this time. */
  since?: Date;
  /** Runs after the run with this id, in the order of the list. */
  cursor?: string;
  limit: number;
}>;

/** A run an auditor has to look at; `host` and `reason` are those of the first host that differs. */
export type RunException = RunOverview & Readonly<{ host: string | null; reason: string | null }>;

const STATUS = sql`
  case when runs.state = 'refused' or end_status = 'refused' then 'refused'
       when runs.state = 'incomplete' then 'incomplete'
       when end_status is null then 'running'
       else end_status end`;

const STARTED = sql`coalesce(started_at, received_at)`;

/** The change whose content a row of `runs` had: the last one merged up to its commit, on the commit's branch. */
export const CHANGE_OF_RUN = sql`
  (select earlier.change_id from branch_commits known
   join branch_commits earlier on earlier.repository = known.repository and earlier.branch = known.branch
     and earlier.at <= known.at and earlier.change_id is not null
   where known.repository = runs.repository and known.commit = runs.commit
   order by earlier.at desc limit 1)`;

const COLUMNS = sql`
  runs.run, repository, commit, playbook, controller, person, ${STATUS} as status, check_mode, gate, gate_reason,
  ${CHANGE_OF_RUN} as change_id, ${STARTED} as started, ended_at, rollback, conflicts,
  (select json_object_agg(outcome, many) from
    (select outcome, count(*) as many from host_proofs where host_proofs.run = runs.run group by outcome) as counted
  ) as hosts`;

/** Runs, newest first. */
export async function listRunOverviews(
  db: QueryExecutorProvider,
  filter: RunOverviewFilter,
): Promise<readonly RunOverview[]> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from runs
    where ${filter.repository === undefined ? sql`true` : sql`repository = ${filter.repository}`}
      and ${filter.host === undefined ? sql`true` : sql`exists (select 1 from host_proofs where host_proofs.run = runs.run and host = ${filter.host})`}
      and ${filter.status === undefined ? sql`true` : sql`${STATUS} = ${filter.status}`}
      and ${filter.since === undefined ? sql`true` : sql`${STARTED} >= ${filter.since}`}
      and ${filter.cursor === undefined ? sql`true` : sql`(${STARTED}, runs.run) < (select coalesce(last.started_at, last.received_at), last.run from runs last where last.run = ${filter.cursor})`}
    order by started desc, runs.run desc limit ${filter.limit}`.execute(db);
  return rows.map(toOverview);
}

export async function runOverview(db: QueryExecutorProvider, run: string): Promise<RunOverview | null> {
  const { rows } = await sql<Row>`select ${COLUMNS} from runs where runs.run = ${run}`.execute(db);
  return rows[0] === undefined ? null : toOverview(rows[0]);
}

/** Runs that were refused, are incomplete, or left a host different from what was approved; newest first. */
export async function runExceptions(db: QueryExecutorProvider, limit: number): Promise<readonly RunException[]> {
  const { rows } = await sql<Row & { host: string | null; reasons: string | null }>`
    select ${COLUMNS}, first.host, first.reasons from runs
    left join lateral (
      select host, reasons from host_proofs
      where host_proofs.run = runs.run and outcome = 'differs' order by host limit 1
    ) as first on true
    where ${STATUS} in ('refused', 'incomplete') or first.host is not null
    order by started desc, runs.run desc limit ${limit}`.execute(db);
  return rows.map(row => ({
    ...toOverview(row),
    host: row.host,
    reason: row.reasons === null ? null : (JSON.parse(row.reasons) as string[]).join('; '),
  }));
}

type Row = Readonly<{
  run: string;
  repository: string | null;
  commit: string | null;
  playbook: string | null;
  controller: string | null;
  person: string | null;
  status: RunStatus;
  check_mode: boolean;
  gate: RunOverview['gate'];
  gate_reason: string | null;
  change_id: string | number | null;
  started: Date;
  ended_at: Date | null;
  rollback: boolean | null;
  conflicts: number;
  hosts: Partial<Record<Outcome, number>> | null;
}>;

function toOverview(row: Row): RunOverview {
  return {
    run: row.run,
    repository: row.repository,
    commit: row.commit,
    playbook: row.playbook,
    controller: row.controller,
    person: row.person,
    status: row.status,
    check: row.check_mode,
    gate: row.gate,
    gateReason: row.gate_reason,
    changeId: row.change_id === null ? null : Number(row.change_id),
    startedAt: new Date(row.started),
    endedAt: row.ended_at === null ? null : new Date(row.ended_at),
    rollback: row.rollback,
    conflicts: row.conflicts,
    hosts: { 'applied-as-approved': 0, differs: 0, 'not-proven': 0, failed: 0, ...row.hosts },
  };
}
