import { describe, expect, test } from '@jest/globals';
import { readBaseline } from '../../../config/baseline.ts';
import { evaluateBaseline } from '../../../core/baseline/evaluate-baseline.ts';
import type { ControlResult } from '../../../core/baseline/types.ts';
import { file, kubeProxy, nodeGroup, type Situation, TOKEN, traced, UNTRACED } from './node-group.ts';

const baseline = readBaseline();

function answer(id: string, situation: Situation): ControlResult {
  const found = evaluateBaseline(baseline, [nodeGroup(situation)]).find(({ control }) => control.id === id);
  if (!found) throw new Error(`no control ${id}`);
  return found;
}

type Result = ControlResult['result'];

/** What one control says where. `absentFile` and `absentFlags`: nothing sets it, with and without a --config file. */
type Row = Readonly<{
  pass: readonly Situation[];
  violated: readonly Situation[];
  undecided: readonly Situation[];
  absentFile: Result;
  absentFlags: Result;
}>;

const config = (body: string): Situation => ({ config: `${body}\n` });
const flagged = (...args: readonly string[]): Situation => ({ config: '', args });

const mode = (dest: string, digits: string): Situation => ({
  config: '',
  files: [file(dest, { mode: traced(digits) })],
});
const modeRow = (
  dest: string,
  good: readonly string[],
  bad: readonly string[],
  situation: Partial<Situation> = {},
): Row => ({
  pass: good.map(digits => ({ ...mode(dest, digits), ...situation })),
  violated: bad.map(digits => ({ ...mode(dest, digits), ...situation })),
  undecided: [
    { config: '', files: [file(dest)], ...situation },
    { config: '', files: [file(dest, { mode: UNTRACED })], ...situation },
    { config: '', files: [file(dest, { mode: traced('u+rw') })], ...situation },
  ],
  absentFile: 'not-applicable',
  absentFlags: 'not-applicable',
});
const owned = (dest: string, owner: string, group: string, situation: Partial<Situation> = {}): Situation => ({
  config: '',
  files: [file(dest, { owner: traced(owner), group: traced(group) })],
  ...situation,
});
const ownerRow = (dest: string, situation: Partial<Situation> = {}): Row => ({
  pass: [owned(dest, 'root', 'root', situation), owned(dest, '0', '0', situation)],
  violated: [owned(dest, 'kube', 'root', situation), owned(dest, 'root', 'kube', situation)],
  undecided: [
    { config: '', files: [file(dest)], ...situation },
    { config: '', files: [file(dest, { owner: traced('root') })], ...situation },
    { config: '', files: [file(dest, { owner: UNTRACED, group: traced('root') })], ...situation },
  ],
  absentFile: 'not-applicable',
  absentFlags: 'not-applicable',
});

const CA = 'authentication: {x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}\n';

