import { config, FACT, flagged } from '../situation.ts';
import type { Rows } from './row.ts';

export const NETWORK: Rows = {
  'KG-NET-05': {
    pass: [config('makeIPTablesUtilChains: true')],
    violated: [config('makeIPTablesUtilChains: false'), flagged('--make-iptables-util-chains=false')],
    undecided: [config(`makeIPTablesUtilChains: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
};
