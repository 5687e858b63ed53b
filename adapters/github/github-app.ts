import { checkRuns } from './check-runs.ts';
import { client as connect, type GitHubAppOptions, repositoryName } from './client.ts';
import { conversation } from './conversation.ts';
import type { AppIdentity, GitHub } from './github.ts';
import { hookDeliveries } from './hook-deliveries.ts';
import { people } from './people.ts';
import { pullRequests } from './pull-requests.ts';
import { repositories } from './repositories.ts';

export type { GitHubAppOptions } from './client.ts';

/** GitHub seen as our GitHub App. Makes no call before it is asked something. */
export function githubApp(options: GitHubAppOptions): GitHub {
  const client = connect(options);
  let identity: Promise<AppIdentity> | null = null;

  const app = (): Promise<AppIdentity> => {
    identity ??= client
      .asApp('reading the App', async octokit => {
        const { data } = await octokit.rest.apps.getAuthenticated();
        const slug = data?.slug ?? '';
        return {
          id: data?.id ?? 0,
          slug,
          botLogin: `${slug}[bot]`,
          permissions: Object.fromEntries(
            Object.entries(data?.permissions ?? {}).flatMap(([name, level]) =>
              typeof level === 'string' ? [[name, level]] : [],
            ),
          ),
          events: data?.events ?? [],
        };
      })
      .catch((error: unknown) => {
        identity = null;
        throw error;
      });
    return identity;
  };

  return {
    gitUrl(repository) {
      const { owner, repo } = repositoryName(repository);
      return `${options.serverUrl.replace(/\/$/, '')}/${owner}/${repo}.git`;
    },
    app,
    async installationToken(repository, wanted = 'any') {
      const installationId = await client.installationId(repository);
      return client.asApp(`getting a token for ${repository}`, async octokit => {
        const { token } = (await octokit.auth({
          type: 'installation',
          installationId,
          repositoryNames: [repositoryName(repository).repo],
          permissions: { contents: 'read' },
          refresh: wanted === 'fresh',
        })) as Readonly<{ token: string }>;
        return token;
      });
    },
    ...repositories(client),
    ...pullRequests(client),
    ...people(client),
    ...checkRuns(client, options.appId),
    ...conversation(client, app),
    ...hookDeliveries(client),
  };
}
