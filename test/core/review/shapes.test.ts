import { describe, expect, test } from '@jest/globals';
import { playFiles, puts, templates } from '../ansible/play.ts';
import { type Files, reviewFiles } from './repositories.ts';

const KUBELET = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
const INIT =
  'apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\npatches: { directory: /etc/k/patches }\n---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n';
const TO_YAML = templates('/etc/rancher/rke2/config.yaml', 'config.j2');
const INSTALL = '- shell: curl -sfL https://get.k3s.io | INSTALL_K3S_EXEC="{{ args }}" sh -\n';

/** A repository and what changes in one of its files: the line that changes a setting, and which way. */
type Row = Readonly<{
  name: string;
  files: Files;
  path: string;
  from: string;
  to: string;
  field: string;
  line: number;
}>;

const ROWS: readonly Row[] = [
  {
    name: 'kubelet-arg in a dictionary of an rke2 role',
    files: playFiles(TO_YAML, {
      'templates/config.j2': '{{ rke2_config | to_nice_yaml }}',
      'group_vars/all.yml':
        'rke2_config:\n  kubelet-arg:\n    - protect-kernel-defaults=true\n    - authorization-mode=Webhook\n',
    }),
    path: 'group_vars/all.yml',
    from: 'Webhook',
    to: 'AlwaysAllow',
    field: 'authorization.mode',
    line: 4,
  },
  {
    name: 'arguments handed to the installer of k3s',
    files: playFiles(INSTALL, {
      'group_vars/all.yml': '# arguments\nargs: "server --kubelet-arg=anonymous-auth=false"\n',
    }),
    path: 'group_vars/all.yml',
    from: 'auth=false',
    to: 'auth=true',
    field: 'authentication.anonymous.enabled',
    line: 2,
  },
  {
    name: 'protect-kernel-defaults of k3s',
    files: playFiles(templates('/etc/rancher/k3s/config.yaml', 'config.j2'), {
      'templates/config.j2': 'token: x\nprotect-kernel-defaults: true\n',
    }),
    path: 'templates/config.j2',
    from: 'true',
    to: 'false',
    field: 'protectKernelDefaults',
    line: 2,
  },
  {
    name: 'a kubeadm patch',
    files: playFiles(
      puts('/etc/k/kubeadm.yaml', INIT) + templates('/etc/k/patches/kubeletconfiguration+merge.yaml', 'p.j2'),
      {
        'templates/p.j2': `${KUBELET}readOnlyPort: {{ port }}\n`,
        'group_vars/all.yml': 'port: 0\n',
      },
    ),
    path: 'group_vars/all.yml',
    from: '0',
    to: '10255',
    field: 'readOnlyPort',
    line: 1,
  },
  {
    name: 'kubeletExtraArgs as a list',
    files: playFiles(templates('/etc/k/kubeadm.yaml', 'k.j2'), {
      'templates/k.j2': `${INIT.replace('patches: { directory: /etc/k/patches }\n', 'nodeRegistration:\n  kubeletExtraArgs:\n    - name: anonymous-auth\n      value: "false"\n')}`,
    }),
    path: 'templates/k.j2',
    from: '"false"',
    to: '"true"',
    field: 'authentication.anonymous.enabled',
    line: 6,
  },
  {
    name: 'a KubeletConfiguration in a block of text in a variable',
    files: playFiles('- copy: { content: "{{ config }}", dest: /etc/kubernetes/kubelet.yaml }\n', {
      'group_vars/all.yml': `mode: Webhook\nconfig: |\n  apiVersion: kubelet.config.k8s.io/v1beta1\n  kind: KubeletConfiguration\n  readOnlyPort: 0\n  authorization: { mode: {{ mode }} }\n`,
    }),
    path: 'group_vars/all.yml',
    from: 'readOnlyPort: 0',
    to: 'readOnlyPort: 10255',
    field: 'readOnlyPort',
    line: 5,
  },
  {
    name: 'a variable in a block of text in a variable',
    files: playFiles('- copy: { content: "{{ config }}", dest: /etc/kubernetes/kubelet.yaml }\n', {
      'group_vars/all.yml': `mode: Webhook\nconfig: |\n  apiVersion: kubelet.config.k8s.io/v1beta1\n  kind: KubeletConfiguration\n  authorization: { mode: {{ mode }} }\n`,
    }),
    path: 'group_vars/all.yml',
    from: 'mode: Webhook',
    to: 'mode: AlwaysAllow',
    field: 'authorization.mode',
    line: 1,
  },
  {
    name: 'a dictionary dumped as JSON with a nested lookup',
    files: playFiles(
      '- copy: { content: "{{ config | combine({\'readOnlyPort\': ports[zone]}) | to_nice_json }}", dest: /etc/kubernetes/kubelet.json }\n',
      {
        'group_vars/all.yml':
          'zone: a\nports:\n  a: 0\nconfig: { apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration }\n',
      },
    ),
    path: 'group_vars/all.yml',
    from: 'a: 0',
    to: 'a: 10255',
    field: 'readOnlyPort',
    line: 3,
  },
  {
    name: 'a flag in an environment file of a unit',
    files: playFiles(
      templates('/etc/default/kubelet', 'env.j2') +
        puts(
          '/etc/systemd/system/kubelet.service',
          '[Service]\nEnvironmentFile=/etc/default/kubelet\nExecStart=/usr/bin/kubelet $KUBELET_EXTRA_ARGS\n',
        ),
      { 'templates/env.j2': 'KUBELET_EXTRA_ARGS="--max-pods=9 \\\n  --authorization-mode=Webhook"\n' },
    ),
    path: 'templates/env.j2',
    from: 'Webhook',
    to: 'AlwaysAllow',
    field: 'authorization.mode',
    line: 2,
  },
  {
    name: 'a line a command writes',
    files: playFiles(
      '- shell: |\n    cat > /etc/default/kubelet <<EOF\n    KUBELET_EXTRA_ARGS=--read-only-port=0\n    EOF\n',
    ),
    path: 'site.yml',
    from: 'port=0',
    to: 'port=10255',
    field: 'readOnlyPort',
    line: 5,
  },
  {
    name: 'a line a command adds',
    files: playFiles(
      `${puts('/etc/default/kubelet', 'OTHER=1\n')}- shell: echo "KUBELET_EXTRA_ARGS=--read-only-port={{ port }}" >> /etc/default/kubelet\n`,
      { 'group_vars/all.yml': 'port: 0\n' },
    ),
    path: 'group_vars/all.yml',
    from: '0',
    to: '10255',
    field: 'readOnlyPort',
    line: 1,
  },
];

