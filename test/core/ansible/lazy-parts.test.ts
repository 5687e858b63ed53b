import { describe, expect, test } from '@jest/globals';
import type { AnsibleVersion } from '../../../core/ansible/types.ts';
import { onlyGroup, render } from './render.ts';

const VARS = [
  'ok: true',
  'broken: { a: 1, b: "{{ 1 // 0 }}" }',
  'partly: { a: 1, b: "{{ missing }}" }',
  'failing: [1, "{{ 1 // 0 }}"]',
  'some: [1, "{{ missing }}"]',
  'deep: { a: { x: 2, y: "{{ missing }}" }, b: "{{ partly }}" }',
  'picked: "{{ partly }}"',
  'both: "{{ [partly, broken] }}"',
  'chosen: "{% if ok %}{{ partly }}{% endif %}"',
  'joined: "x{{ partly }}"',
  'merged: "{{ partly | combine({\'c\': 2}) }}"',
];

/** What ansible-core 2.19 writes, held against the real one; null: it fails. Lists and mappings are evaluated as they are used. */
const TEMPLATES: readonly (readonly [template: string, text: string | null])[] = [
  ['{{ broken.a }}', '1'],
  ['{{ broken.b is defined }}', null],
  ["{{ broken.b | default('z') }}", null],
  ['{{ broken is defined }}', 'True'],
  ['{{ broken | length }}', '2'],
  ['{{ broken | to_json }}', null],
  ['{{ partly.a }}', '1'],
  ['{{ partly.b is defined }}', 'False'],
  ["{{ partly.b | default('z') }}", 'z'],
  ['{{ partly is mapping }}', 'True'],
  ["{{ 'a' in partly }}", 'True'],
  ['{{ partly.keys() | list }}', "['a', 'b']"],
  ['{{ partly.items() | length }}', null],
  ['{{ partly.values() | first }}', null],
  ['{{ partly.copy().a }}', '1'],
  ['{{ dict(partly).a }}', null],
  ['{{ partly | dict2items | first }}', null],
  ['{{ partly }}', null],
  ['{{ 1 if partly else 2 }}', '1'],
  ['{% for k in partly %}{{ k }}{% endfor %}', 'ab'],
  ['{{ failing[0] }}', '1'],
  ['{{ failing | first }}', '1'],
  ['{% for x in failing %}{{ loop.index }}{% endfor %}', null],
  ['{{ some[0] }}', '1'],
  ['{{ some[:1] }}', '[1]'],
  ['{{ some | length }}', '2'],
  ['{{ some | last is defined }}', 'False'],
  ['{{ some | list | first }}', null],
  ['{{ some | unique | first }}', null],
  ['{{ some.index(1) }}', null],
  ['{{ some is contains 1 }}', null],
  ['{{ 1 in some }}', 'True'],
  ['{{ 5 in some }}', null],
  ['{{ (some + [3])[0] }}', '1'],
  ["{{ some | map('default', 'z') | list }}", "[1, 'z']"],
  ["{{ some | select('defined') | list }}", '[1]'],
  ['{% for x in some if x is defined %}{{ x }}{% endfor %}', '1'],
  ['{{ some | default([]) }}', null],
  ['{{ some is defined and some[0] }}', '1'],
  ["{{ some ~ 'a' }}", null],
  ['{{ deep.a.x }}{{ deep.b.a }}', '21'],
  ['{{ picked.a }}{{ both[0].a }}{{ both[1].a }}{{ chosen.a }}', '1111'],
  ['{{ joined is defined }}', 'False'],
  ['{{ merged.c }}', null],
  ["{{ lookup('vars', 'partly').a }}", '1'],
  ["{{ query('items', some) | length }}", null],
  ['{% set x = partly %}{{ x.a }}', '1'],
  ['{% macro m(x) %}{{ x.a }}{% endmacro %}{{ m(partly) }}', '1'],
];

function answer(template: string, ansible: AnsibleVersion): string | null {
  const files = {
    hosts: 'n1\n',
    'group_vars/all.yml': `${VARS.join('\n')}\n`,
    'x.j2': template,
    'site.yml':
      '- hosts: all\n  gather_facts: false\n  tasks:\n    - template: { src: x.j2, dest: /etc/kubelet/x.conf }\n',
  };
  const [file] = onlyGroup(render(files, { inventories: ['hosts'], ansible })).files;
  return file?.fails ? null : (file?.text?.text ?? 'no text');
}

describe('since ansible-core 2.19 an undefined or failing part of a list or mapping fails only who uses it', () => {
  test.each(TEMPLATES)('%s writes %p', (template, text) => {
    expect(answer(template, '2.19')).toBe(text);
  });
});

describe('until 2.18 the whole list or mapping is undefined, or fails', () => {
  test.each(['2.14', '2.16'] as const)('on %s', version => {
    expect(answer('{{ partly.a }}', version)).toBeNull();
    expect(answer('{{ partly is defined }}', version)).toBe('False');
    expect(answer('{{ broken is defined }}', version)).toBeNull();
  });
});

test('the known parts of a mapping of which another fails stay known', () => {
  const files = {
    hosts: 'n1\n',
    'group_vars/all.yml': 'held: { a: 1, b: "{{ 1 // 0 }}", c: "{{ 2 // 0 }}" }\n',
    'x.j2': 'a: {{ held.a }}\nb: {{ held.b }}\nc: {{ held.c }}\n',
    'site.yml':
      '- hosts: all\n  gather_facts: false\n  tasks:\n    - template: { src: x.j2, dest: /etc/kubelet/x.conf }\n',
  };
  const [file] = onlyGroup(render(files, { inventories: ['hosts'], ansible: '2.19' })).files;
  expect(file?.fails?.message).toBe('integer division or modulo by zero');
  const tokens = /^a: 1\nb: (\uE000[0-9a-f]+\uE001)\nc: (\uE000[0-9a-f]+\uE001)\n$/.exec(file?.text?.text ?? '');
  expect(tokens).not.toBeNull();
  expect(tokens?.[1]).not.toBe(tokens?.[2]);
});
