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

const MANIFEST = 'roles/kubelet/templates/proxy-pod.yaml.j2';
const FILE = '--config=/var/lib/kube-proxy/config.conf';

/** A DaemonSet that tasks place and apply, its container started by these lines. */
const daemonSet = (container: string, when = ''): Situation => ({
  tasks: [
    '- ansible.builtin.template: {src: proxy-pod.yaml.j2, dest: /tmp/kube-proxy.yaml}',
    `- ansible.builtin.command: kubectl apply -f /tmp/kube-proxy.yaml${when}`,
  ].join('\n'),
  files: {
    [MANIFEST]: `apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: kube-proxy}\nspec:\n  template:\n    spec:\n      containers:\n      - name: kube-proxy\n${container.replace(/^/gm, '        ')}\n`,
  },
});

/** The same with one word of the command a line. */
const command = (...words: readonly string[]): Situation =>
  daemonSet(
    `command:\n- /usr/local/bin/kube-proxy\n${words.map(word => (word.startsWith('{%') ? word : `- ${word}`)).join('\n')}`,
  );

const unit = (start: string, environment?: string): Situation => ({
  tasks: [
    '- ansible.builtin.template: {src: kube-proxy.service.j2, dest: /etc/systemd/system/kube-proxy.service}',
    ...(environment === undefined
      ? []
      : ['- ansible.builtin.template: {src: proxy.env.j2, dest: /etc/default/kube-proxy}']),
  ].join('\n'),
  files: {
    'roles/kubelet/templates/kube-proxy.service.j2': `[Service]\nEnvironmentFile=-/etc/default/kube-proxy\nExecStart=${start}\n`,
    'roles/kubelet/templates/proxy.env.j2': `${environment ?? ''}\n`,
  },
});

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
  'KG-KP-10': {
    pass: [
      command(FILE, '--hostname-override=$(NODE_NAME)', '--v=2', '--master=https://10.0.0.1:6443'),
      command(FILE, `--hostname-override=${FACT}`),
      command('--metrics-bind-address=127.0.0.1:10249', '--kubeconfig=/k'),
      unit(`/usr/bin/kube-proxy ${FILE} --hostname-override=%H --cleanup`),
      unit('/usr/bin/kube-proxy $ARGS', 'ARGS="--proxy-mode=ipvs"'),
    ],
    violated: [
      command(FILE, '--metrics-bind-address=127.0.0.1:10249'),
      command('--config', '/c.yaml', '--profiling', 'false'),
      command(FILE, `--nodeport-addresses=${FACT}`),
      daemonSet(`image: kube-proxy\nargs: [${FILE}, --proxy_mode=nftables]`),
      daemonSet(
        `command: [/bin/sh, -c, "exec kube-proxy ${FILE} --oom-score-adj=-998 1>>/var/log/kube-proxy.log 2>&1"]`,
      ),
      {
        ...command(FILE, '--kubeconfig=/k'),
        tasks: '- ansible.builtin.template: {src: proxy-pod.yaml.j2, dest: /etc/kubernetes/manifests/kube-proxy.yaml}',
      },
      unit(`/usr/bin/hyperkube kube-proxy ${FILE} --bind-address=0.0.0.0`),
      unit('/usr/bin/kube-proxy $ARGS', `ARGS="${FILE} --feature-gates=A=true"`),
    ],
    undecided: [
      command(FILE, FACT),
      command(`--config=${FACT}`, '--profiling=false'),
      command(FILE, '{% if ansible_facts.x %}', '--profiling=false', '{% endif %}'),
      daemonSet(`command: [kube-proxy, ${FILE}, --profiling=false]`, '\n  when: ansible_facts.x'),
      daemonSet(`command: ["${FACT}"]\nargs: [${FILE}, --profiling=false]`),
      unit(`/usr/bin/kube-proxy ${FILE} $MORE`),
      unit(`/usr/bin/kube-proxy ${FILE}{% if ansible_facts.x %} --profiling=false{% endif %}`),
    ],
    absent: { file: 'not-applicable', flags: 'not-applicable' },
  },
};
