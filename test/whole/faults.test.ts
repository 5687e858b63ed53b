import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import type { FaultKind } from '../support/github/github-double.ts';
import { type InProcess, openInProcess } from '../support/in-process.ts';
import { freshEmbedded } from '../support/services.ts';
import { createPeople, exceptions, FILES, GPU, openSite, type Site, SMALLER } from './site.ts';

jest.setTimeout(400_000);

const WEAKER = { [GPU]: `${FILES[GPU]}kubelet_read_only_port: 10255\n` };

const WRITES = [
  ['check runs', 'check-runs'],
  ['reviews', 'pulls/1/reviews'],
  ['comments', 'issues/1/comments'],
] as const;
const KINDS: readonly FaultKind[] = ['500', 'reset', 'reply-lost', 'secondary-limit'];
const FAULTS = WRITES.flatMap(([what, path]) => KINDS.map(kind => ({ what, path, kind })));

describe('GitHub in trouble (embedded)', () => {
  let service: InProcess;
  const sites = new Map<string, Promise<Readonly<{ site: Site; head: string }>>>();
  beforeAll(async () => {
    service = await openInProcess({ store: await freshEmbedded() });
    createPeople(service);
    for (const { what, path, kind } of FAULTS) {
      const coming = openSite(service).then(async site => {
        service.double.fault({ match: `POST /repos/${site.repository}/${path}`, kind, times: 2 });
        return { site, head: (await site.propose(WEAKER)).head };
      });
      coming.catch(() => undefined);
      sites.set(`${what} ${kind}`, coming);
    }
  });
  afterAll(() => service.close());

  /** Whether exactly one of each is there, and nothing more is to come. */
  const shown = async (site: Site, head: string) => {
    const { double } = service;
    const look = () => ({
      runs: double.checkRuns(site.repository, head).map(({ conclusion }) => conclusion),
      reviews: double.reviews(site.repository, 1).filter(({ user }) => user.type === 'Bot').length,
      comments: double.comments(site.repository, 1).filter(({ viaApp }) => viaApp).length,
    });
    const complete = JSON.stringify({ runs: ['failure'], reviews: 1, comments: 1 });
    await eventually(() => JSON.stringify(look()) === complete, look);
    return look;
  };

  test.each(FAULTS)('$what posted through "$kind" are there once in the end', async ({ what, kind }) => {
    const { site, head } = await sites.get(`${what} ${kind}`)!;
    const look = await shown(site, head);
    expect(look()).toEqual({ runs: ['failure'], reviews: 1, comments: 1 });
  });

  test.each<FaultKind>(['500', 'reset', 'rate-limit', '404'])(
    'reading a pull request through "%s" is tried again',
    async kind => {
      const site = await openSite(service);
      service.double.fault({ match: `GET /repos/${site.repository}/pulls/1`, kind, times: 2 });
      const pull = await site.propose(SMALLER);
      await site.concluded(pull.head, 'action_required');
    },
  );

  test.each<FaultKind>(['500', 'reset'])('a git fetch through "%s" is tried again', async kind => {
    const site = await openSite(service);
    service.double.fault({ match: new RegExp(`${site.repository}\\.git`), kind, times: 1 });
    const pull = await site.propose(SMALLER);
    await site.concluded(pull.head, 'action_required');
  });

  test('tokens that end early are fetched anew', async () => {
    const site = await openSite(service);
    const pull = await site.propose(SMALLER);
    await site.concluded(pull.head, 'action_required');
    service.double.expireTokens();
    await site.approve(pull.number, 'grace');
    await site.concluded(pull.head, 'success');
  });

  test('a sticky comment somebody deleted comes back with the next change', async () => {
    const { double } = service;
    const site = await openSite(service);
    const pull = await site.propose(SMALLER);
    const comment = await site.commented(pull.number, 'maxPods');
    double.deleteComment(site.repository, pull.number, comment.id);
    await site.approve(pull.number, 'grace');
    await site.commented(pull.number, 'Approved');
    expect(double.comments(site.repository, pull.number)).toHaveLength(1);
  });

  test('a head that is gone before it is fetched is superseded by the one that is there', async () => {
    const { double } = service;
    const site = await openSite(service);
    double.setWebhookUrl(null);
    const pull = await site.propose(WEAKER);
    await double.settled();
    double.setWebhookUrl(`${service.url}/webhooks/github`);
    const base = await double.head(site.repository, 'main');
    const head = await double.commit(site.repository, pull.branch, SMALLER, { author: 'ada', parent: base });
    await site.concluded(head, 'action_required');
    expect(double.checkRuns(site.repository, pull.head)).toEqual([]);
  });

  test('a head that git does not have gets a failing check run that says what to do', async () => {
    const site = await openSite(service);
    service.double.fault({ match: new RegExp(`${site.repository}\\.git`), kind: '404', times: 10 });
    const pull = await site.propose(SMALLER);
    const run = await site.concluded(pull.head, 'failure');
    expect(run.summary).toContain(`the GitHub App cannot read ${site.repository}`);
    service.double.clearFaults();
    await service.double.rerequest(site.repository, run.id, 'ada');
    await site.concluded(pull.head, 'action_required');
  });

  test('nothing was given up on the way', async () => {
    expect(await exceptions(service)).toEqual([]);
  });

  test('nothing that was said to GitHub broke its description', () => {
    expect(service.double.breaches).toEqual([]);
  });
});
