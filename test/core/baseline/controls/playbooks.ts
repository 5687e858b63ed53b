import { config, FACT, type Files, type Situation, task } from '../situation.ts';
import type { Row, Rows } from './row.ts';

const HARDEN = '- ansible.builtin.copy: {content: x, dest: /etc/motd, mode: "0644"}\n';
const CONFIG = 'readOnlyPort: 0';
const MARKED = { 'roles/os_hardening/tasks/main.yml': HARDEN, 'roles/kubernetes-hardening/tasks/main.yml': HARDEN };

/** The kubelet role among others of a play. */
const site = (roles: string, files: Files = {}, more = ''): Situation => ({
  config: CONFIG,
  files: { ...MARKED, 'site.yml': `- hosts: all\n  gather_facts: false\n${more}  roles: ${roles}\n`, ...files },
});
const restarting = (more: string): Situation => ({
  ...site('[kubelet]', {}, more),
  tasks: '- ansible.builtin.systemd: {name: kubelet, state: restarted}',
});
const guard = (text: string): Situation => ({
  ...site('[kubelet]', {}, `  pre_tasks:\n    - ${text}\n`),
});

const row = (rows: Pick<Row, 'pass' | 'violated' | 'undecided'>, absent: Row['absent'] = NOTHING): Row => ({
  ...rows,
  absent,
});
const NOTHING = { file: 'not-applicable', flags: 'not-applicable' } as const;

/** What the controls over plays say. */
export const PLAYBOOKS: Rows = {
  'KG-LC-01': row(
    {
      pass: [
        site('[os_hardening, kubelet]'),
        site('[kubelet]', { 'roles/kubelet/meta/main.yml': 'dependencies: [os_hardening]\n' }),
      ],
      violated: [site('[kubelet, os_hardening]')],
      undecided: [
        site('[kubelet]'),
        site('[kubernetes-hardening, kubelet]'),
        site('[{role: os_hardening, when: ansible_facts.x}, kubelet]'),
        site('[kubelet]', { 'os.yml': '- hosts: all\n  gather_facts: false\n  roles: [os_hardening]\n' }),
      ],
    },
    { file: 'undecided', flags: 'undecided' },
  ),
  'KG-LC-02': row(
    {
      pass: [
        guard('assert: {that: os_hardening_done.stat.exists}'),
        guard('fail: {msg: no}\n      when: not os_hardening_done.stat.exists'),
      ],
      violated: [config(CONFIG), guard('assert: {that: ansible_facts.x == 1}')],
      undecided: [guard('assert: {that: os_hardening_done.stat.exists}\n      when: ansible_facts.x')],
    },
    { file: 'violated', flags: 'violated' },
  ),
  'KG-LC-13': row(
    {
      pass: [config(CONFIG), site('[{role: kubelet, when: kubelet_enabled | default(true) | bool}]')],
      violated: [
        site('[os_hardening, {role: kubelet, when: kubelet_enabled | bool}]', {
          'group_vars/all.yml': 'kubelet_enabled: false\n',
        }),
        site('[os_hardening, {role: kubelet, tags: [never]}]'),
      ],
      undecided: [
        site('[{role: kubelet, when: kubelet_enabled}]', { 'group_vars/all.yml': `kubelet_enabled: "${FACT}"\n` }),
      ],
    },
    { file: 'pass', flags: 'pass' },
  ),
  'KG-LC-14': row({
    pass: [site('[kubelet]', { 'break-glass.yml': '- hosts: all\n  gather_facts: false\n  roles: [os_hardening]\n' })],
    violated: [
      site('[kubelet, break_glass]', { 'roles/break_glass/tasks/main.yml': HARDEN }),
      site('[kubelet]', {
        'site.yml': '- hosts: all\n  gather_facts: false\n  roles: [kubelet]\n- import_playbook: break-glass.yml\n',
        'break-glass.yml': '- hosts: all\n  gather_facts: false\n  roles: [os_hardening]\n',
      }),
    ],
    undecided: [
      site('[kubelet, {role: break_glass, when: ansible_facts.x}]', { 'roles/break_glass/tasks/main.yml': HARDEN }),
    ],
  }),
  'KG-LC-21': row({
    pass: [restarting('  serial: 1\n'), restarting('  serial: [1, "50%"]\n')],
    violated: [restarting(''), restarting('  serial: "100%"\n'), task('- command: systemctl restart kubelet')],
    undecided: [restarting('  serial: "{{ batch }}"\n')],
  }),
};
