import { config, FACT, flagged, onMinor } from '../situation.ts';
import type { Rows } from './row.ts';

const RESERVED = 'cpu: 200m, memory: 512Mi, ephemeral-storage: 1Gi, pid: "1000"';

export const CGROUP_NAMESPACE: Rows = {
  'KG-CG-01': {
    pass: [config('podPidsLimit: 4096'), config('podPidsLimit: 1'), config('podPidsLimit: 16384')],
    violated: [
      config('podPidsLimit: -1'),
      config('podPidsLimit: 0'),
      config('podPidsLimit: 16385'),
      flagged('--pod-max-pids=-1'),
    ],
    undecided: [config(`podPidsLimit: ${FACT}`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-CG-02': {
    pass: [config('cgroupDriver: systemd')],
    violated: [config('cgroupDriver: cgroupfs'), flagged('--cgroup-driver=cgroupfs')],
    undecided: [config(`cgroupDriver: ${FACT}`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-CG-03': {
    pass: [config('cgroupsPerQOS: true')],
    violated: [config('cgroupsPerQOS: false'), flagged('--cgroups-per-qos=false')],
    undecided: [config(`cgroupsPerQOS: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-CG-04': {
    pass: [config('enforceNodeAllocatable: [pods, system-reserved]'), config('enforceNodeAllocatable: null')],
    violated: [
      config('enforceNodeAllocatable: []'),
      config('enforceNodeAllocatable: [none]'),
      flagged('--enforce-node-allocatable=none'),
    ],
    undecided: [config(`enforceNodeAllocatable: ["${FACT}"]`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-CG-05': {
    pass: [config(`systemReserved: {${RESERVED}}\nkubeReserved: {${RESERVED}}`)],
    violated: [
      config(`systemReserved: {${RESERVED}}`),
      config(`systemReserved: {${RESERVED}}\nkubeReserved: {cpu: 100m, memory: 1Gi, ephemeral-storage: 1Gi}`),
      config(`systemReserved: {${RESERVED}}\nkubeReserved: {cpu: "0", memory: 1Gi, ephemeral-storage: 1Gi, pid: "9"}`),
      { config: `systemReserved: {${RESERVED}}\nkubeReserved: {${RESERVED}}`, args: ['--kube-reserved=cpu=1'] },
    ],
    undecided: [
      config(
        `systemReserved: {${RESERVED}}\nkubeReserved: {cpu: "${FACT}", memory: 1Gi, ephemeral-storage: 1Gi, pid: "9"}`,
      ),
      config(`systemReserved: {${RESERVED}}\nkubeReserved:\n  ${FACT}`),
    ],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-CG-06': {
    pass: [
      config('evictionHard: {memory.available: 200Mi}\nmergeDefaultEvictionSettings: true'),
      config(
        'evictionHard: {memory.available: 5%, nodefs.available: 5%, nodefs.inodesFree: 5%, imagefs.available: 5%}',
      ),
    ],
    violated: [
      config('evictionHard: {memory.available: 200Mi}'),
      config('evictionHard: {memory.available: 0%}\nmergeDefaultEvictionSettings: true'),
      onMinor('1.32', config('evictionHard: {memory.available: 200Mi}\nmergeDefaultEvictionSettings: true')),
      flagged('--eviction-hard=memory.available<200Mi'),
    ],
    undecided: [
      config(
        `evictionHard: {memory.available: "${FACT}", nodefs.available: 5%, nodefs.inodesFree: 5%, imagefs.available: 5%}`,
      ),
    ],
    absent: { file: 'pass', flags: 'violated' },
  },
  'KG-CG-07': {
    pass: [
      config('failSwapOn: true'),
      config('failSwapOn: false'),
      config('failSwapOn: false\nmemorySwap: {swapBehavior: NoSwap}'),
    ],
    violated: [config('failSwapOn: false\nmemorySwap: {swapBehavior: LimitedSwap}')],
    undecided: [
      config(`failSwapOn: ${FACT}\nmemorySwap: {swapBehavior: LimitedSwap}`),
      config(`failSwapOn: false\nmemorySwap: {swapBehavior: ${FACT}}`),
    ],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-CG-08': {
    pass: [config('allowedUnsafeSysctls: []')],
    violated: [config('allowedUnsafeSysctls: [net.core.somaxconn]'), flagged("--allowed-unsafe-sysctls='kernel.msg*'")],
    undecided: [config(`allowedUnsafeSysctls: ["${FACT}"]`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-CG-10': {
    pass: [config('failCgroupV1: true'), onMinor('1.34', config('failCgroupV1: true'))],
    violated: [config('failCgroupV1: false'), onMinor('1.34', config(''))],
    undecided: [config(`failCgroupV1: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-CG-11': {
    pass: [
      config('userNamespaces: {idsPerPod: 131072}'),
      onMinor('1.33', config('featureGates: {UserNamespacesSupport: true}')),
    ],
    violated: [
      onMinor('1.33', config('featureGates: {UserNamespacesSupport: false}')),
      config('featureGates: {UserNamespacesSupport: false}'),
      config('userNamespaces: {idsPerPod: 65537}'),
    ],
    undecided: [
      onMinor('1.33', config(`featureGates: {UserNamespacesSupport: ${FACT}}`)),
      config(`userNamespaces: {idsPerPod: ${FACT}}`),
    ],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-CG-12': {
    pass: [
      onMinor('1.33', config('featureGates: {ProcMountType: true}')),
      onMinor('1.33', config('featureGates: {ProcMountType: false, UserNamespacesSupport: false}')),
      onMinor('1.32', config('')),
    ],
    violated: [
      onMinor('1.32', config('featureGates: {ProcMountType: true}')),
      onMinor('1.33', config('featureGates: {UserNamespacesSupport: false}')),
    ],
    undecided: [onMinor('1.33', config(`featureGates: {UserNamespacesSupport: ${FACT}}`))],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-CG-14': {
    pass: [config('maxPods: 110'), config('maxPods: 0')],
    violated: [config('maxPods: 111'), flagged('--max-pods=250')],
    undecided: [config(`maxPods: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-CG-15': {
    pass: [config('cpuCFSQuota: true')],
    violated: [config('cpuCFSQuota: false'), flagged('--cpu-cfs-quota=false')],
    undecided: [config(`cpuCFSQuota: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-CG-16': {
    pass: [config('kernelMemcgNotification: true')],
    violated: [config('kernelMemcgNotification: null')],
    undecided: [config(`kernelMemcgNotification: ${FACT}`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-CG-17': {
    pass: [config('cgroupRoot: /'), config('cgroupRoot: ""')],
    violated: [config('cgroupRoot: /kubepods.slice'), flagged('--cgroup-root=/x')],
    undecided: [config(`cgroupRoot: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-CG-18': {
    pass: [config('oomScoreAdj: -999')],
    violated: [config('oomScoreAdj: -899'), config('oomScoreAdj: 0'), flagged('--oom-score-adj=0')],
    undecided: [config(`oomScoreAdj: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-CG-19': {
    pass: [{ config: 'cpuManagerPolicy: static\ntopologyManagerPolicy: restricted', roles: ['gpu'] }],
    violated: [
      { config: 'cpuManagerPolicy: static', roles: ['gpu'] },
      { config: 'topologyManagerPolicy: single-numa-node', roles: ['gpu'] },
    ],
    undecided: [{ config: `cpuManagerPolicy: static\ntopologyManagerPolicy: ${FACT}`, roles: ['gpu'] }],
    absent: { file: 'not-applicable', flags: 'not-applicable' },
  },
};
