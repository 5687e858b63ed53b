import type { FieldFact, KubeletFacts } from '../../core/kubelet/facts.ts';
import type { Minor } from '../../core/kubelet/types.ts';
import type { Random } from './random.ts';

/** Values of fields with a vocabulary: what the kubelet takes first, then what it is often given by mistake. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  'authorization.mode': ['Webhook', 'AlwaysAllow', 'webhook', 'AlwaysDeny', 'RBAC'],
  tlsMinVersion: ['VersionTLS12', 'VersionTLS13', 'VersionTLS10', 'TLS1.2', 'versiontls13', '""'],
  topologyManagerPolicy: ['none', 'best-effort', 'restricted', 'single-numa-node', 'static', 'None'],
  topologyManagerScope: ['container', 'pod', 'node', 'Pod'],
  cpuManagerPolicy: ['none', 'static', 'Static'],
  memoryManagerPolicy: ['None', 'Static', 'none'],
  memoryReservationPolicy: ['None', 'TieredReservation', 'none'],
  hairpinMode: ['promiscuous-bridge', 'hairpin-veth', 'none', 'bridge'],
  cgroupDriver: ['systemd', 'cgroupfs', 'systemD'],
  'memorySwap.swapBehavior': ['NoSwap', 'LimitedSwap', 'UnlimitedSwap', '""', 'noswap'],
  imagePullCredentialsVerificationPolicy: [
    'NeverVerify',
    'NeverVerifyPreloadedImages',
    'NeverVerifyAllowlistedImages',
    'AlwaysVerify',
    'Always',
  ],
  'logging.format': ['text', 'json', 'xml', 'JSON', '""'],
  configMapAndSecretChangeDetectionStrategy: ['Watch', 'Get', 'Cache', 'watch'],
  reservedSystemCPUs: ['0-3', '0,2-4', '0-', '3-1', 'a', '0,,1', '" 0"', '00-01', '1-1', '99999999999', '0-1-2'],
  showHiddenMetricsForVersion: ['1.35', '1.33', '1.34', '1.36', '"1.35"', '1.35.0', 'v1.33', 'foo', '""'],
  podLogsDir: ['/var/log/pods', '/var/log/pods/', 'logs', '/a/../b', '/lög', '/', '""', './x'],
  'tracing.endpoint': [
    'localhost:4317',
    'unix:///a',
    'dns:///a',
    'https://a:1',
    '"http://[::1"',
    '""',
    'a%zz',
    '"a b"',
    '"unix-abstract:x"',
    '"//a"',
  ],
  containerRuntimeEndpoint: ['unix:///run/crio.sock', 'npipe:////./pipe/x', '""', 'relative.sock'],
  staticPodPath: ['/etc/kubernetes/manifests', 'manifests', './m', '../m', '""', '/a/../b'],
  volumePluginDir: ['/opt/plugins', 'plugins', '""'],
  'authentication.x509.clientCAFile': ['/etc/kubernetes/pki/ca.crt', 'ca.crt', '""'],
  tlsCertFile: ['/c.crt', 'c.crt'],
  tlsPrivateKeyFile: ['/c.key', 'c.key'],
  resolvConf: ['/run/systemd/resolve/resolv.conf', '""', 'resolv.conf'],
  containerLogMaxSize: ['10Mi', '1Gi', '10mb', '-1', '"5"'],
  systemReservedCgroup: ['/system', '""'],
  kubeReservedCgroup: ['/kube', '""'],
  cgroupRoot: ['/', '/root', '""'],
  systemCgroups: ['/system', '""'],
  address: ['0.0.0.0', '"::"', '10.0.0.1', '127.0.0.1', '1.2.3', 'foo'],
};

/** Values a string field is given that are no word of its own. */
const TEXTS = [
  'abc',
  '"{{ x }}"',
  "''",
  '"é"',
  '>-\n  folded\n  text',
  '|\n  block\n',
  '!!str 5',
  'a: b',
  '"\\u0000"',
  '2001-01-01',
  "'it''s'",
  '"\\x41"',
  '=',
  '- a',
  '!!binary aGk=',
  '*nowhere',
  '~',
  'null',
  'yes',
  '123',
  '1e3',
  '0x10',
  '.5',
  '1:30',
  'true',
  '{}',
  '[]',
];

