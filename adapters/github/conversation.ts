import { cappedText, TEXT_LIMITS } from './capped-text.ts';
import type { Client } from './client.ts';
import type { AppIdentity, GitHub } from './github.ts';
import { GitHubError } from './github-error.ts';
import { carriesMarker } from './hidden-marker.ts';

/** The marker comes last and survives the cut. */
function marked(body: string, marker: string): string {
  return `${cappedText(body, TEXT_LIMITS.comment - marker.length - 2)}\n\n${marker}`;
}

export function conversation(
  client: Client,
  app: () => Promise<AppIdentity>,
): Pick<GitHub, 'createReview' | 'dismissReview' | 'upsertComment'> {
  const demandHead = (repository: string, number: number, head: string) =>
    client.as(repository, `reading pull request #${number}`, async (octokit, repo) => {
      const { data } = await octokit.rest.pulls.get({ ...repo, pull_number: number });
      if (data.head.sha !== head) {
        throw new GitHubError('head-moved', `${repository}#${number} has head ${data.head.sha}, not ${head}`);
      }
    });

  const update = (repository: string, id: number, body: string) =>
    client.as(repository, `editing comment ${id}`, async (octokit, repo) => {
      const { data } = await octokit.rest.issues.updateComment({ ...repo, comment_id: id, body });
      return { id: data.id, url: data.html_url, action: 'updated' as const };
    });

  return {
    async createReview(repository, number, input) {
      const { botLogin } = await app();
      const existing = await client.as(repository, `listing reviews of #${number}`, async (octokit, repo) => {
        const reviews = await octokit.paginate(octokit.rest.pulls.listReviews, {
          ...repo,
          pull_number: number,
          per_page: 100,
        });
        return reviews.find(review => review.user?.login === botLogin && carriesMarker(review.body, input.marker));
      });
      if (existing) return { id: existing.id, url: existing.html_url, action: 'unchanged' };
      await demandHead(repository, number, input.commitId);
      return client.as(repository, `posting a review on #${number}`, async (octokit, repo) => {
        const { data } = await octokit.rest.pulls.createReview({
          ...repo,
          pull_number: number,
          commit_id: input.commitId,
          event: input.event,
          body: marked(input.body, input.marker),
          comments: input.comments.map(comment => ({
            path: comment.path,
            body: cappedText(comment.body, TEXT_LIMITS.comment),
            line: comment.line,
            side: comment.side,
            ...(comment.startLine === undefined ? {} : { start_line: comment.startLine, start_side: comment.side }),
          })),
        });
        return { id: data.id, url: data.html_url, action: 'created' };
      });
    },
    dismissReview: (repository, number, id, message) =>
      client.as(repository, `dismissing review ${id}`, async (octokit, repo) => {
        await octokit.rest.pulls.dismissReview({ ...repo, pull_number: number, review_id: id, message });
      }),
    async upsertComment(repository, number, input) {
      if (input.expectHead !== undefined) await demandHead(repository, number, input.expectHead);
      const body = marked(input.body, input.marker);
      if (input.knownId !== undefined) {
        try {
          return await update(repository, input.knownId, body);
        } catch (error) {
          if (!(error instanceof GitHubError) || error.code !== 'not-found') throw error;
        }
      }
      const { botLogin } = await app();
      const existing = await client.as(repository, `listing comments of #${number}`, async (octokit, repo) => {
        const comments = await octokit.paginate(octokit.rest.issues.listComments, {
          ...repo,
          issue_number: number,
          per_page: 100,
        });
        return comments.find(
          comment => comment.user?.login === botLogin && carriesMarker(comment.body ?? '', input.marker),
        );
      });
      if (existing?.body === body) return { id: existing.id, url: existing.html_url, action: 'unchanged' };
      if (existing) return update(repository, existing.id, body);
      return client.as(repository, `commenting on #${number}`, async (octokit, repo) => {
        const { data } = await octokit.rest.issues.createComment({ ...repo, issue_number: number, body });
        return { id: data.id, url: data.html_url, action: 'created' };
      });
    },
  };
}
