import type { Kind } from './kind.ts';
import { ANSIBLE_TASK } from './kinds/ansible-task.ts';
import { APPARMOR_PROFILE } from './kinds/apparmor-profile.ts';
import { CNI_CONFIG } from './kinds/cni-config.ts';
import { CRI_CONFIG } from './kinds/cri-config.ts';
import { FILE_TASK } from './kinds/file-task.ts';
import { INVENTORY } from './kinds/inventory.ts';
import { K8S_MANIFEST } from './kinds/k8s-manifest.ts';
import { KUBE_PROXY_CONFIGURATION } from './kinds/kube-proxy-configuration.ts';
import { KUBE_PROXY_FLAG } from './kinds/kube-proxy-flag.ts';
import { KUBECONFIG } from './kinds/kubeconfig.ts';
import { KUBELET_CONFIGURATION } from './kinds/kubelet-configuration.ts';
import { KUBELET_FLAG } from './kinds/kubelet-flag.ts';
import { PLAYBOOK } from './kinds/playbook.ts';
import { REPOSITORY_KIND } from './kinds/repository.ts';
import { SECCOMP_PROFILE } from './kinds/seccomp-profile.ts';
import { SYSCTL } from './kinds/sysctl.ts';
import { SYSTEMD_UNIT } from './kinds/systemd-unit.ts';
import type { ControlKind } from './types.ts';

/** What reads and judges the controls of each kind. */
export const KINDS: Readonly<Record<ControlKind, Kind>> = {
  KubeletConfiguration: KUBELET_CONFIGURATION,
  'kubelet-flag': KUBELET_FLAG,
  'file-task': FILE_TASK,
  KubeProxyConfiguration: KUBE_PROXY_CONFIGURATION,
  'kube-proxy-flag': KUBE_PROXY_FLAG,
  sysctl: SYSCTL,
  'ansible-task': ANSIBLE_TASK,
  playbook: PLAYBOOK,
  inventory: INVENTORY,
  'k8s-manifest': K8S_MANIFEST,
  repository: REPOSITORY_KIND,
  'cni-config': CNI_CONFIG,
  'seccomp-profile': SECCOMP_PROFILE,
  kubeconfig: KUBECONFIG,
  'apparmor-profile': APPARMOR_PROFILE,
  'systemd-unit': SYSTEMD_UNIT,
  'cri-config': CRI_CONFIG,
};
