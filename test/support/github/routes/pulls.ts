import { editPull, mergePull, openPull, pullCommits, pullCounts, threeDotFiles } from '../pulls.ts';
import { commitShape, diffEntryShape } from '../shapes/commit.ts';
import { pullShape, pullSimpleShape } from '../shapes/pull.ts';
import type { PullRequest, Repository } from '../world.ts';
import { actorOf, paged, pullOf, type RestAnswer, type RestRequest, type Route, repositoryOf } from './route.ts';

const LISTED = { files: 3000, commits: 250 } as const;

async function whole(
  request: RestRequest,
  repository: Repository,
  pull: PullRequest,
  status: number,
): Promise<RestAnswer> {
  return { status, body: pullShape(request.world, repository, pull, await pullCounts(repository, pull), true) };
}

export const pullRoutes: Readonly<Record<string, Route>> = {
  'GET /repos/{owner}/{repo}/pulls': {
    needs: ['pull_requests', 'read'],
    handle(request) {
      const repository = repositoryOf(request);
      const state = request.query.get('state') ?? 'open';
      const base = request.query.get('base');
      const head = request.query.get('head');
      const direction = request.query.get('direction') ?? 'desc';
      const found = [...repository.pulls.values()].filter(
        pull =>
          (state === 'all' || pull.state === state) &&
          (base === null || pull.baseRef === base) &&
          (head === null || `${repository.owner.login}:${pull.headRef}` === head),
      );
      if (direction === 'desc') found.reverse();
      return paged(request, found, page => page.map(pull => pullSimpleShape(request.world, repository, pull)));
    },
  },
  'POST /repos/{owner}/{repo}/pulls': {
    needs: ['pull_requests', 'write'],
    async handle(request) {
      const repository = repositoryOf(request);
      const input = request.body as Parameters<typeof openPull>[3];
      return whole(request, repository, await openPull(request.world, repository, actorOf(request), input), 201);
    },
  },
  'GET /repos/{owner}/{repo}/pulls/{pull_number}': {
    needs: ['pull_requests', 'read'],
    handle(request) {
      const { repository, pull } = pullOf(request);
      return whole(request, repository, pull, 200);
    },
  },
  'PATCH /repos/{owner}/{repo}/pulls/{pull_number}': {
    needs: ['pull_requests', 'write'],
    async handle(request) {
      const { repository, pull } = pullOf(request);
      await editPull(request.world, repository, pull, actorOf(request), request.body as Parameters<typeof editPull>[4]);
      return whole(request, repository, pull, 200);
    },
  },
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/files': {
    needs: ['pull_requests', 'read'],
    async handle(request) {
      const { repository, pull } = pullOf(request);
      const files = (await threeDotFiles(repository, pull.baseSha, pull.headSha)).slice(0, LISTED.files);
      return paged(request, files, page =>
        page.map(file => diffEntryShape(request.world, repository, pull.headSha, file)),
      );
    },
  },
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits': {
    needs: ['pull_requests', 'read'],
    async handle(request) {
      const { repository, pull } = pullOf(request);
      const commits = (await pullCommits(repository, pull)).slice(0, LISTED.commits);
      return paged(request, commits, page => page.map(commit => commitShape(request.world, repository, commit)));
    },
  },
  'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge': {
    needs: ['contents', 'write'],
    async handle(request) {
      const { repository, pull } = pullOf(request);
      const input = (request.body ?? {}) as {
        sha?: string;
        merge_method?: 'merge' | 'squash' | 'rebase';
        commit_title?: string;
        commit_message?: string;
      };
      const sha = await mergePull(request.world, repository, pull, actorOf(request), {
        ...(input.sha === undefined ? {} : { sha: input.sha }),
        ...(input.merge_method === undefined ? {} : { method: input.merge_method }),
        ...(input.commit_title === undefined ? {} : { title: input.commit_title }),
        ...(input.commit_message === undefined ? {} : { message: input.commit_message }),
      });
      return { status: 200, body: { sha, merged: true, message: 'Pull Request successfully merged' } };
    },
  },
};
