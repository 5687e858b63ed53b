import { describe, expect, test } from '@jest/globals';
import { flagsOf, play, problemsOf, puts, templates } from './play.ts';
import { effective, places } from './render.ts';

const INIT = 'apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n';
const CLUSTER = 'apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n';
const KUBELET = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
const FILE = '/etc/kubernetes/kubeadm.yaml';
const documents = (...texts: readonly string[]) => texts.join('---\n');

describe('a kubeadm file', () => {
  test('of several documents gives the configuration, the flags and where both stand', () => {
    const group = play(templates(FILE, 'kubeadm.j2'), {
      'templates/kubeadm.j2': documents(
        `${INIT}nodeRegistration:\n  kubeletExtraArgs:\n    - name: max-pods\n      value: "{{ pods }}"\n`,
        CLUSTER,
        `${KUBELET}readOnlyPort: {{ port }}\n`,
        'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ipvs\n',
      ),
      'group_vars/all.yml': 'pods: 7\nport: 10255\n',
    });
    expect([effective(group, 'readOnlyPort'), effective(group, 'maxPods')]).toEqual([10255, 7]);
    expect(places(group, 'readOnlyPort')).toEqual([
      'variable group_vars/all.yml:2',
      'template templates/kubeadm.j2:13',
    ]);
    expect(places(group, 'maxPods')).toEqual(['variable group_vars/all.yml:1', 'template templates/kubeadm.j2:6']);
    expect(problemsOf(group)).toEqual([]);
  });

  test('without a KubeletConfiguration makes one of its defaults', () => {
    const group = play(
      puts(FILE, documents(INIT, `${CLUSTER}networking: { serviceSubnet: 10.20.0.0/16, dnsDomain: k.local }\n`)),
    );
    const of = (path: string) => [effective(group, path), group.kubelet?.values.get(path)?.from];
    expect(of('rotateCertificates')).toEqual([true, 'distribution']);
    expect(of('authentication.x509.clientCAFile')).toEqual(['/etc/kubernetes/pki/ca.crt', 'distribution']);
    expect(of('clusterDNS')).toEqual([['10.20.0.10'], 'distribution']);
    expect(of('clusterDomain')).toEqual(['k.local', 'distribution']);
    expect(of('authorization.mode')).toEqual(['Webhook', 'default']);
  });

  test('cannot turn rotateCertificates off', () => {
    const group = play(
      puts(FILE, documents(INIT, CLUSTER, `${KUBELET}rotateCertificates: false\nstaticPodPath: /m\n`)),
    );
    expect([effective(group, 'rotateCertificates'), effective(group, 'staticPodPath')]).toEqual([true, '/m']);
  });

  test('of a node that only joins says nothing of the configuration', () => {
    const group = play(puts(FILE, 'apiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\n'));
    expect(group.kubelet?.open.has('')).toBe(true);
  });

  test('gives arguments that the environment file of the package beats', () => {
    const group = play(
      puts(
        FILE,
        `${INIT}nodeRegistration:\n  kubeletExtraArgs:\n  - { name: max-pods, value: "7" }\n  - { name: v, value: "4" }\n`,
      ) + puts('/etc/default/kubelet', 'KUBELET_EXTRA_ARGS=--max-pods=9\n'),
    );
    expect(effective(group, 'maxPods')).toBe(9);
  });

  test('gives arguments where the unit takes them', () => {
    const unit =
      '[Service]\nEnvironment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"\nEnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env\nExecStart=/usr/bin/kubelet $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS --v=2\n';
    const group = play(
      puts(
        FILE,
        documents(
          `${INIT}nodeRegistration: { kubeletExtraArgs: { max-pods: "7", v: "9" } }\n`,
          `${KUBELET}maxPods: 5\n`,
        ),
      ) + puts('/etc/systemd/system/kubelet.service.d/10-kubeadm.conf', unit),
    );
    expect(Object.keys(flagsOf(group))).toEqual(['--config', '--max-pods', '--v']);
    expect([effective(group, 'maxPods'), effective(group, 'logging.verbosity')]).toEqual([7, 2]);
  });
});

describe('patches of kubeadm', () => {
  const withPatch = (name: string, text: string, init = `${INIT}patches: { directory: /etc/kubernetes/patches }\n`) =>
    play(
      puts(
        FILE,
        documents(
          init,
          CLUSTER,
          `${KUBELET}maxPods: 5\nreadOnlyPort: 10255\nevictionHard: { memory.available: 1Gi }\n`,
        ),
      ) + templates(`/etc/kubernetes/patches/${name}`, 'patch.j2'),
      { 'templates/patch.j2': text },
    );

  test.each([
    ['strategic by default', 'kubeletconfiguration.yaml', `${KUBELET}maxPods: 9\n`],
    ['without a kind', 'kubeletconfiguration0+strategic.yaml', 'maxPods: 9\n'],
    [
      'merge',
      'kubeletconfiguration+merge.json',
      '{"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",\n "maxPods": 9}\n',
    ],
    ['JSON patch as YAML', 'kubeletconfiguration+json.yaml', '- op: replace\n  path: /maxPods\n  value: 9\n'],
    ['JSON patch', 'kubeletconfiguration1+json.json', '[{"op": "add", "path": "/maxPods", "value": 9}]\n'],
  ])('%s', (_, name, text) => {
    const group = withPatch(name, text);
    expect([effective(group, 'maxPods'), effective(group, 'readOnlyPort')]).toEqual([9, 10255]);
    expect(places(group, 'maxPods')).toEqual([expect.stringMatching(/^template templates\/patch\.j2:\d$/)]);
    expect(group.kubelet?.accepted).toBe(true);
  });

  test('a JSON patch may name several fields, remove one and reach into mappings', () => {
    const group = withPatch(
      'kubeletconfiguration+json.yaml',
      '- { op: remove, path: /readOnlyPort }\n- { op: add, path: /evictionHard/nodefs.available, value: 7% }\n- { op: add, path: /authentication/anonymous/enabled, value: true }\n- { op: add, path: /authentication/webhook/enabled, value: false }\n',
    );
    expect([
      effective(group, 'readOnlyPort'),
      effective(group, 'evictionHard.nodefs.available'),
      effective(group, 'evictionHard.memory.available'),
      effective(group, 'authentication.anonymous.enabled'),
      effective(group, 'authentication.webhook.enabled'),
    ]).toEqual([0, '7%', '1Gi', true, false]);
  });

  test.each([
    ['an item of a list', '- { op: add, path: /tlsCipherSuites/0, value: x }\n'],
    ['a move', '- { op: move, from: /maxPods, path: /podsPerCore }\n'],
  ])('%s is not applied: nothing it may have set is known', (_, text) => {
    expect(effective(withPatch('kubeletconfiguration+json.yaml', text), 'authorization.mode')).toBeDefined();
    expect(withPatch('kubeletconfiguration+json.yaml', text).kubelet?.open.has('')).toBe(true);
  });

  test('a file of another directory is no patch', () => {
    expect(effective(withPatch('kubeletconfiguration.yaml', `${KUBELET}maxPods: 9\n`, INIT), 'maxPods')).not.toBe(9);
  });

  test('UpgradeConfiguration names a directory too', () => {
    const upgrade =
      'apiVersion: kubeadm.k8s.io/v1beta4\nkind: UpgradeConfiguration\nnode:\n  patches:\n    directory: /etc/kubernetes/patches\n';
    expect(
      effective(withPatch('kubeletconfiguration.yaml', `${KUBELET}maxPods: 9\n`, documents(INIT, upgrade)), 'maxPods'),
    ).toBe(9);
  });
});
