import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { branchCommit, saveBranchCommit, unapprovedCommits } from '../../../adapters/store/branches.ts';
import {
  type ChangeRecord,
  changeById,
  changeOfPull,
  equalHeads,
  listChanges,
  mergeViolations,
  rememberHead,
  saveChange,
} from '../../../adapters/store/changes.ts';
import { listNodes, moveNodes, nodeAt, nodeHistory, saveConfiguration } from '../../../adapters/store/nodes.ts';
import { openStore, type Store } from '../../../adapters/store/open-store.ts';
import { describeOnEveryStore } from '../../support/services.ts';

const minute = (n: number) => new Date(Date.UTC(2026, 10, 25, 1, n));

function change(number: number, overrides: Partial<ChangeRecord> = {}): ChangeRecord {
  return {
    repository: 'acme/nodes',
    number,
    title: `change ${number}`,
    author: 'ada',
    baseRef: 'main',
    head: String(number).padStart(40, '0'),
    state: 'open',
    verdictKey: `key ${number}`,
    conclusion: 'pass',
    direction: 'neutral',
    digest: `sha256:${number}`,
    decision: {
      state: 'needs-approval',
      reasons: ['one approval is missing'],
      approvers: [],
      discarded: [],
      needs: [],
    },
    decisionNumber: 1,
    attempt: 0,
    merge: null,
    about: { nodes: ['gpu-1'], fields: ['maxPods'], people: ['ada'], controls: [] },
    ...overrides,
  };
}

describeOnEveryStore('changes', fresh => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(await fresh());
  });
  afterAll(() => store.close());

  test('a pull request has one change, however often it is judged', async () => {
    const first = await saveChange(store.db, change(1), minute(0));
    const again = await saveChange(store.db, change(1, { title: 'better', state: 'closed' }), minute(1));
    expect(again).toBe(first);
    expect(await changeOfPull(store.db, 'acme/nodes', 1)).toMatchObject({
      id: first,
      title: 'better',
      state: 'closed',
    });
    expect(await changeById(store.db, first)).toMatchObject({ number: 1, createdAt: minute(0), updatedAt: minute(1) });
  });

  test('changes are found by node, field, person, control and status, newest first', async () => {
    await saveChange(store.db, change(2), minute(2));
    await saveChange(
      store.db,
      change(3, {
        conclusion: 'fail',
        about: { nodes: ['worker-1'], fields: ['readOnlyPort'], people: ['bob'], controls: ['KG-API-01'] },
      }),
      minute(3),
    );
    const numbers = async (filter: object) =>
      (await listChanges(store.db, { limit: 10, ...filter })).map(found => found.number);
    expect(await numbers({ node: 'gpu-1' })).toEqual([2, 1]);
    expect(await numbers({ field: 'readOnlyPort' })).toEqual([3]);
    expect(await numbers({ person: 'bob' })).toEqual([3]);
    expect(await numbers({ control: 'KG-API-01' })).toEqual([3]);
    expect(await numbers({ status: 'fail' })).toEqual([3]);
    expect(await numbers({ status: 'closed' })).toEqual([1]);
    expect(await numbers({ repository: 'acme/other' })).toEqual([]);
    expect(await numbers({ since: minute(3) })).toEqual([3]);
    const [newest] = await listChanges(store.db, { limit: 1 });
    expect(await numbers({ before: newest!.id })).toEqual([2, 1]);
  });

  test('a merge that was not approved is found as a violation', async () => {
    const merge = {
      commit: 'f'.repeat(40),
      tree: 'e'.repeat(40),
      at: '2026-11-25T01:05:00Z',
      by: 'mallory',
      verdictKey: 'm',
      digest: 'sha256:4',
      violation: 'merged without approval',
    };
    await saveChange(store.db, change(4, { state: 'merged', merge }), minute(4));
    expect(await changeOfPull(store.db, 'acme/nodes', 4)).toMatchObject({ number: 4, merge });
    expect((await mergeViolations(store.db, 10)).map(found => found.number)).toEqual([4]);
  });

  test('heads with one digest are equal heads', async () => {
    for (const head of ['a', 'b', 'b'])
      await rememberHead(store.db, { repository: 'acme/nodes', number: 9, head, digest: 'd', now: minute(0) });
    await rememberHead(store.db, { repository: 'acme/nodes', number: 9, head: 'c', digest: 'other', now: minute(0) });
    expect([...(await equalHeads(store.db, 'acme/nodes', 9, 'd'))].sort()).toEqual(['a', 'b']);
  });
});

describeOnEveryStore('nodes', fresh => {
  let store: Store;
  let changeId: number;
  beforeAll(async () => {
    store = await openStore(await fresh());
    changeId = await saveChange(store.db, change(1), minute(0));
    for (const digest of ['old', 'new'])
      await saveConfiguration(store.db, digest, { values: {}, origins: {}, files: {} });
  });
  afterAll(() => store.close());

  const at = (commit: string, since: Date) => ({
    repository: 'acme/nodes',
    inventory: 'hosts',
    changeId,
    commit,
    since,
  });
  const host = (name: string, configurationDigest: string) => ({ host: name, group: 'gpu', configurationDigest });

  test('a node is what the last merge before that time made of it, in whatever order merges were seen', async () => {
    await moveNodes(store.db, at('second', minute(20)), [host('gpu-1', 'new'), host('gpu-2', 'new')]);
    await moveNodes(store.db, at('first', minute(10)), [host('gpu-1', 'old'), host('gone-1', 'old')]);
    await moveNodes(store.db, at('second', minute(20)), [host('gpu-1', 'new'), host('gpu-2', 'new')]);
    expect((await nodeAt(store.db, 'gpu-1', minute(15))).map(state => state.commit)).toEqual(['first']);
    expect((await nodeAt(store.db, 'gpu-1', minute(25))).map(state => state.commit)).toEqual(['second']);
    expect(await nodeAt(store.db, 'gpu-1', minute(5))).toEqual([]);
    expect(await nodeAt(store.db, 'gone-1', minute(25))).toEqual([]);
    expect((await listNodes(store.db)).map(state => state.host)).toEqual(['gpu-1', 'gpu-2']);
    expect((await nodeHistory(store.db, 'gpu-1')).map(state => state.commit)).toEqual(['second', 'first']);
  });
});

describeOnEveryStore('branch commits', fresh => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(await fresh());
  });
  afterAll(() => store.close());

  test('a recorded merge outranks a push seen before it, and no push takes it back', async () => {
    const changeId = await saveChange(store.db, change(1), minute(0));
    const commit = { repository: 'acme/nodes', branch: 'main', commit: 'c', tree: 't', at: minute(0) };
    const push = { ...commit, state: 'unapproved', changeId: null, reason: 'direct push' } as const;
    await saveBranchCommit(store.db, push);
    expect(await unapprovedCommits(store.db, 10)).toHaveLength(1);
    await saveBranchCommit(store.db, { ...commit, state: 'approved', changeId, reason: 'approved by bob' });
    await saveBranchCommit(store.db, push);
    expect(await branchCommit(store.db, 'acme/nodes', 'c')).toMatchObject({ state: 'approved', changeId });
    expect(await unapprovedCommits(store.db, 10)).toEqual([]);
  });
});
