import { config, FACT, flagged } from '../situation.ts';
import type { Rows } from './row.ts';

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
};
