import { type QueryExecutorProvider, sql } from 'kysely';
import type { Shown } from '../../core/review/types.ts';

/** What a merged change says a host's kubelet runs with: field path -> value and the line it comes from. */
export type NodeConfiguration = Readonly<{
  values: Readonly<Record<string, Shown>>;
  origins: Readonly<Record<string, Readonly<{ file: string; line: number }>>>;
  /** dest -> sha256 of the file Ansible must write; null where Git alone does not know it. */
  files: Readonly<Record<string, string | null>>;
}>;

/** A host from one merged change to the next. */
export type NodeState = Readonly<{
  repository: string;
  inventory: string;
  host: string;
  group: string;
  changeId: number;
  commit: string;
  since: Date;
  until: Date | null;
  configurationDigest: string;
}>;

type Row = Readonly<{
  repository: string;
  inventory: string;
  host: string;
  node_group: string;
  change_id: string | number;
  commit: string;
  since: Date;
  until: Date | null;
  configuration: string;
}>;

const COLUMNS = sql.raw('repository, inventory, host, node_group, change_id, commit, since, until, configuration');

/** Distinct configurations are stored once, whatever number of hosts has them. */
export async function saveConfiguration(
  db: QueryExecutorProvider,
  digest: string,
  configuration: NodeConfiguration,
): Promise<void> {
  await sql`
    insert into configurations (digest, body) values (${digest}, ${JSON.stringify(configuration)}::jsonb)
    on conflict (digest) do nothing`.execute(db);
}

/** Configurations by digest; those that are not known are missing from the map. */
export async function configurationsByDigest(
  db: QueryExecutorProvider,
  digests: readonly string[],
): Promise<ReadonlyMap<string, NodeConfiguration>> {
  const { rows } = await sql<{ digest: string; body: NodeConfiguration }>`
    select digest, body from configurations
    where digest in (select value from jsonb_array_elements_text(${JSON.stringify(digests)}::jsonb))`.execute(db);
  return new Map(rows.map(row => [row.digest, row.body]));
}

/**
 * From `since` on the hosts of the repository's inventory have these states, up to the next merge known. Hosts that
 * are not listed any more end. Merges may arrive in any order, and saying the same twice changes nothing.
 */
export async function moveNodes(
  db: QueryExecutorProvider,
  at: Readonly<{ repository: string; inventory: string; changeId: number; commit: string; since: Date }>,
  hosts: readonly Readonly<{ host: string; group: string; configurationDigest: string }>[],
): Promise<void> {
  const listed = JSON.stringify(
    hosts.map(({ host, group, configurationDigest }) => [host, group, configurationDigest]),
  );
  await sql`
    update node_states set until = ${at.since}
    where repository = ${at.repository} and inventory = ${at.inventory} and commit <> ${at.commit}
      and since < ${at.since} and (until is null or until > ${at.since})`.execute(db);
  await sql`
    insert into node_states (repository, inventory, host, node_group, change_id, commit, since, until, configuration)
    select ${at.repository}, ${at.inventory}, entry->>0, entry->>1, ${at.changeId}, ${at.commit}, ${at.since},
           (select min(later.since) from node_states later
            where later.repository = ${at.repository} and later.inventory = ${at.inventory}
              and later.since > ${at.since}),
           entry->>2
    from jsonb_array_elements(${listed}::jsonb) as entry
    on conflict (repository, inventory, host, commit) do nothing`.execute(db);
}

/** Every host known now, by name. */
export async function listNodes(db: QueryExecutorProvider): Promise<readonly NodeState[]> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from node_states where until is null order by host, repository, inventory limit 20000`.execute(
    db,
  );
  return rows.map(toState);
}

/** The states of one host at a time, one per repository and inventory that manages it. */
export async function nodeAt(db: QueryExecutorProvider, host: string, at: Date): Promise<readonly NodeState[]> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from node_states
    where host = ${host} and since <= ${at} and (until is null or until > ${at})
    order by repository, inventory`.execute(db);
  return rows.map(toState);
}

/** All states of one host, newest first. */
export async function nodeHistory(db: QueryExecutorProvider, host: string): Promise<readonly NodeState[]> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from node_states where host = ${host} order by since desc limit 1000`.execute(db);
  return rows.map(toState);
}

function toState(row: Row): NodeState {
  return {
    repository: row.repository,
    inventory: row.inventory,
    host: row.host,
    group: row.node_group,
    changeId: Number(row.change_id),
    commit: row.commit,
    since: new Date(row.since),
    until: row.until === null ? null : new Date(row.until),
    configurationDigest: row.configuration,
  };
}
