import { ANONYMOUS } from './anonymous.ts';
import { ANSIBLE_TASKS } from './ansible-tasks.ts';
import { AUTHN } from './authn.ts';
import { AUTHZ } from './authz.ts';
import { CERTIFICATES } from './certificates.ts';
import { CGROUP_NAMESPACE } from './cgroup-namespace.ts';
import { CONTROL_PLANE_TAINT } from './control-plane-taint.ts';
import { FILE_CONTENTS } from './file-contents.ts';
import { FILES } from './files.ts';
import { GATES } from './gates.ts';
import { INVENTORIES } from './inventories.ts';
import { KUBE_PROXY } from './kube-proxy.ts';
import { KUBELET_API } from './kubelet-api.ts';
import { MAC_SYSTEM } from './mac-system.ts';
import { MANIFESTS } from './manifests.ts';
import { NETWORK } from './network.ts';
import { PLAYBOOKS } from './playbooks.ts';
import { REPOSITORY_ROWS } from './repository.ts';
import type { Rows } from './row.ts';
import { SECCOMP } from './seccomp.ts';
import { STARTUP_PARAMETERS } from './startup-parameters.ts';
import { SYSCTLS } from './sysctls.ts';

/** What every control says where, area by area. */
export const ROWS: Rows = {
  ...ANONYMOUS,
  ...ANSIBLE_TASKS,
  ...AUTHN,
  ...AUTHZ,
  ...CERTIFICATES,
  ...CGROUP_NAMESPACE,
  ...CONTROL_PLANE_TAINT,
  ...FILE_CONTENTS,
  ...FILES,
  ...GATES,
  ...INVENTORIES,
  ...KUBE_PROXY,
  ...KUBELET_API,
  ...MAC_SYSTEM,
  ...MANIFESTS,
  ...NETWORK,
  ...REPOSITORY_ROWS,
  ...PLAYBOOKS,
  ...SECCOMP,
  ...STARTUP_PARAMETERS,
  ...SYSCTLS,
};
