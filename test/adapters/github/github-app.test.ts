import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { CheckRunInput, GitHub, ReviewInput } from '../../../adapters/github/github.ts';
import { type GitHubAppOptions, githubApp } from '../../../adapters/github/github-app.ts';
import { GitHubError } from '../../../adapters/github/github-error.ts';
import { carriesMarker, hiddenMarker } from '../../../adapters/github/hidden-marker.ts';
import { participants } from '../../../adapters/github/participants.ts';
import { redact } from '../../../adapters/github/redact.ts';
import { checkedFetch } from '../../support/github/checked-fetch.ts';
import { type GitHubDouble, startGitHubDouble } from '../../support/github/double.ts';

const SECRET = 'a webhook secret of at least 32 bytes';
const REPO = 'acme/nodes';
const KUBELET = 'roles/kubelet/templates/config.yaml.j2';
const lines = (...changed: readonly string[]) =>
  [...Array.from({ length: 12 }, (_, index) => `line ${index + 1}`), ...changed].join('\n').concat('\n');

let double: GitHubDouble;
let github: GitHub;
let contract: ReturnType<typeof checkedFetch>;

beforeAll(async () => {
  double = await startGitHubDouble({ webhookSecret: SECRET });
  contract = checkedFetch();
  github = connect();
  for (const login of ['ada', 'ben', 'eve']) double.createUser(login);
  double.createUser('robot', { type: 'Bot' });
  await double.createRepository('acme', 'nodes', { files: { [KUBELET]: lines('readOnlyPort: 0') } });
  double.setRole(REPO, 'ada', 'write');
  double.setRole(REPO, 'ben', 'maintain');
  double.addToTeam('acme', 'platform', 'ada');
  double.addToTeam('acme', 'security', 'ada', { role: 'member', state: 'pending' });
});

afterAll(async () => {
  await double.close();
});

afterEach(() => {
  double.clearFaults();
  expect(double.breaches).toEqual([]);
  expect(contract.breaches).toEqual([]);
});

const connect = (more: Partial<GitHubAppOptions> = {}): GitHub =>
  githubApp({
    appId: double.appId,
    privateKey: double.privateKey,
    apiUrl: double.apiUrl,
    serverUrl: double.url,
    fetch: contract.fetch,
    pacing: false,
    ...more,
  });

let branches = 0;
async function openPull(): Promise<Readonly<{ number: number; head: string }>> {
  const branch = `change-${++branches}`;
  const head = await double.commit(
    REPO,
    branch,
    { [KUBELET]: lines(`readOnlyPort: ${10_000 + branches}`) },
    { author: 'ada' },
  );
  const number = await double.openPullRequest(REPO, { head: branch, title: 'Open the port', user: 'ada' });
  return { number, head };
}

async function failure(promise: Promise<unknown>): Promise<GitHubError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GitHubError);
  return error as GitHubError;
}

const checkRun = (headSha: string, more: Partial<CheckRunInput> = {}): CheckRunInput => ({
  name: 'kubelet-gate',
  headSha,
  externalId: `attempt-${headSha}`,
  state: { status: 'completed', conclusion: 'failure' },
  title: 'authentication is off',
  summary: 'One field on 3 nodes.',
  annotations: [],
  ...more,
});
const annotations = (count: number): CheckRunInput['annotations'] =>
  Array.from({ length: count }, (_, index) => ({
    path: KUBELET,
    startLine: index + 1,
    endLine: index + 1,
    level: 'failure',
    message: `finding ${index}`,
  }));
const review = (commitId: string, line = 13): ReviewInput => ({
  commitId,
  event: 'REQUEST_CHANGES',
  body: 'readOnlyPort opens an unauthenticated port.',
  marker: hiddenMarker(SECRET, 'review', REPO, commitId),
  comments: [{ path: KUBELET, line, side: 'RIGHT', body: 'Set it to 0.' }],
});

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

