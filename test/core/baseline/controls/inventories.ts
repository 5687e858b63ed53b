import { FACT, type Files, type Situation } from '../situation.ts';
import type { Row, Rows } from './row.ts';

/** An inventory whose hosts the kubelet role reaches; `plays` in place of the one on all. */
const over = (inventory: string, plays?: string, files: Files = {}): Situation => ({
  config: '',
  differing: true,
  files: { 'inventory.ini': inventory, ...(plays === undefined ? {} : { 'site.yml': plays }), ...files },
});
const play = (hosts: string, roles = '[kubelet]'): string =>
  `- hosts: ${hosts}\n  gather_facts: false\n  roles: ${roles}\n`;

const CONTROL = '[k8s_control]\ncp1\n';
const WORKER = '[k8s_worker]\nn1\nn2\n';
const GPU = '[ai_gpu]\ng1\n';
const THREE = `${CONTROL}${WORKER}${GPU}`;
const KUBESPRAY =
  '[kube_control_plane]\nn1\n[etcd]\nn1\n[kube_node]\nn2\n[calico_rr]\n[k8s_cluster:children]\nkube_control_plane\nkube_node\n';
const CLOUD = { 'inventory/aws_ec2.yml': 'plugin: amazon.aws.aws_ec2\n' };
/** Tasks on a group of their own, beside what the kubelet role does elsewhere. */
const tasks = (hosts: string, text: string): string =>
  `- hosts: ${hosts}\n  gather_facts: false\n  tasks:\n    - ${text}\n`;

const KUBEADM: Files = {
  'templates/kubeadm.yaml.j2':
    'apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n',
};
const INIT = tasks('k8s_control', 'template: {src: kubeadm.yaml.j2, dest: /etc/kubernetes/kubeadm.yaml}');

const PROFILE = 'copy: {content: "profile k8s-x {}", dest: /etc/apparmor.d/k8s-x}';
/** AppArmor profiles on some hosts, the kubelet role on all. */
const profiled = (hosts: string, task = PROFILE, more = '', inventory = THREE): Situation =>
  over(inventory, `${play('all')}${tasks(hosts, task)}${more}`);

const NOTHING = { file: 'not-applicable', flags: 'not-applicable' } as const;
const PASS = { file: 'pass', flags: 'pass' } as const;
const row = (rows: Omit<Row, 'absent'>, absent: Row['absent']): Row => ({ ...rows, absent });

/** What the controls over the groups of inventories say. */
export const INVENTORIES: Rows = {
  'KG-CPI-05': row(
    {
      pass: [
        over(THREE),
        over(KUBESPRAY),
        over(`${THREE}[nodes:children]\nk8s_control\nk8s_worker\n[k8s_nodes:children]\nk8s_control\nai_gpu\n`),
        over('[master]\ncp1\n[node]\nn1\n'),
        over('[server]\ncp1\n[agent]\nn1\n[k3s_cluster:children]\nserver\nagent\n'),
        over('[masters]\ncp1\n[workers]\nn1\n[etcd_nodes]\ncp1\n[zabbix_agents]\ncp1\nn1\n[ceph_nodes]\ncp1\n'),
        over('[workers]\nn1\n[mysql_master]\nn1\n[no_gpu]\ncp1\n[masters]\ncp1\n'),
        over('[master_nodes]\ncp1\n[gpu_nodes]\ng1\n'),
      ],
      violated: [
        over(`${THREE}[k8s_worker_extra]\ncp1\n`),
        over(
          '[kube_control_plane]\nn1\n[kube_node]\nn1\n[etcd]\nn1\n[k8s_cluster:children]\nkube_control_plane\nkube_node\n',
        ),
        over('[kube_control_plane]\nn1\n[workers]\nn2\n[kube_node:children]\nkube_control_plane\nworkers\n'),
        over('[master]\nn1\n[node]\nn1\n'),
        over('[masters]\ncp1\n[gpu]\ncp1\n'),
        over('[server]\nn1\n[agents]\nn1\n'),
        over('[k8s_control_worker]\nn1\n'),
        { config: '', roles: ['control-plane', 'gpu'] },
      ],
      undecided: [over('[masters]\ncp1\n[nodes]\ncp1\nn1\n'), { config: '', files: { 'inventory.ini': '', ...CLOUD } }],
    },
    PASS,
  ),
  'KG-LC-03': row(
    {
      pass: [
        over(THREE),
        over(THREE, play('k8s_control:k8s_worker') + play('ai_gpu')),
        over(`${THREE}[bastion]\nb1\n[lb]\nl1\n[etcd]\ne1\n[etcd_nodes]\ne1\n`, play('k8s_control:k8s_worker:ai_gpu')),
        over(KUBESPRAY, play('k8s_cluster')),
        over(`${CONTROL}${WORKER}`, INIT + tasks('k8s_worker', 'command: kubeadm join 10.0.0.1:6443'), KUBEADM),
      ],
      violated: [
        over(THREE, play('k8s_control:k8s_worker')),
        over(THREE, play('k8s_control:k8s_worker') + tasks('ai_gpu', 'command: kubeadm join 10.0.0.1:6443')),
        over(THREE, play('all:!n2')),
        over(THREE, play('k8s_worker') + tasks('all', 'copy: {content: x, dest: /etc/motd}')),
        over(THREE, play('k8s_control:k8s_worker') + play('ai_gpu', '[{role: kubelet, when: false}]')),
        over('[kube_control_plane]\ncp1\n[kube_node]\nn1\n', play('kube_node')),
      ],
      undecided: [
        over(THREE, play('k8s_control:k8s_worker') + play('ai_gpu', '[kubernetes_gpu]')),
        over(THREE, play('k8s_control:k8s_worker') + play('"{{ where }}"')),
        over(THREE, play('k8s_control:k8s_worker') + play('ai_gpu', '[{role: kubelet, when: ansible_facts.x}]')),
        over(`${CONTROL}${WORKER}`, `${INIT}${tasks('k8s_worker', `command: "{{ join_command }}"`)}`, KUBEADM),
        over(THREE, play('all'), { 'inventory.ini': '', 'inventory/static': THREE, ...CLOUD }),
      ],
    },
    PASS,
  ),
  'KG-AA-06': row(
    {
      pass: [
        profiled('all'),
        profiled('k8s_worker:ai_gpu'),
        profiled('k8s_worker', PROFILE, tasks('ai_gpu', PROFILE)),
        over(`${THREE}[bastion]\nb1\n`, play('k8s_control:k8s_worker:ai_gpu') + tasks('k8s_worker:ai_gpu', PROFILE)),
      ],
      violated: [
        profiled('k8s_worker'),
        profiled('ai_gpu'),
        profiled('k8s_control'),
        profiled('all', PROFILE, tasks('k8s_worker', PROFILE.replaceAll('k8s-x', 'k8s-y'))),
        profiled('all:!n2'),
      ],
      undecided: [
        profiled('all', `${PROFILE}\n      when: ansible_facts.x`),
        profiled('k8s_worker', `${PROFILE}\n      when: ansible_facts.x`),
        profiled('k8s_worker', PROFILE, tasks('ai_gpu', `copy: {content: x, dest: "/etc/apparmor.d/${FACT}"}`)),
        profiled('k8s_worker', PROFILE, play('ai_gpu', '[kubernetes_gpu]')),
      ],
    },
    NOTHING,
  ),
};
