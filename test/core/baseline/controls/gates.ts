import { config, FACT, flagged, onMinor } from '../situation.ts';
import type { Rows } from './row.ts';

/** Controls on single fields and gates of the areas that otherwise look at files: hostpath and apparmor. */
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
};
