import { App, Octokit } from 'octokit';
import { GitHubError, githubError } from './github-error.ts';

export type GitHubAppOptions = Readonly<{
  appId: number;
  /** PEM. */
  privateKey: string;
  /** REST root: `https://api.github.com`, or `https://HOST/api/v3` on GitHub Enterprise Server. */
  apiUrl: string;
  /** Web and git root: `https://github.com`. */
  serverUrl: string;
  /** Stands in for the global fetch. */
  fetch?: typeof fetch;
  /** Milliseconds before a call counts as unanswered; 20 s unless told. */
  timeoutMs?: number;
  /** Whether writes keep GitHub's recommended distance (1 s, 3 s when they notify). True unless told. */
  pacing?: boolean;
}>;

/** Octokit with the App's credentials, one instance per installation. */
export type Client = Readonly<{
  /** Calls as the App itself. */
  asApp<T>(what: string, task: (octokit: Octokit) => Promise<T>): Promise<T>;
  /** Calls as the installation on a repository. */
  as<T>(repository: string, what: string, task: (octokit: Octokit, name: RepositoryName) => Promise<T>): Promise<T>;
  installationId(repository: string): Promise<number>;
  /** Calls as an installation by its id. */
  asInstallation<T>(id: number, what: string, task: (octokit: Octokit) => Promise<T>): Promise<T>;
}>;

export type RepositoryName = Readonly<{ owner: string; repo: string }>;

const READ_RETRIES = 1;
const FINAL = [400, 401, 403, 404, 409, 410, 422, 429, 451];
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** @throws GitHubError `invalid` when it is not `owner/name` */
export function repositoryName(repository: string): RepositoryName {
  const match = /^([\w.-]+)\/([\w.-]+)$/.exec(repository);
  const [, owner, repo] = match ?? [];
  if (owner === undefined || repo === undefined)
    throw new GitHubError('invalid', `not a repository name: ${repository}`);
  return { owner, repo };
}

/** Fetch that gives up after a time, also while the body is still coming. */
function bounded(fetch: typeof globalThis.fetch, milliseconds: number): typeof globalThis.fetch {
  return (input, init) => {
    const limit = AbortSignal.timeout(milliseconds);
    return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, limit]) : limit });
  };
}

const notInstalled = (repository: string) =>
  new GitHubError('forbidden', `the GitHub App is not installed on ${repository}`, { status: 404 });

/** Whether what failed was getting a token, which octokit does on the way. */
function wasForToken(error: unknown): boolean {
  const url = (error as Readonly<{ request?: Readonly<{ url?: string }> }>).request?.url;
  return url?.endsWith('/access_tokens') === true;
}

/** A token can end before its time (the App was suspended); octokit keeps it for an hour. 401 means nothing was done. */
async function withFreshToken<T>(octokit: Octokit, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if ((error as Readonly<{ status?: unknown }>).status !== 401) throw error;
    await octokit.auth({ type: 'installation', refresh: true });
    return task();
  }
}

/**
 * Reads are retried once on 5xx, writes never: a write whose answer was lost may have happened, so its caller looks first.
 * Rate limits are not waited for here; they come out as `rate-limited` and the queue waits.
 */
export function client(options: GitHubAppOptions): Client {
  const Configured = Octokit.defaults({
    baseUrl: options.apiUrl,
    userAgent: 'kubelet-gate',
    log: silent,
    request: { fetch: bounded(options.fetch ?? fetch, options.timeoutMs ?? 20_000) },
    retry: { retries: READ_RETRIES, doNotRetry: FINAL },
    throttle: { enabled: options.pacing ?? true, onRateLimit: () => false, onSecondaryRateLimit: () => false },
  });
  const app = new App({
    appId: options.appId,
    privateKey: options.privateKey,
    Octokit: Configured,
    log: silent,
  });
  const writesOnce = (octokit: Octokit): Octokit => {
    octokit.hook.before('request', request => {
      if (request.method !== 'GET') request.request = { ...request.request, retries: 0 };
    });
    return octokit;
  };
  writesOnce(app.octokit);
  const installations = new Map<string, Promise<Readonly<{ id: number; octokit: Octokit }>>>();

  const asApp: Client['asApp'] = async (what, task) => {
    try {
      return await task(app.octokit);
    } catch (error) {
      throw githubError(what, error, Date.now());
    }
  };

  const installation = (repository: string) => {
    let found = installations.get(repository);
    if (!found) {
      found = asApp(`finding the App's installation on ${repository}`, async octokit => {
        const { data } = await octokit.rest.apps.getRepoInstallation(repositoryName(repository));
        return { id: data.id, octokit: writesOnce(await app.getInstallationOctokit(data.id)) };
      }).catch((error: unknown) => {
        installations.delete(repository);
        if (error instanceof GitHubError && error.code === 'not-found') {
          throw notInstalled(repository);
        }
        throw error;
      });
      installations.set(repository, found);
    }
    return found;
  };

  return {
    asApp,
    async as(repository, what, task) {
      const { octokit } = await installation(repository);
      try {
        return await withFreshToken(octokit, () => task(octokit, repositoryName(repository)));
      } catch (error) {
        const typed = githubError(`${what} (${repository})`, error, Date.now());
        if (typed.code === 'forbidden' || typed.code === 'not-found') installations.delete(repository);
        if (typed.code === 'not-found' && wasForToken(error)) throw notInstalled(repository);
        throw typed;
      }
    },
    async asInstallation(id, what, task) {
      try {
        return await task(writesOnce(await app.getInstallationOctokit(id)));
      } catch (error) {
        throw githubError(what, error, Date.now());
      }
    },
    installationId: async repository => (await installation(repository)).id,
  };
}
