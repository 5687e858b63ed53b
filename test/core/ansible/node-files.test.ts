import { describe, expect, test } from '@jest/globals';
import { fileValues } from '../../../core/ansible/file-values.ts';
import type { NodeFile } from '../../../core/ansible/types.ts';
import { play, problemsOf, templates } from './play.ts';

const ROWS: readonly (readonly [dest: string, kind: NodeFile['kind'], text: string, values: object | null])[] = [
  [
    '/var/lib/kube-proxy/config.conf',
    'KubeProxyConfiguration',
    'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: {{ mode }}\n',
    { mode: 'ipvs' },
  ],
  [
    '/etc/cni/net.d/10-a.conflist',
    'cni',
    '{ "cniVersion": "1.0.0", "plugins": [{ "type": "{{ mode }}" }] }\n',
    { cniVersion: '1.0.0', plugins: [{ type: 'ipvs' }] },
  ],
  [
    '/etc/containerd/config.toml',
    'other',
    'version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  enable_selinux = {{ selinux }}\n',
    { version: 2, plugins: { 'io.containerd.grpc.v1.cri': { enable_selinux: true } } },
  ],
  [
    '/var/lib/kubelet/seccomp/profiles/audit.json',
    'seccomp',
    '{ "defaultAction": "SCMP_ACT_LOG" }\n',
    { defaultAction: 'SCMP_ACT_LOG' },
  ],
  ['/etc/apparmor.d/k8s-deny-write', 'other', 'profile k8s-deny-write { deny /** w, }\n', null],
  [
    '/var/lib/kubelet/config.yaml',
    'KubeletConfiguration',
    'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\naddress: {{ ansible_host_ip }}\n',
    { address: '⟨unknown: fact ansible_host_ip⟩' },
  ],
  [
    '/etc/kubernetes/kubeadm.yaml',
    'kubeadm',
    'apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n',
    [{ kind: 'InitConfiguration' }, { kind: 'ClusterConfiguration' }],
  ],
];

describe('a file on a node has its kind, mode, owner, group and values', () => {
  test.each(ROWS)('%s', (dest, kind, text, values) => {
    const group = play(`- template: { src: f.j2, dest: ${dest}, mode: '0600', owner: root, group: wheel }\n`, {
      'templates/f.j2': text,
      'group_vars/all.yml': 'mode: ipvs\nselinux: "true"\n',
    });
    const [file] = group.files;
    const is = (json: string) => ({ value: { known: true, json } });
    expect(file).toMatchObject({ dest: is(dest), kind, mode: is('0600'), owner: is('root'), group: is('wheel') });
    const found = file && fileValues(file);
    if (values === null) expect(found).toBeNull();
    else expect(found).toMatchObject(values);
    expect(problemsOf(group)).toEqual([]);
  });
});

describe('a file its reader would refuse is a problem at its line', () => {
  test.each([
    ['/var/lib/kubelet/seccomp/a.json', '{\n "defaultAction": "x",\n}\n', 3, 'JSON'],
    ['/etc/cni/net.d/10-a.conflist', '{\n "plugins": [\n}\n', 3, 'JSON'],
    ['/etc/containerd/config.toml', 'version = 2\nroot = /var\n', 2, 'TOML'],
  ])('%s', (dest, text, line, format) => {
    const group = play(templates(dest, 'f.j2'), { 'templates/f.j2': text });
    expect(problemsOf(group)).toEqual([
      expect.stringMatching(new RegExp(`^templates/f\\.j2:${line} ${dest} would not be valid ${format} on the node`)),
    ]);
  });

  test('unknown values in it are no fault', () => {
    const text = '{ "a": {{ ansible_x }}, "b": "{{ ansible_y }}" }\n';
    expect(problemsOf(play(templates('/etc/cni/net.d/1.conf', 'f.j2'), { 'templates/f.j2': text }))).toEqual([]);
  });
});

describe('a content that is a mapping is written as JSON', () => {
  const written = (content: string) =>
    play(`- copy: { content: "${content}", dest: /var/lib/kubelet/config.json }\n`, {});

  test('with a key nobody knows', () => {
    const group = written("{{ {ansible_mount: {'a': 1}, 'b': 2} }}");
    expect(group.files[0]?.text?.text).toMatch(/^\{"\uE000[0-9a-f]{8}\uE001": \{"a": 1\}, "b": 2\}$/);
    expect(problemsOf(group)).toEqual([]);
  });

  test('and one that JSON does not have is a problem', () => {
    const group = written("{{ {('a', 'b'): 1} }}");
    expect(group.files[0]?.alternatives).toEqual([]);
    expect(problemsOf(group)).toEqual([
      expect.stringMatching(
        /^site\.yml:\d+ The content of \/var\/lib\/kubelet\/config\.json cannot be written: keys must be /,
      ),
    ]);
  });
});
