import { FACT, type Situation } from '../situation.ts';
import type { Row, Rows } from './row.ts';

/** Text of files on the node by their path; each is a template of its own. `MAYBE` before a path: only under a condition. */
function written(texts: Readonly<Record<string, string>>, more: Situation = {}): Situation {
  const entries = Object.entries(texts).map(([key, text], index) => {
    const maybe = key.startsWith(MAYBE);
    const dest = maybe ? key.slice(MAYBE.length) : key;
    const when = maybe ? '\n  when: ansible_facts.x' : '';
    return {
      name: `file-${index}.j2`,
      text,
      task: `- ansible.builtin.template: {src: file-${index}.j2, dest: ${dest}}${when}`,
    };
  });
  return {
    config: '',
    ...more,
    tasks: entries.map(({ task }) => task).join('\n'),
    files: Object.fromEntries(entries.map(({ name, text }) => [`roles/kubelet/templates/${name}`, text])),
  };
}

const MAYBE = '?';
const NOTHING: Row['absent'] = { file: 'not-applicable', flags: 'not-applicable' };

/** One of two texts, and only the node knows which. */
const either = (first: string, second: string): string =>
  `{% if ansible_facts.x %}${first}{% else %}${second}{% endif %}`;

const NET = '/etc/cni/net.d';
const conflist = (...plugins: readonly string[]): string =>
  `{"cniVersion": "1.0.0", "name": "pods", "plugins": [${plugins.join(', ')}]}`;
const CALICO = conflist('{"type": "calico"}', '{"type": "portmap"}');
const FLANNEL = conflist('{"type": "flannel", "delegate": {"isDefaultGateway": true}}', '{"type": "portmap"}');

const SECCOMP = '/var/lib/kubelet/seccomp/app.json';
const profile = (action: string, ...rules: readonly string[]): Situation =>
  written({ [SECCOMP]: `{"defaultAction": "${action}", "syscalls": [${rules.join(', ')}]}` });
const rule = (action: string, names: string, more = ''): string => `{"action": "${action}", "names": ${names}${more}}`;

const AA = '/etc/apparmor.d/k8s-nginx';
const command = (text: string, more = ''): Situation => ({
  config: '',
  tasks: `- name: Change the mode\n  ansible.builtin.command: ${text}${more}`,
});

const CERTIFICATE = '/var/lib/kubelet/pki/kubelet-client-current.pem';
const kubeconfig = (
  user: string,
  cluster = 'server: https://10.0.0.1:6443',
  dest = '/etc/kubernetes/kubelet.conf',
): Situation =>
  written({
    [dest]: `apiVersion: v1\nkind: Config\nclusters:\n- name: a\n  cluster: {${cluster}}\nusers:\n- name: b\n  user: {${user}}\n`,
  });
const USER = `client-certificate: ${CERTIFICATE}, client-key: ${CERTIFICATE}`;

const FILTER = '/etc/systemd/system/kubelet.service.d/20-filter.conf';
const filter = (...lines: readonly string[]): Situation => written({ [FILTER]: `[Service]\n${lines.join('\n')}\n` });

const CONTAINERD = '/etc/containerd/config.toml';
const CRIO = '/etc/crio/crio.conf';
const containerd = (body: string, version = 2, plugin = 'io.containerd.grpc.v1.cri'): string =>
  `version = ${version}\nimports = ["conf.d/*.toml"]\n[plugins."${plugin}"]\n${body}\n`;

