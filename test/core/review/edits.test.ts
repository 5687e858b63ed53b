import { describe, expect, test } from '@jest/globals';
import { playFiles, puts } from '../ansible/play.ts';
import { type Files, reviewFiles } from './repositories.ts';

const CONFIG =
  'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: 10255\nauthentication:\n  anonymous:\n    enabled: true\n';
const WRITE = puts('/etc/kubernetes/kubelet.yaml', CONFIG);
/** Lines of the playbook before the first task after `WRITE`. */
const WRITTEN = 2 + WRITE.split('\n').length - 1;

const lineInFile = (path: string, regexp: string, line: string): string =>
  `- lineinfile:\n    path: ${path}\n    regexp: '${regexp}'\n    line: '${line}'\n`;

describe('a change of an edit shows at the line of its task', () => {
  test.each([
    ['of a file the play writes', WRITE, '/etc/kubernetes/kubelet.yaml', '^readOnlyPort:', 'readOnlyPort: '],
    [
      'of an environment file nobody sees',
      '',
      '/etc/kubernetes/kubelet.env',
      '^KUBELET_ARGS=',
      'KUBELET_ARGS=--read-only-port=',
    ],
    ['of a kubelet configuration nobody sees', '', '/var/lib/kubelet/config.yaml', '^readOnlyPort:', 'readOnlyPort: '],
  ])('%s', (_, write, path, regexp, line) => {
    const safe = playFiles(write + lineInFile(path, regexp, `${line}0`));
    const open = playFiles(write + lineInFile(path, regexp, `${line}10255`));
    const at = (write === '' ? 2 : WRITTEN) + 4;
    const weakening = reviewFiles(safe, open);
    expect(weakening.changes.map(({ path: field, direction }) => [field, direction])).toContainEqual([
      'readOnlyPort',
      'weakens',
    ]);
    expect(weakening.changes.find(one => one.path === 'readOnlyPort')?.at[0]).toMatchObject({
      file: 'site.yml',
      line: at,
      side: 'RIGHT',
    });
    expect(weakening.conclusion).toBe('fail');
    expect(weakening.problems).toEqual([]);
    const way = reviewFiles(open, safe);
    expect(way.changes.find(one => one.path === 'readOnlyPort')?.direction).toBe('strengthens');
  });

  test('that comes from a variable shows at the variable', () => {
    const files = (port: number): Files =>
      playFiles(WRITE + lineInFile('/etc/kubernetes/kubelet.yaml', '^readOnlyPort:', 'readOnlyPort: {{ port }}'), {
        'group_vars/all.yml': `---\nport: ${port}\n`,
      });
    const change = reviewFiles(files(0), files(10255)).changes.find(one => one.path === 'readOnlyPort');
    expect(change).toMatchObject({ direction: 'weakens', at: [{ file: 'group_vars/all.yml', line: 2 }, {}] });
  });
});

describe('an edit that is added', () => {
  test('and sets a value shows at its line', () => {
    const edit = lineInFile('/etc/kubernetes/kubelet.yaml', '^readOnlyPort:', 'readOnlyPort: 0');
    const change = reviewFiles(playFiles(WRITE), playFiles(WRITE + edit)).changes.find(
      one => one.path === 'readOnlyPort',
    );
    expect(change).toMatchObject({ direction: 'strengthens', at: [{ file: 'site.yml', line: WRITTEN + 4 }] });
  });

  test('and takes a value away shows at its task', () => {
    const edit = "- lineinfile: { path: /etc/kubernetes/kubelet.yaml, regexp: '^readOnlyPort', state: absent }\n";
    const change = reviewFiles(playFiles(WRITE), playFiles(WRITE + edit)).changes.find(
      one => one.path === 'readOnlyPort',
    );
    expect(change).toMatchObject({ direction: 'strengthens' });
    expect(change?.at[0]).toMatchObject({ file: 'site.yml', line: WRITTEN + 1, side: 'RIGHT' });
  });

  test('and cannot be decided leaves what was known undecided at its task', () => {
    const edit = "- replace: { path: /etc/kubernetes/kubelet.yaml, regexp: '(?<=enabled: )true', replace: 'false' }\n";
    const verdict = reviewFiles(playFiles(WRITE), playFiles(WRITE + edit));
    expect(verdict.changes.length).toBeGreaterThan(0);
    expect(verdict.changes.flatMap(({ at }) => at).map(({ file, line }) => `${file}:${line}`)).toContain(
      `site.yml:${WRITTEN + 1}`,
    );
    expect(verdict.conclusion).not.toBe('pass');
  });
});

test('another pattern over lines nobody sees is a change, at the line of the pattern', () => {
  const files = (regexp: string): Files =>
    playFiles(`- lineinfile:\n    path: /var/lib/kubelet/config.yaml\n    state: absent\n    regexp: '${regexp}'\n`);
  const verdict = reviewFiles(files('^readOnlyPort'), files('^authorization'));
  expect(verdict.changes.map(({ path }) => path)).toContain('*');
  expect(verdict.changes.find(({ path }) => path === '*')?.at[0]).toMatchObject({ file: 'site.yml', line: 6 });
});

describe('a broken template is a problem wherever the file lands', () => {
  const KUBELET = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
  test.each([
    ['/etc/kubernetes/kubelet.yaml', KUBELET],
    ['/opt/node/settings', KUBELET],
    ['/etc/default/kubelet', 'KUBELET_ARGS='],
    ['/etc/systemd/system/kubelet.service.d/20.conf', '[Service]\n'],
    ['/etc/cni/net.d/10.conflist', '{}'],
    ['/var/lib/kubelet/seccomp/audit.json', '{}'],
    ['/etc/kubernetes/kubelet.conf', 'kind: Config\n'],
    ['/var/lib/kube-proxy/config.conf', 'kind: KubeProxyConfiguration\n'],
    ['/etc/rancher/rke2/config.yaml', 'kubelet-arg: []\n'],
    ['/etc/kubernetes/kubeadm.yaml', 'apiVersion: kubeadm.k8s.io/v1beta4\n'],
    ['/etc/kubernetes/kubelet-extra.yaml', 'a: b\n'],
    ['/etc/sysctl.d/90-kubelet.conf', 'vm.overcommit_memory=1\n'],
  ])('%s', (dest, text) => {
    const files = (template: string): Files =>
      playFiles(`- template: { src: t.j2, dest: ${dest} }\n`, { 'templates/t.j2': template });
    const verdict = reviewFiles(files(text), files(`${text}{% endfi %}\n`));
    expect(verdict.problems.map(({ code, file }) => `${code} ${file}`)).toEqual(['template-invalid templates/t.j2']);
    expect(verdict.conclusion).toBe('fail');
  });
});
