import { describe, expect, test } from '@jest/globals';
import type { AnsibleVersion } from '../../../core/ansible/types.ts';
import { onlyGroup, render, textsOf } from './render.ts';
import { ALL, copyTask, each, indented, OLD, PLAY, type Row } from './versions.ts';

/** Repositories of our own that `npm run ansible-diff` found us to differ on, and what real Ansible writes. */
const ROWS: readonly Row[] = [
  {
    what: 'copied lists and mappings are JSON as Python writes it, other values their text',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  tasks:\n${indented(copyTask('list', "{{ ['é', {'a': true, 'b': none}] }}") + copyTask('flag', '{{ 1 < 2 }}'))}`,
    },
    expected: each(ALL, { 'n1 list': '["\\u00e9", {"a": true, "b": null}]', 'n1 flag': 'True' }),
  },
  {
    what: 'a role runs again when it is named otherwise, not when it is named the same',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  vars: { count: 0 }\n  roles: [a, a, { role: a, when: "1 < 2" }, { role: a, x: 1 }]\n  tasks:\n${indented(copyTask('count', '{{ count }}'))}`,
      'roles/a/tasks/main.yml': '- set_fact: { count: "{{ count | int + 1 }}" }\n',
    },
    expected: each(ALL, { 'n1 count': '3' }),
  },
  {
    what: 'a role of which every task was skipped runs again',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  roles: [a, switch, a]\n  tasks:\n${indented(copyTask('ran', "{{ ran | default('no') }}"))}`,
      'roles/a/tasks/main.yml': '- set_fact: { ran: "yes" }\n  when: armed is defined\n',
      'roles/switch/tasks/main.yml': '- set_fact: { armed: true }\n',
    },
    expected: { ...each(OLD, { 'n1 ran': 'True' }), '2.19': { 'n1 ran': 'yes' } },
  },
  {
    what: 'hostvars has neither variables of plays nor, for templates of its own, the variables of hosts',
    files: {
      hosts: 'n1 x="{{ hostvars.n2.y | default(\'none\') }}"\nn2 y=two\n',
      'site.yml': `${PLAY}  vars: { mine: play }\n  tasks:\n${indented(copyTask('x', '{{ hostvars.n1.x }}') + copyTask('mine', "{{ hostvars.n1.mine | default('none') }}"))}`,
    },
    expected: each(ALL, { 'n1 x': 'none', 'n1 mine': 'none', 'n2 x': 'none', 'n2 mine': 'none' }),
  },
  {
    what: 'an included role or task file gives the play what it imports, before its first task runs',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  tasks:\n    - include_role: { name: outer }\n    - include_tasks: more.yml\n`,
      'more.yml': `${copyTask('more', '{{ mild }}')}- import_role: { name: inner }\n`,
      'roles/outer/tasks/main.yml': `${copyTask('first', '{{ deep }}')}- import_role: { name: inner }\n`,
      'roles/inner/vars/main.yml': 'deep: inner\n',
      'roles/inner/defaults/main.yml': 'mild: default\n',
      'roles/inner/tasks/main.yml': '- debug: { msg: x }\n',
    },
    expected: each(ALL, { 'n1 first': 'inner', 'n1 more': 'default' }),
  },
  {
    what: 'until 2.14 what a role includes has the conditions of every role that led to it',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  roles: [{ role: first, when: 1 > 2 }, second]\n`,
      'roles/first/meta/main.yml': 'dependencies: [shared]\n',
      'roles/second/meta/main.yml': 'dependencies: [shared]\n',
      'roles/shared/tasks/main.yml': `${copyTask('own', 'x')}- include_role: { name: inner }\n`,
      'roles/inner/tasks/main.yml': copyTask('inner', 'x'),
    },
    expected: {
      '2.14': { 'n1 own': 'x' },
      ...each(['2.15', '2.16', '2.19'], { 'n1 own': 'x', 'n1 inner': 'x' }),
    },
  },
  {
    what: "a role's condition is asked anew at every task, with what that task sees",
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  roles:\n    - { role: a, when: armed | default(false) }\n    - { role: b, when: seen is defined }\n    - { role: c, when: "item | default(1) == 2" }\n    - { role: d, when: role_name == 'inner' }\n`,
      'roles/a/tasks/main.yml': `${copyTask('before', 'x')}${copyTask('own', 'x').trimEnd()}\n  vars: { armed: true }\n${copyTask('between', 'x')}- set_fact: { armed: true }\n  vars: { armed: true }\n${copyTask('after', 'x')}`,
      'roles/b/tasks/main.yml': `${copyTask('skipped', 'x')}- command: id\n  register: seen\n${copyTask('registered', 'x')}`,
      'roles/c/tasks/main.yml':
        '- copy: { dest: "/etc/kubelet/item{{ item }}.conf", content: x }\n  loop: [1, 2]\n- block:\n    - import_tasks: more.yml\n  vars: { item: 2 }\n',
      'roles/c/tasks/more.yml': copyTask('imported', 'x'),
      'roles/d/tasks/main.yml': `${copyTask('outside', 'x')}- import_role: { name: inner }\n`,
      'roles/inner/tasks/main.yml': copyTask('inner', 'x'),
    },
    expected: each(
      ALL,
      Object.fromEntries(['own', 'after', 'registered', 'item2', 'imported', 'inner'].map(name => [`n1 ${name}`, 'x'])),
    ),
  },
  {
    what: 'equal numbers are one object until 2.18 only',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  vars: { n: 1 }\n  tasks:\n${indented(copyTask('s', '{{ n is sameas 1 }} {{ n is sameas 2 }} {{ true is sameas true }}'))}`,
    },
    expected: { ...each(OLD, { 'n1 s': 'True False True' }), '2.19': { 'n1 s': '? False True' } },
  },
  {
    what: 'a dependency has the vars of the reference that leads to it, in each play its own',
    files: {
      hosts: 'n1 level=none\n',
      'site.yml': `- hosts: all\n  gather_facts: false\n  roles:\n    - { role: outer, n: 1, vars: { level: given } }\n- hosts: all\n  gather_facts: false\n  roles:\n    - { role: outer, n: 2 }\n`,
      'roles/outer/meta/main.yml': 'dependencies: [inner]\n',
      'roles/inner/tasks/main.yml':
        '- copy:\n    dest: "/etc/kubelet/level-{{ n }}.conf"\n    content: "{{ level }}"\n',
    },
    expected: each(ALL, { 'n1 level-1': 'given', 'n1 level-2': 'none' }),
  },
  {
    what: 'a mapping combined with an equal one stays as it is, however lists are merged',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  tasks:\n${indented(copyTask('m', "{{ {'a': [1]} | combine({'a': [1]}, recursive=true, list_merge='append') }} {{ {'a': [1], 'b': 1} | combine({'a': [1]}, recursive=true, list_merge='append') }}"))}`,
    },
    expected: each(ALL, { 'n1 m': "{'a': [1]} {'a': [1, 1], 'b': 1}" }),
  },
  {
    what: 'equal tuples of constants are one object in YAML until 2.18; since then nobody can tell',
    files: {
      hosts: 'n1 n=7\n',
      'site.yml': `${PLAY}  tasks:\n${indented(['plain', 'folded', 'late', 'rounds'].map(name => `- template: { src: ${name}.j2, dest: /etc/kubelet/${name}.conf }\n`).join(''))}`,
      'plain.j2':
        '{{ [(1, 2), (1, 2), (1.0, 2), (1, n), (1, n), [(1, 2)]] | to_yaml }}{% set x = [("a" | upper, 1), ("A", 1)] %}{{ x | to_yaml }}',
      'folded.j2': '{{ [{"a": 1} | dictsort, {"a": 1} | dictsort, n] | to_yaml }}',
      'late.j2': '{{ [(1, 2), (1, 2)] | to_yaml | upper }}{{ [(1, [2]), (1, [2])] | to_yaml }}',
      'rounds.j2':
        '{% set ns = namespace(a=[]) %}{% for i in [1, 2] %}{% set ns.a = ns.a + [(1, 2)] %}{% endfor %}{{ ns.a | to_yaml }}',
    },
    expected: {
      ...each(OLD, {
        'n1 plain':
          '- &id001 [1, 2]\n- *id001\n- [1.0, 2]\n- [1, 7]\n- [1, 7]\n- - *id001\n- &id001 [A, 1]\n- *id001\n',
        'n1 folded': '- - &id001 [a, 1]\n- - *id001\n- 7\n',
        'n1 late': '- [1, 2]\n- [1, 2]\n- - 1\n  - [2]\n- - 1\n  - [2]\n',
        'n1 rounds': '- &id001 [1, 2]\n- *id001\n',
      }),
      '2.19': {
        'n1 plain': '?- [A, 1]\n- [A, 1]\n',
        'n1 folded': '- - [a, 1]\n- - [a, 1]\n- 7\n',
        'n1 late': '?- - 1\n  - [2]\n- - 1\n  - [2]\n',
        'n1 rounds': '?',
      },
    },
  },
  {
    what: 'a mapping combined with an empty one is itself since 2.16, with an equal one never',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  vars: { m: { a: { b: 1 } } }\n  tasks:\n    - template: { src: x.j2, dest: /etc/kubelet/x.conf }\n`,
      'x.j2': '{{ [m, m | combine({})] | to_yaml }}{{ [m, m | combine(m), {} | combine(m)] | to_yaml }}',
    },
    expected: {
      ...each(['2.14', '2.15'], {
        'n1 x': '- a: &id001 {b: 1}\n- a: *id001\n- a: &id001 {b: 1}\n- a: *id001\n- a: *id001\n',
      }),
      '2.16': { 'n1 x': '- &id001\n  a: {b: 1}\n- *id001\n- a: &id001 {b: 1}\n- a: *id001\n- a: *id001\n' },
      '2.19': { 'n1 x': '?' },
    },
  },
  {
    what: 'mappings are combined from the last to the first, equal ones as they are written last',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  tasks:\n${indented(copyTask('m', "{{ {'a': [1]} | combine({'a': [2]}, {'a': [2]}, list_merge='append') }} {{ {'a': [1]} | combine({'a': [1]}, {'a': [2]}, list_merge='append') }} {{ {'a': 1, 'b': 2} | combine({'b': 2.0, 'a': 1}) }}"))}`,
    },
    expected: each(ALL, { 'n1 m': "{'a': [1, 2]} {'a': [1, 1, 2]} {'b': 2.0, 'a': 1}" }),
  },
  {
    what: 'base64 is read as Python reads it',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  tasks:\n${indented(copyTask('b', "{{ 'aGk=' | b64decode }} {{ 'aG k=' | b64decode }} {{ 'aGk=aGk=' | b64decode }}"))}`,
    },
    expected: each(ALL, { 'n1 b': 'hi hi hi' }),
  },
  {
    what: 'a role included twice runs twice, its dependency once',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  vars: { own: 0, below: 0 }\n  tasks:\n    - include_role: { name: a }\n    - include_role: { name: a }\n${indented(copyTask('count', '{{ own }} {{ below }}'))}`,
      'roles/a/meta/main.yml': 'dependencies: [b]\n',
      'roles/a/tasks/main.yml': '- set_fact: { own: "{{ own | int + 1 }}" }\n',
      'roles/b/tasks/main.yml': '- set_fact: { below: "{{ below | int + 1 }}" }\n',
    },
    expected: each(ALL, { 'n1 count': '2 1' }),
  },
  {
    what: 'of a role that has run, and of its dependencies, only what they import runs again',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  vars: { own: 0, below: 0, imported: 0, included: 0 }\n  roles: [a, a]\n  tasks:\n${indented(copyTask('count', '{{ own }} {{ below }} {{ imported }} {{ included }}'))}`,
      'roles/a/meta/main.yml': 'dependencies: [b]\n',
      'roles/a/tasks/main.yml':
        '- set_fact: { own: "{{ own | int + 1 }}" }\n- block:\n    - import_tasks: more.yml\n- include_role: { name: d }\n',
      'roles/a/tasks/more.yml': '- set_fact: { own: "{{ own | int + 1 }}" }\n- import_role: { name: c }\n',
      'roles/b/tasks/main.yml': '- set_fact: { below: "{{ below | int + 1 }}" }\n- import_role: { name: c }\n',
      'roles/c/tasks/main.yml': '- set_fact: { imported: "{{ imported | int + 1 }}" }\n',
      'roles/d/tasks/main.yml': '- set_fact: { included: "{{ included | int + 1 }}" }\n',
    },
    expected: each(ALL, { 'n1 count': '2 1 4 1' }),
  },
  {
    what: 'which items of a loop are included, and from which file, is decided before any of them runs',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  vars: { armed: true, count: 0, which: more }\n  tasks:\n    - include_tasks: "{{ which }}.yml"\n      loop: [1, 2, 3]\n      when: armed\n${indented(copyTask('count', 'n {{ count }} {{ armed }}'))}`,
      'more.yml': '- set_fact: { armed: false, which: missing, count: "{{ count | int + 1 }}" }\n',
    },
    expected: each(ALL, { 'n1 count': 'n 3 False' }),
  },
  {
    what: 'YAML names a list that is there twice, in 2.19 depending on what was templated when; text of to_json is plain text once stripped',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  vars: { l: [1], two: { a: "{{ l }}", b: "{{ l }}" }, s: "{{ (l | to_json).strip() }}" }\n  tasks:\n${indented(
        copyTask('own', 'x {{ [l, l] | to_yaml }}') +
          copyTask('apart', '{{ [[1], [1]] | to_yaml }}') +
          copyTask('templated', 'x {{ two | to_yaml }}') +
          copyTask('stripped', '{{ s is string }} {{ l | to_json is string }}'),
      )}`,
    },
    expected: {
      ...each(OLD, {
        'n1 own': 'x - &id001 [1]\n- *id001\n',
        'n1 apart': '- [1]\n- [1]\n',
        'n1 templated': 'x a: [1]\nb: [1]\n',
        'n1 stripped': 'False True',
      }),
      '2.19': {
        'n1 own': 'x ?',
        'n1 apart': '- [1]\n- [1]\n',
        'n1 templated': 'x ?',
        'n1 stripped': 'True True',
      },
    },
  },
  {
    what: 'a loop over a set has as many rounds as the set has items',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  tasks:\n${indented(copyTask('rounds', "{% for x in ['b', 'a'] | union(['c']) %}{{ loop.index }} {{ loop.last }},{% endfor %}"))}`,
    },
    expected: each(ALL, { 'n1 rounds': '1 False,2 False,3 True,' }),
  },
  {
    what: 'a loop tells the position of its item and about itself',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  tasks:\n    - copy: { dest: "/etc/kubelet/{{ i }}.conf", content: "{{ item }} of {{ ansible_loop.length }} {{ ansible_loop.nextitem | default('end') }}" }\n      loop: [a, b]\n      loop_control: { index_var: i, extended: true }\n`,
    },
    expected: each(ALL, { 'n1 0': 'a of 2 b', 'n1 1': 'b of 2 end' }),
  },
  {
    what: 'a port behind a host counts only where the host is first named',
    files: {
      hosts: '[a]\nn1\n[b]\nn1:2222\nn2:2222\n',
      'site.yml': `${PLAY}  tasks:\n${indented(copyTask('port', "{{ ansible_port | default('none') }}"))}`,
    },
    expected: each(ALL, { 'n1 port': 'none', 'n2 port': '2222' }),
  },
  {
    what: 'vars of a role reference lose to vars/ until 2.14, and win since',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  roles: [{ role: a, vars: { x: reference, y: reference } }]\n  tasks:\n${indented(copyTask('play', "{{ x }} {{ y | default('unset') }}"))}`,
      'roles/a/vars/main.yml': 'x: vars\n',
      'roles/a/tasks/main.yml': copyTask('role', '{{ x }} {{ y }}'),
    },
    expected: {
      ...each(['2.15', '2.16', '2.19'], { 'n1 role': 'reference reference', 'n1 play': 'vars unset' }),
      '2.14': { 'n1 role': 'vars reference', 'n1 play': 'vars reference' },
    },
  },
  {
    what: 'an imported role gives its variables to tasks before it',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  tasks:\n${indented(copyTask('before', '{{ x }}'))}    - import_tasks: more.yml\n`,
      'more.yml': '- block:\n    - import_role: { name: a }\n',
      'roles/a/vars/main.yml': 'x: imported\n',
      'roles/a/tasks/main.yml': '- debug: { msg: x }\n',
    },
    expected: each(ALL, { 'n1 before': 'imported' }),
  },
  {
    what: 'include_vars reads folders in name order and can fill one name',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  tasks:\n    - include_vars: { dir: more, ignore_files: [c.yml] }\n    - include_vars: { file: one.yml, name: held }\n${indented(copyTask('all', '{{ x }} {{ y }} {{ z | default(0) }} {{ held.x }}'))}`,
      'more/a.yml': 'x: a\ny: a\n',
      'more/b.yaml': 'x: b\n',
      'more/c.yml': 'z: c\n',
      'one.yml': 'x: one\n',
    },
    expected: each(ALL, { 'n1 all': 'b a 0 one' }),
  },
  {
    what: 'tuples of an inventory are lists in templates',
    files: {
      hosts: 'n1\n[all:vars]\nx=(1, 2)\n',
      'site.yml': `${PLAY}  tasks:\n${indented(copyTask('x', 'x {{ x }}'))}`,
    },
    expected: each(ALL, { 'n1 x': 'x [1, 2]' }),
  },
  {
    what: 'set filters keep an order until 2.15 and have none since, unless something sorts or counts',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  vars: { u: "{{ ['b', 'a'] | union(['c', 'a']) }}" }\n  tasks:\n${indented(
        copyTask('sorted', "{{ u | map('upper') | sort | join }} {{ u | length }} {{ 'c' in u }}") +
          copyTask('one', "{{ ['b'] | difference(['c']) }}") +
          copyTask('plain', 'x {{ u | join }}'),
      )}`,
    },
    expected: {
      ...each(['2.14', '2.15'], { 'n1 sorted': 'ABC 3 True', 'n1 plain': 'x bac', 'n1 one': '["b"]' }),
      ...each(['2.16', '2.19'], { 'n1 sorted': 'ABC 3 True', 'n1 plain': 'x ?', 'n1 one': '["b"]' }),
    },
  },
  {
    what: '2.19 keeps the type of one printed value and prints no None',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  vars: { n: "{{ 5 }}", t: "{{ (1, 2) }}", l: "{{ '[1, 2]' }}", b: "{{ 'True' }}" }\n  tasks:\n${indented(
        copyTask('types', 'n {{ n is number }} l {{ l is string }} b {{ b is string }} t {{ t }}') +
          copyTask('empty', 'x{% filter trim %}{% endfilter %}'),
      )}`,
    },
    expected: {
      ...each(OLD, { 'n1 types': 'n False l False b False t (1, 2)', 'n1 empty': 'x' }),
      '2.19': { 'n1 types': 'n True l True b True t [1, 2]', 'n1 empty': 'xNone' },
    },
  },
  {
    what: 'ini files in an inventory folder count since 2.19',
    files: {
      'inventory/hosts.yml': 'all: { hosts: { n1: } }\n',
      'inventory/more.ini': '[all:vars]\nx=1\n',
      'site.yml': `${PLAY}  tasks:\n${indented(copyTask('x', 'x {{ x | default(0) }}'))}`,
    },
    inventory: 'inventory',
    expected: { ...each(OLD, { 'n1 x': 'x 0' }), '2.19': { 'n1 x': 'x 1' } },
  },
];