const BOOLS = ['true', 'false', 'yes', 'no', 'on', 'off', 'True', 'FALSE', 'y', 'N'];
const NOT_BOOLS = ['"true"', '1', 'tRue', 'null', '~', '', '{}', '[]', '0', 'yEs', '!!bool yes', '!!bool "true"'];
const INTS = ['0', '1', '-1', '5', '10', '100', '110', '250', '10250', '65535', '65536'];
const NOT_INTS = [
  '024',
  '0o24',
  '0x2808',
  '0b11',
  '1_000',
  '+5',
  '5.0',
  '1e4',
  '1.5',
  '"5"',
  '2147483647',
  '2147483648',
  '-2147483649',
  '1:30',
  'null',
  '',
  '.inf',
  '.NaN',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551616',
  '08',
  '1e400',
  '-0',
  '0x',
  '1__0',
  '_1',
  '-0x10',
  '1.',
  '0b2',
  '- 1',
  '!!int "5"',
  '!!float 5',
  '1e-1',
  '12e1',
];
const DURATIONS = ['5m', '"5m"', '1h30m', '0s', '10s', '30s', '1m0s', '100ms', '24h'];
const NOT_DURATIONS = [
  '1.5h',
  '.5s',
  '5.s',
  '+5m',
  '-5m',
  '"0"',
  '0',
  '300',
  '5M',
  '1d',
  '"300"',
  '"1h 30m"',
  '1h-5m',
  '1e3s',
  '""',
  'null',
  '',
  '100us',
  '100µs',
  '100μs',
  '1ns',
  '2562047h47m16.854775807s',
  '2562048h',
  '9223372036s',
  '0.000000001s',
  '1.0000000000000000001s',
  '-2562047h47m16.854775808s',
  '.s',
  '-.5m',
  '"-0"',
  '-1ns',
  '500us',
  '1001ms',
  '999ms',
  '[]',
];
const QUANTITIES = ['1Gi', '100Mi', '500M', '200m', '"1"', '2', '1.5Gi', '.5Gi', '1e3'];
const NOT_QUANTITIES = [
  '1.',
  '+1Gi',
  '1E',
  '100m',
  '1K',
  '1GB',
  '1gi',
  '"1 Gi"',
  '1_000',
  '0x10',
  '1e',
  '"1,5Gi"',
  '""',
  '-1Gi',
  '0',
  '"0"',
  '1n',
  '0.1n',
  '1e-3',
  '1E3',
  '1e+3',
  '99999999999999999999',
  '1Ei',
  '9Ei',
  '100k',
  '1.23456789',
  '5%',
  '1e-10',
  '1u',
  '0Mi',
  '-0',
  '1e1000',
  'null',
  '1.1.1',
  '"1i"',
  '3.5',
  '-.5',
  '1e3Ki',
  '0.5Ki',
  '1000Ki',
  '1024Ki',
  '1000000k',
  '1000m',
  '1500m',
  '12e6',
  '10E',
];
const FLOATS = ['0.5', '1', '0.9', '0.1', '1.0'];
const NOT_FLOATS = [
  '0',
  '-1',
  '1.5',
  '1e-3',
  '1e400',
  '.nan',
  '"0.5"',
  'null',
  '1_0',
  '0x1',
  '.5',
  '0.30000000000000004',
  '1e-10',
  '1e21',
  '1e20',
  '5e-324',
];
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
  'memory.Available',
  'foo',
];
const THRESHOLDS = [
  '100Mi',
  '10%',
  '1Gi',
  '5%',
  '"0%"',
  '"100%"',
  '"101%"',
  '"-1%"',
  '"5 %"',
  '"NaN%"',
  '"10%%"',
  '"0"',
  '0%',
  '"0.0%"',
  '"1"',
  '-1Gi',
  '"%"',
  '"1e1%"',
  '"+5%"',
  '"0x1p3%"',
  '"inf%"',
  '"1_0%"',
  '""',
  'null',
  '100',
  'abc',
  '"99.99999999%"',
  '"100.000001%"',
];
const NODE_ALLOCATABLE = [
  'pods',
  'system-reserved',
  'kube-reserved',
  'system-reserved-compressible',
  'kube-reserved-compressible',
  'none',
  '""',
  'Pods',
  'foo',
];
const CIPHERS = [
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'TLS_RSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305',
  'tls_aes_128_gcm_sha256',
  'foo',
  '" TLS_AES_128_GCM_SHA256"',
  'TLS_RSA_WITH_RC4_128_SHA',
];
const IMAGES = [
  'registry.io/a',
  'registry.io/*',
  '*',
  '""',
  '" a"',
  'a:tag',
  'a@sha256:aa',
  'a/*/b',
  'a/b/*',
  'A/b',
  'docker.io/library/x',
  '/*',
  'a/**',
  'localhost:5000/a',
  'localhost:5000/*',
  'a..b/c',
  'a_b/c',
  'a/',
  '//a',
  'é/a',
  'a:80',
  'a__b',
  'a---b/c',
  '-a',
];
const LIST_ITEMS: Readonly<Record<string, readonly string[]>> = {
  enforceNodeAllocatable: NODE_ALLOCATABLE,
  tlsCipherSuites: CIPHERS,
  tlsCurvePreferences: ['29', '23', '24', '25', '4588', '0', '1', '65536', '-1', '"29"', '2147483648', '4587', '4589'],
  preloadedImagesVerificationAllowlist: IMAGES,
  clusterDNS: ['10.96.0.10', '"::1"', 'foo', '10', '""'],
  allowedUnsafeSysctls: ['net.*', 'kernel.shm_rmid_forced', 'kernel.msg*', 'foo', '*', '""'],
};
const MAP_KEYS: Readonly<Record<string, readonly string[]>> = {
  evictionHard: SIGNALS,
  evictionSoft: SIGNALS,
  evictionSoftGracePeriod: SIGNALS,
  evictionMinimumReclaim: SIGNALS,
  kubeReserved: ['cpu', 'memory', 'ephemeral-storage', 'pid', 'storage', 'CPU', '1', '""'],
  systemReserved: ['cpu', 'memory', 'ephemeral-storage', 'pid', 'hugepages-2Mi', 'yes'],
  qosReserved: ['memory', 'cpu'],
  cpuManagerPolicyOptions: ['full-pcpus-only', 'align-by-socket', 'foo'],
  topologyManagerPolicyOptions: ['prefer-closest-numa-nodes', 'max-allowable-numa-nodes', 'foo'],
  staticPodURLHeader: ['X-A', 'Authorization', 'x-a'],
};
const MAP_VALUES: Readonly<Record<string, readonly string[]>> = {
  evictionHard: THRESHOLDS,
  evictionSoft: THRESHOLDS,
  evictionSoftGracePeriod: ['30s', '1m', '"60"', '"0"', '-5s', 'foo', '""', '1m30s', 'null'],
  evictionMinimumReclaim: THRESHOLDS,
  kubeReserved: [...QUANTITIES, ...NOT_QUANTITIES],
  systemReserved: [...QUANTITIES, ...NOT_QUANTITIES],
  staticPodURLHeader: ['[a]', '[a, b]', '[]', 'a', 'null', '[1]', '[null]', '[yes]'],
};
const OBJECTS: Readonly<Record<string, readonly string[]>> = {
  registerWithTaints: [
    '{key: a, value: b, effect: NoSchedule}',
    '{key: a, effect: NoExecute}',
    '{key: a}',
    '{key: "a b", effect: NoSchedule}',
    '{key: a, value: "b c", effect: NoSchedule}',
    '{key: a, effect: noschedule}',
    '{key: example.com/a, effect: PreferNoSchedule}',
    '{key: a, effect: NoSchedule, timeAdded: "2020-01-01T00:00:00Z"}',
    '{key: a, effect: NoSchedule, timeAdded: null}',
    '{key: a, effect: NoSchedule, timeAdded: foo}',
    '{key: a, effect: NoSchedule, timeadded: "2020-01-01T00:00:00Z"}',
    '{key: "", effect: NoSchedule}',
    '{key: a/b/c, effect: NoSchedule}',
    '{key: UPPER_case.x, effect: ""}',
    '{Key: a}',
    '{key: a, foo: 1}',
    '{}',
    'null',
    'a',
  ],
  reservedMemory: [
    '{numaNode: 0, limits: {memory: 1Gi}}',
    '{numaNode: 1, limits: {memory: 1Gi, hugepages-2Mi: 4Mi}}',
    '{numaNode: 0, limits: {memory: "0"}}',
    '{numaNode: 0, limits: {cpu: 1}}',
    '{numaNode: -1, limits: {memory: 1.5Gi}}',
    '{numaNode: 0, limits: {memory: -1Gi}}',
    '{numaNode: 0, limits: {memory: 1GB}}',
    '{numaNode: 0, limits: {memory: null}}',
    '{numaNode: 0, limits: {hugepages-: 1}}',
    '{numaNode: 0}',
    '{limits: {memory: 1000Ki}}',
    '{numaNode: "0", limits: {memory: 1}}',
    '{numaNode: 0, limits: {memory: 1024Mi, foo/bar: 1}}',
    '{numaNode: 0, limits: {memory: 0.1}}',
    '{numaNode: 0, limits: {memory: 1e3}}',
    'null',
  ],
  shutdownGracePeriodByPodPriority: [
    '{priority: 0, shutdownGracePeriodSeconds: 10}',
    '{priority: 100, shutdownGracePeriodSeconds: 20}',
    '{priority: -1}',
    '{shutdownGracePeriodSeconds: -5}',
    '{priority: 2147483648}',
    '{priority: a}',
    'null',
  ],
  'logging.vmodule': [
    '{filePattern: a, verbosity: 1}',
    '{filePattern: "", verbosity: 1}',
    '{filePattern: "a,b", verbosity: 1}',
    '{filePattern: "a=b", verbosity: 1}',
    '{filePattern: a, verbosity: 2147483648}',
    '{filePattern: a, verbosity: 4294967296}',
    '{filePattern: a, verbosity: -1}',
    '{filePattern: a}',
    '{verbosity: 1}',
    'null',
  ],
};

