import type { ConfigurationView, Rule } from './rule.ts';

const INVALID = 'invalid configuration: ';

function outside(id: string, path: string, flag: string, least: number, most: number, words: string): Rule {
  return {
    id,
    check: view => {
      const value = view.number(path);
      if (value >= least && value <= most) return null;
      return { path, message: `${INVALID}${path}${flag === '' ? '' : ` (${flag})`} ${value} ${words}` };
    },
  };
}

const notNegative = (id: string, path: string, flag: string): Rule =>
  outside(id, path, flag, 0, Number.POSITIVE_INFINITY, 'must not be a negative number');

const port = (id: string, path: string, flag: string, zero: boolean): Rule =>
  outside(id, path, flag, zero ? 0 : 1, 65535, `must be between ${zero ? 0 : 1} and 65535, inclusive`);

const MILLISECOND = 1_000_000n;

function set(view: ConfigurationView, path: string): boolean {
  return view.json(path) !== null;
}

/** Ranges of single numbers and durations, in the order of ValidateKubeletConfiguration. */
export const NUMBER_RULES: readonly Rule[] = [
  outside('V005', 'nodeLeaseDurationSeconds', '', 1, Number.POSITIVE_INFINITY, 'must be greater than 0'),
  {
    id: 'V006',
    check: view =>
      view.text('systemCgroups') !== '' && view.text('cgroupRoot') === ''
        ? {
            path: 'systemCgroups',
            message: `${INVALID}systemCgroups (--system-cgroups) was specified and cgroupRoot (--cgroup-root) was not specified`,
          }
        : null,
  },
  notNegative('V007', 'eventBurst', '--event-burst'),
  notNegative('V008', 'eventRecordQPS', '--event-qps'),
  port('V009', 'healthzPort', '--healthz-port', true),
  {
    id: 'V010',
    check: view =>
      !view.gate('CustomCPUCFSQuotaPeriod') && view.duration('cpuCFSQuotaPeriod') !== 100n * MILLISECOND
        ? {
            path: 'cpuCFSQuotaPeriod',
            message: `${INVALID}cpuCFSQuotaPeriod (--cpu-cfs-quota-period) ${view.text('cpuCFSQuotaPeriod')} requires feature gate CustomCPUCFSQuotaPeriod`,
          }
        : null,
  },
  {
    id: 'V011',
    check: view => {
      const period = view.duration('cpuCFSQuotaPeriod');
      if (!view.gate('CustomCPUCFSQuotaPeriod') || (period >= MILLISECOND && period <= 1000n * MILLISECOND))
        return null;
      return {
        path: 'cpuCFSQuotaPeriod',
        message: `${INVALID}cpuCFSQuotaPeriod (--cpu-cfs-quota-period) ${view.text('cpuCFSQuotaPeriod')} must be between 1ms and 1sec, inclusive`,
      };
    },
  },
  outside(
    'V012',
    'imageGCHighThresholdPercent',
    '--image-gc-high-threshold',
    0,
    100,
    'must be between 0 and 100, inclusive',
  ),
  outside(
    'V013',
    'imageGCLowThresholdPercent',
    '--image-gc-low-threshold',
    0,
    100,
    'must be between 0 and 100, inclusive',
  ),
  {
    id: 'V014',
    check: view => {
      const low = view.number('imageGCLowThresholdPercent');
      const high = view.number('imageGCHighThresholdPercent');
      if (low < high) return null;
      return {
        path: 'imageGCLowThresholdPercent',
        message: `${INVALID}imageGCLowThresholdPercent (--image-gc-low-threshold) ${low} must be less than imageGCHighThresholdPercent (--image-gc-high-threshold) ${high}`,
      };
    },
  },
  {
    id: 'V015',
    until: '1.34',
    check: view =>
      !view.gate('ImageMaximumGCAge') && view.duration('imageMaximumGCAge') !== 0n
        ? {
            path: 'imageMaximumGCAge',
            message: `${INVALID}ImageMaximumGCAge feature gate is required for Kubelet configuration option imageMaximumGCAge`,
          }
        : null,
  },
  {
    id: 'V016',
    since: '1.36',
    check: view =>
      view.duration('imageMinimumGCAge') < 0n
        ? {
            path: 'imageMinimumGCAge',
            message: `${INVALID}imageMinimumGCAge ${view.text('imageMinimumGCAge')} must not be negative`,
          }
        : null,
  },
  {
    id: 'V017',
    check: view =>
      view.duration('imageMaximumGCAge') < 0n
        ? {
            path: 'imageMaximumGCAge',
            message: `${INVALID}imageMaximumGCAge ${view.text('imageMaximumGCAge')} must not be negative`,
          }
        : null,
  },
  {
    id: 'V018',
    check: view =>
      view.duration('imageMaximumGCAge') > 0n &&
      view.duration('imageMaximumGCAge') <= view.duration('imageMinimumGCAge')
        ? {
            path: 'imageMaximumGCAge',
            message: `${INVALID}imageMaximumGCAge ${view.text('imageMaximumGCAge')} must be greater than imageMinimumGCAge ${view.text('imageMinimumGCAge')}`,
          }
        : null,
  },
  outside('V019', 'iptablesDropBit', '--iptables-drop-bit', 0, 31, 'must be between 0 and 31, inclusive'),
  outside('V020', 'iptablesMasqueradeBit', '--iptables-masquerade-bit', 0, 31, 'must be between 0 and 31, inclusive'),
  notNegative('V021', 'kubeAPIBurst', '--kube-api-burst'),
  notNegative('V022', 'kubeAPIQPS', '--kube-api-qps'),
  outside(
    'V023',
    'nodeStatusMaxImages',
    '--node-status-max-images',
    -1,
    Number.POSITIVE_INFINITY,
    'must be -1 or greater',
  ),
  notNegative('V024', 'maxOpenFiles', '--max-open-files'),
  notNegative('V025', 'maxPods', '--max-pods'),
  outside('V026', 'oomScoreAdj', '--oom-score-adj', -1000, 1000, 'must be between -1000 and 1000, inclusive'),
  notNegative('V027', 'podsPerCore', '--pods-per-core'),
  port('V028', 'port', '--port', false),
  port('V029', 'readOnlyPort', '--read-only-port', true),
  notNegative('V030', 'registryBurst', '--registry-burst'),
  notNegative('V031', 'registryPullQPS', '--registry-qps'),
  {
    id: 'V032',
    check: view =>
      set(view, 'maxParallelImagePulls') && view.number('maxParallelImagePulls') < 1
        ? {
            path: 'maxParallelImagePulls',
            message: `${INVALID}maxParallelImagePulls ${view.number('maxParallelImagePulls')} must be a positive number`,
          }
        : null,
  },
  {
    id: 'V033',
    check: view =>
      set(view, 'maxParallelImagePulls') && view.number('maxParallelImagePulls') > 1 && view.flag('serializeImagePulls')
        ? {
            path: 'maxParallelImagePulls',
            message: `${INVALID}maxParallelImagePulls cannot be larger than 1 unless serializeImagePulls is set to false`,
          }
        : null,
  },
  {
    id: 'V096',
    check: view => {
      if (!set(view, 'memoryThrottlingFactor')) return null;
      const factor = view.number('memoryThrottlingFactor');
      if (factor > 0 && factor <= 1) return null;
      return {
        path: 'memoryThrottlingFactor',
        message: `${INVALID}memoryThrottlingFactor ${factor} must be greater than 0 and less than or equal to 1.0`,
      };
    },
  },
  outside('V102', 'containerLogMaxWorkers', '', 1, Number.POSITIVE_INFINITY, 'must be greater than or equal to 1'),
  {
    id: 'V103',
    check: view =>
      view.duration('containerLogMonitorInterval') < 3000n * MILLISECOND
        ? {
            path: 'containerLogMonitorInterval',
            message: `${INVALID}containerLogMonitorInterval must be a positive time duration greater than or equal to 3s`,
          }
        : null,
  },
  {
    ...outside('V104', 'containerLogMaxFiles', '', 2, Number.POSITIVE_INFINITY, 'must be greater than 1'),
    since: '1.33',
  },
];
