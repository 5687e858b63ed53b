import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Person = Readonly<{ name: string; email: string }>;

/** Content of one file in a commit: text or bytes, null to delete it, or an entry with another mode than 100644. */
export type FileContent =
  | string
  | Uint8Array
  | null
  | Readonly<{ mode: '100755' | '120000'; content: string | Uint8Array }>
  | Readonly<{ mode: '160000'; commit: string }>;

export type CommitInput = Readonly<{
  files: Readonly<Record<string, FileContent>>;
  message: string;
  author: Person;
  committer?: Person;
  /** Parent commit; absent starts a history. */
  parent?: string;
}>;

export type CommitInfo = Readonly<{
  sha: string;
  tree: string;
  parents: readonly string[];
  author: Person & Readonly<{ date: string }>;
  committer: Person & Readonly<{ date: string }>;
  message: string;
}>;

/** A bare repository that "GitHub" keeps, driven by real git. */
export type BareRepository = Readonly<{ directory: string }>;

const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
};

export class GitFailure extends Error {
  readonly exitCode: number;
  constructor(args: readonly string[], exitCode: number, stderr: string) {
    super(`git ${args.join(' ')} exited with ${exitCode}: ${stderr}`);
    this.name = 'GitFailure';
    this.exitCode = exitCode;
  }
}

/** Runs git in the repository and gives its standard output. @throws GitFailure on a non-zero exit. */
export function git(
  repository: BareRepository,
  args: readonly string[],
  options: Readonly<{ input?: string | Buffer; env?: Readonly<Record<string, string>> }> = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...args], {
      cwd: repository.directory,
      env: { ...ENVIRONMENT, GIT_DIR: repository.directory, ...options.env },
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', code => {
      if (code === 0) resolve(Buffer.concat(out));
      else reject(new GitFailure(args, code ?? -1, Buffer.concat(err).toString('utf8')));
    });
    child.stdin.end(options.input ?? '');
  });
}

async function line(repository: BareRepository, args: readonly string[], env?: Readonly<Record<string, string>>) {
  return (await git(repository, args, env ? { env } : {})).toString('utf8').trim();
}

/** Any reachable commit may be fetched by id, as on github.com. */
export async function createBareRepository(directory: string, defaultBranch: string): Promise<BareRepository> {
  const repository = { directory };
  await git({ directory: tmpdir() }, ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, directory], {
    env: { GIT_DIR: directory },
  });
  for (const [key, value] of [
    ['uploadpack.allowAnySHA1InWant', 'true'],
    ['http.receivepack', 'true'],
    ['gc.auto', '0'],
  ] as const) {
    await git(repository, ['config', key, value]);
  }
  return repository;
}

