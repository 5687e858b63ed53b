import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { CheckRunInput, GitHub, ReviewInput } from '../../../adapters/github/github.ts';
import { githubApp } from '../../../adapters/github/github-app.ts';
import { GitHubError } from '../../../adapters/github/github-error.ts';
import { hiddenMarker } from '../../../adapters/github/hidden-marker.ts';
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
  github = githubApp({
    appId: double.appId,
    privateKey: double.privateKey,
    apiUrl: double.apiUrl,
    serverUrl: double.url,
    fetch: contract.fetch,
    pacing: false,
  });
  for (const login of ['ada', 'ben']) double.createUser(login);
  await double.createRepository('acme', 'nodes', { files: { [KUBELET]: lines('readOnlyPort: 0') } });
  double.setRole(REPO, 'ada', 'write');
  double.setRole(REPO, 'ben', 'maintain');
});

afterAll(async () => {
  await double.close();
});

afterEach(() => {
  double.clearFaults();
  expect(double.breaches).toEqual([]);
  expect(contract.breaches).toEqual([]);
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

  test('a review is posted once, however often it is asked for', async () => {
    const { number, head } = await openPull();
    const first = await github.createReview(REPO, number, review(head));
    const second = await github.createReview(REPO, number, review(head));
    expect([first.action, second.action, second.id]).toEqual(['created', 'unchanged', first.id]);
    expect(double.reviews(REPO, number)).toHaveLength(1);
    expect(double.reviewComments(REPO, number)).toMatchObject([{ path: KUBELET, line: 13, side: 'RIGHT' }]);
  });

  test('one line outside the diff refuses the whole review', async () => {
    const { number, head } = await openPull();
    const error = await failure(github.createReview(REPO, number, review(head, 2)));
    expect(error.code).toBe('invalid');
    expect(double.reviews(REPO, number)).toEqual([]);
  });
});