describe('what real Ansible made of random repositories', () => {
  const cases = ROWS.flatMap(row => ALL.flatMap(version => (row.expected[version] ? [{ ...row, version }] : [])));
  test.each(cases)('$what ($version)', ({ files, inventory, version, expected }) => {
    const texts = textsOf(
      render(files, { ansible: version, inventories: [inventory ?? 'hosts'], playbooks: ['site.yml'] }),
    );
    const short = [...texts].map(([place, text]) => [
      place.replace('/etc/kubelet/', '').replace('.conf', ''),
      text.replace(/\uE000.*\uE001/, '?'),
    ]);
    expect(Object.fromEntries(short)).toEqual(expected[version]);
  });
});

test('a condition that is no boolean leaves the task undecided in 2.19 only', () => {
  const files = {
    hosts: 'n1\n',
    'site.yml': `${PLAY}  tasks:\n${indented(copyTask('x', 'x').replace('\n', '\n  when: "\'text\'"\n'))}`,
  };
  const whenOf = (ansible: AnsibleVersion) =>
    render(files, { ansible }).inventories[0]?.groups[0]?.files[0]?.when?.why.join() ?? null;
  expect(whenOf('2.16')).toBeNull();
  expect(whenOf('2.19')).toContain('wants a boolean');
});