/** A value for a field as YAML text: mostly one it takes, else one that is nearly right or of another kind. */
export function fieldValue(path: string, fact: FieldFact, facts: KubeletFacts, minor: Minor, from: Random): string {
  const sane = from.chance(72);
  switch (fact.type) {
    case 'bool':
      return from.of(sane ? BOOLS.slice(0, from.chance(80) ? 2 : BOOLS.length) : [...BOOLS, ...NOT_BOOLS]);
    case 'int32':
    case 'int64':
    case 'uint32':
      return sane ? integerNear(fact, from) : from.of(NOT_INTS);
    case 'float64':
      return from.of(sane ? FLOATS : NOT_FLOATS);
    case 'duration':
    case 'duration-or-nanoseconds':
      return from.of(sane ? DURATIONS : NOT_DURATIONS);
    case 'quantity':
      return from.of(sane ? QUANTITIES : NOT_QUANTITIES);
    case 'list':
      return list(sane, LIST_ITEMS[path] ?? TEXTS, from);
    case 'objects':
      return list(sane, OBJECTS[path] ?? ['{}'], from);
    case 'map':
      return path === 'featureGates' ? gates(facts, minor, from) : map(path, sane, from);
    case 'object':
      return from.of(['{}', 'null', '', '[]', 'a', '5', '{foo: 1}', '{enabled: true}', 'true']);
    default:
      return string(path, sane, from);
  }
}

