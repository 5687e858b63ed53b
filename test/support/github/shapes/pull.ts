import type { PullRequest, Repository, World } from '../world.ts';
import { associationOf, nodeId, userShape } from './account.ts';
import { repositoryShape } from './repository.ts';

/** Counts that need git. */
export type PullCounts = Readonly<{ commits: number; additions: number; deletions: number; changedFiles: number }>;

/** `pull-request-simple`: what lists carry. */
export function pullSimpleShape(world: World, repository: Repository, pull: PullRequest) {
  const url = `${world.apiUrl}/repos/${repository.fullName}/pulls/${pull.number}`;
  const issueUrl = `${world.apiUrl}/repos/${repository.fullName}/issues/${pull.number}`;
  const htmlUrl = `${world.serverUrl}/${repository.fullName}/pull/${pull.number}`;
  const statusesUrl = `${world.apiUrl}/repos/${repository.fullName}/statuses/${pull.headSha}`;
  const repo = repositoryShape(world, repository);
  const side = (ref: string, sha: string) => ({
    label: `${repository.owner.login}:${ref}`,
    ref,
    sha,
    user: userShape(world, repository.owner),
    repo,
  });
  return {
    url,
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    html_url: htmlUrl,
    diff_url: `${htmlUrl}.diff`,
    patch_url: `${htmlUrl}.patch`,
    issue_url: issueUrl,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: userShape(world, pull.user),
    body: pull.body,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.merged?.at ?? null,
    merge_commit_sha: pull.merged?.sha ?? pull.testMerge,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: [],
    milestone: null,
    draft: pull.draft,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${world.apiUrl}/repos/${repository.fullName}/pulls/comments{/number}`,
    comments_url: `${issueUrl}/comments`,
    statuses_url: statusesUrl,
    head: side(pull.headRef, pull.headSha),
    base: side(pull.baseRef, pull.baseSha),
    _links: {
      self: { href: url },
      html: { href: htmlUrl },
      issue: { href: issueUrl },
      comments: { href: `${issueUrl}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: `${world.apiUrl}/repos/${repository.fullName}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: statusesUrl },
    },
    author_association: associationOf(repository, pull.user),
    auto_merge: null,
    active_lock_reason: null,
  };
}

/** `pull-request`. `mergeable` is null while GitHub computes it, which webhooks are sent before. */
export function pullShape(
  world: World,
  repository: Repository,
  pull: PullRequest,
  counts: PullCounts,
  mergeableKnown: boolean,
) {
  const open = pull.state === 'open';
  const mergeable = open && mergeableKnown ? pull.testMerge !== null : null;
  return {
    ...pullSimpleShape(world, repository, pull),
    merged: pull.merged !== null,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: mergeable === null ? 'unknown' : mergeable ? 'clean' : 'dirty',
    merged_by: pull.merged ? userShape(world, pull.merged.by) : null,
    comments: pull.comments.length,
    review_comments: pull.reviews.reduce((sum, review) => sum + review.comments.length, 0),
    maintainer_can_modify: false,
    commits: counts.commits,
    additions: counts.additions,
    deletions: counts.deletions,
    changed_files: counts.changedFiles,
  };
}
