import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { GitHubError } from '../../../adapters/github/github-error.ts';
import { redact } from '../../../adapters/github/redact.ts';
import { startGitHubDouble } from '../../support/github/double.ts';
import { checkRun, connect, double, failure, github, openPull, REPO, review, SECRET } from './acme-on-double.ts';

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
