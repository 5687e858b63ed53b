import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { type InProcess, openInProcess } from '../support/in-process.ts';
import { freshEmbedded } from '../support/services.ts';
import {
  createPeople,
  exceptions,
  FILES,
  GPU,
  idle,
  logEntries,
  openSite,
  type Site,
  SMALLER,
  WORKERS,
} from './site.ts';

jest.setTimeout(400_000);

describe('events (embedded)', () => {
  let service: InProcess;
  beforeAll(async () => {
    service = await openInProcess({ store: await freshEmbedded() });
    createPeople(service);
  });
  afterAll(() => service.close());

  const sticky = (site: Site, number: number) =>
    service.double.comments(site.repository, number).filter(({ viaApp }) => viaApp);
  const last = (event: string, action: string, repository: string) =>
    service.double.deliveries.findLast(
      delivery =>
        delivery.event === event && delivery.action === action && delivery.body.includes(JSON.stringify(repository)),
    )!;
  /** The state of a change as the service lists it. */
  const listed = async (site: Site) =>
    ((await service.ask(`/api/v1/changes?repo=${site.repository}`)) as { changes: { state: string }[] }).changes[0];

  test('a delivery that comes again, under its own id or another, changes nothing', async () => {
    const { double } = service;
    const site = await openSite(service);
    const pull = await site.propose(SMALLER);
    await site.concluded(pull.head, 'action_required');
    await idle(service);
    const opened = last('pull_request', 'opened', site.repository);
    const entries = (await site.entries()).length;
    const requests = double.requests.length;
    const again = await double.redeliver(opened.id);
    expect([again.statusCode, JSON.parse(again.response.body)]).toEqual([202, { status: 'finished' }]);
    const copied = await fetch(`${service.url}/webhooks/github`, {
      method: 'POST',
      headers: { ...opened.headers, 'x-github-delivery': randomUUID() },
      body: opened.body,
    });
    expect([copied.status, await copied.json()]).toEqual([202, { status: 'finished' }]);

    const other = await openSite(service);
    await other.concluded((await other.propose(SMALLER)).head, 'action_required');
    expect(double.requests.slice(requests).filter(({ path }) => path.includes(`${site.repository}/`))).toEqual([]);
    expect(await site.entries()).toHaveLength(entries);
    expect(double.checkRuns(site.repository, pull.head)).toHaveLength(1);
  });

  test('a body that is not signed with the secret is refused', async () => {
    const body = last('pull_request', 'opened', 'acme/nodes-1')?.body ?? '{}';
    for (const secret of ['', 'wrong']) {
      const signature = createHmac('sha256', secret).update(body).digest('hex');
      const refused = await fetch(`${service.url}/webhooks/github`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-github-event': 'pull_request',
          'x-github-delivery': randomUUID(),
          'x-hub-signature-256': `sha256=${signature}`,
        },
        body,
      });
      expect(refused.status).toBe(401);
    }
  });

  test('re-running the check makes a run of its own', async () => {
    const { double } = service;
    const site = await openSite(service);
    const pull = await site.propose(SMALLER);
    const first = await site.concluded(pull.head, 'action_required');
    await double.rerequest(site.repository, first.id, 'ada');
    const runs = await eventually(
      () => {
        const all = double.checkRuns(site.repository, pull.head);
        return all.length === 2 && all.every(({ status }) => status === 'completed') && all;
      },
      () => double.checkRuns(site.repository, pull.head),
    );
    expect(runs.map(({ externalId }) => externalId.slice(-2))).toEqual(['/0', '/1']);
    expect(runs.map(({ conclusion }) => conclusion)).toEqual(['action_required', 'action_required']);
    await site.approve(pull.number, 'grace');
    await site.concluded(pull.head, 'success');
    expect(double.checkRuns(site.repository, pull.head)).toHaveLength(2);
  });

  test('a changed base is judged again', async () => {
    const { double } = service;
    const site = await openSite(service);
    const release = await double.commit(site.repository, 'release', SMALLER, { author: 'linus' });
    const readme = { 'README.md': '# Nodes\n' };
    const head = await double.commit(site.repository, 'readme', readme, { author: 'ada', parent: release });
    const number = await double.openPullRequest(site.repository, { head: 'readme', title: 'Say it', user: 'ada' });
    await site.concluded(head, 'action_required');
    await double.editPull(site.repository, number, 'ada', { base: 'release' });
    await site.concluded(head, 'success');
    await site.commented(number, 'Touches nothing kubelets run with');
    expect(double.checkRuns(site.repository, head)).toHaveLength(1);
  });

  test('a pull request that is closed and opened again goes on where it was', async () => {
    const { double } = service;
    const site = await openSite(service);
    const pull = await site.propose(SMALLER);
    await site.concluded(pull.head, 'action_required');
    await double.closePull(site.repository, pull.number, 'ada');
    await eventually(
      async () => (await listed(site))?.state === 'closed',
      () => listed(site),
    );
    await double.reopenPull(site.repository, pull.number, 'ada');
    await eventually(
      async () => (await listed(site))?.state === 'open',
      () => listed(site),
    );
    await site.approve(pull.number, 'grace');
    await site.concluded(pull.head, 'success');
    expect(sticky(site, pull.number)).toHaveLength(1);
  });

  test('a draft is judged like any other', async () => {
    const site = await openSite(service);
    const pull = await site.propose(SMALLER, { draft: true });
    await site.concluded(pull.head, 'action_required');
    await service.double.editPull(site.repository, pull.number, 'ada', { draft: false });
    await site.approve(pull.number, 'grace');
    await site.concluded(pull.head, 'success');
  });

  test('events that come in the wrong order end in the same state', async () => {
    const { double } = service;
    const site = await openSite(service);
    double.setWebhookUrl(null);
    const pull = await site.propose(SMALLER);
    await site.approve(pull.number, 'grace');
    await double.settled();
    double.setWebhookUrl(`${service.url}/webhooks/github`);
    const review = { event: 'REQUEST_CHANGES', body: 'Wait.' } as const;
    const objection = await double.review(site.repository, pull.number, 'linus', review);
    await site.concluded(pull.head, 'action_required');
    await double.dismissReview(site.repository, pull.number, objection, 'grace');
    await site.concluded(pull.head, 'success');
    await double.settled();
    await double.redeliver(last('pull_request_review', 'submitted', site.repository).id);
    await double.closePull(site.repository, pull.number, 'ada');
    await eventually(
      async () => (await listed(site))?.state === 'closed',
      () => listed(site),
    );
    const entries = await site.entries();
    expect(entries.filter(({ kind }) => kind === 'change.proposed')).toHaveLength(1);
    expect(entries.filter(({ kind }) => kind === 'verdict')).toHaveLength(1);
  });

  test('many pushes in a row end in one concluded run on the last head and one comment', async () => {
    const { double } = service;
    const site = await openSite(service);
    const pull = await site.propose(SMALLER);
    let head = pull.head;
    for (let pods = 40; pods < 52; pods += 1)
      head = await site.push(pull, { [GPU]: FILES[GPU]!.replace('max_pods: 32', `max_pods: ${pods}`) });
    await site.concluded(head, 'action_required');
    await site.commented(pull.number, '51');
    await double.settled();
    expect(double.checkRuns(site.repository, head)).toHaveLength(1);
    expect(sticky(site, pull.number)).toHaveLength(1);
  });

  test('two pull requests on one repository keep apart', async () => {
    const site = await openSite(service);
    const [one, two] = await Promise.all([
      site.propose(SMALLER),
      site.propose({ [WORKERS]: FILES[WORKERS]!.replace('110', '100') }),
    ]);
    await site.concluded(one.head, 'action_required');
    await site.concluded(two.head, 'action_required');
    await site.approve(one.number, 'grace');
    await site.concluded(one.head, 'success');
    expect(service.double.checkRuns(site.repository, two.head).at(-1)?.conclusion).toBe('action_required');
  });

  test('a change of nothing governed is green without a word', async () => {
    const { double } = service;
    const site = await openSite(service);
    const pull = await site.propose({ 'README.md': '# Nodes\n' });
    await site.concluded(pull.head, 'success');
    await double.settled();
    expect(double.comments(site.repository, pull.number)).toEqual([]);
    expect(double.reviews(site.repository, pull.number)).toEqual([]);
    expect(await site.entries()).toEqual([]);
  });

  test('what an earlier push said is taken back when the change is', async () => {
    const site = await openSite(service);
    const pull = await site.propose({ [GPU]: `${FILES[GPU]}kubelet_read_only_port: 10255\n` });
    await site.concluded(pull.head, 'failure');
    await site.commented(pull.number, 'readOnlyPort');
    const head = await site.push(pull, { [GPU]: FILES[GPU]! });
    await site.concluded(head, 'success');
    await eventually(
      () => sticky(site, pull.number).some(({ body }) => !body.includes('readOnlyPort')),
      () => sticky(site, pull.number),
    );
    expect(sticky(site, pull.number)).toHaveLength(1);
  });

  test('a restart loses nothing and says nothing twice', async () => {
    const { double } = service;
    const site = await openSite(service);
    const pull = await site.propose(SMALLER);
    await double.settled();
    await service.restart();
    await site.concluded(pull.head, 'action_required');
    await site.commented(pull.number, 'maxPods');
    expect(double.checkRuns(site.repository, pull.head)).toHaveLength(1);
    expect(sticky(site, pull.number)).toHaveLength(1);
  });

  test('a repository the App is put on again gets what it missed', async () => {
    const { double } = service;
    const site = await openSite(service);
    const before = await site.propose(SMALLER);
    await site.concluded(before.head, 'action_required');
    await double.setInstalled(site.repository, false);
    const missed = await site.propose({ [WORKERS]: FILES[WORKERS]!.replace('110', '100') });
    await double.setInstalled(site.repository, true);
    await site.concluded(missed.head, 'action_required');
  });

  test('every event is in the log once and nothing was given up', async () => {
    const keys = (await logEntries(service)).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(await exceptions(service)).toEqual([]);
  });

  test('nothing that was said to GitHub broke its description', () => {
    expect(service.double.breaches).toEqual([]);
  });
});
