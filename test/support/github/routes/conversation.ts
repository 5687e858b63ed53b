import { addComment, editComment } from '../comments.ts';
import { Refusal } from '../refusal.ts';
import { dismissReview, type ReviewInput, submitReview } from '../reviews.ts';
import { issueCommentShape, reviewCommentShape, reviewShape } from '../shapes/conversation.ts';
import type { Review } from '../world.ts';
import { actorOf, paged, pullOf, type RestRequest, type Route, repositoryOf } from './route.ts';

function reviewOf(request: RestRequest): Review {
  const review = pullOf(request).pull.reviews.find(one => one.id === Number(request.parameters['review_id']));
  if (!review) throw new Refusal(404, 'Not Found');
  return review;
}

function commentOf(request: RestRequest) {
  const repository = repositoryOf(request);
  for (const pull of repository.pulls.values()) {
    const comment = pull.comments.find(one => one.id === Number(request.parameters['comment_id']));
    if (comment) return { repository, pull, comment };
  }
  throw new Refusal(404, 'Not Found');
}

export const conversationRoutes: Readonly<Record<string, Route>> = {
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/comments': {
    needs: ['pull_requests', 'read'],
    handle(request) {
      const { repository, pull } = pullOf(request);
      const all = pull.reviews.flatMap(review => review.comments.map(comment => ({ review, comment })));
      return paged(request, all, page =>
        page.map(({ review, comment }) => reviewCommentShape(request.world, repository, pull, review, comment)),
      );
    },
  },
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews': {
    needs: ['pull_requests', 'read'],
    handle(request) {
      const { repository, pull } = pullOf(request);
      return paged(request, pull.reviews, page =>
        page.map(review => reviewShape(request.world, repository, pull, review)),
      );
    },
  },
  'POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews': {
    needs: ['pull_requests', 'write'],
    async handle(request) {
      const { repository, pull } = pullOf(request);
      const input = request.body as ReviewInput;
      const review = await submitReview(request.world, repository, pull, actorOf(request), input);
      return { status: 200, body: reviewShape(request.world, repository, pull, review) };
    },
  },
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}': {
    needs: ['pull_requests', 'read'],
    handle(request) {
      const { repository, pull } = pullOf(request);
      return { status: 200, body: reviewShape(request.world, repository, pull, reviewOf(request)) };
    },
  },
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments': {
    needs: ['pull_requests', 'read'],
    handle(request) {
      const { repository, pull } = pullOf(request);
      const review = reviewOf(request);
      return paged(request, review.comments, page =>
        page.map(comment => reviewCommentShape(request.world, repository, pull, review, comment)),
      );
    },
  },
  'PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals': {
    needs: ['pull_requests', 'write'],
    async handle(request) {
      const { repository, pull } = pullOf(request);
      const review = reviewOf(request);
      await dismissReview(request.world, repository, pull, review, actorOf(request));
      return { status: 200, body: reviewShape(request.world, repository, pull, review) };
    },
  },
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments': {
    needs: ['pull_requests', 'read'],
    handle(request) {
      const { repository, pull } = pullOf(request, 'issue_number');
      return paged(request, pull.comments, page =>
        page.map(comment => issueCommentShape(request.world, repository, pull, comment)),
      );
    },
  },
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments': {
    needs: ['pull_requests', 'write'],
    handle(request) {
      const { repository, pull } = pullOf(request, 'issue_number');
      const { body } = request.body as { body: string };
      const comment = addComment(request.world, repository, pull, actorOf(request), body);
      return { status: 201, body: issueCommentShape(request.world, repository, pull, comment) };
    },
  },
  'GET /repos/{owner}/{repo}/issues/comments/{comment_id}': {
    needs: ['pull_requests', 'read'],
    handle(request) {
      const { repository, pull, comment } = commentOf(request);
      return { status: 200, body: issueCommentShape(request.world, repository, pull, comment) };
    },
  },
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}': {
    needs: ['pull_requests', 'write'],
    handle(request) {
      const { repository, pull, comment } = commentOf(request);
      const { body } = request.body as { body: string };
      editComment(request.world, repository, pull, comment, actorOf(request), body);
      return { status: 200, body: issueCommentShape(request.world, repository, pull, comment) };
    },
  },
};