describe('publishing', () => {
  test('a check run with 120 annotations goes out in batches and is completed last', async () => {
    const { head } = await openPull();
    const run = await github.createCheckRun(REPO, checkRun(head, { annotations: annotations(120) }));
    expect(run).toMatchObject({ status: 'completed', conclusion: 'failure', annotations: 120 });
    const [kept, ...others] = double.checkRuns(REPO, head);
    expect(others).toEqual([]);
    expect(kept?.annotations.map(one => one.message)).toEqual(annotations(120).map(one => one.message));
  });

  test.each([0, 1, 2])(
    'a check run broken off after request %i is finished without sending anything twice',
    async done => {
      const { head } = await openPull();
      const input = checkRun(head, { annotations: annotations(120) });
      double.fault({ match: /^(POST|PATCH) .*check-runs/, kind: 'reply-lost', after: done });
      expect((await failure(github.createCheckRun(REPO, input))).code).toBe('unavailable');
      if (done < 2) expect(double.checkRuns(REPO, head)[0]?.status).toBe('in_progress');
      await github.createCheckRun(REPO, input);
      const [kept, ...others] = double.checkRuns(REPO, head);
      expect(others).toEqual([]);
      expect(kept).toMatchObject({ status: 'completed', conclusion: 'failure' });
      expect(kept?.annotations.map(one => one.message)).toEqual(annotations(120).map(one => one.message));
    },
  );

  test('a run in progress is completed by an update, and found by its external id', async () => {
    const { head } = await openPull();
    const started = await github.createCheckRun(REPO, checkRun(head, { state: { status: 'in_progress' } }));
    const updated = await github.updateCheckRun(REPO, started.id, checkRun(head, { annotations: annotations(51) }));
    expect(updated).toMatchObject({ id: started.id, status: 'completed', annotations: 51 });
    expect(await github.findCheckRun(REPO, 'kubelet-gate', head, `attempt-${head}`)).toEqual(updated);
    expect(await github.findCheckRun(REPO, 'kubelet-gate', head, 'another attempt')).toBeNull();
  });

  test('a second attempt on one head is a run of its own', async () => {
    const { head } = await openPull();
    await github.createCheckRun(REPO, checkRun(head));
    await github.createCheckRun(REPO, checkRun(head, { externalId: 'second' }));
    expect(double.checkRuns(REPO, head).map(run => run.externalId)).toEqual([`attempt-${head}`, 'second']);
  });

  test('a review is posted once, however often it is asked for', async () => {
    const { number, head } = await openPull();
    const first = await github.createReview(REPO, number, review(head));
    const second = await github.createReview(REPO, number, review(head));
    expect([first.action, second.action, second.id]).toEqual(['created', 'unchanged', first.id]);
    expect(double.reviews(REPO, number)).toHaveLength(1);
    expect(double.reviewComments(REPO, number)).toMatchObject([{ path: KUBELET, line: 13, side: 'RIGHT' }]);
  });

  test('a review whose answer was lost is not posted again', async () => {
    const { number, head } = await openPull();
    double.fault({ match: /^POST .*\/reviews$/, kind: 'reply-lost' });
    expect((await failure(github.createReview(REPO, number, review(head)))).code).toBe('unavailable');
    expect((await github.createReview(REPO, number, review(head))).action).toBe('unchanged');
    expect(double.reviews(REPO, number)).toHaveLength(1);
  });

  test('a comment spans lines of one hunk', async () => {
    const { number, head } = await openPull();
    const comments: ReviewInput['comments'] = [
      { path: KUBELET, startLine: 11, line: 13, side: 'RIGHT', body: 'These three.' },
      { path: KUBELET, line: 13, side: 'LEFT', body: 'What was here.' },
    ];
    await github.createReview(REPO, number, { ...review(head), comments });
    expect(double.reviewComments(REPO, number)).toMatchObject([
      { startLine: 11, line: 13, side: 'RIGHT' },
      { startLine: null, line: 13, side: 'LEFT' },
    ]);
  });

  test.each([
    ['a line outside the diff', { line: 2 }],
    ['a first line that is not before the last', { line: 13, startLine: 13 }],
    ['a path that did not change', { line: 1, path: 'README.md' }],
  ])('%s refuses the whole review', async (_, place) => {
    const { number, head } = await openPull();
    const good = { path: KUBELET, line: 13, side: 'RIGHT' as const, body: 'fine' };
    const comments = [good, { ...good, body: 'not fine', ...place }];
    expect((await failure(github.createReview(REPO, number, { ...review(head), comments }))).code).toBe('invalid');
    expect(double.reviews(REPO, number)).toEqual([]);
  });

  test('a review for a head that is no longer one is not posted', async () => {
    const { number, head } = await openPull();
    await double.pushToPull(REPO, number, { 'a.yml': 'a: 1\n' });
    expect((await failure(github.createReview(REPO, number, review(head)))).code).toBe('head-moved');
    const stale = { body: 'old news', marker: hiddenMarker(SECRET, 'summary', number), expectHead: head };
    expect((await failure(github.upsertComment(REPO, number, stale))).code).toBe('head-moved');
    expect([double.reviews(REPO, number), double.comments(REPO, number)]).toEqual([[], []]);
  });

  test('the summary comment is one comment, edited in place', async () => {
    const { number, head } = await openPull();
    const marker = hiddenMarker(SECRET, 'summary', REPO, number);
    const written = await github.upsertComment(REPO, number, { body: 'first', marker, expectHead: head });
    expect(written.action).toBe('created');
    expect((await github.upsertComment(REPO, number, { body: 'first', marker })).action).toBe('unchanged');
    expect((await github.upsertComment(REPO, number, { body: 'second', marker })).action).toBe('updated');
    expect((await github.upsertComment(REPO, number, { body: 'third', marker, knownId: written.id })).id).toBe(
      written.id,
    );
    expect(double.comments(REPO, number).map(one => one.body)).toEqual([`third\n\n${marker}`]);
  });

  test('a comment whose answer was lost is found again, one that was deleted is written again', async () => {
    const { number } = await openPull();
    const marker = hiddenMarker(SECRET, 'summary', REPO, number);
    double.fault({ match: /^POST .*\/comments$/, kind: 'reply-lost' });
    expect((await failure(github.upsertComment(REPO, number, { body: 'first', marker }))).code).toBe('unavailable');
    const { id, action } = await github.upsertComment(REPO, number, { body: 'second', marker });
    expect(action).toBe('updated');
    double.deleteComment(REPO, number, id);
    expect((await github.upsertComment(REPO, number, { body: 'third', marker, knownId: id })).action).toBe('created');
    expect(double.comments(REPO, number)).toHaveLength(1);
  });

  test("somebody else's comment with our marker is left alone", async () => {
    const { number } = await openPull();
    const marker = hiddenMarker(SECRET, 'summary', REPO, number);
    await double.comment(REPO, number, 'eve', `all good\n\n${marker}`);
    await github.upsertComment(REPO, number, { body: 'not good', marker });
    expect(double.comments(REPO, number).map(one => [one.user.login, one.body.split('\n')[0]])).toEqual([
      ['eve', 'all good'],
      ['kubelet-gate[bot]', 'not good'],
    ]);
  });

  test('a body over the limit is cut, keeps its marker and closes its fence', async () => {
    const { number } = await openPull();
    const marker = hiddenMarker(SECRET, 'summary', REPO, number);
    await github.upsertComment(REPO, number, { body: `~~~~yaml\n${'key: value 😀\n'.repeat(9000)}~~~~\n`, marker });
    const [comment] = double.comments(REPO, number);
    expect(comment?.body.length).toBeLessThanOrEqual(65_536);
    expect(comment?.body.endsWith(`\n~~~~\n\n_The rest is cut: GitHub takes no longer text here._\n\n${marker}`)).toBe(
      true,
    );
  });
});

