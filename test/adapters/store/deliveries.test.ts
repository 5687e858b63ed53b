import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  countQueued,
  deadLetters,
  deliveryBody,
  failDelivery,
  finishDelivery,
  type IncomingDelivery,
  markQueued,
  nextUnqueued,
  oldestUnfinishedAge,
  startDelivery,
  storeDelivery,
} from '../../../adapters/store/deliveries.ts';
import { openStore, type Store } from '../../../adapters/store/open-store.ts';
import { describeOnEveryStore } from '../../support/services.ts';

function incoming(overrides: Partial<IncomingDelivery> & { guid: string }): IncomingDelivery {
  return {
    event: 'pull_request',
    action: 'synchronize',
    installationId: 7,
    repository: 'octo/nodes',
    lane: 'octo/nodes#1',
    body: Buffer.from(`{"of":"${overrides.guid}"}`),
    ...overrides,
  };
}

describeOnEveryStore('the inbox', fresh => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(await fresh());
  });
  afterAll(() => store.close());

  /** Stores a delivery and answers the id it waits under. */
  async function stored(guid: string): Promise<number> {
    expect(await storeDelivery(store.db, incoming({ guid }))).toBe('stored');
    return (await nextUnqueued(store.db, 1_000)).at(-1)!;
  }

  test('a delivery keeps its body byte for byte', async () => {
    const body = Buffer.from([0, 255, 10, 13, 34, 39, 92, 128, ...Buffer.from('é🙂')]);
    await storeDelivery(store.db, incoming({ guid: 'bytes', body }));
    const [id] = (await nextUnqueued(store.db, 1_000)).slice(-1);
    expect(await deliveryBody(store.db, id!)).toEqual(body);
    expect(await startDelivery(store.db, id!, 3)).toMatchObject({
      guid: 'bytes',
      event: 'pull_request',
      installationId: 7,
      repository: 'octo/nodes',
      lane: 'octo/nodes#1',
      attempts: 1,
      receivedAt: expect.any(Date),
    });
  });

  test('a redelivery of an unfinished delivery runs again, of a finished one does not', async () => {
    const id = await stored('twice');
    await markQueued(store.db, [id]);
    expect(await nextUnqueued(store.db, 1_000)).not.toContain(id);
    expect(await storeDelivery(store.db, incoming({ guid: 'twice' }))).toBe('again');
    expect(await nextUnqueued(store.db, 1_000)).toContain(id);
    await finishDelivery(store.db, id);
    expect(await storeDelivery(store.db, incoming({ guid: 'twice' }))).toBe('finished');
    expect(await nextUnqueued(store.db, 1_000)).not.toContain(id);
  });

  test('the same body under another id is the same delivery', async () => {
    const id = await stored('original');
    const replay = incoming({ guid: 'replayed', body: Buffer.from('{"of":"original"}') });
    expect(await storeDelivery(store.db, replay)).toBe('again');
    await finishDelivery(store.db, id, 'ignored');
    expect(await storeDelivery(store.db, replay)).toBe('finished');
  });

  test('the same body of another event is another delivery', async () => {
    const body = Buffer.from('{}');
    expect(await storeDelivery(store.db, incoming({ guid: 'ping', event: 'ping', body }))).toBe('stored');
    expect(await storeDelivery(store.db, incoming({ guid: 'push', event: 'push', body }))).toBe('stored');
  });

  test('another body under a known id does not displace either', async () => {
    await stored('stolen-id');
    const genuine = incoming({ guid: 'stolen-id', body: Buffer.from('{"genuine":true}') });
    expect(await storeDelivery(store.db, genuine)).toBe('stored');
    const id = (await nextUnqueued(store.db, 1_000)).at(-1)!;
    expect(String(await deliveryBody(store.db, id))).toBe('{"genuine":true}');
    expect(await storeDelivery(store.db, genuine)).toBe('again');
  });

  test('twenty redeliveries at once are stored once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => storeDelivery(store.db, incoming({ guid: 'storm' }))),
    );
    expect(answers.filter(answer => answer === 'stored')).toHaveLength(1);
    expect(answers.filter(answer => answer === 'again')).toHaveLength(19);
  });

  test('a delivery is given up after its last attempt, listed, and revived by a redelivery', async () => {
    const id = await stored('doomed');
    await markQueued(store.db, [id]);
    expect(await startDelivery(store.db, id, 2)).toMatchObject({ attempts: 1 });
    expect(await failDelivery(store.db, id, 'GitHub answered 502', 2)).toBe('retry');
    expect(await startDelivery(store.db, id, 2)).toMatchObject({ attempts: 2, lastError: 'GitHub answered 502' });
    expect(await failDelivery(store.db, id, 'GitHub answered 503', 2)).toBe('dead');
    expect((await deadLetters(store.db, 10))[0]).toMatchObject({
      id,
      guid: 'doomed',
      lastError: 'GitHub answered 503',
    });
    expect(await startDelivery(store.db, id, 2)).toBeUndefined();
    expect(await storeDelivery(store.db, incoming({ guid: 'doomed' }))).toBe('again');
    expect(await startDelivery(store.db, id, 2)).toMatchObject({ attempts: 1 });
  });

  test('runs that end without an answer count: a delivery that kills its process is given up too', async () => {
    const id = await stored('poison');
    await startDelivery(store.db, id, 2);
    await startDelivery(store.db, id, 2);
    expect(await startDelivery(store.db, id, 2)).toBeUndefined();
    expect((await deadLetters(store.db, 1))[0]).toMatchObject({
      guid: 'poison',
      lastError: 'every attempt ended without an answer',
    });
  });

  test('a delivery finished before its job is noted stays finished', async () => {
    const id = await stored('fast');
    await finishDelivery(store.db, id);
    await markQueued(store.db, [id]);
    expect(await startDelivery(store.db, id, 3)).toBeUndefined();
    expect(await failDelivery(store.db, id, 'late', 1)).toBe('retry');
    expect((await deadLetters(store.db, 100)).map(letter => letter.guid)).not.toContain('fast');
  });

  test('the oldest unfinished delivery has an age, and none when all are finished', async () => {
    await stored('old');
    expect(await oldestUnfinishedAge(store.db)).toBeGreaterThan(0);
    for (const id of await nextUnqueued(store.db, 1_000)) await finishDelivery(store.db, id);
    const queued = await store.db.selectFrom('deliveries').select('id').where('state', '=', 'queued').execute();
    expect(await countQueued(store.db)).toBe(queued.length);
    for (const { id } of queued) await finishDelivery(store.db, id);
    expect(await oldestUnfinishedAge(store.db)).toBe(0);
  });
});
