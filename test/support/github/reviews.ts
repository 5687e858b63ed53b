import { resolve } from './bare-repository.ts';
import { hunkUpTo, patchLineAt, patchLines } from './pull-diff.ts';
import { announce, pullCommits, threeDotFiles } from './pulls.ts';
import { Refusal } from './refusal.ts';
import { reviewCommentShape, reviewWebhookShape } from './shapes/conversation.ts';
import type { Account, PullRequest, Repository, Review, ReviewComment, Side, World } from './world.ts';

export const BODY_LIMIT = 65_536;

export type ReviewInput = Readonly<{
  commit_id?: string;
  body?: string;
  event?: 'APPROVE' | 'REQUEST_CHANGES' | 'COMMENT';
  comments?: readonly Readonly<{
    path: string;
    body: string;
    line?: number;
    side?: Side;
    start_line?: number;
    start_side?: Side;
    position?: number;
  }>[];
}>;

const STATES = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const;
const unprocessable = (message: string) => new Refusal(422, 'Unprocessable Entity', [message]);

/** Every comment must lie on a line of the diff; one that does not refuses the whole review, unnamed, as GitHub does. */
async function placed(
  world: World,
  repository: Repository,
  pull: PullRequest,
  commitId: string,
  comment: NonNullable<ReviewInput['comments']>[number],
): Promise<ReviewComment> {
  if (comment.body.length > BODY_LIMIT) throw unprocessable(`body is too long (maximum is ${BODY_LIMIT} characters)`);
  const file = (await threeDotFiles(repository, pull.baseSha, commitId)).find(one => one.filename === comment.path);
  if (!file || file.patch === null) throw unprocessable('Path could not be resolved');
  const lines = patchLines(file.patch);
  const side = comment.side ?? 'RIGHT';
  const at =
    comment.line === undefined
      ? lines.find(line => line.position === comment.position)
      : patchLineAt(lines, comment.line, side);
  if (!at) throw unprocessable('Line could not be resolved');
  const startSide = comment.start_side ?? side;
  if (comment.start_line !== undefined) {
    const start = patchLineAt(lines, comment.start_line, startSide);
    if (!start) throw unprocessable('Start line could not be resolved');
    if (start.hunk !== at.hunk) throw unprocessable('Start line must be part of the same hunk as the line.');
    if (start.position >= at.position) throw unprocessable('Start line must precede the end line.');
  }
  return {
    id: world.nextId(),
    path: comment.path,
    line: comment.line ?? at.right ?? at.left ?? 0,
    side,
    startLine: comment.start_line ?? null,
    startSide: comment.start_line === undefined ? null : startSide,
    position: at.position,
    diffHunk: hunkUpTo(file.patch, at.position),
    body: comment.body,
    commitId,
    createdAt: world.now(),
  };
}

export async function submitReview(
  world: World,
  repository: Repository,
  pull: PullRequest,
  user: Account,
  input: ReviewInput,
): Promise<Review> {
  const event = input.event;
  if (event === undefined) throw unprocessable('pending reviews are not part of this double');
  if (user.login === pull.user.login && event !== 'COMMENT') {
    const verb = event === 'APPROVE' ? 'approve' : 'request changes on';
    throw unprocessable(`Can not ${verb} your own pull request`);
  }
  const body = input.body ?? '';
  if (body.trim() === '' && event !== 'APPROVE') throw unprocessable('Body can\u2019t be blank');
  if (body.length > BODY_LIMIT) throw unprocessable(`body is too long (maximum is ${BODY_LIMIT} characters)`);
  const commitId = input.commit_id ?? pull.headSha;
  const known = (await resolve(repository.git, `${commitId}^{commit}`)) === commitId;
  if (!known || !(await pullCommits(repository, pull)).some(commit => commit.sha === commitId)) {
    throw unprocessable('The commit_id is not part of the pull request');
  }
  const comments: ReviewComment[] = [];
  for (const comment of input.comments ?? []) comments.push(await placed(world, repository, pull, commitId, comment));
  const review: Review = {
    id: world.nextId(),
    user,
    body,
    commitId,
    submittedAt: world.now(),
    comments,
    state: STATES[event],
  };
  pull.reviews.push(review);
  pull.updatedAt = world.now();
  await announce(world, repository, pull, user, 'pull_request_review', 'submitted', {
    review: reviewWebhookShape(world, repository, pull, review),
  });
  for (const comment of comments) {
    await announce(world, repository, pull, user, 'pull_request_review_comment', 'created', {
      comment: reviewCommentShape(world, repository, pull, review, comment),
    });
  }
  return review;
}

export async function dismissReview(
  world: World,
  repository: Repository,
  pull: PullRequest,
  review: Review,
  by: Account,
): Promise<void> {
  if (review.state !== 'APPROVED' && review.state !== 'CHANGES_REQUESTED') {
    throw unprocessable('Can not dismiss a commented pull request review');
  }
  review.state = 'DISMISSED';
  await announce(world, repository, pull, by, 'pull_request_review', 'dismissed', {
    review: reviewWebhookShape(world, repository, pull, review),
  });
}
