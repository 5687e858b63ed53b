import { describe, expect, test } from '@jest/globals';
import { declinedFormat, declinedSentence } from '../../../core/ansible/declined-formats.ts';

const ROWS: readonly (readonly [name: string, path: string, line: number, text: string])[] = [
  ['cloud-init user data', 'worker.yaml', 3, '#cloud-config\nruncmd:\n  - systemctl start kubelet\n'],
  ['cloud-init user data', 'worker.yaml.j2', 3, '## template: jinja\n#cloud-config\n# kubelet\n'],
  [
    'a Butane configuration',
    'worker.bu',
    4,
    'variant: fcos\nversion: 1.5.0\nstorage:\n  files: [{ path: /etc/kubelet.yaml }]\n',
  ],
  [
    'an Ignition configuration',
    'worker.ign',
    1,
    '{"ignition": {"version": "3.4.0"}, "systemd": {"units": [{"name": "kubelet.service"}]}}',
  ],
  [
    'an OpenShift machine configuration',
    'kc.yaml',
    2,
    'apiVersion: machineconfiguration.openshift.io/v1\nkind: KubeletConfig\nspec:\n  kubeletConfig:\n    maxPods: 500\n',
  ],
  [
    'an OpenShift machine configuration',
    'mc.yaml',
    5,
    'apiVersion: machineconfiguration.openshift.io/v1\nkind: MachineConfig\nspec:\n  config:\n    systemd: { units: [{ name: kubelet.service }] }\n',
  ],
  [
    'a Talos machine configuration',
    'controlplane.yaml',
    3,
    'version: v1alpha1\nmachine:\n  kubelet:\n    extraArgs:\n      rotate-server-certificates: true\ncluster:\n  id: x\n',
  ],
  [
    'a kOps cluster specification',
    'cluster.yaml',
    4,
    'apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nspec:\n  kubelet:\n    anonymousAuth: false\n',
  ],
  [
    'a Cluster API resource',
    'kcp.yaml',
    6,
    'apiVersion: controlplane.cluster.x-k8s.io/v1beta1\nkind: KubeadmControlPlane\nspec:\n  kubeadmConfigSpec:\n    initConfiguration:\n      nodeRegistration:\n        kubeletExtraArgs: {}\n',
  ],
  [
    'a Cluster API resource',
    'md.yaml',
    6,
    'apiVersion: bootstrap.cluster.x-k8s.io/v1beta1\nkind: KubeadmConfigTemplate\nspec:\n  template:\n    spec:\n      joinConfiguration: { nodeRegistration: {} }\n',
  ],
  [
    'an EKS NodeConfig',
    'node.yaml',
    4,
    'apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet:\n    config: { maxPods: 110 }\n',
  ],
  [
    'an eksctl cluster file',
    'cluster.yaml',
    4,
    'apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nnodeGroups:\n  - kubeletExtraConfig: {}\n',
  ],
  ['Bottlerocket settings', 'user-data.toml', 1, '[settings.kubernetes]\nmax-pods = 110\n'],
  [
    'a Karpenter node class or pool',
    'pool.yaml',
    4,
    'apiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nspec:\n  kubelet:\n    maxPods: 110\n',
  ],
  ['a GKE node system configuration', 'system.yaml', 1, 'kubeletConfig:\n  cpuManagerPolicy: static\n'],
  ['an AKS custom kubelet configuration', 'kubeletconfig.json', 1, '{ "podMaxPids": 4096, "failSwapOn": false }'],
  [
    'a k0s configuration',
    'k0s.yaml',
    4,
    'apiVersion: k0s.k0sproject.io/v1beta1\nkind: ClusterConfig\nspec:\n  workerProfiles: [{ values: { maxPods: 1 } }]\n',
  ],
  ['an RKE cluster file', 'cluster.yml', 2, 'services:\n  kubelet:\n    extra_args:\n      max-pods: 1\n'],
  [
    'a Rancher cluster resource',
    'cluster.yaml',
    4,
    'apiVersion: provisioning.cattle.io/v1\nkind: Cluster\nspec:\n  rkeConfig: { machineSelectorConfig: [{ config: { kubelet-arg: [max-pods=1] } }] }\n',
  ],
  [
    'a kind cluster file',
    'kind.yaml',
    5,
    'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nkubeadmConfigPatches:\n  - |\n    kind: KubeletConfiguration\n',
  ],
  [
    'a KubeKey cluster file',
    'config.yaml',
    4,
    'apiVersion: kubekey.kubesphere.io/v1alpha2\nkind: Cluster\nspec:\n  kubernetes: { kubeletArgs: [a=b] }\n',
  ],
  [
    'a Gardener shoot',
    'shoot.yaml',
    4,
    'apiVersion: core.gardener.cloud/v1beta1\nkind: Shoot\nspec:\n  kubernetes: { kubelet: { maxPods: 1 } }\n',
  ],
  ['Terraform configuration', 'main.tf', 2, 'node_config {\n  kubelet_config { cpu_manager_policy = "static" }\n}\n'],
  [
    'a Go template',
    'roles/init/templates/kubeadm-init.v1beta4',
    3,
    '{{- $dir := .dir | default "" -}}\nkind: InitConfiguration\nnodeRegistration:\n  name: {{ .name }}\n',
  ],
  ['a Go template', 'kubelet.env', 1, 'KUBELET_EXTRA_ARGS={{ if .ip }}--node-ip={{ .ip }}{{ end }}\n'],
  [
    'a node bootstrap script',
    'user-data.sh',
    2,
    '#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args "--max-pods=1"\n',
  ],
];

describe('a format the gate does not evaluate is named, with the line of its first kubelet setting', () => {
  test.each(ROWS)('%s: %s', (name, path, line, text) => {
    expect(declinedFormat(path, text)).toMatchObject({ name, line });
  });
});

describe('nothing is declined that', () => {
  test.each([
    [
      'is Jinja that hands on a format of Go',
      'templates/k.service.j2',
      "ExecStart=/usr/bin/kubelet --cgroup-driver={{ '{{.CgroupDriver}}' }} --v={{ v }}\n",
    ],
    ['is Jinja with raw parts', 'templates/k.j2', '{% raw %}{{ .Node }}{% endraw %}\nkind: KubeletConfiguration\n'],
    ['is a chart that mentions the folder of the kubelet', 'templates/csi.yaml', 'path: {{ .Values.kubelet }}\n'],
    ['says nothing of a kubelet', 'x.yaml', '#cloud-config\nruncmd: [ls]\n'],
    [
      'is a KubeletConfiguration',
      'k.yaml',
      'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmaxPods: 1\n',
    ],
    ['is a kubeadm file', 'k.yaml', 'apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n# kubelet\n'],
    ['holds variables of a role', 'all.yml', 'kubelet_config:\n  maxPods: 1\n'],
    ['is a script that only restarts the kubelet', 'x.sh', 'systemctl restart kubelet\n'],
  ])('%s', (_, path, text) => {
    expect(declinedFormat(path, text)).toBeNull();
  });
});

test('the sentence says what the file is, why it is not evaluated and what to do', () => {
  const format = declinedFormat('main.bu', 'variant: flatcar\n# kubelet\n');
  expect(format && declinedSentence(format)).toBe(
    "This is a Butane configuration, which sets nodes up at their first boot, before Ansible: the gate reads only what Ansible puts on nodes and says nothing of the kubelet settings here. Have somebody who knows it review it by hand, or move the kubelet's settings to files Ansible writes.",
  );
});
