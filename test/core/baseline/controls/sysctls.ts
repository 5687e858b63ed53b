import { FACT, type Situation, task } from '../situation.ts';
import type { Rows } from './row.ts';

const GUARDED = 'protectKernelDefaults: true';
const SIX: Readonly<Record<string, string>> = {
  'vm.overcommit_memory': '1',
  'vm.panic_on_oom': '0',
  'kernel.panic': '10',
  'kernel.panic_on_oops': '1',
  'kernel.keys.root_maxkeys': '1000000',
  'kernel.keys.root_maxbytes': '25000000',
};

const sysctl = (name: string, value: string, more = '') =>
  `- ansible.posix.sysctl: {name: ${name}, value: "${value}", sysctl_file: /etc/sysctl.d/90-hardening.conf}${more}`;
const six = (change: Readonly<Record<string, string>> = {}, more = ''): string =>
  Object.entries({ ...SIX, ...change })
    .map(([name, value]) => sysctl(name, value, more))
    .join('\n');
const guarded = (tasks: string, config = GUARDED): Situation => ({ config, tasks });
const copied = (...lines: readonly string[]): Situation => ({
  config: '',
  tasks: `- copy:\n    dest: /etc/sysctl.d/99-k8s.conf\n    content: |\n${lines.map(line => `      ${line}`).join('\n')}`,
});

/** What the controls over kernel settings say. */
export const SYSCTLS: Rows = {
  'KG-START-06': {
    pass: [
      guarded(six()),
      guarded(`${six({ 'kernel.panic': '0' })}\n${sysctl('kernel.panic', '10')}`),
      guarded(
        `- copy:\n    dest: /etc/sysctl.d/90-kubelet.conf\n    content: |\n${Object.entries(SIX)
          .map(([name, value]) => `      ${name} = ${value}`)
          .join('\n')}`,
      ),
    ],
    violated: [
      guarded(''),
      guarded(six({ 'kernel.panic': '20' })),
      guarded(six({ 'vm.panic_on_oom': '1' })),
      guarded(sysctl('kernel.panic', '10')),
      { config: null, args: ['--protect-kernel-defaults'] },
    ],
    undecided: [
      guarded(six({ 'kernel.panic': FACT })),
      guarded(six({}, '\n  when: ansible_facts.x')),
      guarded(
        Object.entries(SIX)
          .filter(([name]) => name !== 'kernel.panic_on_oops')
          .map(([name, value]) => sysctl(name, value))
          .join('\n'),
      ),
      guarded('', `protectKernelDefaults: ${FACT}`),
    ],
    absent: { file: 'not-applicable', flags: 'not-applicable' },
  },
  'KG-NET-06': {
    pass: [task(sysctl('net.ipv4.ip_forward', '1')), copied('net.bridge.bridge-nf-call-iptables = 1')],
    violated: [
      task(sysctl('net.ipv4.ip_forward', '0')),
      copied('net/ipv4/ip_forward = 0'),
      copied('net.ipv4.ip_forward = 1', 'net.bridge.bridge-nf-call-iptables = 0'),
    ],
    undecided: [task(sysctl('net.ipv4.ip_forward', FACT)), copied(FACT)],
    absent: { file: 'not-applicable', flags: 'not-applicable' },
  },
  'KG-CG-13': {
    pass: [task(sysctl('user.max_user_namespaces', '15000'))],
    violated: [task(sysctl('user.max_user_namespaces', '0'))],
    undecided: [task(sysctl('user.max_user_namespaces', FACT))],
    absent: { file: 'not-applicable', flags: 'not-applicable' },
  },
};
