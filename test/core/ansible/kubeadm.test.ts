import { describe, expect, test } from '@jest/globals';
import { flagsOf, play, problemsOf, puts, templates } from './play.ts';
import { effective, groupNamed, groupsOf, places, render } from './render.ts';

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

describe('a node that joins', () => {
  const JOIN = 'apiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\n';
  const site = (init: string, join: string, more = '', hosts = '[cp]\nc1\n[nodes]\nn1\n') =>
    render({
      hosts,
      'site.yml': `- hosts: cp\n  tasks:\n    - template: { src: init.j2, dest: ${FILE} }\n- hosts: nodes\n  tasks:\n    - template: { src: join.j2, dest: ${FILE} }\n${more}`,
      'templates/init.j2': init,
      'templates/join.j2': join,
    });
  const node = (rendering: ReturnType<typeof render>) =>
    groupsOf(rendering).find(({ hosts }) => hosts.includes('n1')) ?? groupNamed(rendering, 'n1');
  const args = (pods: string) => `nodeRegistration: { kubeletExtraArgs: { max-pods: "${pods}" } }\n`;

  test('has the configuration of the cluster, which the first node was given, with its lines', () => {
    const n1 = node(site(documents(`${INIT}${args('9')}`, CLUSTER, `${KUBELET}readOnlyPort: 10255\n`), JOIN));
    expect(effective(n1, 'readOnlyPort')).toBe(10255);
    expect(places(n1, 'readOnlyPort')).toEqual(['template templates/init.j2:10']);
    expect([effective(n1, 'rotateCertificates'), n1.kubelet?.values.get('rotateCertificates')?.from]).toEqual([
      true,
      'distribution',
    ]);
  });

  test('has the arguments of its own file, not of the first node', () => {
    const init = documents(`${INIT}${args('9')}`, CLUSTER, KUBELET);
    expect(flagsOf(node(site(init, JOIN)))).toEqual({});
    expect(flagsOf(node(site(init, `${JOIN}${args('7')}`)))).toEqual({ '--max-pods': '7' });
  });

  test('reads no KubeletConfiguration of its own file', () => {
    const own = documents(JOIN, `${KUBELET}readOnlyPort: 10255\n`);
    const cluster = documents(INIT, CLUSTER, `${KUBELET}readOnlyPort: 1\n`);
    expect(effective(node(site(cluster, own)), 'readOnlyPort')).toBe(1);
    expect(node(site('token: x\n', own)).kubelet?.open.has('')).toBe(true);
  });

  test('has its own patches on top', () => {
    const patch = `    - copy: { dest: /etc/k/kubeletconfiguration.yaml, content: "apiVersion: kubelet.config.k8s.io/v1beta1\\nkind: KubeletConfiguration\\nmaxPods: 9\\n" }\n`;
    const init = documents(INIT, CLUSTER, `${KUBELET}maxPods: 5\nreadOnlyPort: 1\n`);
    const n1 = node(site(init, `${JOIN}patches: { directory: /etc/k }\n`, patch));
    expect([effective(n1, 'maxPods'), effective(n1, 'readOnlyPort')]).toEqual([9, 1]);
  });

  test('does not know what the first node alone knows', () => {
    const init = documents(INIT, CLUSTER, `${KUBELET}maxPods: {{ ansible_x }}\nreadOnlyPort: 1\n`);
    const n1 = node(site(init, JOIN));
    expect([effective(n1, 'maxPods'), effective(n1, 'readOnlyPort')]).toEqual(['? fact ansible_x of c1', 1]);
  });

  test('does not know which of two different clusters it joins', () => {
    const init = documents(INIT, CLUSTER, `${KUBELET}maxPods: {{ pods }}\nreadOnlyPort: 1\n`);
    const n1 = node(site(init, JOIN, '', '[cp]\nc1 pods=1\nc2 pods=2\n[nodes]\nn1\n'));
    expect(effective(n1, 'maxPods')).toMatch(/^\? depends on whether c1 made the cluster the node joins/);
    expect(effective(n1, 'readOnlyPort')).toBe(1);
  });

  test('of one file for both knows what is the same in both', () => {
    const both = (init: string, join: string) =>
      flagsOf(play(puts(FILE, documents(`${INIT}${args(init)}`, `${JOIN}${args(join)}`, CLUSTER))));
    expect(both('7', '7')).toEqual({ '--max-pods': '7' });
    expect(both('7', '8')).toEqual({ '--max-pods': expect.stringMatching(/^\? whether the node makes the cluster/) });
  });

  test.each(['/etc/default/kubelet', '/etc/sysconfig/kubelet'])(
    'has the arguments of %s over those of kubeadm',
    path => {
      const group = play(
        puts('/var/lib/kubelet/kubeadm-flags.env', 'KUBELET_KUBEADM_ARGS="--max-pods=7 --v=3"\n') +
          puts(path, 'KUBELET_EXTRA_ARGS=--max-pods=9\n'),
      );
      expect([effective(group, 'maxPods'), effective(group, 'logging.verbosity')]).toEqual([9, 3]);
    },
  );
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

  const jsonPatch = (text: string) => {
    const config = `${KUBELET}maxPods: 5\nclusterDomain: a.local\ntlsCipherSuites: [A, B]\nallowedUnsafeSysctls:\n- x.y\nauthentication: { anonymous: { enabled: true } }\nregistryPullQPS: {{ ansible_x }}\n`;
    return play(
      templates(FILE, 'kubeadm.j2') + templates('/etc/kubernetes/patches/kubeletconfiguration+json.yaml', 'patch.j2'),
      {
        'templates/kubeadm.j2': documents(`${INIT}patches: { directory: /etc/kubernetes/patches }\n`, CLUSTER, config),
        'templates/patch.j2': text,
      },
    );
  };

  test.each([
    [
      'adds an item at the end',
      '- { op: add, path: /allowedUnsafeSysctls/-, value: z }\n',
      'allowedUnsafeSysctls',
      ['x.y', 'z'],
    ],
    [
      'adds an item before another',
      '- { op: add, path: /tlsCipherSuites/0, value: Z }\n',
      'tlsCipherSuites',
      ['Z', 'A', 'B'],
    ],
    ['replaces an item', '- { op: replace, path: /tlsCipherSuites/1, value: Z }\n', 'tlsCipherSuites', ['A', 'Z']],
    ['removes an item', '- { op: remove, path: /tlsCipherSuites/0 }\n', 'tlsCipherSuites', ['B']],
    [
      'works on what operations before it made',
      '- { op: add, path: /tlsCipherSuites/-, value: C }\n- { op: remove, path: /tlsCipherSuites/0 }\n',
      'tlsCipherSuites',
      ['B', 'C'],
    ],
    ['moves a value', '- { op: move, from: /maxPods, path: /podsPerCore }\n', 'podsPerCore', 5],
    ['leaves nothing where it moved from', '- { op: move, from: /maxPods, path: /podsPerCore }\n', 'maxPods', 110],
    ['copies a value', '- { op: copy, from: /maxPods, path: /podsPerCore }\n', 'podsPerCore', 5],
    [
      'goes on after a test that holds',
      '- { op: test, path: /clusterDomain, value: "a.local" }\n- { op: replace, path: /maxPods, value: 9 }\n',
      'maxPods',
      9,
    ],
  ])('a JSON patch %s', (_, text, path, expected) => {
    expect(effective(jsonPatch(text), path)).toEqual(expected);
  });

  test.each([
    ['of a list that is not there', '- { op: add, path: /enforceNodeAllocatable/-, value: x }\n'],
    ['of an item that is not there', '- { op: remove, path: /tlsCipherSuites/7 }\n'],
    ['that moves what is not there', '- { op: move, from: /podsPerCore, path: /maxPods }\n'],
    ['whose test does not hold', '- { op: test, path: /maxPods, value: 6 }\n- { op: add, path: /maxPods, value: 9 }\n'],
    ['whose test is of what nobody knows', '- { op: test, path: /registryPullQPS, value: 6 }\n'],
    ['with an operation there is not', '- { op: merge, path: /maxPods, value: 9 }\n'],
  ])('a JSON patch %s is not applied: nothing it may have set is known', (_, text) => {
    expect(jsonPatch(text).kubelet?.open.has('')).toBe(true);
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
