import type { Client } from './client.ts';
import type { GitHub, Protection, Repository } from './github.ts';
import { GitHubError } from './github-error.ts';

type RestRepository = Readonly<{ id: number; full_name: string; default_branch: string; private: boolean }>;

const repositoryOf = (data: RestRepository): Repository => ({
  id: data.id,
  fullName: data.full_name,
  defaultBranch: data.default_branch,
  private: data.private,
});

export function repositories(
  client: Client,
): Pick<GitHub, 'repository' | 'installedRepositories' | 'branchHead' | 'branchProtection'> {
  return {
    repository: repository =>
      client.as(repository, 'reading the repository', async (octokit, name) =>
        repositoryOf((await octokit.rest.repos.get(name)).data),
      ),
    async installedRepositories() {
      const installations = await client.asApp('listing installations', octokit =>
        octokit.paginate(octokit.rest.apps.listInstallations, { per_page: 100 }),
      );
      const found: Repository[] = [];
      for (const installation of installations) {
        if (installation.suspended_at) continue;
        const visible = await client.asInstallation(installation.id, 'listing repositories', octokit =>
          octokit.paginate(octokit.rest.apps.listReposAccessibleToInstallation, { per_page: 100 }),
        );
        found.push(...visible.map(repositoryOf));
      }
      return found;
    },
    branchHead: (repository, branch) =>
      client.as(repository, `reading branch ${branch}`, async (octokit, name) => {
        const { data } = await octokit.rest.repos.getBranch({ ...name, branch });
        return data.commit.sha;
      }),
    async branchProtection(repository, branch) {
      const rules = await client.as(repository, `reading the rules of ${branch}`, (octokit, name) =>
        octokit.paginate(octokit.rest.repos.getBranchRules, { ...name, branch, per_page: 100 }),
      );
      const fromRules = rules.flatMap((rule): Protection['checks'] =>
        rule.type === 'required_status_checks' && rule.parameters
          ? rule.parameters.required_status_checks.map(check => ({
              name: check.context,
              appId: check.integration_id ?? null,
              from: 'ruleset',
            }))
          : [],
      );
      const ruleApprovals = rules.map(rule =>
        rule.type === 'pull_request' ? (rule.parameters?.required_approving_review_count ?? 0) : 0,
      );
      const protection = await client
        .as(repository, `reading the protection of ${branch}`, async (octokit, name) => {
          const { data } = await octokit.rest.repos.getBranchProtection({ ...name, branch });
          return data;
        })
        .catch((error: unknown) => {
          if (error instanceof GitHubError && error.code === 'not-found') return null;
          throw error;
        });
      if (!protection && rules.length === 0) return null;
      const checks = protection?.required_status_checks?.checks ?? [];
      return {
        checks: [
          ...checks.map((check): Protection['checks'][number] => ({
            name: check.context,
            appId: check.app_id ?? null,
            from: 'branch protection',
          })),
          ...fromRules,
        ],
        approvals: Math.max(
          0,
          protection?.required_pull_request_reviews?.required_approving_review_count ?? 0,
          ...ruleApprovals,
        ),
        enforceAdmins: protection?.enforce_admins?.enabled ?? false,
      };
    },
  };
}