function string(path: string, sane: boolean, from: Random): string {
  const words = WORDS[path];
  if (words) return sane ? from.of(words.slice(0, Math.ceil(words.length / 2))) : from.of([...words, from.of(TEXTS)]);
  return from.of(sane ? ['abc', '/a/b', '"x"', '""', 'a-b.c'] : TEXTS);
}

function integerNear(fact: FieldFact, from: Random): string {
  return typeof fact.default === 'number' && from.chance(60) ? String(fact.default + from.below(5) - 2) : from.of(INTS);
}

function list(sane: boolean, items: readonly string[], from: Random): string {
  if (!sane && from.chance(30))
    return from.of(['null', '', '{}', 'a', '5', '[[]]', '[null]', '[{}]', '[a', '[,]', '[a,]']);
  const usual = sane ? items.slice(0, Math.max(1, Math.ceil(items.length / 2))) : items;
  return `[${Array.from({ length: from.below(4) }, () => from.of(usual)).join(', ')}]`;
}

function map(path: string, sane: boolean, from: Random): string {
  if (!sane && from.chance(30)) {
    return from.of([
      'null',
      '',
      '[]',
      'a',
      '{a: {}}',
      '{a: [b]}',
      '{? a : b}',
      '{a: b, a: c}',
      '{1: "2"}',
      '{a: 1}',
      '{on: x}',
      '{[a]: b}',
    ]);
  }
  const keys = MAP_KEYS[path] ?? ['a', 'b'];
  const values = MAP_VALUES[path] ?? ['a', '"1"', '50%', '"true"'];
  const usual = <Item>(items: readonly Item[]) =>
    sane ? items.slice(0, Math.max(1, Math.ceil(items.length / 2))) : items;
  const entries = Array.from({ length: from.below(4) }, () => [from.of(usual(keys)), from.of(usual(values))] as const);
  const once = from.chance(90) ? [...new Map(entries)] : entries;
  return `{${once.map(([key, value]) => `${key}: ${value}`).join(', ')}}`;
}

