import { parseGoDuration } from '../go-duration.ts';
import { parseGoFloat } from '../go-float.ts';
import { parseQuantity } from '../go-quantity.ts';
import { isIpAddress } from '../ip-address.ts';
import type { ConfigurationView, Refusal, Rule } from './rule.ts';

const SIGNALS = [
  'memory.available',
  'nodefs.available',
  'nodefs.inodesFree',
  'imagefs.available',
  'imagefs.inodesFree',
  'containerfs.available',
  'containerfs.inodesFree',
  'allocatableMemory.available',
  'pid.available',
];

/** Checks after validation that need no host: TLS names, reserved resources, eviction thresholds, policies. */
export const STARTUP_RULES: readonly Rule[] = [
  {
    id: 'S01',
    check: view => {
      const { secure, insecure } = view.facts.tls.cipherSuites;
      const wrong = view.texts('tlsCipherSuites').find(name => !secure.includes(name) && !insecure.includes(name));
      return wrong === undefined
        ? null
        : { path: 'tlsCipherSuites', message: `tlsCipherSuites: Cipher suite ${wrong} not supported or doesn't exist` };
    },
  },
  {
    id: 'S02',
    check: view => {
      const version = view.text('tlsMinVersion');
      if (version === '' || view.facts.tls.versions.includes(version)) return null;
      return { path: 'tlsMinVersion', message: `tlsMinVersion: unknown tls version "${version}"` };
    },
  },
  {
    id: 'S03',
    since: '1.36',
    check: view => {
      const curves = view.texts('tlsCurvePreferences').map(Number);
      const known = Object.values(view.facts.tls.curves);
      const wrong = curves.find((curve, index) => !known.includes(curve) || curves.indexOf(curve) !== index);
      return wrong === undefined
        ? null
        : {
            path: 'tlsCurvePreferences',
            message: `tlsCurvePreferences: curve ${wrong} is unknown, out of range or listed twice`,
          };
    },
  },
  { id: 'S05', check: view => [...reserved(view, 'kubeReserved'), ...reserved(view, 'systemReserved')] },
  { id: 'S06', check: view => eviction(view) },
  ...lateRules(),
];

/**
 * Rules of code that runs after everything the kubelet's own loading path checks, read in its source rather than
 * measured. A kubelet these refuse has loaded its configuration and exits while building what it serves.
 */
export const LATE_RULE_IDS: ReadonlySet<string> = new Set(lateRules().map(({ id }) => id));

function lateRules(): readonly Rule[] {
  const names = (id: string, path: string, allowed: readonly string[], message: string): Rule => ({
    id,
    check: view => {
      const value = view.text(path);
      return allowed.includes(value) ? null : { path, message: `${path}: ${message} "${value}"` };
    },
  });
  return [
    {
      id: 'S04',
      check: view => {
        const suites = view.texts('tlsCipherSuites');
        const required = ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'];
        if (suites.length === 0 || view.text('tlsMinVersion') === 'VersionTLS13') return null;
        if (suites.some(name => required.includes(name))) return null;
        return {
          path: 'tlsCipherSuites',
          message: `tlsCipherSuites: http2 needs one of ${required.join(', ')}; without it the kubelet's server does not start`,
        };
      },
    },
    {
      id: 'S11',
      check: view =>
        view
          .pairs('qosReserved')
          .filter(([name, value]) => name !== 'memory' || !/^(\d{1,2}|100)%$/.test(value))
          .map(([name, value]) => ({
            path: `qosReserved.${name}`,
            message: `qosReserved: "${name}: ${value}" is not memory with 0% to 100%`,
          })),
    },
    names('S12', 'authorization.mode', ['AlwaysAllow', 'Webhook'], 'unknown authorization mode'),
    names(
      'S15',
      'configMapAndSecretChangeDetectionStrategy',
      ['Get', 'Cache', 'Watch'],
      'unknown configmap and secret manager mode',
    ),
    {
      id: 'S16',
      check: view => {
        const size = view.text('containerLogMaxSize');
        return parseQuantity(size)
          ? null
          : { path: 'containerLogMaxSize', message: `containerLogMaxSize: cannot parse "${size}"` };
      },
    },
    {
      id: 'S17',
      check: view =>
        view.duration('syncFrequency') > 0n
          ? null
          : { path: 'syncFrequency', message: `syncFrequency: invalid sync frequency ${view.text('syncFrequency')}` },
    },
    names('S18', 'cpuManagerPolicy', ['none', 'static'], 'unknown policy:'),
    {
      id: 'S19',
      check: view =>
        view.pairs('cpuManagerPolicyOptions').length > 0 && view.text('cpuManagerPolicy') === 'none'
          ? {
              path: 'cpuManagerPolicyOptions',
              message: 'cpuManagerPolicyOptions: none policy: received unsupported options',
            }
          : null,
    },
    names('S20', 'memoryManagerPolicy', ['None', 'Static'], 'unknown policy:'),
    {
      id: 'S22',
      check: view =>
        view
          .pairs('topologyManagerPolicyOptions')
          .filter(([name]) => !['prefer-closest-numa-nodes', 'max-allowable-numa-nodes'].includes(name))
          .map(([name]) => ({
            path: `topologyManagerPolicyOptions.${name}`,
            message: `topologyManagerPolicyOptions: unknown Topology Manager Policy option: ${name}`,
          })),
    },
    {
      id: 'S24',
      check: view => {
        const address = view.text('address');
        return isIpAddress(address)
          ? null
          : {
              path: 'address',
              message: `address: "${address}" is not an IP address, the kubelet's server cannot listen on it`,
            };
      },
    },
  ];
}

