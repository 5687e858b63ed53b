import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { type InProcess, openInProcess } from '../support/in-process.ts';
import { freshEmbedded } from '../support/services.ts';
import {
  createPeople,
  exceptions,
  FILES,
  type GateAnswer,
  GPU,
  type Opened,
  openSite,
  type Site,
  SMALLER,
  WORKERS,
} from './site.ts';

jest.setTimeout(400_000);

const FEWER = { [WORKERS]: FILES[WORKERS]!.replace('110', '100') };

describe('what reaches the branch (embedded)', () => {
  let service: InProcess;
  beforeAll(async () => {
    service = await openInProcess({ store: await freshEmbedded() });
    createPeople(service);
    service.double.createUser('boss');
  });
  afterAll(() => service.close());

  const approved = async (site: Site, files: Readonly<Record<string, string>> = SMALLER): Promise<Opened> => {
    const pull = await site.propose(files);
    await site.concluded(pull.head, 'action_required');
    await site.approve(pull.number, 'grace');
    await site.concluded(pull.head, 'success');
    return pull;
  };
  const answered = (site: Site, commit: string, verdict: string, reason = ''): Promise<GateAnswer> =>
    eventually(
      async () => {
        const answer = await site.gate(commit);
        return answer.verdict === verdict && answer.reason.includes(reason) && answer;
      },
      () => site.gate(commit),
    );
  const merged = async (site: Site) => (await site.entries()).filter(({ kind }) => kind === 'merged');

  test('a governed change that is pushed past every pull request is an exception, and the gate denies it', async () => {
    const site = await openSite(service);
    const commit = await service.double.commit(site.repository, 'main', SMALLER, { author: 'linus' });
    const answer = await answered(site, commit, 'denied', 'pushed by linus without a pull request');
    expect(answer.digests).toEqual({});
    expect((await site.entries()).map(({ kind }) => kind)).toEqual(['unapproved-push']);
    expect(await exceptions(service)).toContainEqual(
      expect.objectContaining({ kind: 'unapproved-commit', repository: site.repository }),
    );
  });

  test('a push of nothing governed leaves the approved commit before it approved', async () => {
    const site = await openSite(service);
    const pull = await approved(site);
    const merge = await service.double.merge(site.repository, pull.number, 'ada');
    await answered(site, merge, 'approved');
    const commit = await service.double.commit(
      site.repository,
      'main',
      { 'README.md': '# Nodes\n' },
      { author: 'ada' },
    );
    const answer = await answered(site, commit, 'approved', 'nothing governed changed since');
    expect(answer.digests).toEqual((await site.gate(merge)).digests);
  });

  test('pushes that follow a merge at once wait for what it is', async () => {
    const { double } = service;
    const site = await openSite(service);
    const pull = await approved(site);
    await double.merge(site.repository, pull.number, 'ada');
    await double.commit(site.repository, 'main', { 'README.md': '# Nodes\n' }, { author: 'ada' });
    const commit = await double.commit(site.repository, 'main', { 'README.md': '# All nodes\n' }, { author: 'ada' });
    await answered(site, commit, 'approved', 'nothing governed changed since');
  });

  test('events that overtake the push of a merge make no violation of it', async () => {
    const { double } = service;
    const site = await openSite(service);
    const pull = await approved(site);
    const commit = await double.merge(site.repository, pull.number, 'ada');
    for (const body of ['Thanks!', 'Nice.', 'Merged.'])
      await double.review(site.repository, pull.number, 'linus', { event: 'COMMENT', body });
    await answered(site, commit, 'approved');
    await double.settled();
    const after = await double.commit(site.repository, 'main', { 'README.md': '# Nodes\n' }, { author: 'ada' });
    await answered(site, after, 'approved');
    expect((await site.entries()).map(({ kind }) => kind)).not.toContain('unapproved-push');
  });

  test('an approved merge does not carry unapproved content through the gate, and taking it back heals', async () => {
    const { double } = service;
    const site = await openSite(service);
    const first = await approved(site);
    await answered(site, await double.merge(site.repository, first.number, 'ada'), 'approved');
    const pushed = await double.commit(site.repository, 'main', FEWER, { author: 'linus' });
    await answered(site, pushed, 'denied', 'pushed by linus');

    const onTop = await approved(site, { [GPU]: FILES[GPU]!.replace('max_pods: 32', 'max_pods: 20') });
    const merge = await double.merge(site.repository, onTop.number, 'ada');
    await answered(site, merge, 'denied', 'content nobody approved');

    const takenBack = await approved(site, { ...SMALLER, [WORKERS]: FILES[WORKERS]! });
    const healed = await double.merge(site.repository, takenBack.number, 'ada');
    await answered(site, healed, 'approved');
  });

  test('a push of nothing governed does not wash a violation away', async () => {
    const site = await openSite(service);
    const bad = await service.double.commit(site.repository, 'main', SMALLER, { author: 'linus' });
    await answered(site, bad, 'denied', 'pushed by linus');
    const commit = await service.double.commit(
      site.repository,
      'main',
      { 'README.md': '# Nodes\n' },
      { author: 'ada' },
    );
    await answered(site, commit, 'denied', 'pushed by linus');
  });

  test.each(['squash', 'rebase'] as const)('a %s of two commits is recorded as what was approved', async method => {
    const site = await openSite(service);
    const pull = await site.propose(SMALLER);
    const head = await site.push(pull, FEWER);
    await site.concluded(head, 'action_required');
    await site.approve(pull.number, 'grace');
    await site.concluded(head, 'success');
    const commit = await service.double.merge(site.repository, pull.number, 'ada', { method });
    const answer = await answered(site, commit, 'approved');
    expect(answer.approvers).toEqual(['grace']);
    expect(await merged(site)).toMatchObject([{ data: { commit, approved: true, mergedBy: 'ada' } }]);
    expect((await site.entries()).map(({ kind }) => kind)).not.toContain('unapproved-push');
  });

  test('a merge nobody approved is a violation in the log and an exception, and the gate denies it', async () => {
    const site = await openSite(service);
    service.double.setRole(site.repository, 'boss', 'admin');
    const pull = await site.propose({ [GPU]: `${FILES[GPU]}kubelet_read_only_port: 10255\n` });
    await site.concluded(pull.head, 'failure');
    const commit = await service.double.merge(site.repository, pull.number, 'boss', { admin: true });
    await answered(site, commit, 'denied', 'merged without approval');
    expect(await merged(site)).toMatchObject([{ data: { commit, approved: false, mergedBy: 'boss', approvers: [] } }]);
    expect(await exceptions(service)).toContainEqual(
      expect.objectContaining({ kind: 'merge-violation', repository: site.repository }),
    );
  });

  test('a commit that is on no governed branch is denied', async () => {
    const site = await openSite(service);
    const pull = await approved(site);
    const answer = await site.gate(pull.head);
    expect(answer).toMatchObject({ verdict: 'denied', digests: {} });
  });

  test('an approval that comes after the merge does not heal it', async () => {
    const site = await openSite(service);
    const pull = await site.propose(SMALLER);
    await site.concluded(pull.head, 'action_required');
    const commit = await service.double.merge(site.repository, pull.number, 'ada');
    await answered(site, commit, 'denied', 'merged without approval');
    await site.approve(pull.number, 'grace').catch(() => undefined);
    await service.double.settled();
    const next = await openSite(service);
    await next.concluded((await next.propose(SMALLER)).head, 'action_required');
    await answered(site, commit, 'denied', 'merged without approval');
    expect(await merged(site)).toHaveLength(1);
  });

  test('two approved pull requests merged one after the other are both what was approved', async () => {
    const site = await openSite(service);
    const [one, two] = [await approved(site, SMALLER), await approved(site, FEWER)];
    const first = await service.double.merge(site.repository, one.number, 'ada');
    const second = await service.double.merge(site.repository, two.number, 'ada');
    await answered(site, first, 'approved');
    const answer = await answered(site, second, 'approved');
    expect(answer.digests['gpu-1']).toEqual((await site.gate(first)).digests['gpu-1']);
  });

  test('a merge into a branch that moved under an approval is not what was approved', async () => {
    const site = await openSite(service);
    const pull = await approved(site);
    const hosts = 'inventories/production/hosts.yml';
    const more = { [hosts]: FILES[hosts]!.replace(/\n *gpu-2:/, '') };
    const other = await approved(site, more);
    await service.double.merge(site.repository, other.number, 'ada');
    const commit = await service.double.merge(site.repository, pull.number, 'ada');
    await answered(site, commit, 'denied', 'what was merged is not what was approved');
  });

  test('a pull request merged while the service was down is recorded when it is back', async () => {
    const site = await openSite(service);
    const pull = await approved(site);
    const merging = service.double.merge(site.repository, pull.number, 'ada');
    await service.restart();
    const commit = await merging;
    await service.double.settled();
    for (const delivery of service.double.deliveries.filter(({ statusCode }) => statusCode === 0))
      await service.double.redeliver(delivery.id);
    await answered(site, commit, 'approved');
    expect(await merged(site)).toHaveLength(1);
  });

  test('nothing that was said to GitHub broke its description', () => {
    expect(service.double.breaches).toEqual([]);
  });
});