test('what a loop over a list nobody knows leaves in a namespace is unknown', () => {
  const files = {
    hosts: 'n1\n',
    'site.yml': `${PLAY}  tasks:\n    - template: { src: kubelet.j2, dest: /etc/kubelet/x.conf }\n`,
    'templates/kubelet.j2':
      '{% set ns = namespace(n=0) %}{% for one in ansible_interfaces %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}\n',
  };
  const [file] = render(files).inventories[0]?.groups[0]?.files ?? [];
  expect(file?.alternatives.map(({ text }) => text.text.replace(/\uE000.*\uE001/, '?'))).toContain('?\n');
  expect(file?.alternatives.map(({ text }) => text.text)).not.toContain('1\n');
});

test('a variable of another host that fails there is unknown here', () => {
  const files = {
    hosts: 'n1 x="{{ hostvars[\'n2\'].y }}"\nn2 y=two z="{{ missing }}"\n',
    'site.yml': `${PLAY}  vars: { missing: here }\n  tasks:\n${indented(copyTask('x', "x {{ hostvars['n1'].x }}") + copyTask('z', "z {{ hostvars['n2'].z }}"))}`,
  };
  const texts = textsOf(render(files, { inventories: ['hosts'] }));
  expect(texts.get('n1 /etc/kubelet/x.conf')).toMatch(/^x \uE000/);
  expect(texts.get('n1 /etc/kubelet/z.conf')).toMatch(/^z \uE000/);
});

