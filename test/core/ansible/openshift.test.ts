import { describe, expect, test } from '@jest/globals';
import { flagsOf, play, puts } from './play.ts';
import { effective, places } from './render.ts';

const FILE = '/etc/origin/node/node-config.yaml';
const NODE = `apiVersion: v1
kind: NodeConfig
dnsDomain: cluster.local
dnsIP: 10.0.0.10
servingInfo:
  bindAddress: 0.0.0.0:10250
  certFile: server.crt
  clientCA: ca.crt
  keyFile: /etc/pki/server.key
podManifestConfig:
`;

describe('a NodeConfig of OpenShift 3', () => {
  test('is what the kubelet is started with, and there is no file of its own', () => {
    const group = play(puts(FILE, NODE));
    expect(flagsOf(group)).toEqual({
      '--cluster-domain': 'cluster.local',
      '--cluster-dns': '10.0.0.10',
      '--tls-cert-file': '/etc/origin/node/server.crt',
      '--client-ca-file': '/etc/origin/node/ca.crt',
      '--tls-private-key-file': '/etc/pki/server.key',
    });
    expect([effective(group, 'readOnlyPort'), effective(group, 'maxPods')]).toEqual([0, 250]);
    expect(effective(group, 'authorization.mode')).toBe('Webhook');
    expect(group.kubelet?.open.size).toBe(0);
  });

  test('kubeletArguments beat what OpenShift sets and its other fields', () => {
    const group = play(
      puts(FILE, `${NODE}kubeletArguments:\n  read-only-port: ["10255"]\n  cluster-domain:\n  - other.local\n`),
    );
    expect([effective(group, 'readOnlyPort'), effective(group, 'clusterDomain')]).toEqual([10255, 'other.local']);
    expect(places(group, 'readOnlyPort')).toEqual(['variable site.yml:17']);
  });

  test.each(['node.eks.aws/v1alpha1', 'v1alpha1'])('one of %s is none', version => {
    expect(play(puts(FILE, NODE.replace('v1', version))).kubelet).toBeNull();
  });
});
