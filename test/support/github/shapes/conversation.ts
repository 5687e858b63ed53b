import type { IssueComment, PullRequest, Repository, Review, ReviewComment, World } from '../world.ts';
import { appOwner, appShape, associationOf, nodeId, userShape } from './account.ts';

const pullUrl = (world: World, repository: Repository, pull: PullRequest) =>
  `${world.apiUrl}/repos/${repository.fullName}/pulls/${pull.number}`;
const pullPage = (world: World, repository: Repository, pull: PullRequest) =>
  `${world.serverUrl}/${repository.fullName}/pull/${pull.number}`;

/** `pull-request-review`. REST writes the state in upper case, webhooks in lower case. */
export function reviewShape(world: World, repository: Repository, pull: PullRequest, review: Review) {
  const htmlUrl = `${pullPage(world, repository, pull)}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', review.id),
    user: userShape(world, review.user),
    body: review.body,
    state: review.state,
    html_url: htmlUrl,
    pull_request_url: pullUrl(world, repository, pull),
    author_association: associationOf(repository, review.user),
    _links: { html: { href: htmlUrl }, pull_request: { href: pullUrl(world, repository, pull) } },
    submitted_at: review.submittedAt,
    commit_id: review.commitId,
  };
}

export function reviewWebhookShape(world: World, repository: Repository, pull: PullRequest, review: Review) {
  return {
    ...reviewShape(world, repository, pull, review),
    state: review.state.toLowerCase(),
    updated_at: review.submittedAt,
  };
}

/** `review-comment` and `pull-request-review-comment`: one inline comment. */
export function reviewCommentShape(
  world: World,
  repository: Repository,
  pull: PullRequest,
  review: Review,
  comment: ReviewComment,
) {
  const url = `${world.apiUrl}/repos/${repository.fullName}/pulls/comments/${comment.id}`;
  const htmlUrl = `${pullPage(world, repository, pull)}#discussion_r${comment.id}`;
  return {
    url,
    pull_request_review_id: review.id,
    id: comment.id,
    node_id: nodeId('PullRequestReviewComment', comment.id),
    diff_hunk: comment.diffHunk,
    path: comment.path,
    position: comment.position,
    original_position: comment.position,
    commit_id: comment.commitId,
    original_commit_id: comment.commitId,
    user: userShape(world, review.user),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.createdAt,
    html_url: htmlUrl,
    pull_request_url: pullUrl(world, repository, pull),
    author_association: associationOf(repository, review.user),
    _links: {
      self: { href: url },
      html: { href: htmlUrl },
      pull_request: { href: pullUrl(world, repository, pull) },
    },
    reactions: reactions(`${url}/reactions`),
    line: comment.line,
    original_line: comment.line,
    side: comment.side,
    start_line: comment.startLine,
    original_start_line: comment.startLine,
    start_side: comment.startSide,
    subject_type: 'line',
  };
}

export function issueCommentShape(world: World, repository: Repository, pull: PullRequest, comment: IssueComment) {
  const url = `${world.apiUrl}/repos/${repository.fullName}/issues/comments/${comment.id}`;
  return {
    url,
    html_url: `${pullPage(world, repository, pull)}#issuecomment-${comment.id}`,
    issue_url: `${world.apiUrl}/repos/${repository.fullName}/issues/${pull.number}`,
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    user: userShape(world, comment.user),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: associationOf(repository, comment.user),
    body: comment.body,
    reactions: reactions(`${url}/reactions`),
    performed_via_github_app: comment.viaApp ? appShape(world, world.app, appOwner(world)) : null,
  };
}

/** A pull request as the issue it is too, which issue_comment webhooks carry. */
export function issueShape(world: World, repository: Repository, pull: PullRequest) {
  const url = `${world.apiUrl}/repos/${repository.fullName}/issues/${pull.number}`;
  const htmlUrl = pullPage(world, repository, pull);
  return {
    url,
    repository_url: `${world.apiUrl}/repos/${repository.fullName}`,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: htmlUrl,
    id: pull.id,
    node_id: nodeId('Issue', pull.id),
    number: pull.number,
    title: pull.title,
    user: userShape(world, pull.user),
    labels: [],
    state: pull.state,
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: pull.comments.length,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    author_association: associationOf(repository, pull.user),
    active_lock_reason: null,
    draft: pull.draft,
    pull_request: {
      url: pullUrl(world, repository, pull),
      html_url: htmlUrl,
      diff_url: `${htmlUrl}.diff`,
      patch_url: `${htmlUrl}.patch`,
      merged_at: pull.merged?.at ?? null,
    },
    body: pull.body,
    reactions: reactions(`${url}/reactions`),
    performed_via_github_app: null,
    state_reason: null,
  };
}

function reactions(url: string) {
  return {
    url,
    total_count: 0,
    '+1': 0,
    '-1': 0,
    laugh: 0,
    hooray: 0,
    confused: 0,
    heart: 0,
    rocket: 0,
    eyes: 0,
  };
}
