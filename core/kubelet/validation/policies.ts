import { goUrlScheme } from '../go-url.ts';
import type { Rule } from './rule.ts';

const INVALID = 'invalid configuration: ';

function oneOf(id: string, path: string, flag: string, allowed: readonly string[], wording: 'option' | 'field'): Rule {
  return {
    id,
    check: view => {
      const value = view.text(path);
      if (allowed.includes(value)) return null;
      const words = allowed.filter(word => word !== '').join(', ');
      const named = flag === '' ? path : `${path} (${flag})`;
      return {
        path,
        message:
          wording === 'option'
            ? `${INVALID}option "${value}" specified for ${named}. Valid options are ${words}`
            : `${INVALID}${named} "${value}" must be one of: ${words}`,
      };
    },
  };
}

/** Modes, switches and the feature gates they need. */
export const POLICY_RULES: readonly Rule[] = [
  {
    id: 'V034',
    check: view =>
      view.flag('serverTLSBootstrap') && !view.gate('RotateKubeletServerCertificate')
        ? {
            path: 'serverTLSBootstrap',
            message: `${INVALID}serverTLSBootstrap true requires feature gate RotateKubeletServerCertificate`,
          }
        : null,
  },
  {
    id: 'V035',
    since: '1.32',
    check: view =>
      view.flag('runOnce') ? { path: 'runOnce', message: `${INVALID}runOnce is no longer supported` } : null,
  },
  oneOf(
    'V038',
    'topologyManagerPolicy',
    '--topology-manager-policy',
    ['none', 'best-effort', 'restricted', 'single-numa-node'],
    'field',
  ),
  oneOf('V039', 'topologyManagerScope', '--topology-manager-scope', ['container', 'pod'], 'field'),
  {
    id: 'V046',
    check: view => {
      const behavior = view.text('memorySwap.swapBehavior');
      if (['', 'NoSwap', 'LimitedSwap'].includes(behavior) || !view.gate('NodeSwap')) return null;
      return {
        path: 'memorySwap.swapBehavior',
        message: `${INVALID}memorySwap.swapBehavior "${behavior}" must be one of: "", LimitedSwap or NoSwap`,
      };
    },
  },
  {
    id: 'V047',
    until: '1.33',
    check: view =>
      view.text('memorySwap.swapBehavior') !== '' && !view.gate('NodeSwap')
        ? {
            path: 'memorySwap.swapBehavior',
            message: `${INVALID}memorySwap.swapBehavior cannot be set when NodeSwap feature flag is disabled`,
          }
        : null,
  },
  {
    id: 'V049',
    since: '1.32',
    check: view => {
      if (!view.gate('KubeletCrashLoopBackOffMax') || view.json(CRASH_LOOP) === null) return null;
      const period = view.duration(CRASH_LOOP) / 1_000_000n;
      if (period >= 1000n && period <= 300_000n) return null;
      return {
        path: CRASH_LOOP,
        message: `${INVALID}CrashLoopBackOff.MaxContainerRestartPeriod (got: ${Number(period) / 1000} seconds) must be set between 1s and 300s`,
      };
    },
  },
  {
    id: 'V050',
    since: '1.32',
    check: view =>
      !view.gate('KubeletCrashLoopBackOffMax') && view.json(CRASH_LOOP) !== null
        ? {
            path: CRASH_LOOP,
            message: `${INVALID}FeatureGate KubeletCrashLoopBackOffMax not enabled, CrashLoopBackOff.MaxContainerRestartPeriod must not be set`,
          }
        : null,
  },
  oneOf('V059', 'hairpinMode', '--hairpin-mode', ['none', 'hairpin-veth', 'promiscuous-bridge'], 'option'),
  {
    id: 'V065',
    check: view =>
      view.text('reservedSystemCPUs') !== '' &&
      (view.text('systemReservedCgroup') !== '' || view.text('kubeReservedCgroup') !== '')
        ? {
            path: 'reservedSystemCPUs',
            message: `${INVALID}can't use reservedSystemCPUs (--reserved-cpus) with systemReservedCgroup (--system-reserved-cgroup) or kubeReservedCgroup (--kube-reserved-cgroup)`,
          }
        : null,
  },
  {
    id: 'V066',
    check: view => {
      const cpus = view.text('reservedSystemCPUs');
      if (cpus === '' || isCpuSet(cpus)) return null;
      return {
        path: 'reservedSystemCPUs',
        message: `${INVALID}unable to parse reservedSystemCPUs (--reserved-cpus) ${cpus}`,
      };
    },
  },
  {
    id: 'V077',
    check: view => {
      const version = view.text('showHiddenMetricsForVersion');
      const previous = `1.${Number(view.minor.slice(2)) - 1}`;
      if (version === '' || version === previous) return null;
      return {
        path: 'showHiddenMetricsForVersion',
        message: `${INVALID}--show-hidden-metrics-for-version must be omitted or have the value '${previous}', only the previous minor version is allowed`,
      };
    },
  },
  {
    id: 'V091',
    check: view => {
      const rate = view.json('tracing.samplingRatePerMillion');
      if (typeof rate !== 'number' || rate >= 0) return null;
      return {
        path: 'tracing.samplingRatePerMillion',
        message: `tracing.samplingRatePerMillion: Invalid value: ${rate}: sampling rate must be positive`,
      };
    },
  },
  {
    id: 'V092',
    check: view => {
      const rate = view.json('tracing.samplingRatePerMillion');
      if (typeof rate !== 'number' || rate <= 1_000_000) return null;
      return {
        path: 'tracing.samplingRatePerMillion',
        message: `tracing.samplingRatePerMillion: Invalid value: ${rate}: sampling rate per million must be less than or equal to one million`,
      };
    },
  },
  {
    id: 'V094',
    check: view => {
      const endpoint = view.text('tracing.endpoint');
      const wrong = tracingEndpointFault(endpoint);
      return wrong === null
        ? null
        : { path: 'tracing.endpoint', message: `tracing.endpoint: Invalid value: "${endpoint}": ${wrong}` };
    },
  },
  {
    id: 'V097',
    since: '1.36',
    check: view =>
      view.text('memoryReservationPolicy') === 'TieredReservation' && !view.gate('MemoryQoS')
        ? {
            path: 'memoryReservationPolicy',
            message: `${INVALID}memoryReservationPolicy TieredReservation requires feature gate MemoryQoS`,
          }
        : null,
  },
  { ...oneOf('V098', 'memoryReservationPolicy', '', ['None', 'TieredReservation', ''], 'option'), since: '1.36' },
  {
    id: 'V099',
    check: view =>
      view.text('containerRuntimeEndpoint') === ''
        ? {
            path: 'containerRuntimeEndpoint',
            message: `${INVALID}the containerRuntimeEndpoint was not specified or empty`,
          }
        : null,
  },
  {
    id: 'V100',
    check: view =>
      view.flag('enableSystemLogQuery') && !view.gate('NodeLogQuery')
        ? {
            path: 'enableSystemLogQuery',
            message: `${INVALID}NodeLogQuery feature gate is required for enableSystemLogQuery`,
          }
        : null,
  },
  {
    id: 'V101',
    check: view =>
      view.flag('enableSystemLogQuery') && !view.flag('enableSystemLogHandler')
        ? {
            path: 'enableSystemLogHandler',
            message: `${INVALID}enableSystemLogHandler is required for enableSystemLogQuery`,
          }
        : null,
  },
  {
    id: 'V105',
    check: view => {
      const directory = view.text('podLogsDir');
      const path = 'podLogsDir';
      if (directory === '') return { path, message: `${INVALID}podLogsDir was not specified` };
      if (!directory.startsWith('/'))
        return { path, message: `${INVALID}pod logs path "${directory}" must be absolute path` };
      if (cleanPath(directory) !== directory)
        return { path, message: `${INVALID}pod logs path "${directory}" must be normalized` };
      if (/[^\x00-\x7f]/.test(directory))
        return { path, message: `${INVALID}pod logs path "${directory}" mut contains ASCII characters only` };
      return null;
    },
  },
  {
    id: 'V072',
    since: '1.33',
    check: view => {
      const path = 'userNamespaces.idsPerPod';
      const ids = view.json(path);
      if (typeof ids !== 'number') return null;
      if (ids < 65536) return { path, message: `${INVALID}userNamespaces.idsPerPod must not be less than 65536` };
      if (ids % 65536 !== 0) return { path, message: `${INVALID}userNamespaces.idsPerPod must be a multiple of 65536` };
      if (ids > 4294967295)
        return { path, message: `${INVALID}userNamespaces.idsPerPod must not be more than 4294967295` };
      return null;
    },
  },
];

const CRASH_LOOP = 'crashLoopBackOff.maxContainerRestartPeriod';

/** A Linux CPU list such as `0-3,7`. */
export function isCpuSet(text: string): boolean {
  return text.split(',').every(part => {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    return match !== null && (match[2] === undefined || Number(match[1]) <= Number(match[2]));
  });
}

/** `filepath.Clean` of an absolute path. */
function cleanPath(path: string): string {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') kept.pop();
    else kept.push(part);
  }
  return `/${kept.join('/')}`;
}

function tracingEndpointFault(endpoint: string): string | null {
  const scheme = goUrlScheme(endpoint.includes('//') ? endpoint : `dns://${endpoint}`);
  if (scheme === null) return 'not a URL';
  if (['dns', 'unix', 'unix-abstract'].includes(scheme)) return null;
  return `unsupported scheme: ${scheme}. Options are none, dns, unix, or unix-abstract`;
}
