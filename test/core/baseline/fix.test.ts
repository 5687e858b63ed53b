import { describe, expect, test } from '@jest/globals';
import { fixOf, valueToSet } from '../../../core/baseline/fix.ts';

const PATHS = ['serverTLSBootstrap', 'tlsCertFile', 'evictionHard'];

describe('what a fix sets at a path', () => {
  test.each([
    ['one value', { set: true }, 'serverTLSBootstrap', { value: true }],
    ['a value for each path', { set: { serverTLSBootstrap: true } }, 'serverTLSBootstrap', { value: true }],
    ['a value for another path', { set: { serverTLSBootstrap: true } }, 'tlsCertFile', null],
    [
      'a mapping that is the value',
      { set: { 'memory.available': '5%' } },
      'evictionHard',
      { value: { 'memory.available': '5%' } },
    ],
    ['null for a path', { set: { tlsCertFile: null } }, 'tlsCertFile', { value: null }],
    ['nothing to set', { set: {} }, 'evictionHard', { value: {} }],
    ['words', { do: 'take it out' }, 'tlsCertFile', null],
  ])('%s', (_, written, path, value) => expect(valueToSet(fixOf(written, PATHS), path)).toEqual(value));
});
