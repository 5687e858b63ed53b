import { type QueryExecutorProvider, sql } from 'kysely';
import { eventOf, parseRunLine, type RunEvent } from '../../core/apply/run-event.ts';
import type { FileProof, HostProof, Outcome, RunHistory, RunProof, Tampering } from '../../core/apply/types.ts';

/** What the store knows of a run. Members are null until the lines that say them have arrived. */
export type Run = Readonly<{
  run: string;
  repository: string | null;
  commit: string | null;
  tree: string | null;
  playbook: string | null;
  controller: string | null;
  /** Login on the controller of whoever ran it. */
  person: string | null;
  check: boolean;
  gate: 'approved' | 'denied' | 'unreachable' | null;
  gateReason: string | null;
  /** The change the gate named to the callback, as the callback tells it. */
  change: string | null;
  endStatus: 'ok' | 'failed' | 'refused' | null;
  startedAt: Date | null;
  endedAt: Date | null;
  receivedAt: Date;
  /** Lines that arrived, and lines that came again with another content (the first one is kept). */
  lines: number;
  conflicts: number;
  /** null until the run was proven for the first time. */
  state: RunProof['state'] | null;
  rollback: boolean | null;
}>;

/** A proof with the run it is from. */
export type HostApplication = HostProof & Readonly<{ run: string; commit: string | null; at: Date }>;

/** Which runs to list: newest first, `before` the run a page ended with. */
export type RunQuery = Readonly<{
  repository?: string;
  host?: string;
  state?: RunProof['state'];
  gate?: Run['gate'];
  before?: Readonly<{ receivedAt: Date; run: string }>;
  limit: number;
}>;

const COLUMNS = sql.raw(
  'runs.run, repository, commit, tree, playbook, controller, person, check_mode, gate, gate_reason, change, ' +
    'end_status, started_at, ended_at, received_at, lines, conflicts, state, rollback',
);

/**
 * Takes in lines of run reports, in any order and any number of times: a line is known by (run, seq). Answers how many
 * were new and which runs the lines are of. A known line with another content is counted as a conflict of its run and
 * not taken.
 *
 * @param lines as `linesOfBody` lets them in.
 */
export async function storeRunEvents(
  db: QueryExecutorProvider,
  lines: readonly string[],
  now: Date,
): Promise<{ accepted: number; conflicts: number; runs: string[] }> {
  const byRun = new Map<string, Map<number, string>>();
  for (const line of lines) {
    const { run, seq } = parseRunLine(line);
    const known = byRun.get(run) ?? new Map<number, string>();
    byRun.set(run, known.set(seq, known.get(seq) ?? line));
  }
  let [accepted, conflicts] = [0, 0];
  const runs = [...byRun.keys()].sort((a, b) => (a < b ? -1 : 1));
  for (const run of runs) {
    await sql`
      insert into runs (run, received_at, last_line_at) values (${run}, ${now}, ${now})
      on conflict (run) do nothing`.execute(db);
    await sql`select 1 from runs where run = ${run} for update`.execute(db);
    const stored = await storeLines(db, run, byRun.get(run)!, now);
    accepted += stored.accepted;
    conflicts += stored.conflicts;
  }
  return { accepted, conflicts, runs };
}

async function storeLines(
  db: QueryExecutorProvider,
  run: string,
  lines: ReadonlyMap<number, string>,
  now: Date,
): Promise<{ accepted: number; conflicts: number }> {
  const { rows } = await sql<{ seq: number; line: string }>`
    select seq, line from run_events where run = ${run} and seq = any(${[...lines.keys()]}::bigint[])`.execute(db);
  const known = new Map(rows.map(({ seq, line }) => [seq, line]));
  const conflicts = [...lines].filter(([seq, line]) => known.has(seq) && known.get(seq) !== line).length;
  const added = [...lines].filter(([seq]) => !known.has(seq));
  for (let at = 0; at < added.length; at += 500) {
    const batch = added.slice(at, at + 500);
    await sql`
      insert into run_events (run, seq, line)
      select ${run}, seq, line
      from unnest(${batch.map(([seq]) => seq)}::bigint[], ${batch.map(([, line]) => line)}::text[]) as t (seq, line)
    `.execute(db);
  }
  for (const [, line] of added) await noteEvent(db, run, readable(line));
  await sql`
    update runs set lines = lines + ${added.length}, conflicts = conflicts + ${conflicts}, last_line_at = ${now}
    where run = ${run}`.execute(db);
  return { accepted: added.length, conflicts };
}

/** An event whose data is not what its type holds stays a line: proving the run names it. */
function readable(line: string): RunEvent | null {
  try {
    return eventOf(parseRunLine(line));
  } catch {
    return null;
  }
}

