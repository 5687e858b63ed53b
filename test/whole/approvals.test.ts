import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { type InProcess, openInProcess } from '../support/in-process.ts';
import { freshEmbedded } from '../support/services.ts';
import { createPeople, FILES, type Opened, openSite, POLICY, type Site, SMALLER, WORKERS } from './site.ts';

jest.setTimeout(400_000);

describe('approvals (embedded)', () => {
  let service: InProcess;
  beforeAll(async () => {
    service = await openInProcess({ store: await freshEmbedded() });
    createPeople(service);
    const { double } = service;
    for (const login of ['reader', 'owner']) double.createUser(login);
    double.createUser('helper[bot]', { type: 'Bot' });
  });
  afterAll(() => service.close());

  const waiting = async (site: Site): Promise<Opened> => {
    const pull = await site.propose(SMALLER);
    await site.concluded(pull.head, 'action_required');
    return pull;
  };
  /** The owner's approval counts and is not enough; with the one of linus it is. */
  const onlyLinusIsMissing = async (site: Site, pull: Opened) => {
    await eventually(
      () => service.double.comments(site.repository, pull.number).some(({ body }) => /so far: .*owner/.test(body)),
      () => site.state(pull.number),
    );
    expect(conclusion(site, pull.head)).toBe('action_required');
    await site.approve(pull.number, 'linus');
    await site.concluded(pull.head, 'success');
  };
  const conclusion = (site: Site, head: string) => service.double.checkRuns(site.repository, head).at(-1)?.conclusion;

  test('an approval counts for nothing from a reader, a bot, a committer or a co-author', async () => {
    const { double } = service;
    const site = await openSite(service);
    double.setRole(site.repository, 'reader', 'read');
    double.setRole(site.repository, 'helper[bot]', 'write');
    double.setRole(site.repository, 'owner', 'admin');
    await double.commit(site.repository, 'shared', SMALLER, {
      author: 'ada',
      committer: 'linus',
      message: 'Leave room\n\nCo-authored-by: grace <grace@acme.example>',
    });
    await double.commit(site.repository, 'shared', { 'README.md': 'By grace\n' }, { author: 'grace' });
    const head = await double.head(site.repository, 'shared');
    const number = await double.openPullRequest(site.repository, { head: 'shared', title: 'Room', user: 'ada' });
    await site.concluded(head, 'action_required');
    for (const [login, why] of [
      ['reader', 'has no write access (read)'],
      ['helper[bot]', 'is no person but a Bot'],
      ['linus', 'took part in writing this change'],
      ['grace', 'took part in writing this change'],
    ] as const) {
      await site.approve(number, login);
      const comment = await site.commented(number, `the approval of \`${login}\` does not count`);
      expect(comment.body).toContain(why);
      expect(conclusion(site, head)).toBe('action_required');
    }
    await site.approve(number, 'owner');
    await site.concluded(head, 'success');
  });

  test('a commit whose address belongs to nobody blocks, because four eyes cannot be shown', async () => {
    const { double } = service;
    const site = await openSite(service);
    const head = await double.commit(site.repository, 'ghost', SMALLER, {
      author: { name: 'nobody', email: 'nobody@nowhere.example' },
      pusher: 'ada',
    });
    const number = await double.openPullRequest(site.repository, { head: 'ghost', title: 'Room', user: 'ada' });
    await site.concluded(head, 'action_required');
    await site.approve(number, 'grace');
    const comment = await site.commented(number, 'four eyes cannot be shown');
    expect(comment.body).toContain('nobody@nowhere.example');
    expect(conclusion(site, head)).toBe('action_required');
  });

  test('requested changes block until their author approves or somebody dismisses them', async () => {
    const { double } = service;
    const site = await openSite(service);
    const pull = await waiting(site);
    await site.approve(pull.number, 'grace');
    await site.concluded(pull.head, 'success');
    const objection = await double.review(site.repository, pull.number, 'linus', {
      event: 'REQUEST_CHANGES',
      body: 'Why so few?',
    });
    await site.concluded(pull.head, 'action_required');
    await site.commented(pull.number, 'linus asks for changes');
    await double.dismissReview(site.repository, pull.number, objection, 'grace');
    await site.concluded(pull.head, 'success');
  });

  test('requested changes of somebody who may only read do not block', async () => {
    const { double } = service;
    const site = await openSite(service);
    double.setRole(site.repository, 'reader', 'read');
    const pull = await waiting(site);
    await double.review(site.repository, pull.number, 'reader', { event: 'REQUEST_CHANGES', body: 'I do not like it' });
    await site.approve(pull.number, 'grace');
    await site.concluded(pull.head, 'success');
  });

  test('a dismissed approval does not count any more', async () => {
    const { double } = service;
    const site = await openSite(service);
    const pull = await waiting(site);
    const review = await site.approve(pull.number, 'grace');
    await site.concluded(pull.head, 'success');
    await double.dismissReview(site.repository, pull.number, review, 'linus');
    await site.concluded(pull.head, 'action_required');
  });

  test('an approval survives a push that does the same to every node, and no other', async () => {
    const site = await openSite(service);
    const pull = await waiting(site);
    await site.approve(pull.number, 'grace');
    await site.concluded(pull.head, 'success');
    const same = await site.push(pull, { 'README.md': '# Nodes\n' });
    await site.concluded(same, 'success');
    const other = await site.push(pull, { [WORKERS]: FILES[WORKERS]!.replace('110', '100') });
    await site.concluded(other, 'action_required');
    await site.commented(pull.number, 'which does something else');
  });

  test('a rule of the repository asks for two people, and for the ones it names', async () => {
    const policy = `${FILES[POLICY]}approvals:
  - name: GPU nodes need two
    if:
      groups: [gpu_workers, gpu*]
    requires:
      count: 2
  - name: linus knows the network
    if:
      paths: [maxPods]
    requires:
      count: 1
      users: [linus]
`;
    const { double } = service;
    const site = await openSite(service, { ...FILES, [POLICY]: policy });
    double.setRole(site.repository, 'owner', 'admin');
    const pull = await waiting(site);
    await site.approve(pull.number, 'grace');
    await site.approve(pull.number, 'owner');
    await site.commented(pull.number, 'linus knows the network');
    await onlyLinusIsMissing(site, pull);
  });

  test('a pull request that takes its own rule away is judged by the rules of the base branch', async () => {
    const policy = `${FILES[POLICY]}approvals:
  - name: linus sees everything
    requires:
      count: 1
      users: [linus]
`;
    const { double } = service;
    const site = await openSite(service, { ...FILES, [POLICY]: policy });
    double.setRole(site.repository, 'owner', 'admin');
    const pull = await site.propose({ ...SMALLER, [POLICY]: FILES[POLICY]! });
    await site.concluded(pull.head, 'action_required');
    await site.commented(pull.number, 'changes who approves');
    await site.approve(pull.number, 'owner');
    await onlyLinusIsMissing(site, pull);
  });

  test('a comment that says approved, and an approval on an older head, are no approval', async () => {
    const { double } = service;
    const site = await openSite(service);
    const pull = await waiting(site);
    const head = await site.push(pull, { [WORKERS]: FILES[WORKERS]!.replace('110', '100') });
    await site.concluded(head, 'action_required');
    await double.review(site.repository, pull.number, 'grace', { event: 'APPROVE', commit_id: pull.head });
    await double.comment(site.repository, pull.number, 'linus', '/approve');
    await site.commented(pull.number, 'which does something else');
    expect(conclusion(site, head)).toBe('action_required');
  });

  test('nothing that was said to GitHub broke its description', () => {
    expect(service.double.breaches).toEqual([]);
  });
});
