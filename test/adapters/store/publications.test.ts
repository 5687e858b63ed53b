import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bumpLane } from '../../../adapters/store/lanes.ts';
import { openStore, type Store } from '../../../adapters/store/open-store.ts';
import {
  deadPublications,
  dueInLane,
  enqueuePublication,
  failPublication,
  lanesToPublish,
  markPublished,
  markSuperseded,
  type NewPublication,
  type Publication,
  publicationBackoffMs,
  published,
  showInLane,
} from '../../../adapters/store/publications.ts';
import { describeOnEveryStore } from '../../support/services.ts';

describeOnEveryStore('the outbox', fresh => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(await fresh());
  });
  afterAll(() => store.close());

  let lanes = 0;
  /** A lane of the test's own, at its first generation, and how to put something into it. */
  async function newLane() {
    const lane = `octo/nodes#${(lanes += 1)}`;
    const generation = await bumpLane(store.db, lane);
    const enqueue = (overrides: Partial<NewPublication> = {}) =>
      enqueuePublication(store.db, {
        lane,
        generation,
        kind: 'comment',
        key: `${lane} comment`,
        payload: { body: 'first' },
        ...overrides,
      });
    const due = () => dueInLane(store.db, lane);
    return { lane, generation, enqueue, due };
  }
  const fail = (publication: Publication, maxAttempts = 12) =>
    failPublication(store.db, publication, 'GitHub answered 502', { maxAttempts });
  const waitIsOver = () =>
    store.db
      .updateTable('publications')
      .set({ next_attempt_at: new Date(0) })
      .execute();

  test('a publication is due at once, with its payload as it was', async () => {
    const { lane, generation, enqueue, due } = await newLane();
    const payload = { body: '`"\'\\ é🙂\u2028', list: [1, [2, null]], nested: { yes: true } };
    expect(await enqueue({ payload })).toBe('queued');
    expect(await due()).toEqual([
      {
        id: expect.any(Number),
        lane,
        generation,
        kind: 'comment',
        key: `${lane} comment`,
        payload,
        revision: 1,
        state: 'pending',
        attempts: 1,
        lastError: null,
        githubId: null,
      },
    ]);
  });

  test('a payload may be a list or a string', async () => {
    const { enqueue, due } = await newLane();
    await enqueue({ key: 'a list', payload: [1, 'two'] });
    await enqueue({ key: 'a string', payload: 'text' });
    expect((await due()).map(({ payload }) => payload)).toEqual([[1, 'two'], 'text']);
  });

  test('the same key is published once: replaced while pending, kept when done', async () => {
    const { lane, enqueue, due } = await newLane();
    await enqueue();
    expect(await enqueue({ payload: { body: 'second' } })).toBe('queued');
    const [publication, ...others] = await due();
    expect(others).toEqual([]);
    expect(publication?.payload).toEqual({ body: 'second' });
    await markPublished(store.db, publication!, 4_242_424_242);
    expect(await enqueue({ payload: { body: 'third' } })).toBe('already');
    expect(await due()).toEqual([]);
    expect(await published(store.db, lane, 'comment')).toMatchObject([
      { state: 'done', githubId: 4_242_424_242, payload: { body: 'second' } },
    ]);
    expect(await published(store.db, lane, 'review')).toEqual([]);
  });

  test('what replaces a publication on its way is published after it, as the same thing on GitHub', async () => {
    const { enqueue, due } = await newLane();
    await enqueue();
    const [first] = await due();
    await enqueue({ payload: { body: 'newer' } });
    await markPublished(store.db, first!, 7);
    const [second] = await due();
    expect(second).toMatchObject({ payload: { body: 'newer' }, githubId: 7, revision: 2 });
    await markPublished(store.db, second!, 7);
    expect(await due()).toEqual([]);
  });

  test('a failure waits before the next attempt, and the last one is a dead letter that can be revived', async () => {
    const { enqueue, due } = await newLane();
    await enqueue();
    const [first] = await due();
    expect(await fail(first!, 2)).toBe('retry');
    expect(await due()).toEqual([]);
    await waitIsOver();
    const [second] = await due();
    expect(second).toMatchObject({ attempts: 2, lastError: 'GitHub answered 502' });
    expect(await fail(second!, 2)).toBe('dead');
    expect((await deadPublications(store.db, 1))[0]).toMatchObject({ key: first!.key, state: 'dead' });
    expect(await enqueue()).toBe('queued');
    expect(await due()).toMatchObject([{ attempts: 1, lastError: null }]);
  });

  test('waits double up to ten minutes', () => {
    const waits = [1, 2, 3, 9, 10, 11, 30].map(publicationBackoffMs);
    expect(waits).toEqual([2_000, 4_000, 8_000, 512_000, 600_000, 600_000, 600_000]);
  });

  test.each([
    ['its own wait', {}, 2_000],
    ['what GitHub asks for', { retryAfterMs: 3_600_000 }, 3_600_000],
    ['its own wait when GitHub asks for less', { retryAfterMs: 1 }, 2_000],
  ])('a failed publication waits %s', async (_name, options, waitMs) => {
    const { enqueue, due } = await newLane();
    await enqueue();
    const [publication] = await due();
    const asked = Date.now();
    await failPublication(store.db, publication!, 'rate limit', { maxAttempts: 12, ...options });
    const answered = Date.now();
    const { next_attempt_at } = await store.db
      .selectFrom('publications')
      .select('next_attempt_at')
      .where('id', '=', publication!.id)
      .executeTakeFirstOrThrow();
    // The database rounds to microseconds, the Date to milliseconds.
    expect(next_attempt_at.getTime()).toBeGreaterThanOrEqual(asked + waitMs - 1);
    expect(next_attempt_at.getTime()).toBeLessThanOrEqual(answered + waitMs + 1);
  });

  test('what a lane shows already is not put in again, and what is new supersedes what waits', async () => {
    const { lane, generation, due } = await newLane();
    const show = (fingerprint: string, at = generation) =>
      showInLane(store.db, { lane, generation: at, kind: 'comment', fingerprint, payload: { body: fingerprint } });
    expect(await show('one')).toBe('queued');
    expect(await show('one')).toBe('already');
    const second = await bumpLane(store.db, lane);
    expect(await show('two')).toBe('outdated');
    expect(await show('two', second)).toBe('queued');
    const [only, ...others] = await due();
    expect(others).toEqual([]);
    expect(only).toMatchObject({ payload: { body: 'two', fingerprint: 'two' } });
    await markPublished(store.db, only!, 5);
    const third = await bumpLane(store.db, lane);
    expect(await show('two', third)).toBe('already');
    expect(await show('one', third)).toBe('queued');
  });

  test('a lane with something due is found until it is published or superseded', async () => {
    const { lane, enqueue, due } = await newLane();
    const waiting = async () => (await lanesToPublish(store.db, 0, 1_000)).includes(lane);
    expect(await waiting()).toBe(false);
    await enqueue();
    expect(await waiting()).toBe(true);
    const [publication] = await due();
    await markSuperseded(store.db, publication!);
    expect(await waiting()).toBe(false);
    expect(await due()).toEqual([]);
  });

  test('nothing is put into a lane that never began', async () => {
    const answer = enqueuePublication(store.db, {
      lane: 'nobody/nothing#1',
      generation: 1,
      kind: 'review',
      key: 'orphan',
      payload: {},
    });
    expect(await answer).toBe('outdated');
  });
});
