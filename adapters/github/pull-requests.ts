import type { Review } from '../../core/approval/types.ts';
import type { Client } from './client.ts';
import type { Account, CommitPerson, GitHub, Pull, PullCommit } from './github.ts';
import { GitHubError } from './github-error.ts';

type Reads = Pick<
  GitHub,
  'pull' | 'listOpenPulls' | 'pullsOfCommit' | 'pullFiles' | 'pullCommits' | 'compare' | 'reviews'
>;

/** An account that is gone is shown as ghost and counts as nobody. */
const account = (user: Readonly<{ login: string; type: string }> | null): Account =>
  user ? { login: user.login, type: user.type } : { login: 'ghost', type: 'Unknown' };

/** Login in GitHub's no-reply addresses, `ID+LOGIN@users.noreply.github.com`: nobody can verify another account's. */
const NO_REPLY = /^(?:\d+\+)?([a-z\d][a-z\d-]*(?:\[bot\])?)@users\.noreply\.github\.com$/i;
const TRAILER = /^co-authored-by:\s*(.*?)\s*<([^<>\s]+)>\s*$/gim;

function coAuthors(message: string): readonly CommitPerson[] {
  return [...message.matchAll(TRAILER)].map(([, name = '', email = '']) => {
    const login = NO_REPLY.exec(email)?.[1];
    const type = login?.endsWith('[bot]') === true ? 'Bot' : 'User';
    return { name, email, account: login === undefined ? null : { login, type } };
  });
}

type RestPerson = Readonly<{ name?: string; email?: string }> | null;
type RestAccount = Readonly<{ login?: string; type?: string }> | null;

function commitPerson(person: RestPerson, user: RestAccount): CommitPerson {
  const { login, type } = user ?? {};
  return {
    name: person?.name ?? '',
    email: person?.email ?? '',
    account: login === undefined || type === undefined ? null : { login, type },
  };
}

function complete<T>(pull: Pull, what: string, listed: readonly T[], counted: number): readonly T[] {
  if (listed.length !== counted) {
    throw new GitHubError(
      'incomplete',
      `${pull.repository}#${pull.number} has ${counted} ${what}, GitHub lists ${listed.length} of them`,
    );
  }
  return listed;
}

export function pullRequests(client: Client): Reads {
  return {
    pull: (repository, number) =>
      client.as(repository, `reading pull request #${number}`, async (octokit, name) => {
        const { data } = await octokit.rest.pulls.get({ ...name, pull_number: number });
        return {
          repository,
          number: data.number,
          url: data.html_url,
          title: data.title,
          state: data.state,
          draft: data.draft ?? false,
          author: account(data.user),
          headSha: data.head.sha,
          headRef: data.head.ref,
          headRepository: data.head.repo?.full_name ?? null,
          baseSha: data.base.sha,
          baseRef: data.base.ref,
          mergeable: data.mergeable,
          merged:
            data.merged && data.merge_commit_sha !== null && data.merged_at !== null
              ? { sha: data.merge_commit_sha, by: account(data.merged_by).login, at: data.merged_at }
              : null,
          commits: data.commits,
          changedFiles: data.changed_files,
          updatedAt: data.updated_at,
        };
      }),
    listOpenPulls: repository =>
      client.as(repository, 'listing open pull requests', async (octokit, name) => {
        const pulls = await octokit.paginate(octokit.rest.pulls.list, { ...name, state: 'open', per_page: 100 });
        return pulls.map(pull => ({
          number: pull.number,
          headSha: pull.head.sha,
          baseRef: pull.base.ref,
          updatedAt: pull.updated_at,
          draft: pull.draft ?? false,
        }));
      }),
    pullsOfCommit: (repository, sha) =>
      client.as(repository, `finding the pull requests of ${sha}`, async (octokit, name) => {
        const pulls = await octokit.paginate(octokit.rest.repos.listPullRequestsAssociatedWithCommit, {
          ...name,
          commit_sha: sha,
          per_page: 100,
        });
        return pulls.map(pull => pull.number);
      }),
    pullFiles: pull =>
      client.as(pull.repository, `listing files of #${pull.number}`, async (octokit, name) => {
        const files = await octokit.paginate(octokit.rest.pulls.listFiles, {
          ...name,
          pull_number: pull.number,
          per_page: 100,
        });
        return complete(pull, 'changed files', files, pull.changedFiles).map(file => ({
          path: file.filename,
          previousPath: file.previous_filename ?? null,
          status: file.status,
          additions: file.additions,
          deletions: file.deletions,
        }));
      }),
    pullCommits: pull =>
      client.as(pull.repository, `listing commits of #${pull.number}`, async (octokit, name) => {
        const commits = await octokit.paginate(octokit.rest.pulls.listCommits, {
          ...name,
          pull_number: pull.number,
          per_page: 100,
        });
        return complete(pull, 'commits', commits, pull.commits).map(
          (item): PullCommit => ({
            sha: item.sha,
            message: item.commit.message,
            author: commitPerson(item.commit.author, item.author),
            committer: commitPerson(item.commit.committer, item.committer),
            coAuthors: coAuthors(item.commit.message),
            verified: item.commit.verification?.verified ?? false,
          }),
        );
      }),
    compare: (repository, base, head) =>
      client.as(repository, `comparing ${base} and ${head}`, async (octokit, name) => {
        const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
          ...name,
          basehead: `${base}...${head}`,
          per_page: 1,
        });
        return { mergeBase: data.merge_base_commit.sha, aheadBy: data.ahead_by, behindBy: data.behind_by };
      }),
    reviews: (repository, number) =>
      client.as(repository, `listing reviews of #${number}`, async (octokit, name) => {
        const reviews = await octokit.paginate(octokit.rest.pulls.listReviews, {
          ...name,
          pull_number: number,
          per_page: 100,
        });
        return reviews.map(
          (review): Review => ({
            id: review.id,
            ...account(review.user),
            state: review.state as Review['state'],
            commitId: review.commit_id,
            submittedAt: review.submitted_at ?? '',
          }),
        );
      }),
  };
}
