import { config, FACT, flagged, flagsOnly } from '../situation.ts';
import type { Rows } from './row.ts';

export const KUBELET_API: Rows = {
  'KG-API-01': {
    pass: [config('readOnlyPort: 0'), flagsOnly('--read-only-port=0'), config('ReadOnlyPort: 10255')],
    violated: [config('readOnlyPort: 10255'), flagged('--read-only-port=10255')],
    undecided: [config(`readOnlyPort: ${FACT}`), flagged(`--read-only-port=${FACT}`)],
    absent: { file: 'pass', flags: 'violated' },
  },
  'KG-API-02': {
    pass: [
      config('streamingConnectionIdleTimeout: 5m'),
      config('streamingConnectionIdleTimeout: 4h0m0s'),
      config('streamingConnectionIdleTimeout: 0s'),
    ],
    violated: [
      config('streamingConnectionIdleTimeout: 4m59s'),
      config('streamingConnectionIdleTimeout: 5h'),
      flagged('--streaming-connection-idle-timeout=0'),
    ],
    undecided: [config(`streamingConnectionIdleTimeout: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
};
