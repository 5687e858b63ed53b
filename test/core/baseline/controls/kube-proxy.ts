import { FACT, type Situation } from '../situation.ts';
import { modeRow, ownerRow } from './file-rows.ts';
import type { Rows } from './row.ts';

/** A template of a KubeProxyConfiguration with this body. */
const kubeProxy = (body: string): Situation => ({
  tasks: '- ansible.builtin.template: {src: kube-proxy.yaml.j2, dest: /var/lib/kube-proxy/config.conf}',
  files: {
    'roles/kubelet/templates/kube-proxy.yaml.j2': `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n${body}\n`,
  },
});

/** One of two lines, and only the node knows which. */
const either = (first: string, second: string): string =>
  `{% if ansible_facts.x %}\n${first}\n{% else %}\n${second}\n{% endif %}`;

export const KUBE_PROXY: Rows = {
  'KG-KP-01': {
    pass: [
      kubeProxy('metricsBindAddress: 127.0.0.1:10249'),
      kubeProxy('metricsBindAddress: "[::1]:10249"'),
      kubeProxy('metricsBindAddress: ""'),
      kubeProxy('bindAddress: 0.0.0.0'),
      kubeProxy(either('metricsBindAddress: localhost:10249', 'bindAddress: 0.0.0.0')),
    ],
    violated: [kubeProxy('metricsBindAddress: 0.0.0.0:10249'), kubeProxy('metricsBindAddress: "[::]:10249"')],
    undecided: [
      kubeProxy(`metricsBindAddress: ${FACT}`),
      kubeProxy(`bindAddress: 0.0.0.0\n${FACT}`),
      kubeProxy('a: ['),
      kubeProxy(either('metricsBindAddress: 127.0.0.1:10249', 'metricsBindAddress: 0.0.0.0:10249')),
    ],
    absent: { file: 'not-applicable', flags: 'not-applicable' },
  },
  'KG-KP-02': {
    pass: [kubeProxy('enableProfiling: false'), kubeProxy('bindAddress: 0.0.0.0')],
    violated: [kubeProxy('enableProfiling: true')],
    undecided: [kubeProxy(`enableProfiling: ${FACT}`)],
    absent: { file: 'not-applicable', flags: 'not-applicable' },
  },
  'KG-KP-03': {
    pass: [kubeProxy('iptables: {localhostNodePorts: false}')],
    violated: [kubeProxy('iptables: {localhostNodePorts: true}'), kubeProxy('bindAddress: 0.0.0.0')],
    undecided: [kubeProxy(`iptables: {localhostNodePorts: ${FACT}}`)],
    absent: { file: 'not-applicable', flags: 'not-applicable' },
  },
  'KG-KP-04': {
    pass: [kubeProxy('nodePortAddresses: [primary]'), kubeProxy('nodePortAddresses: [10.0.0.0/8]')],
    violated: [
      kubeProxy('nodePortAddresses: []'),
      kubeProxy('nodePortAddresses: [10.0.0.0/8, 0.0.0.0/0]'),
      kubeProxy('bindAddress: 0.0.0.0'),
    ],
    undecided: [kubeProxy(`nodePortAddresses: ["${FACT}"]`)],
    absent: { file: 'not-applicable', flags: 'not-applicable' },
  },
  'KG-KP-05': {
    pass: [kubeProxy('healthzBindAddress: 10.0.0.1:10256')],
    violated: [kubeProxy('healthzBindAddress: ""'), kubeProxy('bindAddress: 0.0.0.0')],
    undecided: [kubeProxy(`healthzBindAddress: ${FACT}`)],
    absent: { file: 'not-applicable', flags: 'not-applicable' },
  },
  'KG-KP-06': modeRow('/var/lib/kube-proxy/kubeconfig', ['0600'], ['0644']),
  'KG-KP-07': ownerRow('/etc/kubernetes/proxy.conf'),
  'KG-KP-09': {
    pass: [kubeProxy('mode: nftables'), kubeProxy('mode: ""'), kubeProxy('bindAddress: 0.0.0.0')],
    violated: [kubeProxy('mode: userspace'), kubeProxy('mode: IPVS')],
    undecided: [kubeProxy(`mode: ${FACT}`)],
    absent: { file: 'not-applicable', flags: 'not-applicable' },
  },
};
