import { type QueryExecutorProvider, sql } from 'kysely';
import type { Outcome } from '../../core/apply/types.ts';
import { CHANGE_OF_RUN } from './run-overview.ts';

/** A run that brought merged content to a host. */
export type Application = Readonly<{
  host: string;
  run: string;
  at: Date;
  outcome: Outcome;
  reasons: readonly string[];
  /** The change whose content the run had: the one asked about, or one merged later, which contains it. */
  changeId: number;
}>;

/**
 * Per host the run that brought content merged at `mergedAt`: the first that applied it as approved, else the last that
 * tried. Runs of content merged earlier, refused runs and check mode bring nothing. Hosts without such a run are absent.
 *
 * @param at runs that started up to then count.
 */
export async function applicationsOf(
  db: QueryExecutorProvider,
  content: Readonly<{ repository: string; mergedAt: Date; at: Date }>,
  hosts: readonly string[],
): Promise<ReadonlyMap<string, Application>> {
  const { rows } = await sql<{
    host: string;
    run: string;
    started: Date;
    outcome: Outcome;
    reasons: string;
    change_id: string | number;
  }>`
    with candidates as (
      select runs.run, coalesce(started_at, received_at) as started,
        ${CHANGE_OF_RUN} as change_id
      from runs
      where repository = ${content.repository} and not check_mode
        and runs.state is distinct from 'refused' and end_status is distinct from 'refused'
        and coalesce(started_at, received_at) between ${content.mergedAt} and ${content.at}
    ), brought as (
      select host, candidates.run, started, outcome, reasons, change_id from candidates
      join changes on changes.id = candidates.change_id and (changes.merge->>'at')::timestamptz >= ${content.mergedAt}
      join host_proofs on host_proofs.run = candidates.run
      where host in (select value from jsonb_array_elements_text(${JSON.stringify(hosts)}::jsonb))
    )
    select distinct on (host) host, run, started, outcome, reasons, change_id from brought
    order by host, outcome = 'applied-as-approved' desc,
      case when outcome = 'applied-as-approved' then started end asc, started desc`.execute(db);
  return new Map(
    rows.map(({ host, run, started, outcome, reasons, change_id }) => [
      host,
      {
        host,
        run,
        at: new Date(started),
        outcome,
        reasons: JSON.parse(reasons) as string[],
        changeId: Number(change_id),
      },
    ]),
  );
}
