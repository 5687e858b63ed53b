import { FACT, type Situation } from '../situation.ts';
import type { Rows } from './row.ts';

const MAYBE = '\n  when: ansible_facts.x';

/** A node with a kubelet whose role has these tasks. */
const tasks = (...items: readonly string[]): Situation => ({
  config: '',
  tasks: items.map(item => `- ${item}`).join('\n'),
});

const SELINUX_OFF = 'ansible.posix.selinux: {policy: targeted, state: permissive}';
const SELINUX_ON = 'ansible.posix.selinux: {policy: targeted, state: enforcing}';
const APPARMOR_ON = 'ansible.builtin.systemd: {name: apparmor, state: started, enabled: true}';

/** SELinux turned off in a playbook of its own. */
const ELSEWHERE: Situation = {
  ...tasks(SELINUX_ON),
  files: { 'off.yml': `- hosts: all\n  gather_facts: false\n  tasks:\n    - ${SELINUX_OFF}\n` },
};

export const MAC_SYSTEM: Rows = {
  'KG-AA-01': {
    pass: [
      tasks(APPARMOR_ON),
      tasks('ansible.builtin.service: {name: apparmor.service, enabled: yes}'),
      tasks('ansible.builtin.command: systemctl enable --now apparmor'),
      tasks(
        'ansible.builtin.lineinfile: {path: /etc/default/grub, regexp: ^GRUB_CMDLINE_LINUX=, line: GRUB_CMDLINE_LINUX="apparmor=1 security=apparmor"}',
      ),
      tasks(SELINUX_ON),
      tasks('ansible.builtin.lineinfile: {path: /etc/selinux/config, regexp: ^SELINUX=, line: SELINUX=enforcing}'),
      tasks("ansible.builtin.shell: sed -i 's/^SELINUX=permissive/SELINUX=enforcing/' /etc/selinux/config"),
      tasks(SELINUX_OFF, SELINUX_ON),
      tasks(SELINUX_OFF, APPARMOR_ON),
      tasks(`${SELINUX_OFF}${MAYBE}`, APPARMOR_ON),
    ],
    violated: [
      tasks(SELINUX_OFF),
      tasks(`${SELINUX_OFF}${MAYBE}`),
      tasks('selinux: {state: disabled}'),
      tasks(SELINUX_ON, SELINUX_OFF),
      tasks('ansible.builtin.command: setenforce 0'),
      tasks("ansible.builtin.shell: sed -i 's/^SELINUX=enforcing$/SELINUX=permissive/' /etc/selinux/config"),
      tasks('ansible.builtin.lineinfile: {path: /etc/selinux/config, regexp: ^SELINUX=, line: SELINUX=disabled}'),
      tasks('ansible.builtin.replace: {path: /etc/selinux/config, regexp: ^SELINUX=.*, replace: SELINUX=permissive}'),
      tasks('ansible.builtin.systemd: {name: apparmor, state: stopped, enabled: false, masked: true}'),
      tasks('ansible.builtin.apt: {name: [snapd, apparmor], state: absent}'),
      tasks('ansible.builtin.service: {name: "{{ item }}", state: stopped}\n  loop: [ufw, apparmor]'),
      tasks('ansible.builtin.shell: grubby --update-kernel=ALL --args="apparmor=0"'),
    ],
    undecided: [
      tasks('ansible.builtin.apt: {name: apparmor-utils, state: absent}'),
      tasks('ansible.builtin.service: {name: snapd, state: stopped}'),
      tasks(`ansible.posix.selinux: {state: "${FACT}"}`),
      tasks(`ansible.builtin.apt: {name: apparmor, state: "${FACT}"}`),
      tasks(`${APPARMOR_ON}${MAYBE}`),
      tasks(`${APPARMOR_ON}${MAYBE}`, `${SELINUX_OFF}${MAYBE}`),
      tasks(SELINUX_ON, `${SELINUX_OFF}${MAYBE}`),
      ELSEWHERE,
    ],
    absent: { file: 'undecided', flags: 'undecided' },
  },
};
