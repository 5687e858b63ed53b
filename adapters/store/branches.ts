import { type QueryExecutorProvider, sql } from 'kysely';

/**
 * What the gate knows of one commit on a governed branch. `approved`: it carries exactly what a change's approvers
 * saw (or nothing governed changed since such a commit). `unapproved`: something governed got there another way.
 */
export type BranchCommit = Readonly<{
  repository: string;
  branch: string;
  commit: string;
  tree: string;
  state: 'approved' | 'unapproved';
  changeId: number | null;
  reason: string;
  at: Date;
}>;

type Row = Readonly<{
  repository: string;
  branch: string;
  commit: string;
  tree: string;
  state: BranchCommit['state'];
  change_id: string | number | null;
  reason: string;
  at: Date;
}>;

const COLUMNS = sql`repository, branch, commit, tree, state, change_id, reason, at`;

/** A recorded merge outranks what a push alone could tell: an approved row is never turned back by a later push event. */
export async function saveBranchCommit(db: QueryExecutorProvider, known: BranchCommit): Promise<void> {
  await sql`
    insert into branch_commits (repository, branch, commit, tree, state, change_id, reason, at)
    values (${known.repository}, ${known.branch}, ${known.commit}, ${known.tree}, ${known.state}, ${known.changeId},
            ${known.reason}, ${known.at})
    on conflict (repository, branch, commit) do update set
      state = excluded.state, change_id = excluded.change_id, reason = excluded.reason, at = excluded.at
    where branch_commits.change_id is null`.execute(db);
}

export async function branchCommit(
  db: QueryExecutorProvider,
  repository: string,
  commit: string,
): Promise<BranchCommit | null> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from branch_commits
    where repository = ${repository} and commit = ${commit}
    order by case state when 'approved' then 0 else 1 end limit 1`.execute(db);
  return rows[0] ? toCommit(rows[0]) : null;
}

/** The newest commit of a branch that is approved. */
export async function lastApproved(
  db: QueryExecutorProvider,
  repository: string,
  branch: string,
): Promise<BranchCommit | null> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from branch_commits
    where repository = ${repository} and branch = ${branch} and state = 'approved' order by at desc limit 1`.execute(
    db,
  );
  return rows[0] ? toCommit(rows[0]) : null;
}

/** Unapproved commits, newest first. */
export async function unapprovedCommits(db: QueryExecutorProvider, limit: number): Promise<readonly BranchCommit[]> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from branch_commits
    where state = 'unapproved' order by at desc limit ${limit}`.execute(db);
  return rows.map(toCommit);
}

function toCommit({ repository, branch, commit, tree, state, reason, ...row }: Row): BranchCommit {
  const changeId = row.change_id === null ? null : Number(row.change_id);
  return { repository, branch, commit, tree, state, reason, changeId, at: new Date(row.at) };
}
