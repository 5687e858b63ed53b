import { describe, expect, test } from '@jest/globals';
import type { NodeFile } from '../../../core/ansible/types.ts';
import { treeOf } from '../../../core/source/tree.ts';
import {
  baselineOf,
  control,
  type GroupSketch,
  inventory,
  nodeFile,
  rendering,
  reviewOf,
  type Sketch,
} from './build.ts';

const values = (mode: string, more: object = {}) => ({
  'authorization.mode': { value: mode, at: ['v.yml:2'], ...more },
});
const one = (sketch: Omit<GroupSketch, 'hosts'> & { hosts?: readonly string[] }) =>
  rendering([inventory([{ hosts: ['n1', 'n2'], name: 'workers', ...sketch }])], {
    read: ['v.yml', 'tasks/main.yml', 't.j2'],
  });
const files = (...list: readonly NodeFile[]) => one({ files: list });
const baseline = baselineOf(control('authorization.mode', 'Webhook'));
const shown: Sketch = {
  base: one({ values: values('Webhook') }),
  head: one({ values: values('AlwaysAllow') }),
  baseline,
};
const touching = (path: string) =>
  `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-a\n+b\n`;
const procedure = (text: string): Partial<Sketch> => ({
  baseTree: treeOf({ 'tasks/main.yml': '- copy: a\n' }),
  headTree: treeOf({ 'tasks/main.yml': text }),
  diff: touching('tasks/main.yml'),
});
const problem = (line: number, message = 'is not evaluated') => [
  { file: 'x.yml', line, code: 'not-evaluated' as const, message },
];
const file = (text: string) => nodeFile('/c', 'KubeletConfiguration', { text });

const digestOf = (sketch: Sketch) => reviewOf(sketch).digest;

describe('the digest is equal for', () => {
  const equal: readonly (readonly [string, Sketch, Sketch])[] = [
    [
      'another commit with the same effect',
      { ...shown, headTree: treeOf({}, 'c'.repeat(40)) },
      { ...shown, headTree: treeOf({}, 'd'.repeat(40)) },
    ],
    [
      'a value written on another line',
      shown,
      { ...shown, head: one({ values: values('AlwaysAllow', { at: ['v.yml:9'] }) }) },
    ],
    ['a group under another name', shown, { ...shown, head: one({ values: values('AlwaysAllow'), name: 'others' }) }],
    [
      'the same hosts split into groups otherwise',
      shown,
      {
        ...shown,
        head: rendering([
          inventory([
            { hosts: ['n2'], values: values('AlwaysAllow') },
            { hosts: ['n1'], values: values('AlwaysAllow') },
          ]),
        ]),
      },
    ],
    ['an unrelated file changed as well', shown, { ...shown, diff: touching('README.md') }],
    [
      'a comment in a template of the kubelet configuration',
      { base: files(file('a')), head: files(file('a')) },
      { base: files(file('a')), head: files(file('# b\na')) },
    ],
    [
      'a comment in a task file',
      { ...shown, ...procedure('- copy: b\n') },
      { ...shown, ...procedure('# why\n\n- copy: b\n') },
    ],
    ['a problem on another line', { ...shown, headProblems: problem(1) }, { ...shown, headProblems: problem(7) }],
    [
      'a rebase over what others changed',
      shown,
      {
        ...shown,
        base: one({ values: { ...values('Webhook'), x: { value: 2 } } }),
        head: one({ values: { ...values('AlwaysAllow'), x: { value: 2 } } }),
      },
    ],
    [
      'a rebase over a violation others fixed',
      {
        ...shown,
        base: one({ values: { ...values('Webhook'), y: { value: 1 } } }),
        head: one({ values: { ...values('AlwaysAllow'), y: { value: 1 } } }),
        baseline: baselineOf(control('y', 0)),
      },
      {
        ...shown,
        base: one({ values: { ...values('Webhook'), y: { value: 0 } } }),
        head: one({ values: { ...values('AlwaysAllow'), y: { value: 0 } } }),
        baseline: baselineOf(control('y', 0)),
      },
    ],
  ];
  test.each(equal)('%s', (_, first, second) => expect(digestOf(second)).toBe(digestOf(first)));
});

describe('the digest is different for', () => {
  const different: readonly (readonly [string, Sketch, Sketch])[] = [
    ['another value', shown, { ...shown, head: one({ values: values('Node') }) }],
    ['another value before', shown, { ...shown, base: one({ values: values('Node') }) }],
    [
      'one host more',
      shown,
      {
        ...shown,
        base: one({ values: values('Webhook'), hosts: ['n1', 'n2', 'n3'] }),
        head: one({ values: values('AlwaysAllow'), hosts: ['n1', 'n2', 'n3'] }),
      },
    ],
    ['one more field', shown, { ...shown, head: one({ values: { ...values('AlwaysAllow'), x: { value: 1 } } }) }],
    [
      'the default instead of the same explicit value',
      shown,
      { ...shown, head: one({ values: values('AlwaysAllow', { implicit: true }) }) },
    ],
    [
      'another unknown',
      { ...shown, head: one({ values: { 'authorization.mode': { unknown: 'a' } } }) },
      { ...shown, head: one({ values: { 'authorization.mode': { unknown: 'b' } } }) },
    ],
    ['another Kubernetes minor', shown, { ...shown, minor: '1.35' }],
    ['another baseline', shown, { ...shown, baseline: baselineOf(control('authorization.mode', 'Node')) }],
    ['other tasks', { ...shown, ...procedure('- copy: b\n') }, { ...shown, ...procedure('- copy: c\n') }],
    [
      'an interpreter line, which is no comment',
      { ...shown, ...procedure('#!/bin/sh\n') },
      { ...shown, ...procedure('#!/bin/bash\n') },
    ],
    ['a problem', shown, { ...shown, headProblems: problem(1) }],
    ['another problem', { ...shown, headProblems: problem(1) }, { ...shown, headProblems: problem(1, 'is broken') }],
    [
      'other content of a file no field tells',
      {
        base: files(nodeFile('/x.sh', 'other', { text: 'a' })),
        head: files(nodeFile('/x.sh', 'other', { text: 'b' })),
      },
      {
        base: files(nodeFile('/x.sh', 'other', { text: 'a' })),
        head: files(nodeFile('/x.sh', 'other', { text: 'c' })),
      },
    ],
    [
      'such a file taken away',
      {
        base: files(nodeFile('/x.sh', 'other', { text: 'a' })),
        head: files(nodeFile('/x.sh', 'other', { text: 'a' })),
      },
      { base: files(nodeFile('/x.sh', 'other', { text: 'a' })), head: files() },
    ],
  ];
  test.each(different)('%s', (_, first, second) => expect(digestOf(second)).not.toBe(digestOf(first)));
});

test('values JSON cannot write have a digest too, and different ones', () => {
  const digests = ['\ud800', '\ud801', 'plain'].map(text =>
    digestOf({ ...shown, head: one({ values: { x: { value: text } } }) }),
  );
  const infinite = digestOf({ ...shown, head: one({ values: { x: { value: Number.POSITIVE_INFINITY } } }) });
  expect(new Set([...digests, infinite]).size).toBe(4);
  expect(infinite).toMatch(/^sha256:[0-9a-f]{64}$/);
});
