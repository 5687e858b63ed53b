import { describe, expect, test } from '@jest/globals';
import type { Control } from '../../../core/baseline/types.ts';
import type { Json } from '../../../core/kubelet/types.ts';
import { setLiteral } from '../../../core/review/set-literal.ts';
import type { Finding } from '../../../core/review/types.ts';
import { control } from './build.ts';

type What = Readonly<{ path: string; actual: Json; set: Json; flags?: readonly string[]; op?: string }>;

const PORT: What = { path: 'readOnlyPort', actual: 10255, set: 0, flags: ['--read-only-port'] };
const MODE: What = {
  path: 'authorization.mode',
  actual: 'AlwaysAllow',
  set: 'Webhook',
  flags: ['--authorization-mode'],
};
const ANONYMOUS: What = {
  path: 'authentication.anonymous.enabled',
  actual: true,
  set: false,
  flags: ['--anonymous-auth'],
};
const GATE: What = { path: 'featureGates.AllAlpha', actual: true, set: false, flags: ['--feature-gates'] };
const FILE: What = { path: '/etc/kubernetes/kubelet.conf', actual: '0644', set: '0600', op: 'mode-at-most' };
const OWNER: What = { path: '/etc/kubernetes/kubelet.conf', actual: 'kube', set: 'root:root', op: 'owner-eq' };
const SUITES: What = { path: 'tlsCipherSuites', actual: ['A', 'B'], set: ['C', 'D'], flags: ['--tls-cipher-suites'] };
const TIMEOUT: What = { path: 'streamingConnectionIdleTimeout', actual: '24h0m0s', set: '4h0m0s' };
const BOOTSTRAP: What = {
  path: 'serverTLSBootstrap',
  actual: { serverTLSBootstrap: false, tlsCertFile: '' },
  set: { serverTLSBootstrap: true },
};
const ADDRESS: What = { path: 'metricsBindAddress', actual: '0.0.0.0:10249', set: '127.0.0.1:10249' };

function fixed(line: string, { path, actual, set, flags = [], op = 'eq' }: What): string | null {
  const asked: Control = control(path, set, { flags, check: { op, value: set } });
  const finding: Finding = {
    control: asked.id,
    title: asked.title,
    severity: asked.severity,
    blocking: true,
    status: 'introduced',
    inventory: 'hosts.ini',
    group: 'workers',
    hosts: ['w1'],
    path,
    actual,
    expected: '',
    reason: '',
    at: [],
    fix: asked.fix,
    rationale: '',
    standards: {},
    threats: [],
  };
  return setLiteral(line, finding, asked);
}

