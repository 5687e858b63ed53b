import { invalid } from './refusal.ts';
import { BODY_LIMIT } from './reviews.ts';
import { userShape } from './shapes/account.ts';
import { issueCommentShape, issueShape } from './shapes/conversation.ts';
import { repositoryShape } from './shapes/repository.ts';
import type { Account, IssueComment, PullRequest, Repository, World } from './world.ts';

function checked(body: string): string {
  if (body.trim() === '') throw invalid('IssueComment', 'body', 'body can\u2019t be blank');
  if (body.length > BODY_LIMIT) {
    throw invalid('IssueComment', 'body', `body is too long (maximum is ${BODY_LIMIT} characters)`);
  }
  return body;
}

function announce(
  world: World,
  repository: Repository,
  pull: PullRequest,
  comment: IssueComment,
  sender: Account,
  action: 'created' | 'edited',
  changes?: Readonly<Record<string, unknown>>,
): void {
  world.send(
    'issue_comment',
    action,
    {
      ...(changes ? { changes } : {}),
      issue: issueShape(world, repository, pull),
      comment: issueCommentShape(world, repository, pull, comment),
      repository: repositoryShape(world, repository),
      sender: userShape(world, sender),
    },
    repository,
  );
}

export function addComment(
  world: World,
  repository: Repository,
  pull: PullRequest,
  user: Account,
  body: string,
): IssueComment {
  const now = world.now();
  const comment: IssueComment = {
    id: world.nextId(),
    user,
    viaApp: user.login === world.app.bot.login,
    createdAt: now,
    updatedAt: now,
    body: checked(body),
  };
  pull.comments.push(comment);
  pull.updatedAt = now;
  announce(world, repository, pull, comment, user, 'created');
  return comment;
}

export function editComment(
  world: World,
  repository: Repository,
  pull: PullRequest,
  comment: IssueComment,
  sender: Account,
  body: string,
): void {
  const from = comment.body;
  comment.body = checked(body);
  comment.updatedAt = world.now();
  announce(world, repository, pull, comment, sender, 'edited', { body: { from } });
}