describe.each(ROWS)('$name', ({ files, path, from, to, field, line }) => {
  const changed = { ...files, [path]: (files[path] ?? '').replace(from, to) };

  test('weakens where the author changed it', () => {
    const verdict = reviewFiles(files, changed);
    const change = verdict.changes.find(one => one.path === field);
    expect(change).toMatchObject({ direction: 'weakens', hosts: ['n1'] });
    expect(change?.at[0]).toMatchObject({ file: path, line });
    expect(verdict).toMatchObject({ conclusion: 'fail', direction: 'weakens', problems: [] });
  });

  test('strengthens on the way back', () => {
    const verdict = reviewFiles(changed, files);
    expect(verdict.changes.find(one => one.path === field)).toMatchObject({ direction: 'strengthens' });
    expect(verdict.problems).toEqual([]);
  });
});

describe('a format the gate declines', () => {
  const BUTANE =
    'variant: fcos\nversion: 1.5.0\nsystemd:\n  units:\n    - name: kubelet.service\n      contents: ExecStart=kubelet --read-only-port=0\n';
  const files = playFiles('- debug: msg=x\n', { 'butane/worker.bu': BUTANE });
  const without = playFiles('- debug: msg=x\n');

  test.each([
    ['added', without, files, 5],
    ['changed', files, { ...files, 'butane/worker.bu': BUTANE.replace('=0', '=10255') }, 5],
    ['taken away', files, without, 0],
  ] as const)('is undecided when it is %s', (_, base, head, line) => {
    const verdict = reviewFiles(base, head);
    expect(verdict.conclusion).toBe('undecided');
    expect(verdict.problems).toMatchObject([{ file: 'butane/worker.bu', line, code: 'declined' }]);
  });

  test('is nothing to say about a change of something else', () => {
    expect(reviewFiles(files, { ...files, 'README.md': 'x\n' })).toMatchObject({
      conclusion: 'not-applicable',
      problems: [],
    });
  });
});

describe('a configuration file k3s is told of for the first time', () => {
  const unit = (args: string) =>
    puts('/etc/systemd/system/k3s-agent.service', `[Service]\nExecStart=/usr/local/bin/k3s agent${args}\n`);
  const CONFIG = '/etc/rancher/k3s/kubelet.config';
  const config = (mode: string) =>
    `${puts(CONFIG, `${KUBELET}shutdownGracePeriod: 30s\n`)}    mode: "${mode}"\n    owner: root\n    group: root\n`;
  const told = (mode: string) => playFiles(`${unit(` --kubelet-arg=config=${CONFIG}`)}${config(mode)}`);

  test('shows in the fields it sets, what k3s sets stays', () => {
    const { conclusion, direction, changes } = reviewFiles(playFiles(unit('')), told('0600'));
    expect({ conclusion, direction }).toEqual({ conclusion: 'pass', direction: 'neutral' });
    expect(changes.map(({ path }) => path)).toEqual([
      CONFIG,
      `${CONFIG}#group`,
      `${CONFIG}#mode`,
      `${CONFIG}#owner`,
      '/etc/systemd/system/k3s-agent.service',
      'shutdownGracePeriod',
    ]);
  });

  test('violates with its mode and weakens nothing, for there was none before', () => {
    const verdict = reviewFiles(playFiles(unit('')), told('0644'));
    expect(verdict).toMatchObject({ conclusion: 'fail', direction: 'neutral' });
    expect(verdict.findings.filter(({ status }) => status === 'introduced')).toMatchObject([
      { control: 'KG-START-16' },
    ]);
  });

  test('weakens where its mode is loosened later', () => {
    expect(reviewFiles(told('0600'), told('0644')).direction).toBe('weakens');
  });

  test('that nobody can see is a change of --config itself', () => {
    const unseen = playFiles(unit(` --kubelet-arg=config=${CONFIG}`));
    expect(reviewFiles(playFiles(unit('')), unseen).changes.map(({ path }) => path)).toContain('--config');
  });
});
