import { describe, expect, test } from '@jest/globals';
import type { AnsibleVersion } from '../../../core/ansible/types.ts';
import { onlyGroup, render } from './render.ts';

/** Templates that name `bad`, on which evaluating fails, but never use it, and whether Ansible up to 2.18 fails on them. */
const TEMPLATES: readonly (readonly [fails: boolean, template: string])[] = [
  [true, '{% if ok %}A{% else %}{{ bad }}{% endif %}'],
  [true, "{{ 'A' if ok else bad }}"],
  [true, "{{ 'A' if ok or bad }}"],
  [true, "{{ 'A' if indirect }}"],
  [true, "{{ 'A' if ok else itself }}"],
  [false, "{{ 'A' if needs_missing is undefined }}"],
  [false, '{% for x in [] %}{{ bad }}{% endfor %}A'],
  [true, '{% for x in [1] %}{% if not ok %}{{ bad }}{% endif %}A{% endfor %}'],
  [false, '{% for x in [1] if x > 5 %}{{ bad }}{% endfor %}A'],
  [true, '{% for x in [] if x > 5 or bad %}{% endfor %}A'],
  [false, '{% for x in [1] %}A{% else %}{{ bad }}{% endfor %}'],
  [false, '{% for bad in [1] %}{{ bad and "A" }}{% endfor %}'],
  [false, '{% macro m() %}{{ bad }}{% endmacro %}A'],
  [true, '{% macro m() %}{% if not ok %}{{ bad }}{% endif %}A{% endmacro %}{{ m() }}'],
  [true, '{% macro m(a=bad) %}A{% endmacro %}{{ m(1) }}'],
  [true, '{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{% if not ok %}{{ bad }}{% endif %}A{% endcall %}'],
  [false, '{% set bad = "A" %}{{ bad }}'],
  [true, '{% if not ok %}{% set bad = 1 %}{% endif %}A'],
  [true, '{% if ok %}{% set bad = 1 %}{% else %}{% set bad = 2 %}{% endif %}A'],
  [true, '{% set ns = namespace(x=1) %}{% if not ok %}{% set ns.x = bad %}{% endif %}A'],
  [false, '{% with bad = "A" %}{{ bad }}{% endwith %}'],
  [true, '{% with %}{% if not ok %}{{ bad }}{% endif %}A{% endwith %}'],
  [true, '{% set t %}{% if not ok %}{{ bad }}{% endif %}{% endset %}A'],
  [true, '{% filter upper %}{% if not ok %}{{ bad }}{% endif %}a{% endfilter %}'],
  [true, '{% block b %}{% if not ok %}{{ bad }}{% endif %}A{% endblock %}'],
  [true, "{% include 'other.j2' %}A"],
  [true, "{% import 'other.j2' as m with context %}A"],
];

const VARS = [
  'ok: true',
  'bad: "{{ 1 // 0 }}"',
  'indirect: "{{ ok or bad }}"',
  'itself: "{{ ok or itself }}"',
  'needs_missing: "{{ nothing.at_all }}"',
];

function filesWith(template: string): Readonly<Record<string, string>> {
  return {
    hosts: 'n1\n',
    'group_vars/all.yml': `${VARS.join('\n')}\n`,
    'templates/x.j2': template,
    'templates/other.j2': '{% if not ok %}{{ bad }}{% endif %}',
    'site.yml':
      '- hosts: all\n  gather_facts: false\n  tasks:\n    - template: { src: x.j2, dest: /etc/kubelet/x.conf }\n',
  };
}

/** The text, and whether Ansible would fail instead of writing it. */
function answer(template: string, ansible: AnsibleVersion): readonly [string | null, boolean] {
  const [file] = onlyGroup(render(filesWith(template), { inventories: ['hosts'], ansible })).files;
  return [file?.text?.text ?? null, (file?.fails ?? null) !== null];
}

describe.each(TEMPLATES)('fails: %p for %s', (fails, template) => {
  test.each(['2.14', '2.16'] as const)('on %s, the text stays known', version => {
    expect(answer(template, version)).toEqual(['A', fails]);
  });
  test.each(['untold', '2.19'] as const)('never on %s', version => {
    expect(answer(template, version)).toEqual(['A', false]);
  });
});

test('two files that name one failing variable both fail', () => {
  const files = {
    ...filesWith('{{ bad }}'),
    'site.yml':
      '- hosts: all\n  gather_facts: false\n  tasks:\n    - template: { src: x.j2, dest: "/etc/kubelet/{{ item }}.conf" }\n      loop: [a, b]\n    - template: { src: x.j2, dest: /etc/kubelet/c.conf }\n',
  };
  const made = onlyGroup(render(files, { inventories: ['hosts'] })).files;
  expect(made.map(file => file.fails?.message)).toEqual(Array(3).fill('integer division or modulo by zero'));
});

test('what cannot be decided about a variable that is named only is no failure', () => {
  const files = {
    ...filesWith("{{ 'A' if ok else hangs }}"),
    'group_vars/all.yml': `${VARS.join('\n')}\nhangs: "{% if ansible_os_family == 'Debian' %}{{ 1 // 0 }}{% endif %}"\n`,
  };
  const [file] = onlyGroup(render(files, { inventories: ['hosts'] })).files;
  expect(file?.alternatives.map(({ text, conditions }) => [text.text, conditions.length])).toEqual([['A', 0]]);
  expect(file?.fails).toBeNull();
});
