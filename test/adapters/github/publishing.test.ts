import { describe, expect, test } from '@jest/globals';
import type { ReviewInput } from '../../../adapters/github/github.ts';
import { hiddenMarker } from '../../../adapters/github/hidden-marker.ts';
import {
  annotations,
  checkRun,
  double,
  failure,
  github,
  KUBELET,
  openPull,
  REPO,
  review,
  SECRET,
} from './acme-on-double.ts';

describe('publishing', () => {
  test('a check run with 120 annotations goes out in batches and is completed last', async () => {
    const { head } = await openPull();
    const run = await github.createCheckRun(REPO, checkRun(head, { annotations: annotations(120) }));
    expect(run).toMatchObject({ status: 'completed', conclusion: 'failure', annotations: 120 });
    const [kept, ...others] = double.checkRuns(REPO, head);
    expect(others).toEqual([]);
    expect(kept?.annotations.map(one => one.message)).toEqual(annotations(120).map(one => one.message));
  });

  test.each([0, 1, 2])(
    'a check run broken off after request %i is finished without sending anything twice',
    async done => {
      const { head } = await openPull();
      const input = checkRun(head, { annotations: annotations(120) });
      double.fault({ match: /^(POST|PATCH) .*check-runs/, kind: 'reply-lost', after: done });
      expect((await failure(github.createCheckRun(REPO, input))).code).toBe('unavailable');
      if (done < 2) expect(double.checkRuns(REPO, head)[0]?.status).toBe('in_progress');
      await github.createCheckRun(REPO, input);
      const [kept, ...others] = double.checkRuns(REPO, head);
      expect(others).toEqual([]);
      expect(kept).toMatchObject({ status: 'completed', conclusion: 'failure' });
      expect(kept?.annotations.map(one => one.message)).toEqual(annotations(120).map(one => one.message));
    },
  );

  test('a run in progress is completed by an update, and found by its external id', async () => {
    const { head } = await openPull();
    const started = await github.createCheckRun(REPO, checkRun(head, { state: { status: 'in_progress' } }));
    const updated = await github.updateCheckRun(REPO, started.id, checkRun(head, { annotations: annotations(51) }));
    expect(updated).toMatchObject({ id: started.id, status: 'completed', annotations: 51 });
    expect(await github.findCheckRun(REPO, 'kubelet-gate', head, `attempt-${head}`)).toEqual(updated);
    expect(await github.findCheckRun(REPO, 'kubelet-gate', head, 'another attempt')).toBeNull();
  });

  test('a second attempt on one head is a run of its own', async () => {
    const { head } = await openPull();
    await github.createCheckRun(REPO, checkRun(head));
    await github.createCheckRun(REPO, checkRun(head, { externalId: 'second' }));
    expect(double.checkRuns(REPO, head).map(run => run.externalId)).toEqual([`attempt-${head}`, 'second']);
  });

  test('a review is posted once, however often it is asked for', async () => {
    const { number, head } = await openPull();
    const first = await github.createReview(REPO, number, review(head));
    const second = await github.createReview(REPO, number, review(head));
    expect([first.action, second.action, second.id]).toEqual(['created', 'unchanged', first.id]);
    expect(double.reviews(REPO, number)).toHaveLength(1);
    expect(double.reviewComments(REPO, number)).toMatchObject([{ path: KUBELET, line: 13, side: 'RIGHT' }]);
  });

  test('a review whose answer was lost is not posted again', async () => {
    const { number, head } = await openPull();
    double.fault({ match: /^POST .*\/reviews$/, kind: 'reply-lost' });
    expect((await failure(github.createReview(REPO, number, review(head)))).code).toBe('unavailable');
    expect((await github.createReview(REPO, number, review(head))).action).toBe('unchanged');
    expect(double.reviews(REPO, number)).toHaveLength(1);
  });

  test('a comment spans lines of one hunk', async () => {
    const { number, head } = await openPull();
    const comments: ReviewInput['comments'] = [
      { path: KUBELET, startLine: 11, line: 13, side: 'RIGHT', body: 'These three.' },
      { path: KUBELET, line: 13, side: 'LEFT', body: 'What was here.' },
    ];
    await github.createReview(REPO, number, { ...review(head), comments });
    expect(double.reviewComments(REPO, number)).toMatchObject([
      { startLine: 11, line: 13, side: 'RIGHT' },
      { startLine: null, line: 13, side: 'LEFT' },
    ]);
  });

  test.each([
    ['a line outside the diff', { line: 2 }],
    ['a first line that is not before the last', { line: 13, startLine: 13 }],
    ['a path that did not change', { line: 1, path: 'README.md' }],
  ])('%s refuses the whole review', async (_, place) => {
    const { number, head } = await openPull();
    const good = { path: KUBELET, line: 13, side: 'RIGHT' as const, body: 'fine' };
    const comments = [good, { ...good, body: 'not fine', ...place }];
    expect((await failure(github.createReview(REPO, number, { ...review(head), comments }))).code).toBe('invalid');
    expect(double.reviews(REPO, number)).toEqual([]);
  });

  test('a review for a head that is no longer one is not posted', async () => {
    const { number, head } = await openPull();
    await double.pushToPull(REPO, number, { 'a.yml': 'a: 1\n' });
    expect((await failure(github.createReview(REPO, number, review(head)))).code).toBe('head-moved');
    const stale = { body: 'old news', marker: hiddenMarker(SECRET, 'summary', number), expectHead: head };
    expect((await failure(github.upsertComment(REPO, number, stale))).code).toBe('head-moved');
    expect([double.reviews(REPO, number), double.comments(REPO, number)]).toEqual([[], []]);
  });

  test('the summary comment is one comment, edited in place', async () => {
    const { number, head } = await openPull();
    const marker = hiddenMarker(SECRET, 'summary', REPO, number);
    const written = await github.upsertComment(REPO, number, { body: 'first', marker, expectHead: head });
    expect(written.action).toBe('created');
    expect((await github.upsertComment(REPO, number, { body: 'first', marker })).action).toBe('unchanged');
    expect((await github.upsertComment(REPO, number, { body: 'second', marker })).action).toBe('updated');
    expect((await github.upsertComment(REPO, number, { body: 'third', marker, knownId: written.id })).id).toBe(
      written.id,
    );
    expect(double.comments(REPO, number).map(one => one.body)).toEqual([`third\n\n${marker}`]);
  });

  test('a comment whose answer was lost is found again, one that was deleted is written again', async () => {
    const { number } = await openPull();
    const marker = hiddenMarker(SECRET, 'summary', REPO, number);
    double.fault({ match: /^POST .*\/comments$/, kind: 'reply-lost' });
    expect((await failure(github.upsertComment(REPO, number, { body: 'first', marker }))).code).toBe('unavailable');
    const { id, action } = await github.upsertComment(REPO, number, { body: 'second', marker });
    expect(action).toBe('updated');
    double.deleteComment(REPO, number, id);
    expect((await github.upsertComment(REPO, number, { body: 'third', marker, knownId: id })).action).toBe('created');
    expect(double.comments(REPO, number)).toHaveLength(1);
  });

  test("somebody else's comment with our marker is left alone", async () => {
    const { number } = await openPull();
    const marker = hiddenMarker(SECRET, 'summary', REPO, number);
    await double.comment(REPO, number, 'eve', `all good\n\n${marker}`);
    await github.upsertComment(REPO, number, { body: 'not good', marker });
    expect(double.comments(REPO, number).map(one => [one.user.login, one.body.split('\n')[0]])).toEqual([
      ['eve', 'all good'],
      ['kubelet-gate[bot]', 'not good'],
    ]);
  });

  test('a body over the limit is cut, keeps its marker and closes its fence', async () => {
    const { number } = await openPull();
    const marker = hiddenMarker(SECRET, 'summary', REPO, number);
    await github.upsertComment(REPO, number, { body: `~~~~yaml\n${'key: value 😀\n'.repeat(9000)}~~~~\n`, marker });
    const [comment] = double.comments(REPO, number);
    expect(comment?.body.length).toBeLessThanOrEqual(65_536);
    expect(comment?.body.endsWith(`\n~~~~\n\n_The rest is cut: GitHub takes no longer text here._\n\n${marker}`)).toBe(
      true,
    );
  });
});
