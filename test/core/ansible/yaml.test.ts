import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { newBudget } from '../../../core/ansible/budget.ts';
import { type Dict, field, toJson, type Value } from '../../../core/ansible/value.ts';
import { loadYaml } from '../../../core/ansible/yaml.ts';
import { ProblemError } from '../../../core/source/problem.ts';
import { findAnsible } from './jinja/real-ansible.ts';

const load = (text: string) => loadYaml('vars.yml', text, newBudget());

function only(text: string): Value {
  const { documents, problems } = load(text);
  expect(problems).toEqual([]);
  expect(documents).toHaveLength(1);
  return documents[0] as Value;
}

function problemsOf(text: string): string[] {
  return load(text).problems.map(({ line, message }) => `${line}: ${message}`);
}

const SCALARS = [
  'yes',
  'No',
  'ON',
  'off',
  'true',
  'False',
  'y',
  'n',
  'TRUE',
  'tRue',
  '0',
  '-1',
  '+5',
  '0755',
  '0o17',
  '08',
  '0b101',
  '0x1F',
  '1_000',
  '1:30',
  '190:20:30',
  '9007199254740993',
  '123456789012345678901234567890',
  '1.5',
  '-.5',
  '1e3',
  '1.0e+3',
  '1e+3',
  '.inf',
  '-.INF',
  '1.',
  '1:30.5',
  '6.8523015e+5',
  '1_0.5',
  '~',
  'null',
  'Null',
  'NULL',
  'None',
  '""',
  "''",
  '2024-01-02',
  '2024-1-2',
  '2001-12-14t21:59:43.10-05:00',
  '2001-12-14 21:59:43',
  'text',
  'a b',
  '"q\\tx\\u00e9"',
  "'it''s'",
  '- 1',
  '[a, b]',
  '{a: 1, b: [x]}',
  '!!str 5',
  '!!int "7"',
  '!!float 3',
  '"yes"',
  "'0755'",
  '|\n  a\n  b\n',
  '|-\n  a\n',
  '|+\n  a\n\n',
  '>\n  a\n  b\n\n  c\n',
  '>-\n  a\n   more\n  b\n',
  '|2\n    x\n',
  'plain\n  continued',
  '"folded\n  quoted"',
  '"a\\\n  b"',
  "'x\n\n  y'",
  '[a,\nb]',
  '{a: 1,\n  b: 2}',
  'http://a:80/b#c',
  'a#b',
  '"x" # comment',
  '&a 5',
  '{a: 1,\nb: [x,\ny]}',
  '[a,\n"x\ny",\nb]',
];

