import { config, FACT, flagged, flagsOnly } from '../situation.ts';
import type { Rows } from './row.ts';

export const NETWORK: Rows = {
  'KG-NET-01': {
    pass: [config('address: 10.0.0.1'), flagged('--address=10.0.0.1'), config('address: "fd00::1"')],
    violated: [
      config('address: 0.0.0.0'),
      config('address: "::"'),
      config('address: ""'),
      flagsOnly('--address=0.0.0.0'),
    ],
    undecided: [config(`address: ${FACT}`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-NET-02': {
    pass: [
      config('healthzBindAddress: 127.0.0.1'),
      config('healthzBindAddress: "::1"'),
      config('healthzBindAddress: ""'),
    ],
    violated: [config('healthzBindAddress: 0.0.0.0'), flagged('--healthz-bind-address=0.0.0.0')],
    undecided: [config(`healthzBindAddress: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-NET-05': {
    pass: [config('makeIPTablesUtilChains: true')],
    violated: [config('makeIPTablesUtilChains: false'), flagged('--make-iptables-util-chains=false')],
    undecided: [config(`makeIPTablesUtilChains: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-NET-07': {
    pass: [config('port: 10250'), config('port: 0')],
    violated: [config('port: 10251'), flagged('--port=10251')],
    undecided: [config(`port: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-NET-08': {
    pass: [config('clusterDNS: [10.96.0.10]'), flagged('--cluster-dns=169.254.20.10')],
    violated: [config('clusterDNS: [10.96.0.10, 8.8.8.8]'), config('clusterDNS: []')],
    undecided: [config(`clusterDNS: ["${FACT}"]`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-NET-09': {
    pass: [config('healthzPort: 10248'), config('healthzPort: 0')],
    violated: [config('healthzPort: 10249'), flagged('--healthz-port=8080')],
    undecided: [config(`healthzPort: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
};