const quoted = (path: string) => `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;

/** Makes one commit with `git fast-import` on `refs/heads/branch`, moving the branch there even when that is no fast-forward. */
export async function commitFiles(repository: BareRepository, branch: string, input: CommitInput): Promise<string> {
  const parts: (string | Uint8Array)[] = [];
  const data = (content: string | Uint8Array) => {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    parts.push(`data ${bytes.length}\n`, bytes, '\n');
  };
  const seconds = Math.floor(Date.now() / 1000);
  const person = (who: Person) => `${who.name} <${who.email}> ${seconds} +0000`;
  parts.push(
    `commit refs/heads/${branch}\nmark :1\nauthor ${person(input.author)}\n`,
    `committer ${person(input.committer ?? input.author)}\n`,
  );
  data(input.message);
  if (input.parent !== undefined) parts.push(`from ${input.parent}\n`);
  for (const [path, content] of Object.entries(input.files)) {
    if (content === null) {
      parts.push(`D ${quoted(path)}\n`);
    } else if (typeof content === 'string' || content instanceof Uint8Array) {
      parts.push(`M 100644 inline ${quoted(path)}\n`);
      data(content);
    } else if (content.mode === '160000') {
      parts.push(`M 160000 ${content.commit} ${quoted(path)}\n`);
    } else {
      parts.push(`M ${content.mode} inline ${quoted(path)}\n`);
      data(content.content);
    }
  }
  parts.push('get-mark :1\n');
  const input_ = Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part)));
  const reset = input.parent === undefined ? `reset refs/heads/${branch}\n\n` : '';
  const out = await git(repository, ['fast-import', '--quiet', '--force'], {
    input: Buffer.concat([Buffer.from(reset), input_]),
  });
  return out.toString('utf8').trim();
}

/** The object a ref or revision names, or null. */
export async function resolve(repository: BareRepository, revision: string): Promise<string | null> {
  try {
    return await line(repository, ['rev-parse', '--verify', '--quiet', '--end-of-options', revision]);
  } catch (error) {
    if (error instanceof GitFailure) return null;
    throw error;
  }
}

export async function mergeBase(repository: BareRepository, a: string, b: string): Promise<string> {
  return line(repository, ['merge-base', a, b]);
}

export async function isAncestor(repository: BareRepository, ancestor: string, of: string): Promise<boolean> {
  return (
    (await resolve(repository, `${ancestor}^{commit}`)) !== null &&
    (await mergeBase(repository, ancestor, of)) === ancestor
  );
}

/** Sets or, with null, deletes a ref. */
export async function setRef(repository: BareRepository, ref: string, sha: string | null): Promise<void> {
  await git(repository, sha === null ? ['update-ref', '-d', ref] : ['update-ref', ref, sha]);
}

/** Every ref below refs/heads/ with its commit. */
export async function branches(repository: BareRepository): Promise<ReadonlyMap<string, string>> {
  const text = await line(repository, ['for-each-ref', '--format=%(refname:strip=2) %(objectname)', 'refs/heads/']);
  return new Map(
    text
      .split('\n')
      .filter(row => row !== '')
      .map(row => {
        const [name = '', sha = ''] = row.split(' ');
        return [name, sha];
      }),
  );
}

/** Commits in `range`, oldest first. */
export async function commits(repository: BareRepository, range: readonly string[]): Promise<readonly CommitInfo[]> {
  const format = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x00');
  const text = await line(repository, ['log', '--reverse', '--topo-order', `--format=${format}%x01`, ...range]);
  return text
    .split('\x01')
    .map(row => row.replace(/^\n/, ''))
    .filter(row => row !== '')
    .map(row => {
      const [sha = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', ...message] =
        row.split('\0');
      return {
        sha,
        tree,
        parents: parents.split(' ').filter(parent => parent !== ''),
        author: { name: an, email: ae, date: ad },
        committer: { name: cn, email: ce, date: cd },
        message: message.join('\0').trimEnd(),
      };
    });
}

export async function commitInfo(repository: BareRepository, sha: string): Promise<CommitInfo | null> {
  if ((await resolve(repository, `${sha}^{commit}`)) === null) return null;
  return (await commits(repository, ['-1', sha]))[0] ?? null;
}

/** The tree of merging two commits, or null when they conflict. */
export async function mergedTree(repository: BareRepository, base: string, head: string): Promise<string | null> {
  try {
    return (await line(repository, ['merge-tree', '--write-tree', base, head])).split('\n')[0] ?? null;
  } catch (error) {
    if (error instanceof GitFailure && error.exitCode === 1) return null;
    throw error;
  }
}

export async function commitTree(
  repository: BareRepository,
  tree: string,
  parents: readonly string[],
  message: string,
  author: Person & Readonly<{ date?: string }>,
  committer: Person,
): Promise<string> {
  return line(repository, ['commit-tree', tree, ...parents.flatMap(parent => ['-p', parent]), '-m', message], {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    ...(author.date === undefined ? {} : { GIT_AUTHOR_DATE: author.date }),
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
  });
}

/** Replays each commit of `range` onto `base` as a rebase merge does; null when one does not apply. */
export async function rebaseOnto(
  repository: BareRepository,
  base: string,
  range: readonly string[],
  committer: Person,
): Promise<string | null> {
  const scratch = await mkdtemp(join(tmpdir(), 'github-double-index-'));
  const env = { GIT_INDEX_FILE: join(scratch, 'index') };
  try {
    let tip = base;
    await git(repository, ['read-tree', base], { env });
    for (const commit of await commits(repository, range)) {
      const patch = await git(repository, [
        'diff-tree',
        '-p',
        '--binary',
        '--full-index',
        `${commit.sha}^`,
        commit.sha,
      ]);
      if (patch.length > 0) await git(repository, ['apply', '--cached', '--3way'], { env, input: patch });
      const tree = await line(repository, ['write-tree'], env);
      tip = await commitTree(repository, tree, [tip], commit.message, commit.author, committer);
    }
    return tip;
  } catch (error) {
    if (error instanceof GitFailure) return null;
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Text of a file at a revision, or null. */
export async function fileAt(repository: BareRepository, revision: string, path: string): Promise<Buffer | null> {
  try {
    return await git(repository, ['cat-file', 'blob', `${revision}:${path}`]);
  } catch (error) {
    if (error instanceof GitFailure) return null;
    throw error;
  }
}