describe('YAML as Ansible reads it', () => {
  test('a value knows its line, a literal block each of its lines', () => {
    const document = only('a: 1\nb:\n  - x\n  - |\n    one\n    two\n') as Dict;
    expect(document.origins).toEqual([{ file: 'vars.yml', line: 1, lineEnd: 6, kind: 'variable' }]);
    const list = field(document, 'b');
    const block = list?.kind === 'list' ? list.items[1] : undefined;
    expect(block?.kind === 'str' && block.segments.map(({ origins }) => origins[0]?.line)).toEqual([5, 6]);
  });

  test('merge keys give way to the own keys of a mapping and to earlier mappings of the list', () => {
    const text = 'a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 3\n';
    expect(toJson(field(only(text) as Dict, 'c') as Value)).toEqual({ x: 3, y: 1, z: 2 });
  });

  test('of a key given twice the last one counts, and the reader hears of it', () => {
    const { documents, remarks } = load('a: 1\nb: 2\na: 3\n');
    expect(toJson(documents[0] as Value)).toEqual({ a: 3, b: 2 });
    expect(remarks.map(({ line, message }) => `${line}: ${message}`)).toEqual([
      '3: the key a is given twice in one mapping; only this one counts',
    ]);
  });

  test('a vaulted value is unknown, the same one when its cipher text is the same', () => {
    const key = (cipher: string) => {
      const value = field(only(`a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  ${cipher}\n`) as Dict, 'a');
      return value?.kind === 'unknown' ? [value.key, value.why[0]] : null;
    };
    expect(key('6162')).toEqual(key('6162'));
    expect(key('6162')).not.toEqual(key('6163'));
    expect(key('6162')?.[1]).toBe('vaulted value');
  });

  test('!unsafe marks text that is never templated', () => {
    expect(field(only('a: !unsafe "{{ x }}"\n') as Dict, 'a')).toMatchObject({ text: '{{ x }}', unsafe: true });
  });

  test('several documents come one by one', () => {
    expect(load('a: 1\n---\nb: 2\n').documents.map(toJson)).toEqual([{ a: 1 }, { b: 2 }]);
    expect(load('').documents).toEqual([]);
  });

  test.each([
    ['a: 1\n\tb: 2\n', '2: a tab is used as indentation; YAML allows only spaces there'],
    [
      'a:\n  b: {{ x }}\n',
      '2: a value that starts with {{ must be quoted: "{{ … }}" (unquoted it is a mapping used as a key)',
    ],
    ['a: {{ x }}/y\n', '1: a value that starts with {{ must be quoted: "{{ … }}"'],
    [
      'a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n',
      '2: a merge conflict was committed here: remove the <<<<<<<, ======= and >>>>>>> lines',
    ],
    ['a: b: c\n', '1: a second "key: value" on one line; quote the value when it holds a colon'],
    [': 1\n', '1: a colon stands here without a key before it'],
    ['%x\n', '1: this line stands before any document; a line that starts with % is a YAML directive'],
    ['a: *nowhere\n', '1: the alias *nowhere points to no anchor before it, or to itself'],
    [
      'a: "\\d"\n',
      '1: Invalid escape sequence \\d; in double quotes a backslash must be doubled, or use single quotes',
    ],
    ['a: !mine x\n', '1: the tag !mine is not one Ansible knows here'],
    ['a: "\\ue000"\n', '1: the character U+E000 is reserved for unknown values'],
    ['a: \u0007\n', '1: the character U+0007 is not allowed in YAML'],
    [
      'a: 1\nb\nc: 2\n',
      '2: this line is neither "key: value" nor part of the value above; check its indentation and the line before',
    ],
  ])('%j is refused in words', (text, expected) => {
    expect(problemsOf(text)[0]).toBe(expected);
  });

  test.each([
    ['deep brackets', '['.repeat(1000)],
    ['deep mappings', '{a: '.repeat(1000)],
    ['deep dashes', '- '.repeat(1000)],
    ['deep questions', '? '.repeat(1000)],
    ['deep keys', Array.from({ length: 200 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['keys on one line', 'a: '.repeat(1000)],
    ['a file of more than 1 MiB', `a: ${'x'.repeat(1024 * 1024)}`],
    [
      'aliases of aliases',
      `a0: &a0 [x, x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join('\n')}\n`,
    ],
  ])('%s are over the limit', (_, text) => {
    let problem: unknown = null;
    try {
      load(text);
    } catch (error) {
      problem = error instanceof ProblemError ? error.problem : error;
    }
    expect(problem).toMatchObject({ code: 'over-limit', file: 'vars.yml' });
  });

  test('a mapping of many keys takes no quadratic time', () => {
    const text = Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n');
    expect((only(text) as Dict).entries.size).toBe(60_000);
  });
});

const reference = findAnsible();
if ('missing' in reference) console.log(`YAML is not compared with real Ansible: ${reference.missing}`);

('missing' in reference ? describe.skip : describe)('against the loader of real ansible-core 2.14', () => {
  const answers =
    'missing' in reference
      ? []
      : (JSON.parse(
          execFileSync(reference.python, ['-c', LOADER()], {
            input: JSON.stringify(SCALARS.map(text => `v: ${text}`)),
            encoding: 'utf8',
            stdio: ['pipe', 'pipe', 'ignore'],
          }),
        ) as (string | null)[]);

  test.each(SCALARS.map((text, i) => ({ text, i })))('reads $text alike', ({ text, i }) => {
    const { documents } = load(`v: ${text}`);
    const value = documents[0]?.kind === 'dict' ? field(documents[0], 'v') : undefined;
    expect(value ? described(value) : null).toBe(answers[i]);
  });
});

function described(value: Value): string {
  switch (value.kind) {
    case 'list':
      return `[${value.items.map(described).join(', ')}]`;
    case 'dict':
      return `{${[...value.entries.values()].map(([key, item]) => `${described(key)}: ${described(item)}`).join(', ')}}`;
    case 'str':
      return `str ${JSON.stringify(value.text)}`;
    case 'none':
      return 'none';
    case 'bool':
    case 'int':
      return `${value.kind} ${value.value}`;
    case 'float':
      return `float ${Number.isFinite(value.value) ? value.value.toExponential(12) : value.value > 0 ? 'inf' : '-inf'}`;
    default:
      return value.kind;
  }
}

function LOADER(): string {
  return `
import json, sys
from ansible.parsing.dataloader import DataLoader

def described(value):
    if value is None: return 'none'
    if isinstance(value, bool): return 'bool ' + str(value).lower()
    if isinstance(value, int): return 'int ' + str(value)
    if isinstance(value, float):
        if value in (float('inf'), float('-inf')): return 'float ' + str(value)
        mantissa, exponent = ('%.12e' % value).split('e')
        return 'float ' + mantissa + 'e' + exponent[0] + str(int(exponent[1:]))
    if isinstance(value, list): return '[' + ', '.join(described(item) for item in value) + ']'
    if isinstance(value, dict): return '{' + ', '.join(described(k) + ': ' + described(v) for k, v in value.items()) + '}'
    return 'str ' + json.dumps(str(value), ensure_ascii=False)

def answer(text):
    try: return described(DataLoader().load(text)['v'])
    except Exception: return None

print(json.dumps([answer(text) for text in json.load(sys.stdin)]))
`;
}