const ROWS: Readonly<Record<string, Row>> = {
  'KG-ANON-01': {
    pass: [config('authentication: {anonymous: {enabled: false}}'), { config: null, args: ['--anonymous-auth=false'] }],
    violated: [config('authentication: {anonymous: {enabled: true}}'), flagged('--anonymous-auth')],
    undecided: [
      config(`authentication: {anonymous: {enabled: ${TOKEN}}}`),
      config(`authentication:\n  ${TOKEN}`),
      config(TOKEN),
    ],
    absentFile: 'pass',
    absentFlags: 'violated',
  },
  'KG-ANON-02': {
    pass: [flagged('--anonymous-auth=false'), flagged('--anonymous-auth=0')],
    violated: [flagged('--anonymous-auth'), flagged('--anonymous-auth=false', '--anonymous_auth=T')],
    undecided: [{ config: '', unknownFlags: ['--anonymous-auth'] }],
    absentFile: 'pass',
    absentFlags: 'violated',
  },
  'KG-API-01': {
    pass: [config('readOnlyPort: 0'), { config: null, args: ['--read-only-port=0'] }, config('ReadOnlyPort: 10255')],
    violated: [config('readOnlyPort: 10255'), flagged('--read-only-port=10255')],
    undecided: [config(`readOnlyPort: ${TOKEN}`), { config: '', unknownFlags: ['--read-only-port'] }],
    absentFile: 'pass',
    absentFlags: 'violated',
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
    undecided: [config(`streamingConnectionIdleTimeout: ${TOKEN}`)],
    absentFile: 'pass',
    absentFlags: 'pass',
  },
  'KG-AUTHN-02': {
    pass: [config(CA)],
    violated: [
      config('authentication: {x509: {clientCAFile: /tmp/ca.crt}}'),
      config('authentication: {x509: {clientCAFile: ""}}'),
    ],
    undecided: [config(`authentication: {x509: {clientCAFile: "/etc/${TOKEN}/ca.crt"}}`)],
    absentFile: 'violated',
    absentFlags: 'violated',
  },
  'KG-AUTHZ-01': {
    pass: [config('authorization: {mode: Webhook}'), config('authorization: {mode: ""}')],
    violated: [
      config('authorization: {mode: AlwaysAllow}'),
      config('authorization: {mode: webhook}'),
      flagged('--authorization-mode=AlwaysAllow'),
    ],
    undecided: [config(`authorization: {mode: ${TOKEN}}`)],
    absentFile: 'pass',
    absentFlags: 'violated',
  },
  'KG-AUTHZ-03': {
    pass: [flagged('--authorization-mode=Webhook')],
    violated: [flagged('--authorization-mode=AlwaysAllow'), flagged('--authorization-mode', 'webhook')],
    undecided: [{ config: '', unknownFlags: ['--authorization-mode'] }],
    absentFile: 'pass',
    absentFlags: 'violated',
  },
  'KG-NET-05': {
    pass: [config('makeIPTablesUtilChains: true')],
    violated: [config('makeIPTablesUtilChains: false'), flagged('--make-iptables-util-chains=false')],
    undecided: [config(`makeIPTablesUtilChains: ${TOKEN}`)],
    absentFile: 'pass',
    absentFlags: 'pass',
  },
  'KG-CERT-01': {
    pass: [config('rotateCertificates: true'), flagged('--rotate-certificates')],
    violated: [
      config('rotateCertificates: false'),
      { config: 'rotateCertificates: true\n', args: ['--rotate-certificates=false'] },
    ],
    undecided: [config(`rotateCertificates: ${TOKEN}`)],
    absentFile: 'violated',
    absentFlags: 'violated',
  },
  'KG-CERT-02': {
    pass: [config('serverTLSBootstrap: true'), config('tlsCertFile: /a.crt\ntlsPrivateKeyFile: /a.key')],
    violated: [config('serverTLSBootstrap: false'), config('tlsCertFile: /a.crt')],
    undecided: [config(`serverTLSBootstrap: ${TOKEN}`), config(`tlsCertFile: ${TOKEN}\ntlsPrivateKeyFile: /a.key`)],
    absentFile: 'violated',
    absentFlags: 'violated',
  },
  'KG-CERT-03': {
    pass: [config('tlsCertFile: /a.crt\ntlsPrivateKeyFile: /a.key')],
    violated: [config('tlsCertFile: /a.crt'), config('tlsPrivateKeyFile: /a.key')],
    undecided: [config(`tlsCertFile: ${TOKEN}`)],
    absentFile: 'pass',
    absentFlags: 'pass',
  },
  'KG-CERT-04': {
    pass: [
      config('featureGates: {RotateKubeletServerCertificate: true, AllBeta: false}'),
      config('featureGates: {AllAlpha: false}'),
    ],
    violated: [
      config('featureGates: {RotateKubeletServerCertificate: false}'),
      config('featureGates: {AllBeta: false}'),
      flagged('--feature-gates=RotateKubeletServerCertificate=false'),
    ],
    undecided: [
      config(`featureGates: {RotateKubeletServerCertificate: ${TOKEN}}`),
      config(`featureGates: ${TOKEN}`),
      config(`featureGates:\n  MemoryQoS: true\n  ${TOKEN}`),
      { config: '', unknownFlags: ['--feature-gates'] },
    ],
    absentFile: 'pass',
    absentFlags: 'pass',
  },
  'KG-CERT-06': {
    pass: [
      config('tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256]'),
    ],
    violated: [
      config('tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_128_GCM_SHA256]'),
      config('tlsCipherSuites: []'),
    ],
    undecided: [config(`tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, ${TOKEN}]`)],
    absentFile: 'violated',
    absentFlags: 'violated',
  },
  'KG-CERT-09': modeRow('/etc/kubernetes/pki/ca.crt', ['0644', '0444', '0600'], ['0664', '0645', '1204'], {
    config: CA,
  }),
  'KG-CERT-10': ownerRow('/etc/kubernetes/pki/ca.crt', { config: CA }),
  'KG-START-04': {
    pass: [flagged('--node-ip=10.0.0.1')],
    violated: [flagged('--hostname-override=node-1')],
    undecided: [{ config: '', unknownFlags: ['--hostname-override'] }],
    absentFile: 'pass',
    absentFlags: 'pass',
  },
  'KG-START-05': {
    pass: [
      config('protectKernelDefaults: true'),
      config('protectKernelDefaults: yes'),
      flagged('--protect-kernel-defaults'),
    ],
    violated: [config('protectKernelDefaults: false'), config('protectKernelDefaults: null')],
    undecided: [config(`protectKernelDefaults: ${TOKEN}`)],
    absentFile: 'violated',
    absentFlags: 'violated',
  },
  'KG-START-07': {
    pass: [config('eventRecordQPS: 5\neventBurst: 10'), config('eventRecordQPS: 50')],
    violated: [config('eventRecordQPS: 0'), config('eventRecordQPS: 51'), config('eventBurst: 101')],
    undecided: [config(`eventRecordQPS: ${TOKEN}`), config(`eventBurst: ${TOKEN}`)],
    absentFile: 'pass',
    absentFlags: 'pass',
  },
  'KG-START-16': modeRow(
    '/var/lib/kubelet/config.yaml',
    ['0600', '0400', 'u=rw,g=,o='],
    ['0644', '0640', '1204', 'u=rw,go=r'],
  ),
  'KG-START-17': ownerRow('/etc/kubernetes/kubelet-config.yaml'),
  'KG-START-18': modeRow('/etc/systemd/system/kubelet.service.d/10-kubeadm.conf', ['0600'], ['0644']),
  'KG-START-19': ownerRow('/etc/systemd/system/kubelet.service'),
  'KG-START-20': modeRow('/etc/kubernetes/kubelet.conf', ['0600'], ['0644']),
  'KG-START-21': ownerRow('/etc/kubernetes/bootstrap-kubelet.conf'),
  'KG-CG-01': {
    pass: [config('podPidsLimit: 4096'), config('podPidsLimit: 1'), config('podPidsLimit: 16384')],
    violated: [
      config('podPidsLimit: -1'),
      config('podPidsLimit: 0'),
      config('podPidsLimit: 16385'),
      flagged('--pod-max-pids=-1'),
    ],
    undecided: [config(`podPidsLimit: ${TOKEN}`)],
    absentFile: 'violated',
    absentFlags: 'violated',
  },
  'KG-KP-01': {
    pass: [
      { files: [kubeProxy('metricsBindAddress: 127.0.0.1:10249\n')] },
      { files: [kubeProxy('metricsBindAddress: "[::1]:10249"\n')] },
      { files: [kubeProxy('metricsBindAddress: ""\n')] },
      { files: [kubeProxy('bindAddress: 0.0.0.0\n')] },
      { files: [kubeProxy('metricsBindAddress: localhost:10249\n', 'bindAddress: 0.0.0.0\n')] },
    ],
    violated: [
      { files: [kubeProxy('metricsBindAddress: 0.0.0.0:10249\n')] },
      { files: [kubeProxy('metricsBindAddress: "[::]:10249"\n')] },
    ],
    undecided: [
      { files: [kubeProxy(`metricsBindAddress: ${TOKEN}\n`)] },
      { files: [kubeProxy(`bindAddress: 0.0.0.0\n${TOKEN}\n`)] },
      { files: [kubeProxy('a: [\n')] },
      { files: [kubeProxy('metricsBindAddress: 127.0.0.1:10249\n', 'metricsBindAddress: 0.0.0.0:10249\n')] },
      { files: [{ ...kubeProxy('metricsBindAddress: 127.0.0.1:10249\n'), truncated: true }] },
    ],
    absentFile: 'not-applicable',
    absentFlags: 'not-applicable',
  },
  'KG-KP-06': modeRow('/var/lib/kube-proxy/kubeconfig', ['0600'], ['0644']),
  'KG-KP-07': ownerRow('/etc/kubernetes/proxy.conf'),
  'KG-SECC-01': {
    pass: [
      config('seccompDefault: true'),
      flagged('--seccomp-default'),
      { config: 'seccompDefault: false\n', args: ['--seccomp-default'] },
    ],
    violated: [config('seccompDefault: false'), flagged('--seccomp-default=false')],
    undecided: [config(`seccompDefault: ${TOKEN}`), { config: '', unknownFlags: ['--seccomp-default'] }],
    absentFile: 'violated',
    absentFlags: 'violated',
  },
  'KG-SECC-02': {
    pass: [flagged('--seccomp-default')],
    violated: [flagged('--seccomp-default=false')],
    undecided: [{ config: '', unknownFlags: ['--seccomp-default'] }],
    absentFile: 'pass',
    absentFlags: 'pass',
  },
};

