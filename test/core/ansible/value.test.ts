import { describe, expect, test } from '@jest/globals';
import {
  allOrigins,
  bool,
  dict,
  float,
  fromJson,
  identity,
  int,
  keyOf,
  list,
  mergeOrigins,
  str,
  toJson,
  undefinedValue,
  unknownIn,
  unknownValue,
  type Value,
} from '../../../core/ansible/value.ts';
import type { Origin } from '../../../core/source/rope.ts';

const at = (line: number): Origin => ({ file: 'a.yml', line, kind: 'variable' });

describe('JSON and values', () => {
  test.each([[null], [true], [1], [-1.5], ['text'], [[1, [2]]], [{ b: 1, a: { c: [] } }]])(
    '%j comes back as it went in',
    json => {
      expect(JSON.stringify(toJson(fromJson(json)))).toBe(JSON.stringify(json));
    },
  );

  test('what is unknown or undefined is no JSON', () => {
    expect(() => toJson(list([unknownValue('fact', ['fact'])]))).toThrow(TypeError);
    expect(() => toJson(undefinedValue('x'))).toThrow(TypeError);
  });

  test('a number beyond what JavaScript holds exactly stays exact', () => {
    expect(int(9007199254740993n)).toMatchObject({ value: 9007199254740993n });
    expect(int(5n)).toMatchObject({ value: 5 });
  });
});

describe('mapping keys', () => {
  test('one, one point nought and true are the same key, "1" is another', () => {
    expect(new Set([int(1), float(1), bool(true)].map(keyOf)).size).toBe(1);
    expect(keyOf(str('1'))).not.toBe(keyOf(int(1)));
  });

  test('a list cannot be a key', () => {
    expect(() => keyOf(list([]))).toThrow("unhashable type: 'list'");
  });

  test('a key set again keeps its place', () => {
    const value = dict([
      [str('a'), int(1)],
      [str('b'), int(2)],
      [str('a'), int(3)],
    ]);
    expect(JSON.stringify(toJson(value))).toBe('{"a":3,"b":2}');
  });
});

describe('unknown parts', () => {
  const fact = unknownValue('fact ip', ['fact ip']);

  test('are found however deep, with their reasons', () => {
    expect(unknownIn(dict([[str('a'), list([int(1), fact])]]))).toMatchObject({ why: ['fact ip'] });
    expect(unknownIn(fromJson({ a: [1] }))).toBeNull();
  });

  test('a single one keeps its own key', () => {
    expect(unknownIn(fact)).toEqual({ key: 'fact ip', why: ['fact ip'] });
  });

  test('identity tells values apart exactly when they differ', () => {
    const values: Value[] = [
      str('1'),
      int(1),
      float(1),
      list([str('a,b')]),
      list([str('a'), str('b')]),
      fact,
      str('fact ip'),
    ];
    expect(new Set(values.map(identity)).size).toBe(values.length);
    expect(identity(list([fact, int(1)]))).toBe(identity(list([unknownValue('fact ip', ['said otherwise']), int(1)])));
  });

  test('long keys are shortened and stay apart', () => {
    const long = (end: string) => unknownValue('x'.repeat(1000) + end, []).key;
    expect(long('a').length).toBeLessThan(200);
    expect(long('a')).not.toBe(long('b'));
    expect(long('a')).toBe(long('a'));
  });
});

describe('origins', () => {
  test('are kept once each, the first ones first', () => {
    expect(mergeOrigins([at(1), at(2)], [at(2), at(3)])).toEqual([at(1), at(2), at(3)]);
  });

  test('of a mapping are those of its parts', () => {
    const value = dict([[str('k', [at(1)]), list([int(1, [at(2)])], [at(3)])]], [at(4)]);
    expect(
      allOrigins(value)
        .map(({ line }) => line)
        .sort(),
    ).toEqual([1, 2, 3, 4]);
  });
});
