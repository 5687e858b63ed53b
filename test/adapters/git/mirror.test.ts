import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { changedPaths, diffHunks, isInDiff } from '../../../adapters/git/diff-trees.ts';
import { GitError } from '../../../adapters/git/git-error.ts';
import {
  fetchCommits,
  type Mirror,
  openMirror,
  openRepository,
  resolveRevision,
} from '../../../adapters/git/mirror.ts';
import { readTree, treeId } from '../../../adapters/git/read-tree.ts';
import { ProblemError } from '../../../core/source/problem.ts';
import { TREE_LIMITS } from '../../../core/source/tree.ts';
import { type GitHubDouble, startGitHubDouble } from '../../support/github/double.ts';

const REPO = 'acme/nodes';
const KUBELET = 'roles/kubelet/templates/config.yaml.j2';
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`);
const text = (lines: readonly string[]) => `${lines.join('\n')}\n`;

let double: GitHubDouble;
let scratch: string;
let base: string;
let mirrors = 0;

beforeAll(async () => {
  double = await startGitHubDouble({ webhookSecret: 'a webhook secret of at least 32 bytes' });
  scratch = await mkdtemp(join(tmpdir(), 'git-adapter-'));
  base = await double.createRepository('acme', 'nodes', {
    files: {
      [KUBELET]: text(numbered(60)),
      'group_vars/all.yml': 'kubelet_read_only_port: 0\n',
      'group_vars/gone.yml': text(numbered(9)),
      'group_vars/old name.yml': text(numbered(20)),
      'bin/run': { mode: '100755', content: '#!/bin/sh\n' },
    },
  });
});

afterAll(async () => {
  await double.close();
  await rm(scratch, { recursive: true, force: true });
});

afterEach(() => {
  double.clearFaults();
  expect(double.breaches).toEqual([]);
});

const newMirror = (url = double.gitUrl(REPO)) => openMirror(join(scratch, `mirror-${++mirrors}`), url);
const token = () => double.installationToken(REPO);

async function fetched(...shas: readonly string[]): Promise<Mirror> {
  const mirror = await newMirror();
  await fetchCommits(mirror, shas, { token: token() });
  return mirror;
}

async function failure(promise: Promise<unknown>): Promise<GitError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GitError);
  return error as GitError;
}

describe('a mirror', () => {
  test('fetches commits without their history and reads their trees', async () => {
    const head = await double.commit(REPO, 'reads', { 'group_vars/all.yml': 'kubelet_read_only_port: 10255\n' });
    const mirror = await fetched(base, head);
    const tree = await readTree(mirror, head);
    expect(tree.rev).toBe(head);
    expect(tree.text('group_vars/all.yml')).toBe('kubelet_read_only_port: 10255\n');
    expect((await readTree(mirror, base)).text('group_vars/all.yml')).toBe('kubelet_read_only_port: 0\n');
    expect(tree.list('group_vars')).toEqual(['all.yml', 'gone.yml', 'old name.yml']);
    expect(tree.entry('bin/run')).toMatchObject({ mode: '100755', size: 10 });
    expect(tree.text('no/such/file')).toBeNull();
    const parents = execFileSync('git', ['--git-dir', mirror.directory, 'rev-list', '--count', head], {
      encoding: 'utf8',
    });
    expect(parents.trim()).toBe('1');
  });

  test('gives equal trees equal ids, whatever the commit says', async () => {
    const first = await double.commit(REPO, 'same-1', { 'a.yml': 'a: 1\n' }, { message: 'one' });
    const second = await double.commit(REPO, 'same-2', { 'a.yml': 'a: 1\n' }, { message: 'two' });
    const mirror = await fetched(base, first, second);
    expect(await treeId(mirror, first)).toBe(await treeId(mirror, second));
    expect(await treeId(mirror, first)).not.toBe(await treeId(mirror, base));
  });

  test('fetches a commit whose branch was force-pushed away, while the repository still has it', async () => {
    const before = await double.commit(REPO, 'forced', { 'a.yml': 'a: 1\n' });
    await double.commit(REPO, 'forced', { 'a.yml': 'a: 2\n' }, { parent: base });
    expect((await readTree(await fetched(before), before)).text('a.yml')).toBe('a: 1\n');
  });

  test('works from a file URL', async () => {
    const mirror = await newMirror(`file://${double.directory(REPO)}`);
    await fetchCommits(mirror, [base]);
    expect((await readTree(mirror, base)).text('group_vars/all.yml')).toBe('kubelet_read_only_port: 0\n');
  });

  test('asks for nothing it already has', async () => {
    const mirror = await fetched(base);
    double.fault({ match: 'GET /acme/nodes.git', kind: '500', times: 9 });
    await fetchCommits(mirror, [base, base]);
    expect((await readTree(mirror, base)).entries().length).toBeGreaterThan(0);
  });

  test('is safe to fetch into from many places at once', async () => {
    const heads: string[] = [];
    for (let index = 0; index < 6; index++) {
      heads.push(await double.commit(REPO, `many-${index}`, { 'a.yml': `a: ${index}\n` }));
    }
    const mirror = await newMirror();
    const again = await openMirror(mirror.directory, double.gitUrl(REPO));
    await Promise.all(
      heads.map((head, index) => fetchCommits(index % 2 ? mirror : again, [base, head], { token: token() })),
    );
    const texts = await Promise.all(heads.map(async head => (await readTree(mirror, head)).text('a.yml')));
    expect(texts).toEqual(heads.map((_, index) => `a: ${index}\n`));
    expect((await readdir(mirror.directory)).filter(name => name.includes('lock'))).toEqual([]);
  });

  test('takes over the lock of a process that is gone', async () => {
    const mirror = await newMirror();
    const gone = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim();
    await writeFile(join(mirror.directory, 'kubelet-gate.lock'), gone);
    await writeFile(join(mirror.directory, 'shallow.lock'), '');
    await fetchCommits(mirror, [base], { token: token() });
    expect((await readTree(mirror, base)).isDirectory('roles')).toBe(true);
  });

  test('keeps the token out of everything it writes', async () => {
    const secret = token();
    const mirror = await newMirror();
    await fetchCommits(mirror, [base], { token: secret });
    const config = await readFile(join(mirror.directory, 'config'), 'utf8');
    expect(config).not.toContain(secret);
    expect(config).not.toContain('extraHeader');
    expect(existsSync(join(mirror.directory, 'FETCH_HEAD'))).toBe(false);
  });

  test('runs no hooks and has none', async () => {
    expect(existsSync(join((await fetched(base)).directory, 'hooks'))).toBe(false);
  });
});

