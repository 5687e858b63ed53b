import { describe, expect, test } from '@jest/globals';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { readArguments } from '../../../core/kubelet/flags.ts';
import { loadKubelet } from '../../../core/kubelet/load-kubelet.ts';
import type { KubeletVerdict, Minor } from '../../../core/kubelet/types.ts';
import { LOGGING_RULES } from '../../../core/kubelet/validation/logging.ts';
import { VALIDATION_RULES } from '../../../core/kubelet/validation/rules.ts';
import { STARTUP_RULES } from '../../../core/kubelet/validation/startup.ts';

const facts = readKubeletFacts();
const HEAD = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';

/** `minor|` before a body picks the minor (else 1.36); a line that starts with `--` is a flag. */
function load(situation: string): KubeletVerdict {
  const [, minor = '1.36', rest = ''] = /^(?:(1\.\d\d)\|)?([\s\S]*)$/.exec(situation) ?? [];
  const lines = rest.split('\n');
  const text = HEAD + lines.filter(line => !line.startsWith('--')).join('\n');
  const flags = readArguments(
    lines.filter(line => line.startsWith('--')),
    facts,
  );
  return loadKubelet({ minor: minor as Minor, config: { name: 'config', text }, dropIns: [], flags }, facts);
}

/** Rule, what it protects, situations it refuses, situations it lets through. */
const RULES: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  [
    'V005',
    'node leases last',
    ['nodeLeaseDurationSeconds: -1'],
    ['nodeLeaseDurationSeconds: 0', 'nodeLeaseDurationSeconds: 1'],
  ],
  ['V006', 'systemCgroups needs a cgroup root', ['systemCgroups: /sys'], ['systemCgroups: /sys\ncgroupRoot: /']],
  ['V007', 'event bursts are not negative', ['eventBurst: -1'], ['eventBurst: 0']],
  ['V008', 'event rates are not negative', ['eventRecordQPS: -1'], ['eventRecordQPS: 0']],
  [
    'V009',
    'healthzPort is a port or off',
    ['healthzPort: 65536', 'healthzPort: -1'],
    ['healthzPort: 0', 'healthzPort: 65535'],
  ],
  [
    'V010',
    'a quota period of its own needs its gate',
    ['1.35|cpuCFSQuotaPeriod: 10ms'],
    ['1.36|cpuCFSQuotaPeriod: 10ms', '1.35|cpuCFSQuotaPeriod: 100ms'],
  ],
  [
    'V011',
    'the quota period is 1ms to 1s',
    ['cpuCFSQuotaPeriod: 2s', 'cpuCFSQuotaPeriod: 999us', 'cpuCFSQuotaPeriod: 0s'],
    ['cpuCFSQuotaPeriod: 1ms', 'cpuCFSQuotaPeriod: 1s'],
  ],
  [
    'V012',
    'the high threshold is a percentage',
    ['imageGCHighThresholdPercent: 101'],
    ['imageGCHighThresholdPercent: 100'],
  ],
  ['V013', 'the low threshold is a percentage', ['imageGCLowThresholdPercent: -1'], ['imageGCLowThresholdPercent: 0']],
  [
    'V014',
    'low is below high',
    ['imageGCLowThresholdPercent: 85', 'imageGCHighThresholdPercent: 0'],
    ['imageGCLowThresholdPercent: 84'],
  ],
  [
    'V015',
    'a maximum image age needs its gate',
    ['1.34|imageMaximumGCAge: 1h\nfeatureGates: {ImageMaximumGCAge: false}'],
    ['imageMaximumGCAge: 1h'],
  ],
  ['V016', 'the minimum image age is not negative', ['imageMinimumGCAge: -1s'], ['1.35|imageMinimumGCAge: -1s']],
  ['V017', 'the maximum image age is not negative', ['imageMaximumGCAge: -1s'], ['imageMaximumGCAge: 0s']],
  [
    'V018',
    'images may live longer than they must',
    ['imageMaximumGCAge: 2m'],
    ['imageMaximumGCAge: 121s', 'imageMaximumGCAge: 1m\nimageMinimumGCAge: 59s'],
  ],
  ['V019', 'iptablesDropBit is a bit', ['iptablesDropBit: 32', 'iptablesDropBit: -1'], ['iptablesDropBit: 31']],
  ['V020', 'iptablesMasqueradeBit is a bit', ['iptablesMasqueradeBit: 32'], ['iptablesMasqueradeBit: 0']],
  ['V021', 'API bursts are not negative', ['kubeAPIBurst: -1'], ['kubeAPIBurst: 0']],
  ['V022', 'API rates are not negative', ['kubeAPIQPS: -1'], ['kubeAPIQPS: 0']],
  ['V023', 'all images is -1', ['nodeStatusMaxImages: -2'], ['nodeStatusMaxImages: -1']],
  ['V024', 'open files are not negative', ['maxOpenFiles: -1'], ['maxOpenFiles: 0']],
  ['V025', 'pods are not negative', ['maxPods: -1'], ['maxPods: 0']],
  ['V026', 'the OOM score is one', ['oomScoreAdj: -1001', 'oomScoreAdj: 1001'], ['oomScoreAdj: -1000']],
  ['V027', 'pods per core are not negative', ['podsPerCore: -1'], ['podsPerCore: 0']],
  ['V028', 'port is a port', ['port: 65536', '--port=0'], ['port: 0']],
  [
    'V029',
    'readOnlyPort is a port or off',
    ['readOnlyPort: 65536', 'readOnlyPort: -1'],
    ['readOnlyPort: 0', 'readOnlyPort: 10250'],
  ],
  ['V030', 'registry bursts are not negative', ['registryBurst: -1'], ['registryBurst: 1']],
  ['V031', 'registry rates are not negative', ['registryPullQPS: -1'], ['registryPullQPS: 0']],
  ['V032', 'at least one pull runs', ['maxParallelImagePulls: 0'], ['maxParallelImagePulls: 1']],
  [
    'V033',
    'parallel pulls are not serial',
    ['maxParallelImagePulls: 2\nserializeImagePulls: true'],
    ['maxParallelImagePulls: 2', 'maxParallelImagePulls: 1\nserializeImagePulls: true'],
  ],
  [
    'V034',
    'server rotation needs its gate',
    [
      'serverTLSBootstrap: true\nfeatureGates: {RotateKubeletServerCertificate: false}',
      'serverTLSBootstrap: true\nfeatureGates: {AllBeta: false}',
    ],
    ['serverTLSBootstrap: true'],
  ],
  ['V035', 'runOnce is gone', ['runOnce: true', '--runonce'], ['1.31|runOnce: true', 'runOnce: false']],
  [
    'V036',
    'taints are well formed',
    [
      'registerWithTaints: [{key: a, effect: Foo}]',
      'registerWithTaints: [{key: "a b"}]',
      'registerWithTaints: [{key: a, value: "x y"}]',
      'registerWithTaints: [{}]',
      'registerWithTaints: [{key: a, timeAdded: "2026-01-01T00:00:00Z"}]',
    ],
    ['registerWithTaints: [{key: example.com/a, value: b, effect: NoSchedule}]', 'registerWithTaints: [{key: a}]'],
  ],
  ['V038', 'topology policies exist', ['topologyManagerPolicy: static'], ['topologyManagerPolicy: best-effort']],
  ['V039', 'topology scopes exist', ['topologyManagerScope: node'], ['topologyManagerScope: pod']],
  [
    'V040',
    'critical pods get part of the grace',
    ['shutdownGracePeriod: 10s\nshutdownGracePeriodCriticalPods: 11s'],
    ['shutdownGracePeriod: 10s\nshutdownGracePeriodCriticalPods: 10s'],
  ],
  [
    'V041',
    'a grace is a second or more',
    ['shutdownGracePeriod: 500ms', 'shutdownGracePeriod: -1s'],
    ['shutdownGracePeriod: 1s'],
  ],
  [
    'V042',
    'a critical grace is a second or more',
    ['shutdownGracePeriod: 10s\nshutdownGracePeriodCriticalPods: 500ms'],
    ['shutdownGracePeriod: 10s'],
  ],
  [
    'V043',
    'graceful shutdown needs its gate',
    [
      'shutdownGracePeriod: 10s\nfeatureGates: {GracefulNodeShutdown: false, GracefulNodeShutdownBasedOnPodPriority: false, WindowsGracefulNodeShutdown: false}',
    ],
    ['shutdownGracePeriod: 10s'],
  ],
  [
    'V044',
    'graces come one way',
    ['shutdownGracePeriod: 10s\nshutdownGracePeriodByPodPriority: [{priority: 0, shutdownGracePeriodSeconds: 10}]'],
    ['shutdownGracePeriodByPodPriority: [{priority: 0, shutdownGracePeriodSeconds: 10}]'],
  ],
  [
    'V045',
    'graces by priority need their gate',
    [
      'shutdownGracePeriodByPodPriority: [{priority: 0, shutdownGracePeriodSeconds: 10}]\nfeatureGates: {GracefulNodeShutdownBasedOnPodPriority: false}',
    ],
    ['featureGates: {GracefulNodeShutdownBasedOnPodPriority: false}'],
  ],
  [
    'V046',
    'swap behaviours exist',
    ['memorySwap: {swapBehavior: UnlimitedSwap}'],
    ['memorySwap: {swapBehavior: LimitedSwap}', 'memorySwap: {}'],
  ],
  [
    'V047',
    'swap needs its gate',
    ['1.33|memorySwap: {swapBehavior: NoSwap}\nfeatureGates: {NodeSwap: false}'],
    ['1.33|memorySwap: {swapBehavior: NoSwap}'],
  ],
  [
    'V049',
    'restart back-off stays within five minutes',
    ['crashLoopBackOff: {maxContainerRestartPeriod: 301s}', 'crashLoopBackOff: {maxContainerRestartPeriod: 0s}'],
    ['crashLoopBackOff: {maxContainerRestartPeriod: 1s}'],
  ],
  [
    'V050',
    'restart back-off needs its gate',
    ['1.34|crashLoopBackOff: {maxContainerRestartPeriod: 10s}'],
    ['1.35|crashLoopBackOff: {maxContainerRestartPeriod: 10s}'],
  ],
  [
    'V051',
    'system-reserved is enforced one way',
    ['systemReservedCgroup: /s\nenforceNodeAllocatable: [system-reserved, system-reserved-compressible]'],
    ['systemReservedCgroup: /s\nenforceNodeAllocatable: [pods, system-reserved-compressible]'],
  ],
  [
    'V052',
    'kube-reserved is enforced one way',
    ['kubeReservedCgroup: /s\nenforceNodeAllocatable: [kube-reserved, kube-reserved-compressible]'],
    ['kubeReservedCgroup: /s\nenforceNodeAllocatable: [kube-reserved]'],
  ],
  [
    'V053',
    'enforcements are sound',
    [
      'enforceNodeAllocatable: [pods, pods]',
      'enforceNodeAllocatable: [none, pods]',
      'enforceNodeAllocatable: [foo]',
      'enforceNodeAllocatable: [system-reserved]',
      'cgroupsPerQOS: false',
      '1.31|systemReservedCgroup: /s\nenforceNodeAllocatable: [system-reserved-compressible]',
    ],
    ['enforceNodeAllocatable: [none]\ncgroupsPerQOS: false', 'enforceNodeAllocatable: []'],
  ],
  ['V059', 'hairpin modes exist', ['hairpinMode: foo'], ['hairpinMode: none']],
  [
    'V060',
    'verification policies exist',
    ['imagePullCredentialsVerificationPolicy: Never'],
    ['imagePullCredentialsVerificationPolicy: AlwaysVerify'],
  ],
  [
    'V061',
    'an allowlist needs its policy',
    ['preloadedImagesVerificationAllowlist: [a.io/b]'],
    [
      'imagePullCredentialsVerificationPolicy: NeverVerifyAllowlistedImages\npreloadedImagesVerificationAllowlist: [a.io/b, a.io/*]',
    ],
  ],
  [
    'V062',
    'allowlist patterns are image names',
    [' a/b', '', '*', '/*', 'a*', 'a/b:1', 'a/b@sha256:0', 'a//b', 'a/B', 'a..b/c'].map(
      pattern =>
        `imagePullCredentialsVerificationPolicy: NeverVerifyAllowlistedImages\npreloadedImagesVerificationAllowlist: ["${pattern}"]`,
    ),
    [
      'imagePullCredentialsVerificationPolicy: NeverVerifyAllowlistedImages\npreloadedImagesVerificationAllowlist: ["localhost:5000/a_b/c-d"]',
    ],
  ],
  [
    'V063',
    'a verification policy needs its gate',
    ['1.34|imagePullCredentialsVerificationPolicy: AlwaysVerify'],
    ['1.32|imagePullCredentialsVerificationPolicy: AlwaysVerify'],
  ],
  [
    'V064',
    'an allowlist needs its gate',
    ['1.34|preloadedImagesVerificationAllowlist: [a]'],
    ['1.34|preloadedImagesVerificationAllowlist: []'],
  ],
  [
    'V065',
    'reserved CPUs replace reserved cgroups',
    ['reservedSystemCPUs: "0"\nsystemReservedCgroup: /s', 'reservedSystemCPUs: "0"\nkubeReservedCgroup: /s'],
    ['reservedSystemCPUs: "0"'],
  ],
  [
    'V066',
    'reserved CPUs are a CPU list',
    ['reservedSystemCPUs: "0-"', 'reservedSystemCPUs: a', 'reservedSystemCPUs: "3-1"'],
    ['reservedSystemCPUs: 0-3,7'],
  ],
  [
    'V067',
    'only memory is reserved per NUMA node',
    ['reservedMemory: [{numaNode: 0, limits: {cpu: "1"}}]'],
    ['reservedMemory: [{numaNode: 0, limits: {hugepages-1Gi: 1Gi}}]', 'reservedMemory: [{numaNode: 0}]'],
  ],
  [
    'V068',
    'reserved memory is not zero',
    ['reservedMemory: [{numaNode: 0, limits: {memory: 0}}]'],
    ['reservedMemory: [{numaNode: 0, limits: {memory: 1.5}}]'],
  ],
  [
    'V069',
    'memory is reserved once',
    ['reservedMemory: [{numaNode: 0, limits: {memory: 1}}, {numaNode: 0, limits: {memory: 1}}]'],
    ['reservedMemory: [{numaNode: 0, limits: {memory: 1}}, {numaNode: 1, limits: {memory: 1}}]'],
  ],
  [
    'V072',
    'user namespaces have whole ranges',
    ['userNamespaces: {idsPerPod: 1}', 'userNamespaces: {idsPerPod: 65537}', 'userNamespaces: {idsPerPod: 4295032832}'],
    ['userNamespaces: {idsPerPod: 131072}', '1.32|userNamespaces: {idsPerPod: 1}'],
  ],
  [
    'V077',
    'hidden metrics come back for one minor',
    ['showHiddenMetricsForVersion: "1.34"'],
    ['showHiddenMetricsForVersion: "1.35"'],
  ],
  [
    'V078',
    'logs are flushed',
    ['logging: {flushFrequency: -1s}', 'logging: {flushFrequency: -5}'],
    ['logging: {flushFrequency: 0}', '1.34|logging: {flushFrequency: -1s}'],
  ],
  ['V080', 'log formats exist', ['logging: {format: xml}'], ['logging: {format: json}']],
  [
    'V081',
    'json logs need their gate',
    ['logging: {format: json}\nfeatureGates: {LoggingBetaOptions: false}'],
    ['featureGates: {LoggingBetaOptions: false}'],
  ],
  ['V082', 'verbosity fits', ['logging: {verbosity: 2147483648}'], ['logging: {verbosity: 2147483647}']],
  [
    'V083',
    'vmodule is for text logs',
    ['logging: {format: json, vmodule: [{filePattern: a, verbosity: 1}]}'],
    ['logging: {vmodule: [{filePattern: a, verbosity: 1}]}'],
  ],
  [
    'V084',
    'vmodule patterns are not empty',
    ['logging: {vmodule: [{filePattern: "", verbosity: 1}]}'],
    ['--vmodule=a=1'],
  ],
  [
    'V085',
    'vmodule patterns are one pattern',
    [
      'logging: {vmodule: [{filePattern: "a,b", verbosity: 1}]}',
      'logging: {vmodule: [{filePattern: "a=b", verbosity: 1}]}',
    ],
    ['logging: {vmodule: [{filePattern: "a*", verbosity: 1}]}'],
  ],
  [
    'V086',
    'vmodule verbosity fits',
    ['logging: {vmodule: [{filePattern: a, verbosity: 2147483648}]}'],
    ['logging: {vmodule: [{filePattern: a, verbosity: 2147483647}]}'],
  ],
  [
    'V087',
    'a split text stream needs its gate, which only a flag can meet',
    ['--log-text-split-stream'],
    [
      'logging: {options: {text: {splitStream: true}}}',
      '--feature-gates=LoggingAlphaOptions=true\n--log-text-split-stream',
    ],
  ],
  [
    'V089',
    'a split JSON stream needs its gate, which only a flag can meet',
    ['--log-json-split-stream=true'],
    ['logging: {options: {json: {splitStream: true}}}'],
  ],
  [
    'V088',
    'text buffers need their gate',
    ['logging: {options: {text: {infoBufferSize: 1Mi}}}'],
    [
      'logging: {options: {text: {infoBufferSize: 0}}}',
      'logging: {options: {text: {infoBufferSize: 1Mi}}}\nfeatureGates: {LoggingAlphaOptions: true}',
    ],
  ],
  [
    'V090',
    'json buffers need their gate',
    ['logging: {options: {json: {infoBufferSize: 1Mi}}}'],
    ['logging: {options: {json: {splitStream: true}}}'],
  ],
  [
    'V091',
    'sampling is not negative',
    ['tracing: {samplingRatePerMillion: -1}'],
    ['tracing: {samplingRatePerMillion: 0}'],
  ],
  [
    'V092',
    'sampling is at most everything',
    ['tracing: {samplingRatePerMillion: 1000001}'],
    ['tracing: {samplingRatePerMillion: 1000000}'],
  ],
  [
    'V094',
    'traces go to an endpoint that exists',
    ['dns://%zz', '//x', 'https://a:1', 'a b', 'ipv4://1.2.3.4:1'].map(
      endpoint => `tracing: {endpoint: "${endpoint}"}`,
    ),
    ['tracing: {endpoint: "localhost:4317"}', 'tracing: {endpoint: "unix:///a"}'],
  ],
  [
    'V096',
    'the throttling factor is a share',
    ['memoryThrottlingFactor: 0', 'memoryThrottlingFactor: 1.1'],
    ['memoryThrottlingFactor: 1', 'memoryThrottlingFactor: null'],
  ],
  [
    'V097',
    'tiered reservation needs its gate',
    ['memoryReservationPolicy: TieredReservation'],
    ['memoryReservationPolicy: TieredReservation\nfeatureGates: {MemoryQoS: true}'],
  ],
  [
    'V098',
    'reservation policies exist',
    ['memoryReservationPolicy: foo'],
    ['memoryReservationPolicy: None', '1.35|memoryReservationPolicy: foo'],
  ],
  ['V099', 'there is a container runtime', ['--container-runtime-endpoint='], ['containerRuntimeEndpoint: ""']],
  ['V100', 'log queries need their gate', ['1.35|enableSystemLogQuery: true'], ['1.36|enableSystemLogQuery: true']],
  [
    'V101',
    'log queries need the log handler',
    ['enableSystemLogQuery: true\nenableSystemLogHandler: false'],
    ['enableSystemLogHandler: false'],
  ],
  ['V102', 'a worker rotates logs', ['containerLogMaxWorkers: 0'], ['containerLogMaxWorkers: 1']],
  [
    'V103',
    'logs are watched every three seconds at most',
    ['containerLogMonitorInterval: 2s'],
    ['containerLogMonitorInterval: 3s'],
  ],
  [
    'V104',
    'two log files or more',
    ['containerLogMaxFiles: 1'],
    ['containerLogMaxFiles: 2', '1.32|containerLogMaxFiles: 1'],
  ],
  [
    'V105',
    'pod logs have one plain place',
    [
      'podLogsDir: /var/log/pods/',
      'podLogsDir: /var/log//pods',
      'podLogsDir: /var/log/../pods',
      'podLogsDir: /var/log/pöds',
    ],
    ['podLogsDir: /', 'podLogsDir: relative'],
  ],
  [
    'S01',
    'cipher suites exist',
    ['tlsCipherSuites: [ECDHE-RSA-AES128-GCM-SHA256]', 'tlsCipherSuites: [""]'],
    ['tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]'],
  ],
  [
    'S02',
    'TLS versions exist',
    ['tlsMinVersion: versionTLS12', 'tlsMinVersion: "1.2"'],
    ['tlsMinVersion: VersionTLS10', 'tlsMinVersion: ""'],
  ],
  [
    'S03',
    'curves exist',
    ['tlsCurvePreferences: [29, 29]', 'tlsCurvePreferences: [0]', 'tlsCurvePreferences: [1]'],
    ['tlsCurvePreferences: [29, 23]'],
  ],
  [
    'S04',
    'HTTP/2 can be served',
    ['tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]'],
    ['tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\ntlsMinVersion: VersionTLS13'],
  ],
  [
    'S05',
    'reservations are quantities of known resources',
    [
      'kubeReserved: {cpu: "-1"}',
      'kubeReserved: {memory: 1gb}',
      'systemReserved: {storage: 1Gi}',
      'systemReserved: {cpu: null}',
    ],
    ['kubeReserved: {cpu: 200m, memory: 1Gi, pid: "100", ephemeral-storage: 1.5Gi}'],
  ],
  [
    'S06',
    'eviction thresholds can be parsed',
    [
      'evictionHard: {memory.available: "0"}',
      'evictionHard: {Memory.available: 10%}',
      'evictionHard: {memory.available: 101%}',
      'evictionHard: {memory.available: 5 %}',
      'evictionSoft: {memory.available: 1Gi}',
      'evictionSoft: {memory.available: 1Gi}\nevictionSoftGracePeriod: {memory.available: "60"}',
      'evictionSoftGracePeriod: {foo: 1m}',
      'evictionMinimumReclaim: {memory.available: 0%}',
    ],
    [
      'evictionHard: {memory.available: 0%}',
      'evictionHard: {}',
      'evictionSoft: {memory.available: 1Gi}\nevictionSoftGracePeriod: {memory.available: 1m}',
      'evictionMinimumReclaim: {memory.available: 200%}',
    ],
  ],
  [
    'S11',
    'QoS reserves memory by percentage',
    ['qosReserved: {memory: "50"}', 'qosReserved: {cpu: 50%}'],
    ['qosReserved: {memory: 50%}'],
  ],
  [
    'S12',
    'authorization modes exist',
    ['authorization: {mode: webhook}', 'authorization: {mode: AlwaysDeny}', '--authorization-mode='],
    ['authorization: {mode: AlwaysAllow}', 'authorization: {mode: ""}'],
  ],
  [
    'S15',
    'change detection strategies exist',
    ['configMapAndSecretChangeDetectionStrategy: watch'],
    ['configMapAndSecretChangeDetectionStrategy: Get'],
  ],
  ['S16', 'log sizes are quantities', ['containerLogMaxSize: 10mb'], ['containerLogMaxSize: 10M']],
  ['S17', 'pods are synced', ['syncFrequency: -1m'], ['syncFrequency: 0s']],
  ['S18', 'CPU policies exist', ['cpuManagerPolicy: Static'], ['cpuManagerPolicy: static']],
  [
    'S19',
    'CPU policy options need a policy',
    ['cpuManagerPolicyOptions: {full-pcpus-only: "true"}'],
    ['cpuManagerPolicy: static\ncpuManagerPolicyOptions: {full-pcpus-only: "true"}'],
  ],
  ['S20', 'memory policies exist', ['memoryManagerPolicy: static'], ['memoryManagerPolicy: Static']],
  [
    'S22',
    'topology options exist',
    ['topologyManagerPolicyOptions: {foo: "true"}'],
    ['topologyManagerPolicyOptions: {max-allowable-numa-nodes: "8"}'],
  ],
  [
    'S24',
    'the server has an address',
    ['address: 1.2.3', 'address: 256.0.0.1', 'address: "::1::"'],
    ['address: 10.0.0.1', 'address: "::"', 'address: "fe80::1"', 'address: "::ffff:10.0.0.1"'],
  ],
];

