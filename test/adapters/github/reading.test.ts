import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { participants } from '../../../adapters/github/participants.ts';
import { double, failure, github, KUBELET, lines, openPull, REPO } from './acme-on-double.ts';

describe('reading', () => {
  test('the App knows its bot, its permissions and where it is installed', async () => {
    expect(await github.app()).toMatchObject({
      id: double.appId,
      botLogin: 'kubelet-gate[bot]',
      permissions: { checks: 'write', contents: 'read' },
    });
    expect((await github.installedRepositories()).map(one => one.fullName)).toContain(REPO);
    expect(await github.repository(REPO)).toMatchObject({ fullName: REPO, defaultBranch: 'main', private: true });
    expect(github.gitUrl(REPO)).toBe(double.gitUrl(REPO));
  });

  test('a pull request comes with its head, base and counts', async () => {
    const { number, head } = await openPull();
    const pull = await github.pull(REPO, number);
    expect(pull).toMatchObject({
      number,
      state: 'open',
      headSha: head,
      baseRef: 'main',
      baseSha: await double.head(REPO, 'main'),
      author: { login: 'ada', type: 'User' },
      changedFiles: 1,
      commits: 1,
      mergeable: true,
      merged: null,
    });
    expect(await github.pullFiles(pull)).toEqual([
      { path: KUBELET, previousPath: null, status: 'modified', additions: 1, deletions: 1 },
    ]);
    expect((await github.listOpenPulls(REPO)).map(one => one.number)).toContain(number);
    expect(await github.pullsOfCommit(REPO, head)).toEqual([number]);
    expect(await github.branchHead(REPO, 'main')).toBe(pull.baseSha);
  });

  test('files of every page arrive, renames with both names', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 130 }, (_, index) => [`host_vars/node-${index}.yml`, 'a: 1\n']),
    );
    const head = await double.commit(REPO, 'wide', {
      ...files,
      [KUBELET]: null,
      'roles/kubelet/templates/kubelet.yaml.j2': lines('readOnlyPort: 0'),
    });
    const number = await double.openPullRequest(REPO, { head: 'wide', title: 'Wide', user: 'ada' });
    const pull = await github.pull(REPO, number);
    expect(pull.headSha).toBe(head);
    const listed = await github.pullFiles(pull);
    expect(listed).toHaveLength(131);
    expect(listed).toContainEqual({
      path: 'roles/kubelet/templates/kubelet.yaml.j2',
      previousPath: KUBELET,
      status: 'renamed',
      additions: 0,
      deletions: 0,
    });
  });

  test('a list shorter than its count is incomplete, never the whole truth', async () => {
    const { number } = await openPull();
    const pull = await github.pull(REPO, number);
    const files = await failure(github.pullFiles({ ...pull, changedFiles: 3001 }));
    const commits = await failure(github.pullCommits({ ...pull, commits: 251 }));
    expect([files.code, commits.code]).toEqual(['incomplete', 'incomplete']);
    expect(files.message).toBe(`${REPO}#${number} has 3001 changed files, GitHub lists 1 of them`);
  });

  test('a pull request over 250 commits is incomplete', async () => {
    const tip = await double.head(REPO, 'main');
    const directory = double.directory(REPO);
    const stream = Array.from(
      { length: 251 },
      (_, index) =>
        `commit refs/heads/long\nmark :${index + 1}\ncommitter ada <ada@example.com> ${1_700_000_000 + index} +0000\ndata 1\nx\nfrom ${index === 0 ? tip : `:${index}`}\nM 100644 inline count\ndata ${String(index).length}\n${index}\n`,
    ).join('');
    execFileSync('git', ['--git-dir', directory, 'fast-import', '--quiet'], { input: stream });
    const number = await double.openPullRequest(REPO, { head: 'long', title: 'Long', user: 'ada' });
    const pull = await github.pull(REPO, number);
    expect(pull.commits).toBe(251);
    expect((await failure(github.pullCommits(pull))).code).toBe('incomplete');
  });

  test('a comparison has the merge base', async () => {
    const { number, head } = await openPull();
    const { baseSha } = await github.pull(REPO, number);
    const moved = await double.commit(REPO, 'main', { 'README.md': `moved ${number}\n` }, { author: 'ben' });
    expect(await github.compare(REPO, moved, head)).toEqual({ mergeBase: baseSha, aheadBy: 1, behindBy: 1 });
  });

  test('reviews come oldest first with the commit they were given on', async () => {
    const { number, head } = await openPull();
    await double.review(REPO, number, 'ben', { event: 'REQUEST_CHANGES', body: 'no' });
    const next = await double.pushToPull(REPO, number, { 'a.yml': 'a: 1\n' });
    const id = await double.review(REPO, number, 'ben', { event: 'APPROVE' });
    await double.review(REPO, number, 'robot', { event: 'APPROVE' });
    expect(await github.reviews(REPO, number)).toMatchObject([
      { login: 'ben', type: 'User', state: 'CHANGES_REQUESTED', commitId: head },
      { login: 'ben', type: 'User', state: 'APPROVED', commitId: next, id },
      { login: 'robot', type: 'Bot', state: 'APPROVED', commitId: next },
    ]);
    await double.dismissReview(REPO, number, id, 'ada');
    expect((await github.reviews(REPO, number))[1]?.state).toBe('DISMISSED');
  });

  test('who wrote a pull request: author, committers, co-authors, and addresses nobody has', async () => {
    const branch = 'written-by-many';
    await double.commit(REPO, branch, { 'a.yml': 'a: 1\n' }, { author: 'ada', committer: 'ben' });
    await double.commit(
      REPO,
      branch,
      { 'a.yml': 'a: 2\n' },
      {
        author: { name: 'Nobody', email: 'nobody@nowhere.example' },
        pusher: 'ada',
        message:
          'Change\n\nCo-authored-by: Cleo <77+cleo@users.noreply.github.com>\nco-authored-by: Ben <ben@example.com>\nCo-Authored-By: Dan <dan@nowhere.example>\n',
      },
    );
    await double.commit(
      REPO,
      branch,
      { 'a.yml': 'a: 3\n' },
      { author: 'ada', committer: { name: 'GitHub', email: 'noreply@github.com' } },
    );
    const number = await double.openPullRequest(REPO, { head: branch, title: 'Many', user: 'ada' });
    const pull = await github.pull(REPO, number);
    expect(participants(pull, await github.pullCommits(pull))).toEqual({
      author: 'ada',
      committers: ['ada', 'ben'],
      coAuthors: ['ben', 'cleo'],
      unmapped: ['dan@nowhere.example', 'nobody@nowhere.example', 'noreply@github.com'],
    });
  });

  test("GitHub's own merge commits do not hide who is behind them", async () => {
    const { number } = await openPull();
    await double.merge(REPO, number, 'ben');
    await double.commit(
      REPO,
      'after-merge',
      { 'b.yml': 'b: 1\n' },
      { author: 'ada', parent: await double.head(REPO, 'main') },
    );
    const back = await double.openPullRequest(REPO, { head: 'after-merge', title: 'Back', user: 'ada' });
    const pull = await github.pull(REPO, back);
    const merged = await github.pull(REPO, number);
    expect(merged).toMatchObject({ state: 'closed', merged: { by: 'ben', sha: pull.baseSha } });
    expect(participants(pull, await github.pullCommits(pull)).unmapped).toEqual([]);
  });

  test.each([
    ['ada', 'write'],
    ['ben', 'maintain'],
    ['eve', 'none'],
    ['nobody-at-all', 'none'],
  ])('the role of %s is %s', async (login, role) => {
    expect(await github.permission(REPO, login)).toBe(role);
  });

  test('a person has the teams that count them as active members', async () => {
    expect(await github.person(REPO, 'ada', ['platform', 'acme/security', 'other/platform'])).toEqual({
      login: 'ada',
      role: 'write',
      teams: ['platform'],
    });
    expect(await github.teamMembership(REPO, 'acme', 'security', 'ada')).toBe('pending');
    expect(await github.teamMembership(REPO, 'acme', 'security', 'eve')).toBe('none');
  });

  test('branch protection says which check is pinned to which App', async () => {
    expect(await github.branchProtection(REPO, 'main')).toBeNull();
    double.protect(REPO, 'main', {
      checks: [
        { context: 'kubelet-gate', appId: double.appId },
        { context: 'lint', appId: null },
      ],
      approvals: 1,
    });
    expect(await github.branchProtection(REPO, 'main')).toEqual({
      checks: [
        { name: 'kubelet-gate', appId: double.appId, from: 'branch protection' },
        { name: 'lint', appId: null, from: 'branch protection' },
      ],
      approvals: 1,
      enforceAdmins: true,
    });
  });
});
