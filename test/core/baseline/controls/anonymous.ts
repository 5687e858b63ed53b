import { config, FACT, flagged, flagsOnly } from '../situation.ts';
import type { Rows } from './row.ts';

export const ANONYMOUS: Rows = {
  'KG-ANON-01': {
    pass: [config('authentication: {anonymous: {enabled: false}}'), flagsOnly('--anonymous-auth=false')],
    violated: [config('authentication: {anonymous: {enabled: true}}'), flagged('--anonymous-auth')],
    undecided: [
      config(`authentication: {anonymous: {enabled: ${FACT}}}`),
      config(`authentication:\n  ${FACT}`),
      config(FACT),
    ],
    absent: { file: 'pass', flags: 'violated' },
  },
  'KG-ANON-02': {
    pass: [flagged('--anonymous-auth=false'), flagged('--anonymous-auth=0')],
    violated: [flagged('--anonymous-auth'), flagged('--anonymous-auth=false', '--anonymous_auth=T')],
    undecided: [flagged(`--anonymous-auth=${FACT}`)],
    absent: { file: 'pass', flags: 'violated' },
  },
};
