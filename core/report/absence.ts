import { renderTree } from '../ansible/render-tree.ts';
import type { NodeRole } from '../ansible/types.ts';
import { evaluateGroup } from '../baseline/evaluate-baseline.ts';
import { groupSubjects, type RepositorySubject } from '../baseline/subject.ts';
import type { Control, ControlResult } from '../baseline/types.ts';
import type { KubeletFacts } from '../kubelet/facts.ts';
import { loadKubelet } from '../kubelet/load-kubelet.ts';
import type { Minor } from '../kubelet/types.ts';
import { treeOf } from '../source/tree.ts';

/** What a control answers for a kubelet with an empty configuration file, and for one started without any file. */
export type Absence = Readonly<{ file: ControlResult | null; flags: ControlResult | null }>;

/**
 * The answers of a control where nothing sets what it looks at, found by judging two such nodes: what its `absent` says
 * counts only where no default acts.
 */
export function absenceOf(control: Control, minor: Minor, facts: KubeletFacts): Absence {
  const answer = (config: boolean): ControlResult | null => {
    const tree = treeOf(emptyNode(roleOf(control), config));
    const rendering = renderTree(tree, { minor }, input => loadKubelet(input, facts));
    const repository: RepositorySubject = { tree, rendering, minor, facts };
    const [group] = groupSubjects(repository);
    return (group && evaluateGroup({ controls: [control], digest: '' }, group)[0]) ?? null;
  };
  return { file: answer(true), flags: answer(false) };
}

const GROUPS: Readonly<Record<NodeRole, string>> = {
  'control-plane': 'kube_control_plane',
  worker: 'workers',
  gpu: 'gpu',
};

function roleOf({ roles }: Control): NodeRole {
  return roles.find(role => role !== 'all') ?? 'worker';
}

/** A repository with one node whose kubelet and kube-proxy get no settings. */
function emptyNode(role: NodeRole, config: boolean): Readonly<Record<string, string>> {
  const place = (src: string, dest: string) =>
    `    - ansible.builtin.template: {src: ${src}, dest: ${dest}, mode: "0600", owner: root, group: root}\n`;
  return {
    'inventory.ini': `[${GROUPS[role]}]\nnode\n`,
    'site.yml': [
      '- hosts: all\n  gather_facts: false\n  tasks:\n',
      config ? place('kubelet.yaml', '/var/lib/kubelet/config.yaml') : '',
      place('kubelet.service', '/etc/systemd/system/kubelet.service'),
      place('kube-proxy.yaml', '/var/lib/kube-proxy/config.conf'),
    ].join(''),
    'templates/kubelet.yaml': 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n',
    'templates/kube-proxy.yaml': 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n',
    'templates/kubelet.service': `[Service]\nExecStart=/usr/bin/kubelet${config ? ' --config=/var/lib/kubelet/config.yaml' : ''}\n`,
  };
}