describe('errors say what to do', () => {
  test.each([
    ['500', 'unavailable'],
    ['502', 'unavailable'],
    ['reset', 'unavailable'],
    ['404', 'not-found'],
    ['secondary-limit', 'rate-limited'],
    ['rate-limit', 'rate-limited'],
  ] as const)('GitHub answering a read with %s is %s', async (kind, code) => {
    const { number } = await openPull();
    await github.pull(REPO, number);
    double.fault({ match: `GET /repos/${REPO}/pulls/`, kind, times: 5 });
    const error = await failure(github.pull(REPO, number));
    expect(error.code).toBe(code);
    expect(error.message).toContain(`reading pull request #${number}`);
  });

  test('one failed read is tried again, a failed write never', async () => {
    const { number, head } = await openPull();
    double.fault({ match: `GET /repos/${REPO}/pulls/${number}`, kind: '502' });
    expect((await github.pull(REPO, number)).number).toBe(number);
    const before = double.requests.length;
    double.fault({ match: /^POST .*check-runs/, kind: '502' });
    expect((await failure(github.createCheckRun(REPO, checkRun(head)))).code).toBe('unavailable');
    expect(double.requests.slice(before).filter(one => one.method === 'POST')).toHaveLength(1);
  });

  test('a rate limit carries the time GitHub asks to wait, and nothing is sent meanwhile', async () => {
    const { number } = await openPull();
    await github.pull(REPO, number);
    double.fault({ match: `GET /repos/${REPO}/pulls/`, kind: 'secondary-limit' });
    expect((await failure(github.pull(REPO, number))).retryAfterMs).toBe(2000);
    double.fault({ match: `GET /repos/${REPO}/pulls/`, kind: 'rate-limit' });
    const primary = (await failure(github.pull(REPO, number))).retryAfterMs;
    expect(primary).toBeGreaterThan(50_000);
    expect(primary).toBeLessThanOrEqual(61_000);
  });

  test('GitHub that does not answer in time is unavailable', async () => {
    const hasty = connect({ timeoutMs: 300 });
    double.fault({ match: 'GET /app', kind: 'timeout', times: 5 });
    expect((await failure(hasty.app())).code).toBe('unavailable');
  });

  test('a repository the App is not installed on is forbidden, by name', async () => {
    await double.createRepository('acme', 'hidden', { installed: false });
    const error = await failure(github.pull('acme/hidden', 1));
    expect([error.code, error.message]).toEqual(['forbidden', 'the GitHub App is not installed on acme/hidden']);
    await double.setInstalled('acme/hidden', true);
    expect((await github.repository('acme/hidden')).fullName).toBe('acme/hidden');
  });

  test('a suspended installation is forbidden', async () => {
    await double.createRepository('sleepy', 'nodes');
    await double.suspend('sleepy', true);
    expect((await failure(github.repository('sleepy/nodes'))).code).toBe('forbidden');
    expect((await github.installedRepositories()).map(one => one.fullName)).not.toContain('sleepy/nodes');
    await double.suspend('sleepy', false);
    expect((await github.repository('sleepy/nodes')).fullName).toBe('sleepy/nodes');
  });

  test('an App that was removed is forbidden, and one installed anew works under its new id', async () => {
    await double.createRepository('moved', 'nodes');
    expect((await github.repository('moved/nodes')).fullName).toBe('moved/nodes');
    await double.uninstall('moved');
    expect((await failure(github.repository('moved/nodes'))).code).toBe('forbidden');
    expect((await failure(github.repository('moved/nodes'))).message).toContain('not installed on moved/nodes');
    await double.install('moved');
    expect((await github.repository('moved/nodes')).fullName).toBe('moved/nodes');
  });

  test('paced as for github.com, a rate limit still comes out at once instead of being waited for', async () => {
    const { number, head } = await openPull();
    const paced = connect({ pacing: true });
    double.fault({ match: /^POST .*\/reviews$/, kind: 'secondary-limit' });
    expect((await failure(paced.createReview(REPO, number, review(head)))).code).toBe('rate-limited');
    expect((await paced.createReview(REPO, number, review(head))).action).toBe('created');
  });

  test('a wrong private key is forbidden', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    expect((await failure(connect({ privateKey }).app())).code).toBe('forbidden');
  });

  test.each(['nodes', 'acme/nodes/x', 'acme/../x', 'acme/no des', ''])('"%s" is no repository name', async name => {
    expect((await failure(github.pull(name, 1))).code).toBe('invalid');
  });

  test('an App without a permission is told so', async () => {
    const poor = await startGitHubDouble({
      webhookSecret: SECRET,
      permissions: { metadata: 'read', contents: 'read' },
    });
    try {
      await poor.createRepository('acme', 'nodes');
      const weak = connect({ privateKey: poor.privateKey, apiUrl: poor.apiUrl });
      const error = await failure(weak.branchProtection('acme/nodes', 'main'));
      expect(error.code).toBe('forbidden');
      expect(error.message).toContain('Resource not accessible by integration');
    } finally {
      await poor.close();
    }
  });
});

