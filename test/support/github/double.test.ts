import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type GitHubDouble, startGitHubDouble } from './double.ts';

const SECRET = 'a webhook secret of at least 32 bytes';
const REPO = 'acme/nodes';

let double: GitHubDouble;
let receiver: Server;
let received: { event: string; guid: string; signed: boolean; payload: Record<string, unknown> }[] = [];
let answer = 202;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const signature = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
      received.push({
        event: String(request.headers['x-github-event']),
        guid: String(request.headers['x-github-delivery']),
        signed: request.headers['x-hub-signature-256'] === signature,
        payload: JSON.parse(body.toString('utf8')) as Record<string, unknown>,
      });
      response.writeHead(answer).end('noted');
    });
  });
  await new Promise<void>(resolve => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  double = await startGitHubDouble({ webhookSecret: SECRET, webhookUrl: `http://127.0.0.1:${port}/webhooks/github` });
  for (const login of ['ada', 'ben']) double.createUser(login);
  await double.createRepository('acme', 'nodes', { files: { 'a.yml': 'a: 1\n', 'b.yml': 'b: 1\n' } });
  double.setRole(REPO, 'ada', 'write');
  double.setRole(REPO, 'ben', 'read');
});

afterAll(async () => {
  await double.close();
  await new Promise(resolve => receiver.close(resolve));
});

afterEach(async () => {
  await double.settled();
  received = [];
  answer = 202;
  double.clearFaults();
  expect(double.breaches).toEqual([]);
});

let branches = 0;
async function openPull(files: Readonly<Record<string, string>> = { 'a.yml': `a: ${branches + 2}\n` }) {
  const branch = `change-${++branches}`;
  const head = await double.commit(REPO, branch, files, { author: 'ada' });
  const number = await double.openPullRequest(REPO, { head: branch, title: `Change ${branches}`, user: 'ada' });
  return { branch, head, number };
}
const events = () => received.map(({ event, payload }) => [event, payload['action']].filter(Boolean).join('.'));
const api = (path: string, init: RequestInit = {}) =>
  fetch(`${double.apiUrl}${path}`, {
    ...init,
    headers: { authorization: `token ${double.installationToken(REPO)}`, ...init.headers },
  });
/** Not the synchronous kind: the double answers git from this very process. */
const run = promisify(execFile);
const git = async (directory: string, ...args: readonly string[]) =>
  (await run('git', ['-C', directory, ...args], { timeout: 20_000 })).stdout.trim();

