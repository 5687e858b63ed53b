import { describe, expect, test } from '@jest/globals';
import type { Waiver } from '../../../core/approval/policy.ts';
import { isInForce, speaksOf } from '../../../core/approval/waivers.ts';

const waiver = (more: Partial<Waiver> = {}): Waiver => ({
  control: 'KG-CG-01',
  reason: 'Old jobs.',
  approver: 'alice',
  expires: '2027-01-31',
  ...more,
});
const VIOLATION = { control: 'KG-CG-01', group: 'gpu', hosts: ['gpu-1', 'gpu-2'], path: 'podPidsLimit' };

test.each([
  ['the day before its last', '2027-01-30', true],
  ['its last day', '2027-01-31', true],
  ['the day after', '2027-02-01', false],
])('on %s a waiver is in force: %s', (_, today, holds) => {
  expect(isInForce(waiver(), today)).toBe(holds);
});

describe('a waiver speaks of a violation', () => {
  test.each<[string, Partial<Waiver>, boolean]>([
    ['it names nothing but the control', {}, true],
    ['it names another control', { control: 'KG-CG-02' }, false],
    ['it names the group', { groups: ['lab', 'g*'] }, true],
    ['it names another group', { groups: ['workers'] }, false],
    ['it names every host', { hosts: ['gpu-*'] }, true],
    ['it names only some of the hosts', { hosts: ['gpu-1'] }, false],
    ['it names the path', { paths: ['podPidsLimit'] }, true],
    ['it names another path', { paths: ['maxPods'] }, false],
    ['it names the group and another path', { groups: ['gpu'], paths: ['maxPods'] }, false],
  ])('when %s: %#', (_, more, speaks) => {
    expect(speaksOf(waiver(more), VIOLATION)).toBe(speaks);
  });
});
