import { mkdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { GitError } from './git-error.ts';
import { lockFile } from './lock-file.ts';
import { type GitRun, runGit } from './run-git.ts';

/** A bare repository on our disk, and where its commits come from. */
export type Mirror = Readonly<{
  directory: string;
  /** Null for a local repository that is only read. */
  remoteUrl: string | null;
  environment: Readonly<Record<string, string>>;
}>;

export type FetchOptions = Readonly<{
  token?: string;
  /** Milliseconds for the whole fetch; 120 s unless told. */
  timeoutMs?: number;
}>;

const COMMIT_ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const REMOTE = /^(?:https?:\/\/[^@\s]+|file:\/\/\/\S+)$/;

/** @throws GitError `invalid` when it is not a whole commit id */
export function demandCommitId(sha: string): string {
  if (!COMMIT_ID.test(sha)) throw new GitError('invalid', `not a commit id: ${JSON.stringify(sha.slice(0, 80))}`);
  return sha;
}

/**
 * Opens the mirror in a directory, making it when it is not there. Only http, https and file URLs without credentials.
 * @param environment on top of a bare environment: PATH where git is elsewhere, proxies, certificates
 * @throws GitError `invalid`, `unavailable`
 */
export async function openMirror(
  directory: string,
  remoteUrl: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Mirror> {
  if (!REMOTE.test(remoteUrl)) throw new GitError('invalid', 'the remote is not an http, https or file URL');
  const mirror = { directory, remoteUrl, environment };
  await mkdir(directory, { recursive: true });
  await exclusively(mirror, async () => {
    const made = await stat(join(directory, 'HEAD')).catch(() => null);
    if (!made) await runGit(directory, ['init', '--quiet', '--bare', '--template=', directory], { environment });
  });
  return mirror;
}

/** An existing repository or work tree on this machine, for reading. @throws GitError `invalid` when there is none */
export async function openRepository(
  directory: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Mirror> {
  const inside = join(directory, '.git');
  const gitDirectory = resolve((await stat(inside).catch(() => null)) ? inside : directory);
  try {
    await runGit(gitDirectory, ['rev-parse', '--git-dir'], { environment });
  } catch {
    throw new GitError('invalid', `${directory} is not a Git repository`);
  }
  return { directory: gitDirectory, remoteUrl: null, environment };
}

/** Runs git on the mirror. */
export function inMirror(mirror: Mirror, args: readonly string[], run: GitRun = {}): Promise<Buffer> {
  return runGit(mirror.directory, args, { environment: mirror.environment, ...run });
}

/** The commit a revision names, for revisions typed by people. @throws GitError `not-found` */
export async function resolveRevision(mirror: Mirror, revision: string): Promise<string> {
  const out = await inMirror(mirror, ['rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`]).catch(
    () => {
      throw new GitError('not-found', `there is no commit ${revision} in ${mirror.directory}`);
    },
  );
  return out.toString('utf8').trim();
}

/** Which of these commits the mirror lacks. */
async function missing(mirror: Mirror, shas: readonly string[]): Promise<readonly string[]> {
  const out = await inMirror(mirror, ['cat-file', '--batch-check'], { input: `${shas.join('\n')}\n` });
  const rows = out.toString('utf8').split('\n');
  return shas.filter((sha, index) => rows[index]?.startsWith(`${sha} commit `) !== true);
}

/**
 * Makes the commits available with their whole trees and no history. What is there already is not asked for. Safe to call
 * for one mirror from several places and processes at once.
 * @throws GitError `not-found` when a commit is gone, `forbidden`, `unavailable`
 */
export async function fetchCommits(mirror: Mirror, shas: readonly string[], options: FetchOptions = {}): Promise<void> {
  const wanted = [...new Set(shas.map(demandCommitId))];
  if ((await missing(mirror, wanted)).length === 0) return;
  const { remoteUrl } = mirror;
  if (remoteUrl === null) throw new GitError('not-found', `not in this repository: ${wanted.join(', ')}`);
  await exclusively(mirror, async () => {
    const still = await missing(mirror, wanted);
    if (still.length === 0) return;
    await inMirror(
      mirror,
      [
        'fetch',
        '--quiet',
        '--depth=1',
        '--no-tags',
        '--no-write-fetch-head',
        '--no-recurse-submodules',
        '--end-of-options',
        remoteUrl,
        ...still,
      ],
      {
        timeoutMs: options.timeoutMs ?? 120_000,
        ...(options.token === undefined ? {} : { token: options.token }),
      },
    );
  });
}

const queues = new Map<string, Promise<unknown>>();

/** One writer per mirror: a queue inside this process, a lock file between the processes of this machine. */
async function exclusively<T>(mirror: Mirror, task: () => Promise<T>): Promise<T> {
  const { directory } = mirror;
  const result = (queues.get(directory) ?? Promise.resolve()).then(async () => {
    const release = await lockFile(join(directory, 'kubelet-gate.lock'));
    try {
      // A process killed while fetching leaves git's own lock; that we hold ours says that nobody uses it.
      await rm(join(directory, 'shallow.lock'), { force: true });
      return await task();
    } finally {
      await release();
    }
  });
  const settled = result.catch(() => undefined);
  queues.set(directory, settled);
  void settled.finally(() => {
    if (queues.get(directory) === settled) queues.delete(directory);
  });
  return result;
}