describe('the literal a finding rests on is replaced', () => {
  test.each<readonly [string, What, string]>([
    ['kubelet_read_only_port: 10255', PORT, 'kubelet_read_only_port: 0'],
    ['  kubelet_read_only_port:   "10255"  # for metrics', PORT, '  kubelet_read_only_port:   "0"  # for metrics'],
    ["readOnlyPort: '10255'\r", PORT, "readOnlyPort: '0'\r"],
    ['  "readOnlyPort": 10255,', PORT, '  "readOnlyPort": 0,'],
    ['  "readOnlyPort":10255}', PORT, '  "readOnlyPort":0}'],
    [
      'kubelet: { readOnlyPort: 10255, healthzPort: 10248 } # open',
      PORT,
      'kubelet: { readOnlyPort: 0, healthzPort: 10248 } # open',
    ],
    ['healthzPort: 10255 readOnlyPort=10255', PORT, 'healthzPort: 10255 readOnlyPort=0'],
    ['node-1 ansible_host=10.0.0.1 ro_port=10255', PORT, 'node-1 ansible_host=10.0.0.1 ro_port=0'],
    [
      'ExecStart=/usr/bin/kubelet --read-only-port=10255 --port=10250 \\',
      PORT,
      'ExecStart=/usr/bin/kubelet --read-only-port=0 --port=10250 \\',
    ],
    ['Environment="KUBELET_ARGS=--read-only-port=10255"', PORT, 'Environment="KUBELET_ARGS=--read-only-port=0"'],
    ['KUBELET_EXTRA_ARGS=--read-only-port 10255 --v=2', PORT, 'KUBELET_EXTRA_ARGS=--read-only-port 0 --v=2'],
    ['    - "--read-only-port=10255"', PORT, '    - "--read-only-port=0"'],
    ['mode: AlwaysAllow', MODE, 'mode: Webhook'],
    ['authorization: {mode: AlwaysAllow}', MODE, 'authorization: {mode: Webhook}'],
    ['x: "--authorization-mode=AlwaysAllow --v=2"', MODE, 'x: "--authorization-mode=Webhook --v=2"'],
    ['kubelet_anonymous: yes', ANONYMOUS, 'kubelet_anonymous: no'],
    ['kubelet_anonymous: True', ANONYMOUS, 'kubelet_anonymous: False'],
    ['  - enabled: "true"', ANONYMOUS, '  - enabled: "false"'],
    ['kubelet_feature_gates: ["AllAlpha=true", "X=true"]', GATE, 'kubelet_feature_gates: ["AllAlpha=false", "X=true"]'],
    ['--feature-gates=X=true,AllAlpha=true', GATE, '--feature-gates=X=true,AllAlpha=false'],
    ['GATES="AllAlpha=true"', GATE, 'GATES="AllAlpha=false"'],
    ['    mode: "0644"', FILE, '    mode: "0600"'],
    ['    mode: 0644', FILE, '    mode: "0600"'],
    ['    mode: 420', FILE, '    mode: "0600"'],
    ['    mode: u=rw,g=r,o=r', FILE, '    mode: "0600"'],
    [
      '  copy: src=a dest=/etc/kubernetes/kubelet.conf mode=0644',
      FILE,
      '  copy: src=a dest=/etc/kubernetes/kubelet.conf mode=0600',
    ],
    ['    owner: kube', OWNER, '    owner: root'],
    ['    group: kube', OWNER, '    group: root'],
    ['kubelet_user: kube', OWNER, 'kubelet_user: root'],
    ['tlsCipherSuites: [A, B]', SUITES, 'tlsCipherSuites: [C, D]'],
    ['tls_suites: "A,B"', SUITES, 'tls_suites: "C,D"'],
    ['--tls-cipher-suites=A,B --v=2', SUITES, '--tls-cipher-suites=C,D --v=2'],
    ['serverTLSBootstrap: false', BOOTSTRAP, 'serverTLSBootstrap: true'],
    ['streamingConnectionIdleTimeout: 24h', TIMEOUT, 'streamingConnectionIdleTimeout: 4h0m0s'],
    ['metricsBindAddress: 0.0.0.0:10249', ADDRESS, 'metricsBindAddress: 127.0.0.1:10249'],
  ])('%s', (line, what, expected) => expect(fixed(line, what)).toBe(expected));
});

describe('nothing is offered for', () => {
  test.each<readonly [string, string, What]>([
    ['a value with template code', 'readOnlyPort: {{ port | default(10255) }}', PORT],
    ['template code in quotes', 'x: "{{ 10255 }}"', PORT],
    ['a flag with template code in its value', '--authorization-mode=AlwaysAllow{{ more }}', MODE],
    ['another value', 'readOnlyPort: 10256', PORT],
    ['a comment', '# readOnlyPort: 10255', PORT],
    ['a value that only a comment has', 'readOnlyPort: 1 # was: 10255', PORT],
    ['two literals that could be meant', 'n1 a=10255 b=10255', PORT],
    ['a block scalar', 'kubelet_config: |', MODE],
    ['several words', 'mode: AlwaysAllow or so', MODE],
    ['an escape in quotes', 'mode: "Always\\u0041llow"', MODE],
    ['a switch that says the opposite', 'kubelet_no_anonymous: false', ANONYMOUS],
    ['a default nobody wrote', 'apiVersion: kubelet.config.k8s.io/v1beta1', { ...PORT, actual: null }],
    ['one of several fields that nobody wrote', 'tlsCertFile: ""', { ...BOOTSTRAP, path: 'tlsPrivateKeyFile' }],
    ['a fix that needs more than one value', 'x: true', { ...ANONYMOUS, set: { a: 1 } }],
    ['a line of generated text', `${'x'.repeat(1000)}: 10255`, PORT],
  ])('%s', (_, line, what) => expect(fixed(line, what)).toBeNull());
});