function gates(facts: KubeletFacts, minor: Minor, from: Random): string {
  const names = Object.entries(facts.gates)
    .filter(([, { minors }]) => minors[minor] !== undefined)
    .map(([name, { minors }]) => [name, minors[minor] ?? ''] as const);
  const entries = Array.from({ length: 1 + from.below(3) }, () => {
    if (from.chance(4))
      return `${from.of(['NoSuchGate', ...Object.keys(facts.gates), 'allAlpha', '1', 'nodeSwap'])}: true`;
    const gate = from.of(from.chance(50) ? names.filter(([name]) => VALIDATED.has(name)) : names);
    const value =
      gate[1].endsWith('locked') && from.chance(90) ? String(gate[1].includes(' on')) : from.of(['true', 'false']);
    return `${gate[0]}: ${from.chance(3) ? from.of(['null', '"true"', '1', 'yes', 'off']) : value}`;
  });
  return from.chance(3)
    ? from.of([
        'null',
        '{}',
        '[]',
        'true',
        '{AllAlpha: false}',
        '{AllBeta: false}',
        '{AllBeta: true}',
        '{AllAlpha: true}',
      ])
    : `{${[...new Map(entries.map(one => [one.split(':')[0], one])).values()].join(', ')}}`;
}

/** Gates on which validation or defaulting depends. */
const VALIDATED = new Set([
  'CustomCPUCFSQuotaPeriod',
  'GracefulNodeShutdown',
  'GracefulNodeShutdownBasedOnPodPriority',
  'NodeSwap',
  'KubeletCrashLoopBackOffMax',
  'ReduceDefaultCrashLoopBackOffDecay',
  'KubeletEnsureSecretPulledImages',
  'MemoryQoS',
  'NodeLogQuery',
  'RotateKubeletServerCertificate',
  'LoggingAlphaOptions',
  'LoggingBetaOptions',
  'ContextualLogging',
  'ImageMaximumGCAge',
  'KubeletTracing',
  'SeparateCacheWatchRPC',
  'AllAlpha',
  'AllBeta',
]);