describe('what cannot be fetched has a reason', () => {
  test('a commit that is gone: not-found', async () => {
    const error = await failure(fetched('1'.repeat(40)));
    expect(error.code).toBe('not-found');
    expect(error.message).toContain('1'.repeat(40));
  });

  test('a repository these credentials cannot read: forbidden', async () => {
    await double.createRepository('acme', 'hidden', { installed: false });
    const mirror = await newMirror(double.gitUrl('acme/hidden'));
    expect((await failure(fetchCommits(mirror, [base], { token: token() }))).code).toBe('forbidden');
  });

  test('a wrong token: forbidden, and the token is not in the message', async () => {
    const mirror = await newMirror();
    const error = await failure(fetchCommits(mirror, [base], { token: 'ghs_wrongwrongwrong' }));
    expect(error.code).toBe('forbidden');
    expect(error.message).not.toContain('wrongwrong');
  });

  test.each(['500', '502', 'reset'] as const)('a server that answers %s: unavailable', async kind => {
    const mirror = await newMirror();
    double.fault({ match: 'GET /acme/nodes.git', kind, times: 5 });
    expect((await failure(fetchCommits(mirror, [base], { token: token() }))).code).toBe('unavailable');
  });

  test('a server that does not answer in time: unavailable', async () => {
    const mirror = await newMirror();
    double.fault({ match: 'GET /acme/nodes.git', kind: 'timeout' });
    const error = await failure(fetchCommits(mirror, [base], { token: token(), timeoutMs: 300 }));
    expect([error.code, error.message]).toEqual(['unavailable', 'git fetch took longer than 300 ms']);
  });

  test.each([['HEAD'], ['main'], ['--upload-pack=touch /tmp/x'], ['1234'], ['A'.repeat(40)], ['']])(
    'something that is no commit id (%s): invalid',
    async sha => {
      expect((await failure(fetchCommits(await newMirror(), [sha]))).code).toBe('invalid');
    },
  );

  test.each([
    ['ext::sh -c touch% /tmp/x'],
    ['ssh://git@example.com/a/b'],
    ['--upload-pack=x'],
    ['https://user:secret@example.com/a/b.git'],
    ['file://relative'],
  ])('a remote that is not allowed (%s): invalid', async url => {
    expect((await failure(openMirror(join(scratch, 'never'), url))).code).toBe('invalid');
  });
});