describe('every control has its table', () => {
  test('no control of the baseline is without one', () => {
    expect(baseline.controls.map(({ id }) => id).filter(id => !(id in ROWS))).toEqual([]);
  });

  describe.each(Object.entries(ROWS))('%s', (id, row) => {
    test.each(['pass', 'violated', 'undecided'] as const)('says %s where it should', expected => {
      for (const situation of row[expected]) {
        const { result, reason } = answer(id, situation);
        expect({ result, reason, situation }).toMatchObject({ result: expected });
      }
      expect(row[expected].length).toBeGreaterThan(0);
    });

    test('judges what nothing sets by the default that acts', () => {
      expect([answer(id, { config: '' }).result, answer(id, { config: null }).result]).toEqual([
        row.absentFile,
        row.absentFlags,
      ]);
    });
  });
});

describe('an answer can be acted on', () => {
  test('it names the value, what is expected and the line', () => {
    expect(answer('KG-API-01', config('maxPods: 5\nreadOnlyPort: 10255'))).toMatchObject({
      result: 'violated',
      path: 'readOnlyPort',
      actual: 10255,
      expected: '0',
      reason: 'readOnlyPort is 10255; expected 0',
      evidence: [{ file: 'kubelet.yaml.j2', line: 4 }],
      hosts: ['node-1', 'node-2'],
    });
  });

  test.each([
    ['KG-AUTHZ-01', 'Webhook'],
    ['KG-START-16', 'at most 0600'],
    ['KG-CG-01', '1 to 16384'],
    ['KG-API-02', '5m0s to 4h0m0s'],
    ['KG-START-17', 'root:root'],
  ])('%s expects %s', (id, words) => {
    expect(answer(id, { config: '' }).expected).toBe(words);
  });

  test('a value nothing sets points to the file it would stand in', () => {
    const files = [
      file('/var/lib/kubelet/config.yaml', { kind: 'KubeletConfiguration', source: 'roles/kubelet/templates/k.j2' }),
    ];
    expect(answer('KG-SECC-01', { config: '', files }).evidence).toEqual([
      { file: 'roles/kubelet/templates/k.j2', line: 1, kind: 'template' },
    ]);
  });

  test('a list with too much in it names what is too much', () => {
    const suites = 'tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_128_GCM_SHA256]';
    expect(answer('KG-CERT-06', config(suites)).reason).toBe(
      'tlsCipherSuites has TLS_RSA_WITH_AES_128_GCM_SHA256, which the baseline does not allow',
    );
  });

  test('an undecided answer says what is not known', () => {
    expect(answer('KG-API-01', config(`readOnlyPort: ${TOKEN}`)).reason).toBe(
      'readOnlyPort cannot be known from Git: fact ansible_x',
    );
  });
});

