import { describe, expect, test } from '@jest/globals';
import { ansibleVersion, applyForReal } from './real-ansible.ts';
import { render, textsOf } from './render.ts';

/** Where a variable can be defined, weakest first. */
const LEVELS = [
  'role defaults',
  'inventory all vars',
  'inventory parent group',
  'inventory child group',
  'inventory group_vars/all',
  'playbook group_vars/all',
  'inventory group_vars of the group',
  'playbook group_vars of the group',
  'inventory host',
  'inventory host_vars',
  'playbook host_vars',
  'play vars',
  'vars_files',
  'role vars',
  'block vars',
  'task vars',
  'include_vars',
  'set_fact',
  'role params',
  'include_tasks vars',
] as const;
type Level = (typeof LEVELS)[number];

/** Variable p<n> is defined at the n-th level and every weaker one, so the n-th level must win it. */
function define(level: Level, indent = '', line = (name: string) => `${name}: ${level}`, separator = '\n'): string {
  const own = LEVELS.indexOf(level);
  return LEVELS.flatMap((_, n) => (n >= own ? [indent + line(`p${n}`)] : [])).join(separator);
}
const ini = (level: Level, separator = '\n') => define(level, '', name => `${name}="${level}"`, separator);

const FILES: Readonly<Record<string, string>> = {
  'inventory/hosts': [
    `[workers]\nnode1 ${ini('inventory host', ' ')}`,
    '[nodes:children]\nworkers',
    `[all:vars]\n${ini('inventory all vars')}`,
    `[nodes:vars]\n${ini('inventory parent group')}`,
    `[workers:vars]\n${ini('inventory child group')}\n`,
  ].join('\n'),
  'inventory/group_vars/all.yml': `target: /target\n${define('inventory group_vars/all')}\n`,
  'group_vars/all/main.yml': `${define('playbook group_vars/all')}\n`,
  'inventory/group_vars/workers/a.yml': `${define('inventory group_vars of the group')}\n`,
  'group_vars/workers.yml': `${define('playbook group_vars of the group')}\n`,
  'inventory/host_vars/node1.yml': `${define('inventory host_vars')}\n`,
  'host_vars/node1/main.yaml': `${define('playbook host_vars')}\n`,
  'vars/extra.yml': `${define('vars_files')}\n`,
  'site.yml': `- hosts: workers
  gather_facts: false
  vars:
${define('play vars', '    ')}
  vars_files:
    - vars/extra.yml
  roles:
    - role: kubelet
${define('role params', '      ')}
`,
  'roles/kubelet/defaults/main.yml': `${define('role defaults')}\n`,
  'roles/kubelet/vars/main.yml': `${define('role vars')}\n`,
  'roles/kubelet/vars/included.yml': `${define('include_vars')}\n`,
  'roles/kubelet/tasks/main.yml': `- include_vars: included.yml
- set_fact:
${define('set_fact', '    ')}
- vars:
${define('block vars', '    ')}
  block:
    - include_tasks: write.yml
      vars:
${define('include_tasks vars', '        ')}
`,
  'roles/kubelet/tasks/write.yml': `- file:
    path: "{{ target }}/{{ inventory_hostname }}"
    state: directory
- template:
    src: kubelet-config.yaml.j2
    dest: "{{ target }}/{{ inventory_hostname }}/kubelet-config.yaml"
  vars:
${define('task vars', '    ')}
`,
  'roles/kubelet/templates/kubelet-config.yaml.j2': `${LEVELS.map((_, n) => `p${n}: {{ p${n} }}`).join('\n')}\n`,
};

describe('variable precedence', () => {
  const text = textsOf(render(FILES)).get('node1 /target/node1/kubelet-config.yaml') ?? '';

  test.each(LEVELS.map((level, n) => ({ level, n })))('$level beats everything before it', ({ level, n }) => {
    expect(text.split('\n')[n]).toBe(`p${n}: ${level}`);
  });

  if (ansibleVersion() !== null) {
    test('is that of real Ansible', () => {
      const real = applyForReal(FILES, 'inventory/hosts', 'site.yml');
      expect(text).toBe(real.get('node1/kubelet-config.yaml'));
    });
  }
});
