import { config, FACT, flagged } from '../situation.ts';
import type { Rows } from './row.ts';

export const SECCOMP: Rows = {
  'KG-SECC-01': {
    pass: [
      config('seccompDefault: true'),
      flagged('--seccomp-default'),
      { config: 'seccompDefault: false\n', args: ['--seccomp-default'] },
    ],
    violated: [config('seccompDefault: false'), flagged('--seccomp-default=false')],
    undecided: [config(`seccompDefault: ${FACT}`), flagged(`--seccomp-default=${FACT}`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-SECC-02': {
    pass: [flagged('--seccomp-default')],
    violated: [flagged('--seccomp-default=false')],
    undecided: [flagged(`--seccomp-default=${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
};
