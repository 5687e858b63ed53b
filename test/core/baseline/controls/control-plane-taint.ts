import { FACT, type Situation } from '../situation.ts';
import type { Rows } from './row.ts';

const ROLES: Situation = { roles: ['control-plane'] };
const TAINT = '{key: node-role.kubernetes.io/control-plane, effect: NoSchedule}';

/** A control-plane node with this kubelet configuration and arguments. */
const kubelet = (config: string, args: readonly string[] = [], more: Situation = {}): Situation => ({
  ...ROLES,
  config,
  args,
  ...more,
});

/** A file of kubeadm on a control-plane node, one document for each text. */
const kubeadm = (documents: readonly string[], more: Situation = {}, when = ''): Situation => ({
  ...ROLES,
  tasks: `- ansible.builtin.template: {src: kubeadm.yaml.j2, dest: /etc/kubernetes/kubeadm.yaml}${when}`,
  files: {
    'roles/kubelet/templates/kubeadm.yaml.j2': documents
      .map(
        text =>
          `apiVersion: ${text.includes('Kubelet') ? 'kubelet.config.k8s.io/v1beta1' : 'kubeadm.k8s.io/v1beta4'}\n${text}\n`,
      )
      .join('---\n'),
  },
  ...more,
});

const init = (registration: string, more: Situation = {}, when = ''): Situation =>
  kubeadm(['kind: ClusterConfiguration', `kind: InitConfiguration\nnodeRegistration: ${registration}`], more, when);

/** The same, with the kubelet's own configuration in the file of kubeadm. */
const initWith = (registration: string, configuration: string): Situation =>
  kubeadm([
    `kind: InitConfiguration\nnodeRegistration: ${registration}`,
    `kind: KubeletConfiguration\n${configuration}`,
  ]);

const join = (registration: string): Situation =>
  kubeadm([`kind: JoinConfiguration\ncontrolPlane: {}\nnodeRegistration: ${registration}`]);

const command = (line: string): Situation => ({ ...ROLES, config: '', tasks: `- ansible.builtin.command: ${line}` });

/** kube-apiserver as a static pod of the repository's own. */
const API_SERVER: Situation = {
  tasks: '- ansible.builtin.copy: {src: pod.yaml, dest: /etc/kubernetes/manifests/kube-apiserver.yaml}',
  files: {
    'roles/kubelet/files/pod.yaml':
      'kind: Pod\nmetadata: {name: a}\nspec: {containers: [{command: [kube-apiserver]}]}\n',
  },
};

export const CONTROL_PLANE_TAINT: Rows = {
  'KG-CPI-01': {
    pass: [
      kubelet(`registerWithTaints: [${TAINT}]`),
      kubelet('', ['--register-with-taints=node-role.kubernetes.io/control-plane=:NoSchedule']),
      kubelet('', ['--register-with-taints=CriticalAddonsOnly=true:NoExecute'], API_SERVER),
      init('{}'),
      init('{taints: null}'),
      init('{criSocket: "unix:///run/x.sock"}', { config: '' }),
      init(`{taints: [{key: a, effect: NoSchedule}, ${TAINT}]}`),
      join('{}'),
      kubeadm(['kind: ClusterConfiguration']),
      initWith('{taints: []}', `registerWithTaints: [${TAINT}]`),
      command('kubeadm init --pod-network-cidr 10.244.0.0/16'),
      command('kubeadm join 10.0.0.1:6443 --token a.b --control-plane'),
    ],
    violated: [
      init('{taints: []}'),
      init('{taints: []}', { config: '' }),
      init('{taints: [{key: a, effect: NoSchedule}]}', { config: '' }),
      init('{taints: [{key: node-role.kubernetes.io/control-plane, effect: PreferNoSchedule}]}'),
      init(`{}\nskipPhases: [mark-control-plane]`),
      initWith('{taints: []}', `registerNode: false\nregisterWithTaints: [${TAINT}]`),
      join('{taints: []}'),
      kubelet('', [], API_SERVER),
      kubelet('registerWithTaints: [{key: a, effect: NoSchedule}]', [], API_SERVER),
      kubelet('', [], {
        tasks: '- ansible.builtin.template: {src: x.j2, dest: /etc/systemd/system/kube-apiserver.service}',
        files: { 'roles/kubelet/templates/x.j2': '[Service]\nExecStart=/usr/bin/kube-apiserver\n' },
      }),
      command('kubeadm init --skip-phases=addon/kube-proxy,mark-control-plane'),
    ],
    undecided: [
      kubelet(`registerWithTaints: ${FACT}`),
      kubelet(`registerWithTaints: ${FACT}`, [], API_SERVER),
      init(`{taints: ${FACT}}`),
      init(`{taints: [{key: "${FACT}", effect: NoSchedule}]}`),
      init(`\n  ${FACT}`),
      initWith('{taints: []}', `registerWithTaints: ${FACT}`),
      init('{taints: []}', { config: FACT }),
      init('{taints: []}', {}, '\n  when: ansible_facts.x'),
      kubelet('', [], { ...API_SERVER, tasks: `${API_SERVER.tasks ?? ''}\n  when: ansible_facts.x` }),
      command('kubeadm init --config /root/kubeadm.yaml'),
      command(`kubeadm join ${FACT}`),
      kubelet('', [], {
        ...API_SERVER,
        tasks: `${API_SERVER.tasks ?? ''}\n- ansible.builtin.package: {name: kubeadm}`,
      }),
    ],
    absent: { file: 'not-applicable', flags: 'not-applicable' },
  },
};
