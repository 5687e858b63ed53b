import { describe, expect, test } from '@jest/globals';
import { readBaseline } from '../../../config/baseline.ts';
import { directionOf, type FieldState } from '../../../core/baseline/direction.ts';
import type { Json } from '../../../core/kubelet/types.ts';

const baseline = readBaseline();
const UNKNOWN = Symbol('unknown');
const ABSENT = Symbol('absent');

function state(value: Json | symbol): FieldState {
  if (value === UNKNOWN) return { state: 'unknown' };
  return value === ABSENT ? { state: 'absent' } : { state: 'value', value: value as Json };
}

describe('the direction of a change', () => {
  test.each<[string, Json | symbol, Json | symbol, string]>([
    ['authorization.mode', 'Webhook', 'AlwaysAllow', 'weakens'],
    ['authorization.mode', 'AlwaysAllow', 'Webhook', 'strengthens'],
    ['authorization.mode', 'AlwaysAllow', 'webhook', 'neutral'],
    ['readOnlyPort', 0, 10255, 'weakens'],
    ['readOnlyPort', 0, UNKNOWN, 'weakens'],
    ['readOnlyPort', 10255, UNKNOWN, 'neutral'],
    ['readOnlyPort', UNKNOWN, 0, 'strengthens'],
    ['readOnlyPort', UNKNOWN, 10255, 'weakens'],
    ['maxPods', 110, 250, 'weakens'],
    ['maxPods', 250, 200, 'strengthens'],
    ['maxPods', 60, 110, 'neutral'],
    ['registryPullQPS', 5, 0, 'weakens'],
    ['imageMaximumGCAge', '336h0m0s', '0s', 'weakens'],
    ['containerLogMaxSize', '10Mi', '1Gi', 'weakens'],
    ['failSwapOn', true, false, 'weakens'],
    ['enforceNodeAllocatable', ['pods'], [], 'weakens'],
    ['evictionHard.nodefs.available', '10%', ABSENT, 'weakens'],
    ['evictionHard.nodefs.available', '10%', '5%', 'neutral'],
    ['systemReserved.pid', ABSENT, '1000', 'strengthens'],
    ['staticPodPath', ABSENT, '/etc/kubernetes/manifests', 'weakens'],
    ['staticPodPath', '/etc/kubernetes/manifests', '/tmp/pods', 'weakens'],
    ['staticPodURL', ABSENT, 'http://pods.example', 'weakens'],
    ['staticPodURLHeader.Authorization', ABSENT, ['token'], 'weakens'],
    ['enableDebuggingHandlers', true, false, 'neutral'],
    ['featureGates.ProcMountType', ABSENT, true, 'weakens'],
    ['featureGates.UserNamespacesSupport', ABSENT, false, 'weakens'],
    ['podPidsLimit', 4096, 8192, 'neutral'],
    ['podPidsLimit', 4096, -1, 'weakens'],
    ['podPidsLimit', -1, 20000, 'strengthens'],
    ['podPidsLimit', 20000, 30000, 'weakens'],
    ['podPidsLimit', 30000, 20000, 'strengthens'],
    ['eventRecordQPS', 50, 0, 'weakens'],
    ['streamingConnectionIdleTimeout', '4h0m0s', '5h0m0s', 'weakens'],
    ['streamingConnectionIdleTimeout', '6h0m0s', '5h0m0s', 'strengthens'],
    ['tlsCipherSuites', ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'], ABSENT, 'weakens'],
    ['tlsCipherSuites', ['TLS_RSA_WITH_AES_128_GCM_SHA256'], ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'], 'strengthens'],
    ['serverTLSBootstrap', true, false, 'weakens'],
    ['tlsCertFile', '', '/a.crt', 'strengthens'],
    ['featureGates.RotateKubeletServerCertificate', ABSENT, false, 'weakens'],
    ['featureGates.RotateKubeletServerCertificate', false, ABSENT, 'strengthens'],
    ['rotateCertificates', true, false, 'weakens'],
    ['seccompDefault', false, true, 'strengthens'],
    ['registerWithTaints', [{ key: 'CriticalAddonsOnly', effect: 'NoExecute' }], [], 'weakens'],
  ])('%s: %p -> %p %s', (path, before, after, expected) => {
    expect(directionOf(path, state(before), state(after), baseline)).toBe(expected);
  });
});