describe('a kubelet that kubeadm configures', () => {
  const files = [file('/etc/kubernetes/kubeadm.yaml', { kind: 'kubeadm' })];

  test('has the client CA kubeadm fills in, unless another is written', () => {
    expect(answer('KG-AUTHN-02', { config: '', files }).result).toBe('pass');
    const other = config('authentication: {x509: {clientCAFile: /tmp/ca.crt}}');
    expect(answer('KG-AUTHN-02', { ...other, files }).result).toBe('violated');
  });

  test('rotates certificates whatever is written', () => {
    expect(answer('KG-CERT-01', { ...config('rotateCertificates: false'), files }).result).toBe('pass');
  });

  test('is judged by the kubelet file where tasks write that too', () => {
    const both = [...files, file('/var/lib/kubelet/config.yaml', { kind: 'KubeletConfiguration' })];
    expect(answer('KG-CERT-01', { config: '', files: both }).result).toBe('violated');
  });
});

describe('nodes a control cannot judge', () => {
  test('without a known kubelet every field and flag control is not applicable, with the reason', () => {
    const results = evaluateBaseline(baseline, [nodeGroup({})]);
    expect(new Set(results.map(({ result }) => result))).toEqual(new Set(['not-applicable']));
    expect(results.every(({ reason }) => reason !== '')).toBe(true);
  });

  test('a configuration the kubelet cannot read is undecided, never a pass', () => {
    const results = evaluateBaseline(baseline, [nodeGroup(config('maxPods: "110"'))]);
    const fields = results.filter(({ control }) => control.kind === 'KubeletConfiguration');
    expect(new Set(fields.map(({ result }) => result))).toEqual(new Set(['undecided']));
  });
});

describe('files that several tasks touch', () => {
  const dest = '/var/lib/kubelet/config.yaml';
  const when = { key: 'fact:x', why: ['fact ansible_x'] };

  test('the last task that sets the mode decides', () => {
    const files = [file(dest, { mode: traced('0644') }), file(dest, { mode: traced('0600') })];
    expect(answer('KG-START-16', { config: '', files }).result).toBe('pass');
  });

  test('a later task that may run counts beside the one that surely runs', () => {
    const files = [file(dest, { mode: traced('0600') }), file(dest, { mode: traced('0644'), when })];
    expect(answer('KG-START-16', { config: '', files }).result).toBe('violated');
  });

  test('a good mode set only by a task that may not run is undecided', () => {
    const files = [file(dest), file(dest, { mode: traced('0600'), when })];
    expect(answer('KG-START-16', { config: '', files }).result).toBe('undecided');
  });

  test('one bad file among good ones violates', () => {
    const files = [
      file(dest, { mode: traced('0600') }),
      file('/etc/kubernetes/kubelet-config.yaml', { mode: traced('0666') }),
    ];
    expect(answer('KG-START-16', { config: '', files })).toMatchObject({ result: 'violated', actual: '0666' });
  });
});
