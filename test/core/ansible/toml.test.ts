import { describe, expect, test } from '@jest/globals';
import { parseToml, TomlError } from '../../../core/ansible/toml.ts';

describe('TOML as data', () => {
  test.each([
    ['', {}],
    ['a = 1\n[b.c]\nd = "x" # y\n[b."e.f"]\ng = true\n', { a: 1, b: { c: { d: 'x' }, 'e.f': { g: true } } }],
    ['a.b.c = 0x1F\n', { a: { b: { c: 31 } } }],
    ['a = [1, 2,\n 3,]\nb = { c = "d", e.f = 1_000 }\n', { a: [1, 2, 3], b: { c: 'd', e: { f: 1000 } } }],
    ['[[p]]\nn = 1\n[[p]]\nn = 2\n[p.q]\nr = 3\n', { p: [{ n: 1 }, { n: 2, q: { r: 3 } }] }],
    ["a = 'x\\n'\nb = \"\"\"\nx\\\n   y\"\"\"\nc = '''\nq'q'''\n", { a: 'x\\n', b: 'xy', c: "q'q" }],
    ['a = "\\u0041\\t"\nd = 1979-05-27\nf = 1.5e3\n', { a: 'A\t', d: '1979-05-27', f: 1500 }],
    ['__proto__ = 1\n', JSON.parse('{"__proto__": 1}')],
  ])('%j', (text, expected) => {
    expect(parseToml(text)).toEqual(expected);
  });

  test.each([
    ['a = \n', 'expected a value'],
    ['a = 1 2\n', 'expected the end of the line'],
    ['[a\n', 'expected ]'],
    ['a = "x\n', 'the string does not end'],
    ['a = 1\na = 2\n', 'a is set twice'],
    ['a = 1\n[a]\n', 'a is not a table'],
    ['a = yes\n', 'yes is no value'],
    ['a = [1\n', 'expected , or ]'],
    ['= 1\n', 'expected a key'],
    ['a = "\\q"\n', 'unknown escape'],
    [`a = ${'['.repeat(100)}`, 'nests too deep'],
  ])('%j is refused', (text, message) => {
    expect(() => parseToml(text)).toThrow(new TomlError(message, 0));
  });
});