test('no order of a set is claimed where nobody says which version runs', () => {
  const files = {
    hosts: 'n1\n',
    'site.yml': `${PLAY}  tasks:\n${indented(copyTask('x', "x {{ ['b', 'a'] | union(['c']) | join }}"))}`,
  };
  const [text] = textsOf(render(files, { inventories: ['hosts'] })).values();
  expect(text).toMatch(/^x \uE000[0-9a-f]+\uE001$/);
});

test('what rounds nobody can count add to a list or mapping is not known', () => {
  const files = {
    hosts: 'n1\n',
    'site.yml': `${PLAY}  tasks:\n    - command: list\n      register: found\n    - template: { src: x.j2, dest: /etc/kubelet/x.conf }\n`,
    'x.j2': `{% set l = [] %}{% set d = {'k': 0} %}{% for x in found.stdout_lines %}{% set _ = l.append('a') %}{% set _ = d.update({'k': 1}) %}{% endfor %}{{ l }} {{ l | length }} {{ d.k }}`,
  };
  const [file] = onlyGroup(render(files, { inventories: ['hosts'] })).files;
  const texts = file?.alternatives.map(({ text }) => text.text.replace(/\uE000[0-9a-f]+\uE001/g, '?'));
  expect(texts?.toSorted()).toEqual(['[?] ? ?', '[] 0 0']);
});

