import { mergeBase, resolve } from '../bare-repository.ts';
import { commitAt, commitsBetween, threeDotFiles } from '../pulls.ts';
import { Refusal } from '../refusal.ts';
import { permissionShape } from '../shapes/account.ts';
import { commitShape, diffEntryShape } from '../shapes/commit.ts';
import { pullSimpleShape } from '../shapes/pull.ts';
import { fullRepositoryShape } from '../shapes/repository.ts';
import type { Protection, Repository, World } from '../world.ts';
import { paged, type Route, repositoryOf } from './route.ts';

function protectionShape(world: World, repository: Repository, branch: string, protection: Protection) {
  const url = `${world.apiUrl}/repos/${repository.fullName}/branches/${encodeURIComponent(branch)}/protection`;
  return {
    url,
    enabled: true,
    required_status_checks: {
      url: `${url}/required_status_checks`,
      strict: false,
      contexts: protection.checks.map(check => check.context),
      contexts_url: `${url}/required_status_checks/contexts`,
      checks: protection.checks.map(check => ({ context: check.context, app_id: check.appId })),
    },
    ...(protection.approvals > 0
      ? {
          required_pull_request_reviews: {
            url: `${url}/required_pull_request_reviews`,
            dismiss_stale_reviews: false,
            require_code_owner_reviews: false,
            required_approving_review_count: protection.approvals,
            require_last_push_approval: false,
          },
        }
      : {}),
    enforce_admins: { url: `${url}/enforce_admins`, enabled: protection.enforceAdmins },
  };
}

export const repositoryRoutes: Readonly<Record<string, Route>> = {
  'GET /rate_limit': {
    needs: 'anyone',
    handle() {
      const rate = { limit: 5000, used: 0, remaining: 5000, reset: Math.ceil(Date.now() / 1000) + 3600 };
      return { status: 200, body: { resources: { core: rate, search: rate }, rate } };
    },
  },
  'GET /repos/{owner}/{repo}': {
    needs: ['metadata', 'read'],
    handle: request => ({ status: 200, body: fullRepositoryShape(request.world, repositoryOf(request)) }),
  },
  'GET /repos/{owner}/{repo}/branches/{branch}': {
    needs: ['contents', 'read'],
    async handle(request) {
      const { world } = request;
      const repository = repositoryOf(request);
      const branch = request.parameters['branch'] ?? '';
      if ((await resolve(repository.git, `refs/heads/${branch}`)) === null) throw new Refusal(404, 'Branch not found');
      const commit = await commitAt(repository, branch);
      const protection = repository.protections.get(branch);
      const url = `${world.apiUrl}/repos/${repository.fullName}/branches/${encodeURIComponent(branch)}`;
      return {
        status: 200,
        body: {
          name: branch,
          commit: commitShape(world, repository, commit),
          _links: { self: url, html: `${world.serverUrl}/${repository.fullName}/tree/${branch}` },
          protected: protection !== undefined,
          protection: protection ? protectionShape(world, repository, branch, protection) : { enabled: false },
          protection_url: `${url}/protection`,
        },
      };
    },
  },
  'GET /repos/{owner}/{repo}/branches/{branch}/protection': {
    needs: ['administration', 'read'],
    handle(request) {
      const repository = repositoryOf(request);
      const branch = request.parameters['branch'] ?? '';
      const protection = repository.protections.get(branch);
      if (!protection) throw new Refusal(404, 'Branch not protected');
      return { status: 200, body: protectionShape(request.world, repository, branch, protection) };
    },
  },
  'GET /repos/{owner}/{repo}/rules/branches/{branch}': {
    needs: ['metadata', 'read'],
    handle(request) {
      repositoryOf(request);
      return { status: 200, body: [] };
    },
  },
  'GET /repos/{owner}/{repo}/collaborators/{username}/permission': {
    needs: ['metadata', 'read'],
    handle(request) {
      const repository = repositoryOf(request);
      const login = (request.parameters['username'] ?? '').toLowerCase();
      const account = request.world.accounts.get(login);
      if (!account) throw new Refusal(404, `${login} is not a user`);
      const role = repository.roles.get(account.login) ?? (repository.private ? 'none' : 'read');
      return { status: 200, body: permissionShape(request.world, account, role) };
    },
  },
  'GET /orgs/{org}/teams/{team_slug}/memberships/{username}': {
    needs: ['members', 'read'],
    handle(request) {
      const { org = '', team_slug: slug = '', username = '' } = request.parameters;
      const membership = request.world.teams.get(`${org}/${slug}`)?.get(username.toLowerCase());
      if (!membership) throw new Refusal(404, 'Not Found');
      const url = `${request.world.apiUrl}/orgs/${org}/teams/${slug}/memberships/${username}`;
      return { status: 200, body: { ...membership, url } };
    },
  },
  'GET /repos/{owner}/{repo}/commits/{ref}': {
    needs: ['contents', 'read'],
    async handle(request) {
      const repository = repositoryOf(request);
      const commit = await commitAt(repository, request.parameters['ref'] ?? '');
      return { status: 200, body: commitShape(request.world, repository, commit) };
    },
  },
  'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls': {
    needs: ['pull_requests', 'read'],
    async handle(request) {
      const repository = repositoryOf(request);
      const { sha } = await commitAt(repository, request.parameters['commit_sha'] ?? '');
      const found = [];
      for (const pull of repository.pulls.values()) {
        const inside = await commitsBetween(repository, pull.baseSha, pull.merged?.sha ?? pull.headSha);
        if (inside.some(commit => commit.sha === sha)) found.push(pull);
      }
      return paged(request, found, page => page.map(pull => pullSimpleShape(request.world, repository, pull)));
    },
  },
  'GET /repos/{owner}/{repo}/compare/{basehead}': {
    needs: ['contents', 'read'],
    async handle(request) {
      const { world } = request;
      const repository = repositoryOf(request);
      const [from = '', to = ''] = (request.parameters['basehead'] ?? '').split('...');
      const base = await commitAt(repository, from);
      const head = await commitAt(repository, to);
      const ahead = await commitsBetween(repository, base.sha, head.sha);
      const behind = await commitsBetween(repository, head.sha, base.sha);
      const common = await commitAt(repository, await mergeBase(repository.git, base.sha, head.sha));
      const files = await threeDotFiles(repository, base.sha, head.sha);
      const page = `${world.serverUrl}/${repository.fullName}/compare/${base.sha}...${head.sha}`;
      const status =
        ahead.length === 0
          ? behind.length === 0
            ? 'identical'
            : 'behind'
          : behind.length === 0
            ? 'ahead'
            : 'diverged';
      return {
        status: 200,
        body: {
          url: `${world.apiUrl}/repos/${repository.fullName}/compare/${base.sha}...${head.sha}`,
          html_url: page,
          permalink_url: page,
          diff_url: `${page}.diff`,
          patch_url: `${page}.patch`,
          base_commit: commitShape(world, repository, base),
          merge_base_commit: commitShape(world, repository, common),
          status,
          ahead_by: ahead.length,
          behind_by: behind.length,
          total_commits: ahead.length,
          commits: ahead.slice(0, 250).map(commit => commitShape(world, repository, commit)),
          files: files.slice(0, 300).map(file => diffEntryShape(world, repository, head.sha, file)),
        },
      };
    },
  },
};
