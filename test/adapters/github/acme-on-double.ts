import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { CheckRunInput, GitHub, ReviewInput } from '../../../adapters/github/github.ts';
import { type GitHubAppOptions, githubApp } from '../../../adapters/github/github-app.ts';
import { GitHubError } from '../../../adapters/github/github-error.ts';
import { hiddenMarker } from '../../../adapters/github/hidden-marker.ts';
import { checkedFetch } from '../../support/github/checked-fetch.ts';
import { type GitHubDouble, startGitHubDouble } from '../../support/github/double.ts';

// Importing this starts a double with acme/nodes on it for the importing test file, and ends it afterwards.

export const SECRET = 'a webhook secret of at least 32 bytes';
export const REPO = 'acme/nodes';
export const KUBELET = 'roles/kubelet/templates/config.yaml.j2';
export const lines = (...changed: readonly string[]) =>
  [...Array.from({ length: 12 }, (_, index) => `line ${index + 1}`), ...changed].join('\n').concat('\n');

export let double: GitHubDouble;
export let github: GitHub;
export let contract: ReturnType<typeof checkedFetch>;

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

export const connect = (more: Partial<GitHubAppOptions> = {}): GitHub =>
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
export async function openPull(): Promise<Readonly<{ number: number; head: string }>> {
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

export async function failure(promise: Promise<unknown>): Promise<GitHubError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GitHubError);
  return error as GitHubError;
}

export const checkRun = (headSha: string, more: Partial<CheckRunInput> = {}): CheckRunInput => ({
  name: 'kubelet-gate',
  headSha,
  externalId: `attempt-${headSha}`,
  state: { status: 'completed', conclusion: 'failure' },
  title: 'authentication is off',
  summary: 'One field on 3 nodes.',
  annotations: [],
  ...more,
});
export const annotations = (count: number): CheckRunInput['annotations'] =>
  Array.from({ length: count }, (_, index) => ({
    path: KUBELET,
    startLine: index + 1,
    endLine: index + 1,
    level: 'failure',
    message: `finding ${index}`,
  }));
export const review = (commitId: string, line = 13): ReviewInput => ({
  commitId,
  event: 'REQUEST_CHANGES',
  body: 'readOnlyPort opens an unauthenticated port.',
  marker: hiddenMarker(SECRET, 'review', REPO, commitId),
  comments: [{ path: KUBELET, line, side: 'RIGHT', body: 'Set it to 0.' }],
});
