import { config, FACT, flagged, flagsOnly, onMinor } from '../situation.ts';
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
      onMinor('1.33', config('streamingConnectionIdleTimeout: 5m')),
      onMinor('1.33', config('streamingConnectionIdleTimeout: 4h0m0s')),
      onMinor('1.33', config('streamingConnectionIdleTimeout: 0s')),
      onMinor('1.33', config('')),
    ],
    violated: [
      onMinor('1.33', config('streamingConnectionIdleTimeout: 4m59s')),
      onMinor('1.33', config('streamingConnectionIdleTimeout: 5h')),
      onMinor('1.33', flagged('--streaming-connection-idle-timeout=0')),
    ],
    undecided: [onMinor('1.33', config(`streamingConnectionIdleTimeout: ${FACT}`))],
    absent: { file: 'not-applicable', flags: 'not-applicable' },
  },
  'KG-API-04': {
    pass: [config('enableProfilingHandler: false')],
    violated: [config('enableProfilingHandler: true'), config('enableProfilingHandler: null')],
    undecided: [config(`enableProfilingHandler: ${FACT}`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-API-05': {
    pass: [config('enableDebugFlagsHandler: false')],
    violated: [config('enableDebugFlagsHandler: true'), config('enableDebugFlagshandler: false')],
    undecided: [config(`enableDebugFlagsHandler: ${FACT}`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-API-06': {
    pass: [config('enableContentionProfiling: false')],
    violated: [config('enableContentionProfiling: true'), flagged('--contention-profiling')],
    undecided: [config(`enableContentionProfiling: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-API-07': {
    pass: [config('enableSystemLogHandler: false')],
    violated: [config('enableSystemLogHandler: true')],
    undecided: [config(`enableSystemLogHandler: ${FACT}`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-API-08': {
    pass: [config('enableSystemLogQuery: false')],
    violated: [config('enableSystemLogQuery: true')],
    undecided: [config(`enableSystemLogQuery: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-API-09': {
    pass: [onMinor('1.35', config('')), onMinor('1.35', config('featureGates: {NodeLogQuery: false}'))],
    violated: [
      onMinor('1.35', config('featureGates: {NodeLogQuery: true}')),
      onMinor('1.35', config('featureGates: {AllBeta: true}')),
      onMinor('1.31', flagged('--feature-gates=NodeLogQuery=true')),
    ],
    undecided: [
      onMinor('1.35', config(`featureGates: {NodeLogQuery: ${FACT}}`)),
      onMinor('1.35', config(`featureGates: {AllBeta: ${FACT}}`)),
    ],
    absent: { file: 'not-applicable', flags: 'not-applicable' },
  },
  'KG-API-10': {
    pass: [
      config('enableDebuggingHandlers: true'),
      config('enableDebuggingHandlers: false'),
      flagged('--enable-debugging-handlers=false'),
    ],
    violated: [config('enableDebuggingHandlers: null')],
    undecided: [config(`enableDebuggingHandlers: ${FACT}`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-API-11': {
    pass: [config('featureGates: {ContainerCheckpoint: false}'), config('featureGates: {AllBeta: false}')],
    violated: [config('featureGates: {ContainerCheckpoint: true}')],
    undecided: [config(`featureGates: {ContainerCheckpoint: ${FACT}}`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-API-12': {
    pass: [
      onMinor('1.35', config('')),
      config('featureGates: {ComponentFlagz: false, ComponentStatusz: false}'),
      config('featureGates: {AllBeta: false}'),
    ],
    violated: [
      onMinor('1.35', config('featureGates: {ComponentStatusz: true}')),
      onMinor('1.35', config('featureGates: {AllAlpha: true}')),
    ],
    undecided: [config(`featureGates: {ComponentFlagz: ${FACT}, ComponentStatusz: false}`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-API-13': {
    pass: [
      config('tracing: {endpoint: "127.0.0.1:4317"}'),
      config('tracing: {endpoint: "[::1]:4317"}'),
      config('tracing: {endpoint: "unix:///run/otel.sock"}'),
    ],
    violated: [
      config('tracing: {endpoint: "otel.example:4317"}'),
      config('tracing: {endpoint: "localhost.evil:4317"}'),
    ],
    undecided: [config(`tracing: {endpoint: "${FACT}:4317"}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-API-14': {
    pass: [config('enableServer: true')],
    violated: [config('enableServer: false')],
    undecided: [config(`enableServer: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
};
