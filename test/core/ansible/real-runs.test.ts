import { expect, test } from '@jest/globals';
import { ansibleVersion, applyForReal } from './real-ansible.ts';
import { render, textsOf } from './render.ts';

const DUMP = (names: readonly string[]) => names.map(name => `${name}: {{ ${name} | default('unset') }}\n`).join('');
const WRITE = (file: string) => `- file: { path: "{{ target }}/{{ inventory_hostname }}", state: directory }
- template: { src: ${file}.j2, dest: "{{ target }}/{{ inventory_hostname }}/${file}", mode: '0644' }
`;

/** A task that remembers that it ran, and with which `v`. */
const MARK = (name: string, more = '') =>
  `- { set_fact: { ${name}: "{{ ${name} | default('') }}{{ v | default('-') }}" }${more} }\n`;
const marks = (indent: number, ...tasks: readonly string[]) => tasks.join('').replace(/^(?=.)/gm, ' '.repeat(indent));

/** Repositories of our own making; `target` is given to real Ansible on its command line. */
const REPOSITORIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'roles that call roles': {
    hosts: '[a]\nn1\nn2 own=n2\n[all:vars]\ntarget=/target\n',
    'site.yml': `- hosts: a
  gather_facts: false
  vars: { from_play: play, shared: play }
  roles:
    - { role: first, param: one, vars: { role_var: reference, weak: reference } }
    - role: first
      param: two
    - role: second
      when: own is defined
  tasks:
    - import_role: { name: third }
      vars: { imported: given }
    - include_role: { name: fourth }
      vars: { included: given, shared: include }
    - include_role: { name: fifth, public: true }
${WRITE('kubelet-site').replace(/^/gm, '    ').trimEnd()}
`,
    'roles/first/meta/main.yml': 'dependencies:\n  - { role: base, level: low }\n',
    'roles/first/vars/main.yml': 'role_var: main\nshared: first\n',
    'roles/first/defaults/main.yml': 'weak: default\nparam: none\n',
    'roles/first/tasks/main.yml': `- file: { path: "{{ target }}/{{ inventory_hostname }}", state: directory }
- template: { src: kubelet-first.j2, dest: "{{ target }}/{{ inventory_hostname }}/kubelet-first-{{ param }}" }
`,
    'roles/first/templates/kubelet-first.j2': DUMP([
      'param',
      'role_var',
      'weak',
      'shared',
      'base_default',
      'level',
      'from_play',
      'seen',
    ]),
    'roles/base/defaults/main.yml': 'base_default: base\nlevel: none\n',
    'roles/base/tasks/main.yml':
      '- set_fact: { seen: "{{ level }} {{ param | default(\'no param\') }} {{ role_name }}" }\n',
    'roles/second/tasks/main.yml': '- set_fact: { second_ran: yes }\n',
    'roles/third/defaults/main.yml': 'third_default: three\n',
    'roles/third/vars/main.yml': 'third_var: 3\n',
    'roles/third/tasks/main.yml': '- set_fact: { third: "{{ imported }} {{ third_default }}" }\n',
    'roles/fourth/defaults/main.yml': 'fourth_default: four\n',
    'roles/fourth/tasks/main.yml': '- set_fact: { fourth: "{{ included }} {{ shared }} {{ fourth_default }}" }\n',
    'roles/fifth/defaults/main.yml': 'fifth_default: five\n',
    'roles/fifth/tasks/main.yml': '- set_fact: { fifth: yes }\n',
    'templates/kubelet-site.j2': DUMP([
      'seen',
      'second_ran',
      'third',
      'third_default',
      'third_var',
      'fourth',
      'fourth_default',
      'fifth_default',
      'shared',
      'imported',
      'role_var',
    ]),
  },
  'conditions, loops and files of variables': {
    'inventories/prod/hosts.yml': `all:
  vars: { target: /target }
  children:
    nodes:
      vars: { size: 2, tier: nodes }
      children:
        big: { hosts: { 'b[01:02]': { size: 9 } }, vars: { ansible_group_priority: 5, tier: big } }
        odd: { hosts: { b01: , s1: }, vars: { tier: odd } }
`,
    'inventories/prod/group_vars/nodes/10.yml': 'list: [x, y]\nmode: "0600"\n',
    'inventories/prod/group_vars/nodes/20.yml': 'list: [{ n: 1 }, { n: 2 }]\n',
    'inventories/prod/host_vars/s1.yml': 'extra: small\n',
    'play/site.yml': `- import_playbook: first.yml
- hosts: nodes:!s1
  gather_facts: false
  vars_files: [["missing.yml", "vars/{{ tier }}.yml", "vars/none.yml"]]
  tasks:
    - set_fact: { sum: "{{ (sum | default(0) | int) + item.n }}" }
      loop: "{{ list }}"
    - block:
        - set_fact: { large: true }
          when: [size > 5, "'big' in group_names"]
        - include_tasks: "{{ item }}.yml"
          with_items: [one, two]
      when: size is defined
    - include_vars: "{{ playbook_dir }}/more.yml"
      when: large | default(false)
${WRITE('kubelet-two').replace(/^/gm, '    ').trimEnd()}
`,
    'play/first.yml': `- hosts: all
  gather_facts: false
  vars: { list: overridden }
  tasks:
    - set_fact: { kept: "{{ tier }} {{ extra | default('no') }}" }
${WRITE('kubelet-one').replace(/^/gm, '    ').trimEnd()}
`,
    'play/one.yml': '- set_fact: { one: "{{ size }}" }\n',
    'play/two.yml': '- set_fact: { two: "{{ item }}" }\n  when: inventory_hostname != \'b02\'\n',
    'play/more.yml': 'more: "{{ kept }}!"\n',
    'play/vars/odd.yml': 'from_file: odd\n',
    'play/vars/big.yml': 'from_file: big\n',
    'play/vars/none.yml': 'from_file: none\n',
    'play/group_vars/all.yml': 'beside: playbook\n',
    'play/templates/kubelet-one.j2': `${DUMP(['kept', 'list', 'beside', 'group_names', 'groups'])}`,
    'play/templates/kubelet-two.j2': `${DUMP(['kept', 'sum', 'large', 'one', 'two', 'from_file', 'more', 'beside', 'tier'])}{{ hostvars['s1'].extra }} {{ hostvars.b02.size }}\n`,
  },
  'ends of plays, tags, defaults of modules and roles entered by another door': {
    hosts: '[a]\nn1 rank=1\nn2 rank=2\nn3 rank=3\n[all:vars]\ntarget=/target\n',
    'site.yml': `- import_playbook: imported.yml
  when: rank != 3
  tags: [outer]
  vars: { v: outer }
- hosts: a
  gather_facts: false
  tasks:
${marks(4, MARK('b1'), '- meta: end_host\n  when: rank == 2\n', MARK('b2'), '- meta: end_play\n  when: rank == 3\n', MARK('b3'))}
    - meta: end_batch
      when: rank == 1
${marks(4, MARK('b4'))}
- hosts: a
  gather_facts: false
  serial: 2
  order: reverse_inventory
  max_fail_percentage: 20
  any_errors_fatal: true
  tasks:
    - meta: refresh_inventory
    - set_fact: { kept: 1 }
    - meta: clear_facts
${marks(4, MARK('c1', ', when: kept is defined'), '- meta: end_batch\n  when: rank == 1\n', MARK('c2'))}
- hosts: a
  gather_facts: false
  tasks: [{ template: { src: kubelet-marks.j2, dest: "{{ target }}/{{ inventory_hostname }}-kubelet-marks" } }]
- hosts: n1
  gather_facts: false
  strategy: free
  module_defaults:
    copy: { content: play, mode: '0600' }
    ansible.builtin.file: { mode: '0700' }
  roles:
    - { role: r, tags: never }
    - role: r
      module_defaults: { copy: { content: role } }
      vars: { n: named }
  tasks:
    - copy: { dest: "{{ target }}/{{ inventory_hostname }}-kubelet-d1" }
    - module_defaults: { ansible.legacy.copy: { content: "{{ rank }}" } }
      block:
        - ansible.builtin.copy: { dest: "{{ target }}/{{ inventory_hostname }}-kubelet-d2" }
        - import_role: { name: r, tasks_from: other.yml, vars_from: other, defaults_from: other }
          vars: { n: imported }
        - include_role: { name: r, tasks_from: other, apply: { module_defaults: { copy: { content: applied } } } }
          vars: { n: included }
`,
    'imported.yml': `- hosts: a
  gather_facts: false
  vars: { v: inner }
  tasks:
${marks(4, MARK('a1'), MARK('a2', ', tags: never'), MARK('a3', ', tags: [never, always]'))}
    - tags: never
      block:
${marks(8, MARK('a4'), MARK('a5', ', tags: always'))}
    - import_tasks: more.yml
      tags: never
    - include_tasks: more.yml
      tags: never
    - include_tasks: { file: more.yml, apply: { tags: never } }
      vars: { v: applied }
    - command: "true"
      notify: h
  handlers:
${marks(4, MARK('h', ', name: h, tags: never'))}
`,
    'templates/kubelet-marks.j2': DUMP(['a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'b2', 'b3', 'b4', 'c1', 'c2', 'm1', 'm2']),
    'more.yml': MARK('m1') + MARK('m2', ', tags: always'),
    'roles/r/tasks/main.yml':
      '- copy: { dest: "{{ target }}/{{ inventory_hostname }}-kubelet-r-{{ n | default(\'none\') }}-{{ var }}-{{ def }}" }\n',
    'roles/r/tasks/other.yml':
      '- copy: { dest: "{{ target }}/{{ inventory_hostname }}-kubelet-other-{{ n | default(\'none\') }}-{{ var }}-{{ def }}" }\n',
    'roles/r/vars/main.yml': 'var: main\n',
    'roles/r/vars/other.yml': 'var: other\n',
    'roles/r/defaults/main.yml': 'def: main\n',
    'roles/r/defaults/other.yml': 'def: other\n',
  },
  'mappings that merge, and answers to prompts': {
    'ansible.cfg': '[defaults]\nhash_behaviour = merge\n',
    hosts: '[a]\nn1\n[all:vars]\ntarget=/target\n',
    'group_vars/all.yml': 'd: { all: all, k: all, deep: { all: all, k: all }, list: [all] }\ne: { all: all }\n',
    'group_vars/a/1.yml': 'd: { one: 1, deep: { one: 1 }, list: [one] }\nf: { one: 1 }\n',
    'group_vars/a/2.yml': 'd: { two: 2, one: 2 }\nf: { two: 2 }\n',
    'host_vars/n1.yml': 'd: { host: h, k: host, deep: { k: host } }\ne: text\nf: "{{ d }}"\n',
    'site.yml': `- hosts: a
  gather_facts: false
  vars: { d: { play: p }, e: { play: p } }
  vars_files: [more.yml]
  vars_prompt:
    - { name: port, default: 10255 }
    - { name: flag, default: true, private: false }
    - { name: both, default: "x-{{ 1 + 1 }}" }
  roles: [r]
  tasks:
    - set_fact: { d: { fact: f, play: f } }
    - include_vars: { file: more.yml, hash_behaviour: merge }
    - include_vars: other.yml
    - vars: { d: { block: b } }
      block:
        - template: { src: kubelet-merged.j2, dest: "{{ target }}/{{ inventory_hostname }}-kubelet-merged" }
          vars: { e: { task: t } }
`,
    'more.yml': 'd: { file: m, play: m }\ng: { a: 1 }\n',
    'other.yml': 'g: { b: 2 }\n',
    'roles/r/defaults/main.yml': 'd: { default: d }\nh: { default: d }\n',
    'roles/r/vars/main.yml': 'h: { role: r }\n',
    'roles/r/tasks/main.yml':
      '- template: { src: kubelet-merged.j2, dest: "{{ target }}/{{ inventory_hostname }}-kubelet-role" }\n',
    'templates/kubelet-merged.j2': `${['d', 'e', 'f', 'g', 'h']
      .map(name => `${name}: {{ ${name} | default('unset') | to_json(sort_keys=true) }}\n`)
      .join('')}{{ port is string }} {{ port }} {{ flag is string }} {{ flag }} {{ both }}\n`,
  },
  'lookups that read the repository, and loops made of lists': {
    hosts: '[a]\nn1\n[all:vars]\ntarget=/target\n',
    'site.yml': `- hosts: a
  gather_facts: false
  vars:
    users: [{ name: a, keys: [k1, k2], o: { l: [x] } }, { name: b, keys: [] }, { name: c }]
    flags: { read-only-port: 0, v: [2, 3] }
  tasks:
    - set_fact: { nested: "{{ nested | default([]) + [item] }}" }
      with_nested: [[1, 2], "{{ flags.v }}", [z, [y, x]]]
    - set_fact: { together: "{{ together | default([]) + [item] }}" }
      with_together: [[1, 2, 3], [a, [b, c]]]
    - set_fact: { subs: "{{ subs | default([]) + [[item.0, item.1]] }}" }
      with_subelements: ["{{ users }}", keys, { skip_missing: true }]
    - set_fact: { seq: "{{ seq | default([]) + [item] }}" }
      with_sequence: start=0 end=10 stride=5 format=node%02d
    - set_fact: { seq: "{{ seq | default([]) + [item] }}" }
      with_sequence: 4-8/2
    - set_fact: { seq: "{{ seq | default([]) + [item] }}" }
      with_sequence: count={{ flags.v | length }}
    - set_fact: { indexed: "{{ indexed | default([]) + [[item.0, item.1]] }}" }
      with_indexed_items: [a, [b, c], "{{ flags.v }}"]
    - set_fact: { flat: "{{ flat | default([]) + [item] }}" }
      with_flattened: [a, [b, [c, d]]]
    - include_role: { name: r }
`,
    'roles/r/tasks/main.yml': `- include_vars: "{{ lookup('first_found', params) }}"
  vars: { params: { files: [none.yml, second.yml], paths: [vars, more] } }
- include_vars: "{{ item }}"
  with_first_found: [{ files: ['missing.yml', 'third.yml'], paths: [more] }]
- template: { src: kubelet-lookups.j2, dest: "{{ target }}/{{ inventory_hostname }}-kubelet-lookups" }
`,
    'roles/r/vars/second.yml': 'second: found\n',
    'roles/r/more/second.yml': 'second: wrong\n',
    'roles/r/more/third.yml': 'third: found\n',
    'roles/r/files/ca.crt': '  -----BEGIN-----\nabc {{ second }}\n\n',
    'roles/r/files/sub/b.txt': 'b\n',
    'roles/r/templates/kubelet-lookups.j2': `${[
      'nested',
      'together',
      'subs',
      'seq',
      'indexed',
      'flat',
      'second',
      'third',
    ]
      .map(name => `${name}: {{ ${name} | to_json(sort_keys=true) }}\n`)
      .join('')}[{{ lookup('file', 'ca.crt') }}]
[{{ lookup('ansible.builtin.file', 'ca.crt', rstrip=False, lstrip=True) }}]
{{ lookup('file', 'sub/b.txt', 'ca.crt') | indent }}
{{ query('file', 'sub/b.txt', role_path ~ '/files/sub/b.txt') }}
{{ lookup('first_found', ['nothing', 'sub/b.txt']) | basename }} {{ query('first_found', 'nothing', skip=true) }}
{{ lookup('sequence', 'start=1 end=3') }} {{ query('sequence', start=2, count=2) }}
{{ query('nested', [1, 2], [3]) }} {{ query('together', [1], [2, 3]) }} {{ query('subelements', users[:1], 'o.l') | to_json }}
{{ lookup('dict', flags) | length }} {{ query('flattened', [1, [2]]) }} {{ query('indexed_items', ['a']) | to_json }}
{{ lookup('list', [1, 2]) }} {{ lookup('vars', 'second', 'third') }} {{ lookup('vars', 'nope', default='none') }}
`,
  },
  'groups joined while Ansible runs': {
    hosts: '[a]\nn1 zone=x\nn2 zone=y\n[b]\nn3 zone=y\n[all:vars]\ntarget=/target\n',
    'site.yml': `- hosts: all
  gather_facts: false
  tasks:
    - group_by: { key: "zone {{ zone }}", parents: [zones] }
    - group_by: { key: "{{ ('a' in group_names) | ternary(item.key, '_all') }}" }
      loop: "{{ { 'mapped': 1 } | dict2items }}"
    - add_host: { name: "{{ item }}", groups: "added,more" }
      loop: "{{ groups.b }}"
    - add_host: { name: "{{ inventory_hostname }}", groups: once }
${['zone-x', 'zone-y:!n3', 'zones', 'mapped:&zone-y', 'added', 'once', '_all']
  .map((hosts, n) => `- hosts: "${hosts}"\n  gather_facts: false\n  tasks:\n${marks(4, MARK(`p${n}`))}`)
  .join('')}
- hosts: all
  gather_facts: false
  tasks: [{ template: { src: kubelet-marks.j2, dest: "{{ target }}/{{ inventory_hostname }}-kubelet-marks" } }]
`,
    'templates/kubelet-marks.j2': DUMP(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6']),
  },
};

const PLAYED: Readonly<Record<string, readonly [inventory: string, playbook: string]>> = {
  'roles that call roles': ['hosts', 'site.yml'],
  'ends of plays, tags, defaults of modules and roles entered by another door': ['hosts', 'site.yml'],
  'lookups that read the repository, and loops made of lists': ['hosts', 'site.yml'],
  'groups joined while Ansible runs': ['hosts', 'site.yml'],
  'mappings that merge, and answers to prompts': ['hosts', 'site.yml'],
  'conditions, loops and files of variables': ['inventories/prod/hosts.yml', 'play/site.yml'],
};

if (ansibleVersion() !== null) {
  test.each(Object.entries(REPOSITORIES))('%s: every file is the one real Ansible writes', (name, files) => {
    const [inventory, playbook] = PLAYED[name] ?? ['', ''];
    const rendering = render(files, { inventories: [inventory], playbooks: [playbook] });
    const ours = [...textsOf(rendering)].map(([key, text]) => [key.replace(/^.* \/target\//, ''), text]);
    const real = [...applyForReal(files, inventory, playbook)];
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(real));
    expect(ours.length).toBeGreaterThan(0);
  });
} else {
  test('nothing was compared', () => expect(ansibleVersion()).toBeNull());
}