export const FILE_CONTENTS: Rows = {
  'KG-CNI-04': {
    pass: [written({ [`${NET}/10-calico.conflist`]: CALICO, [`${NET}/calico-kubeconfig`]: 'a: b' })],
    violated: [written({ [`${NET}/10-calico.conflist`]: CALICO, [`${NET}/00-stray.conf`]: '{"type": "bridge"}' })],
    undecided: [
      written({ [`${NET}/10-calico.conflist`]: CALICO, [`${MAYBE}${NET}/00-stray.conf`]: '{"type": "bridge"}' }),
    ],
    absent: NOTHING,
  },
  'KG-CNI-05': {
    pass: [
      written({ [`${NET}/10-calico.conflist`]: CALICO }),
      written({ [`${NET}/10-calico.conflist`]: CALICO, [`${NET}/20-flannel.conflist`]: FLANNEL }),
      written({ [`${NET}/10-kuberouter.conflist`]: conflist('{"type": "bridge", "bridge": "kube-bridge"}') }),
      written({ [`${NET}/00-multus.conf`]: '{"type": "multus", "delegates": [{"type": "cilium-cni"}]}' }),
    ],
    violated: [
      written({ [`${NET}/10-flannel.conflist`]: FLANNEL }),
      written({ [`${NET}/20-calico.conflist`]: CALICO, [`${NET}/10-flannel.conflist`]: FLANNEL }),
      written({ [`${NET}/10-bridge.conf`]: '{"type": "bridge", "plugins": [{"type": "calico"}]}' }),
      written({ [`${NET}/10-calico.conflist`]: 'calico' }),
    ],
    undecided: [
      written({ [`${NET}/10-net.conflist`]: conflist(`{"type": "${FACT}"}`) }),
      written({ [`${NET}/10-net.conflist`]: either(CALICO, FLANNEL) }),
      written({ [`${MAYBE}${NET}/10-flannel.conflist`]: FLANNEL, [`${NET}/20-calico.conflist`]: CALICO }),
      written({ [`${NET}/00-multus.conf`]: '{"type": "multus", "clusterNetwork": "pods"}' }),
    ],
    absent: NOTHING,
  },
  'KG-CNI-06': {
    pass: [
      written({ [`${NET}/10-calico.conflist`]: CALICO }),
      written({ [`${NET}/10-bridge.conf`]: '{"type": "bridge", "promiscMode": false}' }),
    ],
    violated: [
      written({ [`${NET}/10-bridge.conf`]: '{"type": "bridge", "promiscMode": true}' }),
      written({ [`${NET}/10-net.conflist`]: conflist('{"type": "bridge", "promiscMode": true}') }),
      written({ [`${NET}/10-calico.conflist`]: CALICO, [`${NET}/20-net.conflist`]: '{"plugins": [' }),
    ],
    undecided: [
      written({ [`${NET}/10-bridge.conf`]: `{"type": "bridge", "promiscMode": ${FACT}}` }),
      written({ [`${NET}/10-bridge.conf`]: FACT }),
    ],
    absent: NOTHING,
  },
  'KG-SECC-04': {
    pass: [profile('SCMP_ACT_ERRNO'), profile('SCMP_ACT_KILL_PROCESS')],
    violated: [profile('SCMP_ACT_LOG'), profile('SCMP_ACT_ALLOW'), written({ [SECCOMP]: '{"syscalls": []}' })],
    undecided: [
      profile(FACT),
      written({ [SECCOMP]: '{"defaultAction":' }),
      written({ [SECCOMP]: either('{"defaultAction": "SCMP_ACT_ERRNO"}', '{"defaultAction": "SCMP_ACT_LOG"}') }),
    ],
    absent: NOTHING,
  },
  'KG-SECC-05': {
    pass: [
      profile('SCMP_ACT_ERRNO', rule('SCMP_ACT_ALLOW', '["read", "write"]')),
      profile('SCMP_ACT_ERRNO', rule('SCMP_ACT_ERRNO', '["bpf"]')),
      profile(
        'SCMP_ACT_ERRNO',
        rule('SCMP_ACT_ALLOW', '["ptrace"]', ', "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_EQ"}]'),
      ),
      profile('SCMP_ACT_ERRNO', rule('SCMP_ACT_ALLOW', '["read"]', ', "includes": {"caps": ["CAP_BPF"]}')),
    ],
    violated: [
      profile('SCMP_ACT_ERRNO', rule('SCMP_ACT_ALLOW', '["read", "bpf"]')),
      profile(
        'SCMP_ACT_ERRNO',
        rule('SCMP_ACT_ALLOW', '["mount"]', ', "args": [], "includes": {}, "excludes": {"caps": []}'),
      ),
      profile('SCMP_ACT_ERRNO', '{"action": "SCMP_ACT_ALLOW", "name": "setns"}'),
      profile('SCMP_ACT_ALLOW'),
      profile('SCMP_ACT_ALLOW', rule('SCMP_ACT_ERRNO', '["bpf"]')),
    ],
    undecided: [
      profile('SCMP_ACT_ERRNO', rule('SCMP_ACT_ALLOW', `["read", "${FACT}"]`)),
      profile('SCMP_ACT_ERRNO', rule(FACT, '["bpf"]')),
      profile('SCMP_ACT_ERRNO', rule('SCMP_ACT_ALLOW', '["bpf"]', ', "includes": {"caps": ["CAP_BPF"]}')),
    ],
    absent: NOTHING,
  },
  'KG-AA-04': {
    pass: [
      written({ [AA]: 'profile k8s-nginx flags=(attach_disconnected) {\n  # flags=(complain) {\n}\n' }),
      written({ [AA]: `profile k8s-nginx {\n  ${FACT} r,\n}\n` }),
    ],
    violated: [
      written({ [AA]: 'profile k8s-nginx flags=(complain) {\n}\n' }),
      written({ [AA]: '/usr/sbin/nginx (attach_disconnected, unconfined) {\n}\n' }),
      command('aa-complain /etc/apparmor.d/k8s-nginx'),
    ],
    undecided: [
      written({ [AA]: `profile k8s-nginx flags=(${FACT}) {\n}\n` }),
      written({ [AA]: `${FACT}\nprofile k8s-nginx {\n}\n` }),
      written({ [AA]: either('profile a {\n}\n', 'profile a flags=(complain) {\n}\n') }),
      command('aa-disable nginx', '\n  when: ansible_facts.x'),
    ],
    absent: NOTHING,
  },
  'KG-AUTHN-05': {
    pass: [kubeconfig(USER), kubeconfig(USER, 'server: https://a, insecure-skip-tls-verify: false')],
    violated: [
      kubeconfig('token: abc'),
      kubeconfig(`${USER}, token: abc`),
      kubeconfig(`${USER}, username: a, password: b`),
      kubeconfig('client-certificate: /etc/kubernetes/pki/kubelet.crt'),
      kubeconfig(USER, 'server: http://10.0.0.1:8080'),
      kubeconfig(USER, 'server: https://a, insecure-skip-tls-verify: true'),
      {
        ...kubeconfig('token: a', 'server: https://a', '/srv/kubelet/credentials'),
        args: ['--kubeconfig=/srv/kubelet/credentials'],
      },
    ],
    undecided: [
      kubeconfig(USER, `server: "${FACT}"`),
      kubeconfig(`${USER}, token: "${FACT}"`),
      written({
        '/etc/kubernetes/kubelet.conf': `kind: Config\nclusters: [{name: a, cluster: {server: https://a}}]\nusers: ${FACT}\n`,
      }),
    ],
    absent: NOTHING,
  },
  'KG-NET-03': {
    pass: [
      filter('IPAddressDeny=any', 'IPAddressAllow=localhost 10.0.0.0/8'),
      filter('IPAddressDeny=10.0.0.0/8', 'IPAddressDeny=', 'IPAddressDeny=0.0.0.0/0 ::/0'),
    ],
    violated: [
      filter('IPAddressDeny=10.0.0.0/8'),
      filter('IPAddressDeny=any', 'IPAddressDeny='),
      filter('IPAddressDeny=any', 'IPAddressAllow=any'),
      written({ [FILTER]: '[Unit]\nIPAddressDeny=any\n' }),
    ],
    undecided: [
      filter('IPAddressDeny=any', `IPAddressAllow=${FACT}`),
      filter(`IPAddressDeny=${FACT}`),
      filter(FACT),
      written({ [`${MAYBE}${FILTER}`]: '[Service]\nIPAddressDeny=any\n' }),
    ],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-API-03': {
    pass: [
      written({ [CONTAINERD]: containerd('stream_idle_timeout = "30m"') }),
      written({ [CONTAINERD]: containerd('enable_selinux = true') }),
      written({ [CONTAINERD]: 'version = 3\n[plugins."io.containerd.grpc.v1.cri"]\nstream_idle_timeout = "4h"\n' }),
      written({
        [CRIO]: '[crio.api]\nstream_idle_timeout = "24h"\n',
        '/etc/crio/crio.conf.d/10-a.conf': '[crio.api]\nstream_idle_timeout = "1h"\n',
      }),
    ],
    violated: [
      written({ [CONTAINERD]: containerd('stream_idle_timeout = "24h"') }),
      written({ [CONTAINERD]: '[plugins.cri]\nstream_idle_timeout = "1m"\n' }),
      written({
        [CONTAINERD]: containerd('stream_idle_timeout = "1h"'),
        '/etc/containerd/conf.d/a.toml': containerd('stream_idle_timeout = "24h"'),
      }),
      written({ '/etc/crio/crio.conf.d/10-a.conf': '[crio.api]\nstream_idle_timeout = "24h"\n' }),
    ],
    undecided: [
      written({ [CONTAINERD]: containerd(`stream_idle_timeout = "${FACT}"`) }),
      written({ [CONTAINERD]: `version = 2\n${FACT}\n` }),
      written({
        [CONTAINERD]: containerd('stream_idle_timeout = "1h"'),
        [`${MAYBE}/etc/containerd/conf.d/a.toml`]: containerd('stream_idle_timeout = "24h"'),
      }),
    ],
    absent: NOTHING,
  },
  'KG-SECC-06': {
    pass: [
      written({ '/etc/docker/daemon.json': '{"seccomp-profile": "builtin"}' }),
      written({ '/etc/docker/daemon.json': '{}' }),
      written({ [CONTAINERD]: containerd('unset_seccomp_profile = ""') }),
    ],
    violated: [
      written({ '/etc/docker/daemon.json': '{"seccomp-profile": "unconfined"}' }),
      written({ [CRIO]: '[crio.runtime]\nseccomp_profile = "unconfined"\n' }),
      written({ [CONTAINERD]: containerd('unset_seccomp_profile = "unconfined"', 3, 'io.containerd.cri.v1.runtime') }),
    ],
    undecided: [
      written({ '/etc/docker/daemon.json': `{"seccomp-profile": "${FACT}"}` }),
      written({ '/etc/docker/daemon.json': '{"a":' }),
      written({ [CRIO]: `[crio.runtime]\nseccomp_profile = ${FACT}\n` }),
    ],
    absent: NOTHING,
  },
  'KG-AA-03': {
    pass: [
      written({ [CONTAINERD]: containerd('disable_apparmor = false') }),
      written({ [CONTAINERD]: containerd('disable_apparmor = true', 3) }),
      written({ [CRIO]: '[crio.runtime]\napparmor_profile = "crio-default"\n' }),
    ],
    violated: [
      written({ [CONTAINERD]: containerd('disable_apparmor = true') }),
      written({ [CONTAINERD]: containerd('disable_apparmor = true', 3, 'io.containerd.cri.v1.runtime') }),
      written({ [CRIO]: '[crio.runtime]\napparmor_profile = "unconfined"\n' }),
    ],
    undecided: [
      written({ [CONTAINERD]: containerd(`disable_apparmor = ${FACT}`) }),
      written({ [CONTAINERD]: containerd(either('disable_apparmor = true', 'disable_apparmor = false')) }),
      written({
        [CONTAINERD]: containerd('disable_apparmor = true'),
        '/etc/containerd/conf.d/a.toml': containerd('enable_selinux = true'),
      }),
    ],
    absent: NOTHING,
  },
};