describe('every change of state is a signed webhook', () => {
  test('from opening to merging, in order', async () => {
    const { head, number } = await openPull();
    const next = await double.pushToPull(REPO, number, { 'b.yml': 'b: 2\n' });
    await double.review(REPO, number, 'ben', {
      event: 'REQUEST_CHANGES',
      body: 'no',
      comments: [{ path: 'b.yml', line: 1, body: 'why' }],
    });
    const id = await double.review(REPO, number, 'ben', { event: 'APPROVE' });
    await double.dismissReview(REPO, number, id, 'ada');
    const comment = await double.comment(REPO, number, 'ben', '/kubelet-gate recheck');
    await double.editComment(REPO, number, comment, 'ben', 'never mind');
    await double.editPull(REPO, number, 'ada', { title: 'Better', draft: true });
    await double.editPull(REPO, number, 'ada', { draft: false });
    await double.closePull(REPO, number, 'ada');
    await double.reopenPull(REPO, number, 'ada');
    const merged = await double.merge(REPO, number, 'ben');
    await double.settled();
    expect(events()).toEqual([
      'push',
      'pull_request.opened',
      'push',
      'pull_request.synchronize',
      'pull_request_review.submitted',
      'pull_request_review_comment.created',
      'pull_request_review.submitted',
      'pull_request_review.dismissed',
      'issue_comment.created',
      'issue_comment.edited',
      'pull_request.edited',
      'pull_request.converted_to_draft',
      'pull_request.ready_for_review',
      'pull_request.closed',
      'pull_request.reopened',
      'pull_request.closed',
      'push',
    ]);
    expect(received.every(one => one.signed)).toBe(true);
    expect(new Set(received.map(one => one.guid)).size).toBe(received.length);
    expect(received[3]?.payload).toMatchObject({ before: head, after: next, number });
    expect(received[6]?.payload['review']).toMatchObject({ state: 'approved', commit_id: next });
    expect(received[15]?.payload['pull_request']).toMatchObject({
      merged: true,
      merge_commit_sha: merged,
      merged_by: { login: 'ben' },
    });
    expect(received[16]?.payload).toMatchObject({ ref: 'refs/heads/main', after: merged, forced: false });
  });

  test('a changed base says what it was, and the check run buttons reach the App', async () => {
    const { number, head } = await openPull();
    const old = await double.head(REPO, 'main');
    await double.commit(REPO, 'release', { 'r.yml': 'r: 1\n' }, { author: 'ada' });
    await double.editPull(REPO, number, 'ada', { base: 'release' });
    const created = await api(`/repos/${REPO}/check-runs`, {
      method: 'POST',
      body: JSON.stringify({ name: 'kubelet-gate', head_sha: head, status: 'completed', conclusion: 'failure' }),
    });
    expect(created.status).toBe(201);
    await double.rerequest(REPO, double.checkRuns(REPO, head)[0]?.id ?? 0, 'ada');
    double.ping();
    await double.settled();
    expect(events().slice(-5)).toEqual([
      'pull_request.edited',
      'check_run.created',
      'check_run.completed',
      'check_run.rerequested',
      'ping',
    ]);
    expect(received.find(one => one.payload['action'] === 'edited')?.payload['changes']).toEqual({
      base: { ref: { from: 'main' }, sha: { from: old } },
    });
  });

  test('a force push is seen in the push event', async () => {
    const { branch, number } = await openPull();
    await double.commit(
      REPO,
      branch,
      { 'a.yml': 'a: forced\n' },
      { author: 'ada', parent: await double.head(REPO, 'main') },
    );
    await double.settled();
    expect(received.filter(one => one.event === 'push').map(one => one.payload['forced'])).toEqual([false, true]);
    expect(double.pull(REPO, number).headSha).toBe(await double.head(REPO, branch));
  });

  test('a failed delivery is recorded and can be sent again under its own GUID', async () => {
    answer = 503;
    await openPull();
    await double.settled();
    const failed = double.deliveries.findLast(one => one.action === 'opened');
    expect(failed).toMatchObject({ statusCode: 503, redelivery: false, response: { body: 'noted' } });
    answer = 202;
    const again = await double.redeliver(failed?.id ?? 0);
    expect(again).toMatchObject({ statusCode: 202, redelivery: true, guid: failed?.guid, body: failed?.body });
  });

  test('nothing is sent about a repository the App is not on', async () => {
    await double.createRepository('acme', 'apart', { installed: false });
    await double.commit('acme/apart', 'main', { 'a.yml': 'a: 2\n' });
    await double.settled();
    expect(events()).toEqual([]);
  });
});