test('what include_vars may set on a host is not taken from the inventory', () => {
  const files = {
    hosts: 'n1 x=early\nn2\n',
    'late.yml': 'x: late\n',
    'site.yml': `${PLAY}  tasks:\n    - include_vars: late.yml\n${indented(copyTask('x', 'x {{ hostvars.n1.x }}'))}`,
  };
  const [text] = textsOf(render(files, { inventories: ['hosts'] })).values();
  expect(text).toMatch(/^x \uE000[0-9a-f]+\uE001$/);
});

test('escaped text inside a list or mapping is unknown, because versions print it otherwise', () => {
  const files = {
    hosts: 'n1\n',
    'site.yml': `${PLAY}  vars: { name: n, held: { a: "{{ name | e }}" } }\n  tasks:\n${indented(copyTask('list', "x {{ ['a' | e] | string }}") + copyTask('held', 'x {{ held | string }}') + copyTask('plain', "{{ 'a<' | e }} {{ held.a }} {{ [1] | tojson }}") + copyTask('sum', "x {{ ('a' | e) + '<' }}"))}`,
  };
  const texts = textsOf(render(files, { inventories: ['hosts'] }));
  expect(texts.get('n1 /etc/kubelet/plain.conf')).toBe('a&lt; n [1]');
  for (const name of ['list', 'held', 'sum']) expect(texts.get(`n1 /etc/kubelet/${name}.conf`)).toContain('\uE000');
});