async function noteEvent(db: QueryExecutorProvider, run: string, event: RunEvent | null): Promise<void> {
  if (event?.type === 'run.start') {
    const { git, playbook, controller, cli, extra_vars, repo } = event.data;
    await sql`
      update runs set started_at = ${event.ts}, commit = ${git?.commit ?? null}, tree = ${git?.tree ?? null},
        repository = ${repo ?? null}, playbook = ${playbook}, controller = ${controller.host},
        person = ${controller.user}, check_mode = ${cli.check === true}, extra_vars_digest = ${extra_vars.digest}
      where run = ${run}`.execute(db);
  } else if (event?.type === 'run.gate') {
    const { verdict, reason, approval } = event.data;
    const { change } = approval;
    const named = typeof change === 'string' || typeof change === 'number' ? String(change) : null;
    await sql`
      update runs set gate = ${verdict}, gate_reason = ${reason}, change = ${named} where run = ${run}`.execute(db);
  } else if (event?.type === 'run.end') {
    await sql`
      update runs set ended_at = ${event.ts}, end_status = ${event.data.status} where run = ${run}`.execute(db);
  }
}

/** All lines of a run, by seq: what `readRunReport` reads. */
export async function runLines(db: QueryExecutorProvider, run: string): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    select line from run_events where run = ${run} order by seq`.execute(db);
  return rows.map(({ line }) => line);
}

/**
 * Runs with lines nobody has proven yet, that have ended or were quiet since `quietSince`: a run that only waits for
 * its next lines is left alone until then.
 */
export async function runsToProve(db: QueryExecutorProvider, quietSince: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ run: string }>`
    select run from runs
    where lines > proven_lines and (end_status is not null or last_line_at < ${quietSince})
    order by last_line_at limit ${limit}`.execute(db);
  return rows.map(({ run }) => run);
}

/** What earlier runs of the same repository left on these hosts, for proving `run`. */
export async function runHistory(db: QueryExecutorProvider, run: Run, hosts: readonly string[]): Promise<RunHistory> {
  const before = run.startedAt ?? run.receivedAt;
  const repository = run.repository ?? '';
  const attestations = await sql<{
    host: string;
    dest: string;
    run: string;
    present: boolean | null;
    sha256: string | null;
  }>`
    select distinct on (host, dest) host, dest, run, present, sha256 from file_attestations
    where repository = ${repository} and host = any(${[...hosts]}::text[]) and at < ${before} and run <> ${run.run}
    order by host, dest, at desc`.execute(db);
  const earlier = await sql<{
    host: string;
    commit: string | null;
    extra_vars_digest: string | null;
    pending_restart: string;
    hardened_at: Date | null;
  }>`
    select distinct on (host) host, commit, extra_vars_digest, pending_restart,
      (select max(at) from host_histories hardened
       where hardened.repository = ${repository} and hardened.host = host_histories.host and hardened.os_hardened
         and hardened.at < ${before} and hardened.run <> ${run.run}) as hardened_at
    from host_histories
    where repository = ${repository} and host = any(${[...hosts]}::text[]) and at < ${before} and run <> ${run.run}
    order by host, at desc`.execute(db);
  const trees = await sql<{ tree: string }>`
    select tree from host_histories
    where repository = ${repository} and host = any(${[...hosts]}::text[]) and at < ${before} and run <> ${run.run}
      and tree is not null
    group by tree, run, at order by at`.execute(db);
  return {
    attestations: attestations.rows.map(({ present, ...row }) => ({ ...row, exists: present })),
    hosts: Object.fromEntries(
      earlier.rows.map(row => [
        row.host,
        {
          commit: row.commit,
          extraVarsDigest: row.extra_vars_digest,
          pendingRestart: JSON.parse(row.pending_restart) as string[],
          osHardenedAt: row.hardened_at === null ? null : new Date(row.hardened_at),
        },
      ]),
    ),
    trees: trees.rows.map(({ tree }) => tree),
  };
}

/**
 * Keeps what a run proves, in place of what was proven when fewer of its lines were there.
 *
 * @param provenLines how many lines the proof was made from.
 */
export async function saveRunProof(
  db: QueryExecutorProvider,
  run: Run,
  proof: RunProof,
  provenLines: number,
): Promise<void> {
  const at = run.startedAt ?? run.receivedAt;
  const repository = run.repository ?? '';
  for (const table of ['host_proofs', 'file_attestations', 'host_histories', 'tamperings'])
    await sql`delete from ${sql.table(table)} where run = ${run.run}`.execute(db);
  for (const { host, outcome, live, idempotent, osFirst, reasons, files } of proof.hosts)
    await sql`
      insert into host_proofs (run, host, outcome, live, idempotent, os_first, reasons, files)
      values (${run.run}, ${host}, ${outcome}, ${live}, ${idempotent}, ${osFirst}, ${JSON.stringify(reasons)},
              ${JSON.stringify(files)})`.execute(db);
  for (const { host, dest, exists, sha256 } of proof.attestations)
    await sql`
      insert into file_attestations (repository, host, dest, run, at, present, sha256)
      values (${repository}, ${host}, ${dest}, ${run.run}, ${at}, ${exists}, ${sha256})`.execute(db);
  if (!proof.check && proof.state !== 'refused')
    for (const { host } of proof.hosts)
      await sql`
        insert into host_histories
          (repository, host, run, at, commit, tree, extra_vars_digest, pending_restart, os_hardened)
        select ${repository}, ${host}, run, ${at}, commit, tree, extra_vars_digest,
          ${JSON.stringify(proof.pendingRestart[host] ?? [])}, ${proof.osHardened.includes(host)}
        from runs where run = ${run.run}`.execute(db);
  for (const { host, dest, expected, actual, lastRun } of proof.tampering)
    await sql`
      insert into tamperings (run, host, dest, expected, actual, last_run)
      values (${run.run}, ${host}, ${dest}, ${expected}, ${actual}, ${lastRun})`.execute(db);
  await sql`
    update runs set state = ${proof.state}, rollback = ${proof.rollback}, proven_lines = ${provenLines}
    where run = ${run.run}`.execute(db);
}

/** A run by its id; null when no line of it has arrived. */
export async function runById(db: QueryExecutorProvider, run: string): Promise<Run | null> {
  const { rows } = await sql<RunRow>`select ${COLUMNS} from runs where run = ${run}`.execute(db);
  return rows[0] === undefined ? null : toRun(rows[0]);
}

/** Runs, newest first. */
export async function listRuns(db: QueryExecutorProvider, query: RunQuery): Promise<Run[]> {
  const conditions = [
    query.repository !== undefined && sql`repository = ${query.repository}`,
    query.host !== undefined &&
      sql`exists (select 1 from host_proofs where host_proofs.run = runs.run and host = ${query.host})`,
    query.state !== undefined && sql`state = ${query.state}`,
    query.gate !== undefined && query.gate !== null && sql`gate = ${query.gate}`,
    query.before && sql`(received_at, run) < (${query.before.receivedAt}, ${query.before.run})`,
  ].filter(condition => condition !== undefined && condition !== false);
  const { rows } = await sql<RunRow>`
    select ${COLUMNS} from runs where ${sql.join([sql`true`, ...conditions], sql` and `)}
    order by received_at desc, run desc limit ${query.limit}`.execute(db);
  return rows.map(toRun);
}

/** What a run did to each of its hosts, by host. */
export async function hostProofs(db: QueryExecutorProvider, run: string): Promise<HostApplication[]> {
  const { rows } = await sql<ProofRow>`
    select host_proofs.*, runs.commit, coalesce(started_at, received_at) as at
    from host_proofs join runs using (run) where run = ${run} order by host`.execute(db);
  return rows.map(toApplication);
}

/** The last run that was proven for a host and not in check mode; null when there is none. */
export async function lastApplication(
  db: QueryExecutorProvider,
  repository: string,
  host: string,
): Promise<HostApplication | null> {
  const { rows } = await sql<ProofRow>`
    select host_proofs.*, runs.commit, coalesce(started_at, received_at) as at
    from host_proofs join runs using (run)
    where host = ${host} and repository = ${repository} and not check_mode
    order by at desc limit 1`.execute(db);
  return rows[0] === undefined ? null : toApplication(rows[0]);
}

/** Files that were found changed behind Ansible's back, newest run first. */
export async function listTamperings(
  db: QueryExecutorProvider,
  limit: number,
): Promise<(Tampering & Readonly<{ run: string; at: Date }>)[]> {
  const { rows } = await sql<{
    run: string;
    host: string;
    dest: string;
    expected: string;
    actual: string | null;
    last_run: string;
    at: Date;
  }>`
    select tamperings.*, coalesce(started_at, received_at) as at from tamperings join runs using (run)
    order by at desc, host, dest limit ${limit}`.execute(db);
  return rows.map(({ last_run, at, ...row }) => ({ ...row, lastRun: last_run, at: new Date(at) }));
}

type RunRow = Readonly<{
  run: string;
  repository: string | null;
  commit: string | null;
  tree: string | null;
  playbook: string | null;
  controller: string | null;
  person: string | null;
  check_mode: boolean;
  gate: Run['gate'];
  gate_reason: string | null;
  change: string | null;
  end_status: Run['endStatus'];
  started_at: Date | null;
  ended_at: Date | null;
  received_at: Date;
  lines: number;
  conflicts: number;
  state: RunProof['state'] | null;
  rollback: boolean | null;
}>;

function toRun({ check_mode, gate_reason, end_status, started_at, ended_at, received_at, ...row }: RunRow): Run {
  return {
    ...row,
    check: check_mode,
    gateReason: gate_reason,
    endStatus: end_status,
    startedAt: started_at === null ? null : new Date(started_at),
    endedAt: ended_at === null ? null : new Date(ended_at),
    receivedAt: new Date(received_at),
  };
}

type ProofRow = Readonly<{
  run: string;
  host: string;
  outcome: Outcome;
  live: boolean | null;
  idempotent: boolean | null;
  os_first: boolean | null;
  reasons: string;
  files: string;
  commit: string | null;
  at: Date;
}>;

function toApplication({ os_first, reasons, files, at, ...row }: ProofRow): HostApplication {
  return {
    ...row,
    osFirst: os_first,
    reasons: JSON.parse(reasons) as string[],
    files: JSON.parse(files) as FileProof[],
    at: new Date(at),
  };
}
