import { expect, test } from '@jest/globals';
import { covers } from '../../../core/approval/glob.ts';

test.each([
  ['*', '', true],
  ['*', 'a.b', true],
  ['a', 'a', true],
  ['a', 'a.b.c', true],
  ['a', 'ab', false],
  ['a.*', 'a.b', true],
  ['a.*', 'a', false],
  ['*.enabled', 'authentication.anonymous.enabled', true],
  ['*b*d', 'abcd', true],
  ['*b*d', 'abdc', false],
  ['/etc/cni/*', '/etc/cni/net.d/10.conf', true],
  ['a.b', 'axb', false],
  ['', 'a', false],
])('%j covers %j: %s', (pattern, name, expected) => {
  expect(covers(pattern, name)).toBe(expected);
});

test('a hostile pattern ends', () => {
  expect(covers('*a'.repeat(100), 'a'.repeat(99).concat('b'))).toBe(false);
});