function reserved(view: ConfigurationView, path: string): readonly Refusal[] {
  return view.pairs(path).flatMap(([name, text]) => {
    const quantity = parseQuantity(text);
    const at = `${path}.${name}`;
    if (!['cpu', 'memory', 'ephemeral-storage', 'pid'].includes(name)) {
      return [{ path: at, message: `${path}: cannot reserve "${name}" resource` }];
    }
    if (quantity === null)
      return [{ path: at, message: `${path}: failed to parse quantity "${text}" for "${name}" resource` }];
    return quantity.nanos < 0n
      ? [{ path: at, message: `${path}: resource quantity for "${name}" cannot be negative: ${text}` }]
      : [];
  });
}

/** S06-S10 (eviction.ParseThresholdConfig): the first fault alone is reported. */
function eviction(view: ConfigurationView): Refusal | null {
  const soft = view.pairs('evictionSoft');
  const grace = view.pairs('evictionSoftGracePeriod');
  for (const path of ['evictionHard', 'evictionSoft'] as const) {
    for (const [signal, value] of path === 'evictionHard' ? view.pairs(path) : soft) {
      const fault = unsupported(signal) ?? thresholdFault(value);
      if (fault !== null) return { path: `${path}.${signal}`, message: `eviction ${fault}` };
    }
  }
  for (const [signal, value] of grace) {
    const period = parseGoDuration(value);
    const fault =
      unsupported(signal) ??
      (period === null
        ? `grace period "${value}" is not a duration`
        : period < 0n
          ? `grace period value must be positive: ${value}`
          : null);
    if (fault !== null) return { path: `evictionSoftGracePeriod.${signal}`, message: `eviction ${fault}` };
  }
  for (const [signal, value] of view.pairs('evictionMinimumReclaim')) {
    const fault = unsupported(signal) ?? reclaimFault(value);
    if (fault !== null) return { path: `evictionMinimumReclaim.${signal}`, message: `eviction ${fault}` };
  }
  const graceful = new Set(grace.map(([signal]) => signal));
  const lone = soft.find(([signal, value]) => !graceful.has(signal) && value !== '0%' && value !== '100%');
  return lone
    ? {
        path: `evictionSoft.${lone[0]}`,
        message: `eviction grace period must be specified for the soft eviction threshold ${lone[0]}`,
      }
    : null;
}

function unsupported(signal: string): string | null {
  return SIGNALS.includes(signal) ? null : `signal ${signal} is not supported`;
}

function thresholdFault(value: string): string | null {
  if (value === '0%' || value === '100%') return null;
  if (value.endsWith('%')) {
    const percentage = percent(value);
    if (percentage === null) return `threshold percentage "${value}" cannot be parsed`;
    return percentage < 0 || percentage > 1 ? `percentage threshold must be between 0 and 100%: ${value}` : null;
  }
  const quantity = parseQuantity(value);
  if (quantity === null) return `threshold "${value}" is not a quantity`;
  return quantity.nanos <= 0n ? `threshold must be positive: ${value}` : null;
}

function reclaimFault(value: string): string | null {
  if (value.endsWith('%')) {
    const percentage = percent(value);
    return percentage === null || percentage <= 0 ? `minimum reclaim percentage must be positive: ${value}` : null;
  }
  const quantity = parseQuantity(value);
  if (quantity === null) return `minimum reclaim "${value}" is not a quantity`;
  return quantity.nanos < 0n ? `minimum reclaim must be positive: ${value}` : null;
}

/** The share before the trailing percent signs, of 1 and in 32 bits as Go keeps it; NaN passes every comparison. */
function percent(value: string): number | null {
  const percentage = parseGoFloat(value.replace(/%+$/, ''), 32);
  return percentage === null ? null : Math.fround(percentage / 100);
}
