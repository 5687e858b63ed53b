import { join } from 'node:path';
import { GitError } from '../adapters/git/git-error.ts';
import { fetchCommits, type Mirror, openMirror } from '../adapters/git/mirror.ts';
import type { WorkerContext } from './worker-context.ts';

/** Made on first use. */
function mirrorOf(context: WorkerContext, repository: string): Promise<Mirror> {
  const directory = join(context.mirrors, `${repository.toLowerCase().replace('/', '__')}.git`);
  return openMirror(directory, context.github.gitUrl(repository));
}

/**
 * The mirror of a repository with these commits in it. A token that is refused is fetched anew once, because it can end
 * before its time.
 * @throws GitError, GitHubError
 */
export async function fetchFromGitHub(
  context: WorkerContext,
  repository: string,
  commits: readonly string[],
): Promise<Mirror> {
  const mirror = await mirrorOf(context, repository);
  const wanted = [...new Set(commits)];
  try {
    await fetchCommits(mirror, wanted, { token: await context.github.installationToken(repository) });
  } catch (error) {
    if (!(error instanceof GitError) || error.code !== 'forbidden') throw error;
    await fetchCommits(mirror, wanted, { token: await context.github.installationToken(repository, 'fresh') });
  }
  return mirror;
}