describe('tokens', () => {
  test('one for git reads contents of one repository and nothing else', async () => {
    await double.createRepository('acme', 'other');
    const token = await github.installationToken(REPO);
    expect(token).toMatch(/^ghs_/);
    const as = (path: string, init: RequestInit = {}) =>
      fetch(`${double.apiUrl}${path}`, { ...init, headers: { authorization: `token ${token}` } });
    expect((await as(`/repos/${REPO}/commits/main`)).status).toBe(200);
    expect((await as('/repos/acme/other/commits/main')).status).toBe(404);
    expect((await as(`/repos/${REPO}/pulls`)).status).toBe(403);
  });

  test.each([
    ['token ghs_16C7e42F292c6912E7710c838347Ae178B4a is bad', 'token ghs_[redacted] is bad'],
    ['ghs_424242_eyJhbGciOi.J9.abc-d_e!', 'ghs_[redacted]!'],
    ['Authorization: bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOjF9.sig-na_ture', 'Authorization: bearer [redacted]'],
    ['github_pat_11ABC_xyz and ghp_abc', 'github_pat_[redacted] and ghp_[redacted]'],
  ])('%s is redacted', (text, shown) => {
    expect(redact(text)).toBe(shown);
    expect(new GitHubError('invalid', text).message).toBe(shown);
  });
});