describe('a tree', () => {
  test('lists symlinks and submodules and follows neither', async () => {
    const head = await double.commit(REPO, 'links', {
      'inside.yml': { mode: '120000', content: 'group_vars/all.yml' },
      'outside.yml': { mode: '120000', content: '/etc/passwd' },
      vendor: { mode: '160000', commit: base },
    });
    const tree = await readTree(await fetched(head), head);
    expect(tree.entry('inside.yml')?.mode).toBe('120000');
    expect(tree.entry('vendor')).toMatchObject({ mode: '160000', oid: base, size: 0 });
    expect(['inside.yml', 'outside.yml', 'vendor'].map(path => tree.text(path))).toEqual([null, null, null]);
  });

  test('lists a file over the limit and says so when its text is asked for', async () => {
    const head = await double.commit(REPO, 'large', {
      'large.yml': 'x'.repeat(TREE_LIMITS.fileBytes + 1),
      'limit.yml': 'x'.repeat(TREE_LIMITS.fileBytes),
    });
    const tree = await readTree(await fetched(head), head);
    expect(tree.entry('large.yml')?.size).toBe(TREE_LIMITS.fileBytes + 1);
    expect(tree.text('limit.yml')).toHaveLength(TREE_LIMITS.fileBytes);
    expect(() => tree.text('large.yml')).toThrow(ProblemError);
    expect(() => tree.text('large.yml')).toThrow(/^large\.yml: 1048577 bytes: over the limit/);
  });

  test('keeps UTF-8 as it is and refuses what is none', async () => {
    const head = await double.commit(REPO, 'bytes', {
      'ünï cødé\t"1".yml': '\uFEFFname: käse ☃\r\n',
      'latin.yml': Buffer.from('name: k\xe4se\n', 'latin1'),
    });
    const tree = await readTree(await fetched(head), head);
    expect(tree.text('ünï cødé\t"1".yml')).toBe('\uFEFFname: käse ☃\r\n');
    expect(() => tree.text('latin.yml')).toThrow('latin.yml: not UTF-8 text');
  });

  test('with a path no checkout could have is refused', async () => {
    const directory = double.directory(REPO);
    const git = (args: readonly string[], input = '') =>
      execFileSync('git', ['--git-dir', directory, ...args], { input, encoding: 'utf8' }).trim();
    const blob = git(['hash-object', '-w', '--stdin'], 'a: 1\n');
    const inner = git(['mktree'], `100644 blob ${blob}\tall.yml\n`);
    const crafted = git(['mktree'], `040000 tree ${inner}\t..\n`);
    const commit = git(['-c', 'user.name=m', '-c', 'user.email=m@example.com', 'commit-tree', crafted, '-m', 'x']);
    git(['update-ref', 'refs/heads/crafted', commit]);
    expect((await failure(readTree(await fetched(commit), commit))).code).toBe('invalid');
  });

  test('of a commit that was not fetched is not-found', async () => {
    const mirror = await newMirror();
    expect((await failure(readTree(mirror, base))).code).toBe('not-found');
    expect((await failure(treeId(mirror, base))).code).toBe('not-found');
  });
});