describe('every rule of validation and start', () => {
  test('has a row here', () => {
    const ids = [...LOGGING_RULES, ...VALIDATION_RULES, ...STARTUP_RULES].map(({ id }) => id);
    expect(ids.filter(id => !RULES.some(([row]) => row === id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(RULES)('%s: %s', (id, _, refused, accepted) => {
    for (const situation of refused) {
      const { accepted: answer, problems } = load(situation);
      const found = problems.filter(({ rule }) => rule === id);
      expect({ situation, answer, found: found.length > 0 }).toEqual({ situation, answer: false, found: true });
    }
    for (const situation of accepted) {
      const { accepted: answer, problems } = load(situation);
      const refusals = problems.filter(({ effect }) => effect === 'refuses');
      expect({ situation, answer, refusals }).toEqual({ situation, answer: true, refusals: [] });
    }
  });
});

describe('a refusal', () => {
  test('points at the list entry or map key to blame', () => {
    expect(load('evictionHard:\n  nodefs.available: 10%\n  memory.available: "0"').problems).toMatchObject([
      { path: 'evictionHard.memory.available', line: 5, stage: 'startup', rule: 'S06' },
    ]);
    expect(load('maxPods: 5\nregisterWithTaints:\n- key: "a b"').problems).toMatchObject([
      { path: 'registerWithTaints[0]', line: 5, stage: 'validation' },
    ]);
  });

  test('points at the flag when a flag is to blame', () => {
    expect(load('readOnlyPort: 0\n--max-pods=5\n--read-only-port=-1').problems).toMatchObject([
      { path: 'readOnlyPort', in: 'flags', span: { start: 1, end: 2 }, line: 0 },
    ]);
  });

  test('collects every fault of its stage, as the kubelet does', () => {
    const verdict = load('readOnlyPort: -1\nmaxPods: -1\ntlsMinVersion: foo');
    expect([verdict.stage, verdict.about]).toEqual(['validation', ['maxPods', 'readOnlyPort']]);
  });
});