describe('pull requests are real commits', () => {
  test('refs/pull/N/head and refs/pull/N/merge follow the branch', async () => {
    const { head, number } = await openPull({ 'c.yml': 'c: 1\n' });
    const directory = double.directory(REPO);
    expect(await git(directory, 'rev-parse', `refs/pull/${number}/head`)).toBe(head);
    const parents = (await git(directory, 'log', '-1', '--format=%P', `refs/pull/${number}/merge`)).split(' ');
    expect(parents).toEqual([await double.head(REPO, 'main'), head]);
  });

  test('a conflict leaves no merge ref and cannot be merged', async () => {
    const { number } = await openPull({ 'b.yml': 'b: theirs\n' });
    await double.commit(REPO, 'main', { 'b.yml': 'b: ours\n' }, { author: 'ada' });
    expect(double.pull(REPO, number).testMerge).toBeNull();
    await expect(git(double.directory(REPO), 'rev-parse', '--verify', `refs/pull/${number}/merge`)).rejects.toThrow();
    await expect(double.merge(REPO, number, 'ada')).rejects.toThrow('merge conflicts');
  });

  test.each([
    ['merge', 2],
    ['squash', 1],
    ['rebase', 1],
  ] as const)('%s puts the change on the base branch with %i parent(s)', async (method, parents) => {
    const { branch, number } = await openPull({ [`${method}.yml`]: 'x: 1\n' });
    await double.commit(REPO, branch, { [`${method}-2.yml`]: 'x: 2\n' }, { author: 'ada' });
    const before = await double.head(REPO, 'main');
    const sha = await double.merge(REPO, number, 'ada', { method });
    const directory = double.directory(REPO);
    expect(await double.head(REPO, 'main')).toBe(sha);
    expect((await git(directory, 'log', '-1', '--format=%P', sha)).split(' ')).toHaveLength(parents);
    expect((await git(directory, 'diff', '--name-only', before, sha)).split('\n')).toEqual([
      `${method}-2.yml`,
      `${method}.yml`,
    ]);
    expect(double.pull(REPO, number).merged?.sha).toBe(sha);
  });

  test('a merge for another head is refused with 409, one that protection forbids with 405', async () => {
    const { number, head } = await openPull({ 'p.yml': 'p: 1\n' });
    double.protect(REPO, 'main', { checks: [{ context: 'kubelet-gate', appId: double.appId }], approvals: 1 });
    try {
      await expect(double.merge(REPO, number, 'ada', { sha: '1'.repeat(40) })).rejects.toMatchObject({ status: 409 });
      await expect(double.merge(REPO, number, 'ada')).rejects.toThrow(
        'Required status check "kubelet-gate" is expected.',
      );
      const run = { name: 'kubelet-gate', head_sha: head, status: 'completed', conclusion: 'success' };
      await api(`/repos/${REPO}/check-runs`, { method: 'POST', body: JSON.stringify(run) });
      await expect(double.merge(REPO, number, 'ada')).rejects.toMatchObject({ status: 405 });
      await double.review(REPO, number, 'ben', { event: 'APPROVE' });
      expect(await double.merge(REPO, number, 'ada')).toMatch(/^[0-9a-f]{40}$/);
    } finally {
      double.protect(REPO, 'main', {});
    }
  });

  test('a person clones, pushes and is announced', async () => {
    const { branch, number } = await openPull({ 'w.yml': 'w: 1\n' });
    const work = await mkdtemp(join(tmpdir(), 'double-push-'));
    try {
      const url = double.gitUrl(REPO).replace('http://', `http://ada:${double.userToken('ada')}@`);
      await git(work, 'clone', '--quiet', '--branch', branch, url, 'clone');
      const clone = join(work, 'clone');
      await writeFile(join(clone, 'w.yml'), 'w: 2\n');
      await git(clone, '-c', 'user.name=ada', '-c', 'user.email=ada@example.com', 'commit', '--quiet', '-am', 'Fix');
      await git(clone, 'push', '--quiet', 'origin', branch);
      await double.settled();
      expect(double.pull(REPO, number).headSha).toBe(await git(clone, 'rev-parse', 'HEAD'));
      expect(events().slice(-2)).toEqual(['push', 'pull_request.synchronize']);
      const readOnly = double.gitUrl(REPO).replace('http://', `http://ben:${double.userToken('ben')}@`);
      await expect(git(clone, 'push', '--quiet', readOnly, 'HEAD:refs/heads/ben')).rejects.toThrow(/403/);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
});

describe("GitHub's own rules", () => {
  test.each([
    ['an author approving', 'ada', { event: 'APPROVE' as const }, 'Can not approve your own pull request'],
    ['an author requesting changes', 'ada', { event: 'REQUEST_CHANGES' as const, body: 'x' }, 'your own pull request'],
    ['a comment without a body', 'ben', { event: 'COMMENT' as const }, 'blank'],
    ['a body over 65536 characters', 'ben', { event: 'COMMENT' as const, body: 'x'.repeat(65_537) }, 'too long'],
    [
      'a commit that is not of the pull request',
      'ben',
      { event: 'APPROVE' as const, commit_id: '1'.repeat(40) },
      'not part',
    ],
  ])('%s is refused', async (_, login, review, message) => {
    const { number } = await openPull();
    await expect(double.review(REPO, number, login, review)).rejects.toThrow(message);
    expect(double.reviews(REPO, number)).toEqual([]);
  });

  test.each([
    ['51 annotations', { annotations: 51 }, 400],
    ['a summary over 65535 characters', { summary: 'x'.repeat(65_536) }, 422],
    ['a completed run without a conclusion', { conclusion: undefined }, 422],
  ])('%s is refused', async (_, wrong, atLeast) => {
    const { head } = await openPull();
    const { annotations = 0, summary = 's' } = wrong as { annotations?: number; summary?: string };
    const one = { path: 'a.yml', start_line: 1, end_line: 1, annotation_level: 'notice', message: 'm' };
    const response = await api(`/repos/${REPO}/check-runs`, {
      method: 'POST',
      body: JSON.stringify({
        name: 'kubelet-gate',
        head_sha: head,
        status: 'completed',
        ...('conclusion' in wrong ? {} : { conclusion: 'failure' }),
        output: { title: 't', summary, annotations: Array.from({ length: annotations }, () => one) },
      }),
    });
    expect(response.status).toBeGreaterThanOrEqual(atLeast);
    expect(response.status).toBeLessThan(500);
    expect(double.checkRuns(REPO, head)).toEqual([]);
  });

  test('binary files and files too large to show have no patch', async () => {
    const { number } = await openPull({
      'big.txt': Array.from({ length: 20_001 }, (_, index) => String(index)).join('\n'),
      'zero.bin': '\0\0',
      'small.txt': 'x\n',
    });
    const files = (await (await api(`/repos/${REPO}/pulls/${number}/files`)).json()) as {
      filename: string;
      patch?: string;
    }[];
    expect(files.map(file => [file.filename, file.patch !== undefined])).toEqual([
      ['big.txt', false],
      ['small.txt', true],
      ['zero.bin', false],
    ]);
  });

  test('an unchanged answer is a 304 that costs nothing', async () => {
    const token = double.installationToken(REPO);
    const get = (headers: Readonly<Record<string, string>> = {}) =>
      fetch(`${double.apiUrl}/repos/${REPO}`, { headers: { authorization: `token ${token}`, ...headers } });
    const first = await get();
    const again = await get({ 'if-none-match': first.headers.get('etag') ?? '' });
    expect([first.status, again.status, await again.text()]).toEqual([200, 304, '']);
    expect(again.headers.get('x-ratelimit-remaining')).toBe(first.headers.get('x-ratelimit-remaining'));
    expect(first.headers.get('x-github-request-id')).toMatch(/^[0-9A-F]{24}$/);
  });

  test('expired and foreign credentials are 401, a token where the App itself is needed too', async () => {
    const token = double.installationToken(REPO);
    const get = async (path: string, authorization: string) =>
      (await fetch(`${double.apiUrl}${path}`, { headers: { authorization } })).status;
    expect(await get(`/repos/${REPO}`, `token ${token}`)).toBe(200);
    expect(await get('/app', `token ${token}`)).toBe(401);
    expect(await get(`/repos/${REPO}`, 'token ghs_unknown')).toBe(401);
    expect(await get('/app', 'bearer aa.bb.cc')).toBe(401);
    double.expireTokens();
    expect(await get(`/repos/${REPO}`, `token ${token}`)).toBe(401);
  });
});

test('a call outside the description is a breach that is answered with 500', async () => {
  const other = await startGitHubDouble({ webhookSecret: SECRET });
  try {
    await other.createRepository('acme', 'nodes');
    const headers = { authorization: `token ${other.installationToken('acme/nodes')}` };
    const misspelt = await fetch(`${other.apiUrl}/repos/acme/nodes/pulls?perPage=5`, { headers });
    const unknown = await fetch(`${other.apiUrl}/repos/acme/nodes/topics`, { headers });
    expect([misspelt.status, unknown.status]).toEqual([500, 500]);
    expect(other.breaches).toEqual([
      'GET /repos/{owner}/{repo}/pulls query: no parameter perPage',
      'GET /api/v3/repos/acme/nodes/topics: the double has no such operation',
    ]);
  } finally {
    await other.close();
  }
});

test('the page of a pull request shows its conversation, checks and changes', async () => {
  const { number, head } = await openPull();
  await double.review(REPO, number, 'ben', {
    event: 'REQUEST_CHANGES',
    body: 'Not **like** this <script>alert(1)</script>',
    comments: [{ path: 'a.yml', line: 1, body: '```suggestion\na: 1\n```' }],
  });
  await double.comment(REPO, number, 'ada', '| a | b |\n|---|---|\n| 1 | 2 |');
  const run = {
    name: 'kubelet-gate',
    head_sha: head,
    status: 'completed',
    conclusion: 'failure',
    output: { title: 'authentication is off', summary: '### One field\n\non 3 nodes' },
  };
  await api(`/repos/${REPO}/check-runs`, { method: 'POST', body: JSON.stringify(run) });
  const response = await fetch(`${double.url}/${REPO}/pull/${number}`);
  const html = await response.text();
  expect(response.status).toBe(200);
  for (const shown of [
    `Change ${branches} <span class="number">#${number}</span>`,
    '± requested changes',
    'Not <strong>like</strong> this &#60;script&#62;',
    '<div class="fence suggestion">',
    '<td>1</td><td>2</td>',
    '✕ failure',
    '<h3>One field</h3>',
    '<code>a.yml</code>',
  ]) {
    expect(html).toContain(shown);
  }
  for (const path of [
    '/',
    `/${REPO}`,
    `/${REPO}/runs/${double.checkRuns(REPO, head)[0]?.id}`,
    `/${REPO}/blob/${head}/a.yml`,
    `/${REPO}/commit/${head}`,
  ]) {
    expect((await fetch(`${double.url}${path}`)).status).toBe(200);
  }
  expect((await fetch(`${double.url}/${REPO}/pull/999`)).status).toBe(404);
});
