import { config, FACT, flagged, onMinor } from '../situation.ts';
import type { Rows } from './row.ts';

/** Controls on fields and flags of the areas that otherwise look at files and manifests. */
export const GATES: Rows = {
  'KG-HP-04': {
    pass: [onMinor('1.35', config('featureGates: {GitRepoVolumeDriver: false}'))],
    violated: [
      onMinor('1.35', config('featureGates: {GitRepoVolumeDriver: true}')),
      config('featureGates: {GitRepoVolumeDriver: true}'),
    ],
    undecided: [onMinor('1.35', config(`featureGates: {GitRepoVolumeDriver: ${FACT}}`))],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-HP-05': {
    pass: [config('localStorageCapacityIsolation: true')],
    violated: [config('localStorageCapacityIsolation: false'), flagged('--local-storage-capacity-isolation=false')],
    undecided: [config(`localStorageCapacityIsolation: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-HP-07': {
    pass: [onMinor('1.32', config('featureGates: {RecursiveReadOnlyMounts: true}'))],
    violated: [
      onMinor('1.32', config('featureGates: {RecursiveReadOnlyMounts: false}')),
      config('featureGates: {RecursiveReadOnlyMounts: false}'),
    ],
    undecided: [onMinor('1.32', config(`featureGates: {RecursiveReadOnlyMounts: ${FACT}}`))],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-AA-02': {
    pass: [onMinor('1.32', config('featureGates: {AppArmor: true}')), onMinor('1.31', config(''))],
    violated: [
      onMinor('1.32', config('featureGates: {AppArmor: false}')),
      onMinor('1.31', flagged('--feature-gates=AppArmorFields=false')),
    ],
    undecided: [onMinor('1.32', config(`featureGates: {AppArmor: ${FACT}}`))],
    absent: { file: 'not-applicable', flags: 'not-applicable' },
  },
  'KG-CPI-04': {
    pass: [
      flagged('--node-labels=pool=blue,example.com/rack=7,node.kubernetes.io/instance-type=large'),
      flagged('--node-labels=topology.kubernetes.io/zone=a'),
    ],
    violated: [
      flagged('--node-labels=pool=blue,node-role.kubernetes.io/control-plane='),
      flagged('--node-labels=node-restriction.kubernetes.io/pool=blue'),
    ],
    undecided: [flagged(`--node-labels=${FACT}`), flagged(FACT)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-CPI-06': {
    pass: [
      { config: 'registerWithTaints: [{key: nvidia.com/gpu, value: present, effect: NoSchedule}]', roles: ['gpu'] },
      { config: '', args: ['--register-with-taints=nvidia.com/gpu=present:NoSchedule'], roles: ['gpu'] },
    ],
    violated: [
      { config: '', roles: ['gpu'] },
      { config: 'registerWithTaints: [{key: nvidia.com/gpu, effect: PreferNoSchedule}]', roles: ['gpu'] },
    ],
    undecided: [{ config: `registerWithTaints: ${FACT}`, roles: ['gpu'] }],
    absent: { file: 'not-applicable', flags: 'not-applicable' },
  },
};
