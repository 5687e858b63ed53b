import type { Person } from '../../core/approval/types.ts';
import { type Client, repositoryName } from './client.ts';
import type { GitHub } from './github.ts';
import { GitHubError } from './github-error.ts';

const ROLES: readonly Person['role'][] = ['admin', 'maintain', 'write', 'triage', 'read', 'none'];
const asRole = (name: string | undefined) => ROLES.find(role => role === name);

/** The answer, or `absent` when GitHub says 404. */
async function orAbsent<T, A>(absent: A, task: () => Promise<T>): Promise<T | A> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof GitHubError && error.code === 'not-found') return absent;
    throw error;
  }
}

export function people(client: Client): Pick<GitHub, 'permission' | 'teamMembership' | 'person'> {
  const membership: GitHub['teamMembership'] = (repository, organization, slug, login) =>
    orAbsent('none' as const, () =>
      client.as(repository, `asking whether ${login} is in ${organization}/${slug}`, async octokit => {
        const { data } = await octokit.rest.teams.getMembershipForUserInOrg({
          org: organization,
          team_slug: slug,
          username: login,
        });
        return data.state;
      }),
    );

  const permission: GitHub['permission'] = (repository, login) =>
    orAbsent('none' as const, () =>
      client.as(repository, `asking for the role of ${login}`, async (octokit, name) => {
        const { data } = await octokit.rest.repos.getCollaboratorPermissionLevel({ ...name, username: login });
        return asRole(data.role_name) ?? asRole(data.permission) ?? 'none';
      }),
    );

  return {
    permission,
    teamMembership: membership,
    async person(repository, login, teams) {
      const { owner } = repositoryName(repository);
      const role = await permission(repository, login);
      const active: string[] = [];
      for (const team of teams) {
        const [organization = '', slug = ''] = team.includes('/') ? team.split('/') : [owner, team];
        if ((await membership(repository, organization, slug, login)) === 'active') active.push(team);
      }
      return { login, role, teams: active };
    },
  };
}
