import { expect, test } from '@jest/globals';
import { approvalInput } from '../../../core/approval/approval-input.ts';
import { treeOf } from '../../../core/source/tree.ts';
import { baselineOf, control, inventory, rendering, reviewOf } from '../review/build.ts';

const people = {
  equalHeads: [],
  reviews: [],
  participants: { author: 'a', committers: [], coAuthors: [], unmapped: [] },
  people: [],
};
const nodes = (mode: object) =>
  rendering([inventory([{ hosts: ['n1', 'n2'], name: 'workers', values: { 'authorization.mode': mode } }])], {
    read: ['t.yml'],
  });
const baseline = baselineOf(control('authorization.mode', 'Webhook'));
const touching = 'diff --git a/t.yml b/t.yml\n--- a/t.yml\n+++ b/t.yml\n@@ -1 +1 @@\n-a\n+b\n';

test('a violation is touched as a weakening and gives the reason', () => {
  const verdict = reviewOf({ base: nodes({ value: 'Webhook' }), head: nodes({ value: 'AlwaysAllow' }), baseline });
  const input = approvalInput(verdict, people);
  expect(input.conclusion).toBe('fail');
  expect(input.touched).toContainEqual({
    path: 'authorization.mode',
    direction: 'weakens',
    severity: 'critical',
    group: 'workers',
  });
  expect(input.because).toEqual(['KG-AUTHORIZATIONMODE is violated: authorization.mode: not as wanted (2 nodes)']);
});

test('what cannot be decided gives the reason', () => {
  const verdict = reviewOf({ base: nodes({ value: 'Webhook' }), head: nodes({ unknown: 'k' }), baseline });
  expect(approvalInput(verdict, people)).toMatchObject({
    conclusion: 'undecided',
    because: ['KG-AUTHORIZATIONMODE cannot be decided from Git: authorization.mode: fact k (2 nodes)'],
  });
});

test('tasks that change are touched though no value is different', () => {
  const verdict = reviewOf({
    base: nodes({ value: 'Webhook' }),
    head: nodes({ value: 'Webhook' }),
    baseTree: treeOf({ 't.yml': 'a' }),
    headTree: treeOf({ 't.yml': 'b' }),
    diff: touching,
  });
  expect(approvalInput(verdict, people).touched).toEqual([
    { path: 't.yml', direction: 'neutral', severity: null, group: null },
  ]);
});

test('a comment in a task file leaves nothing to approve', () => {
  const verdict = reviewOf({
    base: nodes({ value: 'Webhook' }),
    head: nodes({ value: 'Webhook' }),
    baseTree: treeOf({ 't.yml': 'a' }),
    headTree: treeOf({ 't.yml': '# why\na' }),
    diff: touching,
  });
  expect(approvalInput(verdict, people)).toMatchObject({ conclusion: 'pass', touched: [] });
});