test('what combine joins with an unknown list or mapping is unknown', () => {
  const files = {
    hosts: 'n1\n',
    'site.yml': `${PLAY}  vars: { k: "{{ {'k': lookup('env', 'X')} }}" }\n  tasks:\n${indented(copyTask('list', "x {{ k | combine({'k': [1]}, list_merge='append') }}") + copyTask('mapping', "x {{ k | combine({'k': {'a': 1}}, recursive=true) }}") + copyTask('stronger', "x {{ k | combine({'k': [1]}, recursive=true) }}"))}`,
  };
  const texts = textsOf(render(files, { inventories: ['hosts'] }));
  for (const name of ['list', 'mapping']) expect(texts.get(`n1 /etc/kubelet/${name}.conf`)).toContain('\uE000');
  expect(texts.get('n1 /etc/kubelet/stronger.conf')).toBe("x {'k': [1]}");
});

test('pairs are sorted by their keys where a value is not known, and a list nobody can sort keeps its length', () => {
  const files = {
    hosts: 'n1\n',
    'site.yml': `${PLAY}  tasks:\n    - command: x\n      register: found\n${indented(copyTask('pairs', "{% for k, v in {'b': found.stdout, 'a': 1}.items() | sort %}{{ k }}{% endfor %}") + copyTask('items', '{% for x in [found.stdout, 1] | sort %}.{% endfor %}'))}`,
  };
  const texts = textsOf(render(files, { inventories: ['hosts'] }));
  expect(texts.get('n1 /etc/kubelet/pairs.conf')).toBe('ab');
  expect(texts.get('n1 /etc/kubelet/items.conf')).toBe('..');
});

test('whether a value that is no text is an absolute path fails', () => {
  const files = {
    hosts: 'n1 held=None\n',
    'site.yml': `${PLAY}  tasks:\n    - template: { src: x.j2, dest: /etc/kubelet/x.conf }\n`,
    'x.j2': '{{ held is abs }}',
  };
  const [file] = onlyGroup(render(files, { inventories: ['hosts'] })).files;
  expect(file?.fails?.message).toContain('not NoneType');
});