describe('the difference between two trees', () => {
  let head: string;
  let mirror: Mirror;
  beforeAll(async () => {
    const changed = numbered(60);
    changed[29] = 'line thirty';
    changed.splice(54, 1);
    head = await double.commit(REPO, 'differs', {
      [KUBELET]: text(changed),
      'group_vars/gone.yml': null,
      'group_vars/old name.yml': null,
      'group_vars/new name.yml': text([...numbered(20), 'line 21']),
      'group_vars/fresh.yml': text(numbered(2)),
      'binary.dat': Buffer.from([0, 1, 2, 3]),
      'bin/run': { mode: '120000', content: '/bin/true' },
    });
    mirror = await fetched(base, head);
  });

  test('names every changed path, and both names of a rename', async () => {
    expect(await changedPaths(mirror, base, head)).toEqual([
      { path: 'bin/run', previousPath: null, status: 'type-changed' },
      { path: 'binary.dat', previousPath: null, status: 'added' },
      { path: 'group_vars/fresh.yml', previousPath: null, status: 'added' },
      { path: 'group_vars/gone.yml', previousPath: null, status: 'removed' },
      { path: 'group_vars/new name.yml', previousPath: 'group_vars/old name.yml', status: 'renamed' },
      { path: KUBELET, previousPath: null, status: 'modified' },
    ]);
    expect(await changedPaths(mirror, base, base)).toEqual([]);
  });

  test('has hunks with three lines of context, and knows which lines are new and gone', async () => {
    const files = new Map((await diffHunks(mirror, base, head)).map(file => [file.path, file.hunks]));
    expect(files.get(KUBELET)).toEqual([
      { left: [27, 33], right: [27, 33], added: [30], removed: [30] },
      { left: [52, 58], right: [52, 57], added: [], removed: [55] },
    ]);
    expect(files.get('group_vars/fresh.yml')).toEqual([{ left: null, right: [1, 2], added: [1, 2], removed: [] }]);
    expect(files.get('group_vars/gone.yml')).toMatchObject([{ left: [1, 9], right: null, added: [] }]);
    expect(files.get('group_vars/new name.yml')).toEqual([
      { left: [18, 20], right: [18, 21], added: [21], removed: [] },
    ]);
    expect(files.get('binary.dat')).toEqual([]);
    expect(files.get('bin/run')).toEqual([]);
  });

  test('allows comments exactly where the pull request takes them', async () => {
    double.createUser('ada');
    double.createUser('ben');
    const number = await double.openPullRequest(REPO, { head: 'differs', title: 'Differs', user: 'ada' });
    const file = (await diffHunks(mirror, base, head)).find(one => one.path === KUBELET);
    const wrong: string[] = [];
    for (const side of ['LEFT', 'RIGHT'] as const) {
      for (const line of [1, 26, 27, 30, 33, 34, 51, 52, 57, 58, 59, 60, 61]) {
        const taken = await double
          .review(REPO, number, 'ben', {
            event: 'COMMENT',
            body: 'here',
            comments: [{ path: KUBELET, body: 'here', line, side }],
          })
          .then(
            () => true,
            () => false,
          );
        if (taken !== (file !== undefined && isInDiff(file, line, side))) wrong.push(`${side} ${line}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('a repository on this machine', () => {
  test('is read without a remote', async () => {
    const work = join(scratch, 'work');
    execFileSync('git', ['clone', '--quiet', double.directory(REPO), work]);
    const repository = await openRepository(work);
    expect(await resolveRevision(repository, 'HEAD')).toBe(base);
    expect((await readTree(repository, base)).text('group_vars/all.yml')).toBe('kubelet_read_only_port: 0\n');
    expect((await failure(resolveRevision(repository, 'no-such-branch'))).code).toBe('not-found');
    expect((await failure(resolveRevision(repository, '--all'))).code).toBe('not-found');
    expect((await failure(fetchCommits(repository, ['1'.repeat(40)]))).code).toBe('not-found');
    expect((await failure(openRepository(scratch))).code).toBe('invalid');
  });
});