describe('the delivery log', () => {
  test('lists what GitHub tried to deliver and delivers again', async () => {
    double.setWebhookUrl('http://127.0.0.1:9/nobody-listens');
    try {
      const { number } = await openPull();
      await double.settled();
      const failed = (await github.hookDeliveries(new Date(Date.now() - 60_000))).find(one => one.action === 'opened');
      expect(failed).toMatchObject({ event: 'pull_request', statusCode: 0, redelivery: false });
      const whole = await github.hookDelivery(failed?.id ?? 0);
      expect(whole.payload).toMatchObject({ action: 'opened', number });
      await github.redeliver(failed?.id ?? 0);
      await double.settled();
      const again = (await github.hookDeliveries(new Date(0))).find(one => one.redelivery);
      expect(again?.guid).toBe(failed?.guid);
      expect(await github.hookDeliveries(new Date(Date.now() + 60_000))).toEqual([]);
    } finally {
      double.setWebhookUrl(null);
    }
  });
});

describe('hidden markers', () => {
  test('differ by secret, kind and subject, and count only at the end', () => {
    const marker = hiddenMarker(SECRET, 'summary', REPO, 7);
    const others = [
      hiddenMarker('another secret', 'summary', REPO, 7),
      hiddenMarker(SECRET, 'review', REPO, 7),
      hiddenMarker(SECRET, 'summary', REPO, 8),
      hiddenMarker(SECRET, 'summary', `${REPO}/7`),
    ];
    expect(new Set([marker, ...others]).size).toBe(5);
    expect(carriesMarker(`text\n\n${marker}\n`, marker)).toBe(true);
    expect(carriesMarker(`${marker}\n\nquoted by somebody`, marker)).toBe(false);
    for (const other of others) expect(carriesMarker(`text\n\n${other}`, marker)).toBe(false);
  });
});
