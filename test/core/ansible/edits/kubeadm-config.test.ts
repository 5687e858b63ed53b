import { describe, expect, test } from '@jest/globals';
import { play, puts } from '../play.ts';
import { effective, places } from '../render.ts';

const FILE = '/var/lib/kubelet/config.yaml';
const KUBELET = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
serverTLSBootstrap: true
authentication:
    anonymous: {enabled: true}
registerWithTaints: [{key: a, effect: NoSchedule}]
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
`;
const KUBEADM = puts('/etc/kubernetes/kubeadm.yaml', KUBELET);
const INIT = '- command: kubeadm init --pod-network-cidr 10.244.0.0/16\n';

function replaces(regexp: string, replacement: string): string {
  return `- replace: { path: ${FILE}, regexp: '${regexp}', replace: "${replacement}" }\n`;
}

describe('an edit of the file kubeadm writes', () => {
  test.each<readonly [title: string, edit: string, field: string, value: unknown]>([
    [
      'of a nested line, in the layout kubeadm gives it',
      replaces('(anonymous:\\n +enabled:) true', '\\\\1 false'),
      'authentication.anonymous.enabled',
      false,
    ],
    ['of what kubeadm fills in', replaces('mode: Webhook', 'mode: AlwaysAllow'), 'authorization.mode', 'AlwaysAllow'],
    [
      'of a field that is written although it is empty',
      replaces('^streamingConnectionIdleTimeout: 0s$', 'streamingConnectionIdleTimeout: 5m'),
      'streamingConnectionIdleTimeout',
      '5m0s',
    ],
    [
      'of another spelling of the document finds nothing',
      replaces('anonymous: \\{enabled: true\\}', 'anonymous: {enabled: false}'),
      'authentication.anonymous.enabled',
      true,
    ],
    [
      'that takes a line away leaves the kubelet its own default',
      `- lineinfile: { path: ${FILE}, regexp: '^rotateCertificates', state: absent }\n`,
      'rotateCertificates',
      false,
    ],
    [
      'at the end of a list',
      replaces('effect: NoSchedule', 'effect: NoExecute'),
      'registerWithTaints',
      [{ key: 'a', effect: 'NoExecute' }],
    ],
  ])('%s', (_, edit, field, value) => {
    expect(effective(play(KUBEADM + edit), field)).toEqual(value);
  });

  test('leaves the others what they were, told as set by nobody', () => {
    const group = play(KUBEADM + replaces('mode: Webhook', 'mode: AlwaysAllow'));
    expect(group.kubelet?.values.get('staticPodPath')).toEqual({
      value: { known: true, json: '/etc/kubernetes/manifests' },
      from: 'distribution',
    });
    expect(effective(group, 'serverTLSBootstrap')).toBe(true);
    expect(places(group, 'serverTLSBootstrap')).toEqual(['variable site.yml:8']);
    expect(group.kubelet?.open.size).toBe(0);
  });
});

describe('an edit of the file of a cluster started without a kubeadm file', () => {
  const edit = replaces('mode: Webhook', 'mode: AlwaysAllow');

  test('is made to what kubeadm writes', () => {
    const group = play(INIT + edit);
    expect([effective(group, 'authorization.mode'), effective(group, 'readOnlyPort')]).toEqual(['AlwaysAllow', 0]);
    expect(effective(group, 'clusterDNS')).toEqual(['10.96.0.10']);
  });

  test('on a node that joins, too', () => {
    const group = play(`- shell: "{{ join_command }}"\n${edit}`, {
      'roles/first/tasks/main.yml':
        '- shell: >-\n    kubeadm init --service-cidr=10.100.0.0/16\n    --service-dns-domain {{ domain }}\n    --token "{{ token }}"\n',
    });
    expect(effective(group, 'clusterDNS')).toEqual(['10.100.0.10']);
    expect(effective(group, 'authorization.mode')).toBe('AlwaysAllow');
  });

  test.each([
    ['a file', '- command: kubeadm init --config /root/kubeadm.yaml\n'],
    [
      'a file on a later line',
      '- shell: |\n    kubeadm init \\\n      --upload-certs \\\n      --config=/root/k.yaml\n',
    ],
    ['flags nobody can see', '- command: kubeadm init {{ kubeadm_flags }}\n'],
    ['a phase alone', '- command: kubeadm init phase kubeconfig all\n'],
    ['a comment alone', '- debug: { msg: no }\n# then kubeadm init\n'],
  ])('is not told of one started with %s', (_, command) => {
    expect([...(play(command + edit).kubelet?.open.keys() ?? [])]).toEqual(['']);
  });
});
