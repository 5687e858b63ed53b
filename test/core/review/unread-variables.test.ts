import { describe, expect, test } from '@jest/globals';
import type { Verdict } from '../../../core/review/types.ts';
import { type Files, reviewFiles } from './repositories.ts';

const HOSTS = '[masters]\nm1\n[workers]\nw1\nw2\n';
const GALAXY = {
  hosts: HOSTS,
  'requirements.yml': 'roles:\n  - name: acme.node\n    version: 1.2.3\n',
  'site.yml': '- hosts: all\n  roles: [acme.node]\n',
};
const KUBELET = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ');

/** A repository whose reader of a variable is not in Git, and what changes in one of its files. */
type Row = Readonly<{
  name: string;
  files: Files;
  path: string;
  from: string;
  to: string;
  field: string;
  line: number;
  hosts: readonly string[];
}>;

const ROWS: readonly Row[] = [
  {
    name: 'arguments as a list, for a role of Galaxy',
    files: { ...GALAXY, 'group_vars/workers.yml': 'kubelet_extra_args:\n  - --anonymous-auth=false\n' },
    path: 'group_vars/workers.yml',
    from: '=false',
    to: '=true',
    field: 'authentication.anonymous.enabled',
    line: 2,
    hosts: ['w1', 'w2'],
  },
  {
    name: 'arguments as one text',
    files: { ...GALAXY, 'group_vars/all.yml': 'node_kubelet_args: >-\n  --read-only-port=0\n  --max-pods=80\n' },
    path: 'group_vars/all.yml',
    from: 'port=0',
    to: 'port=10255',
    field: 'readOnlyPort',
    line: 2,
    hosts: ['m1', 'w1', 'w2'],
  },
  {
    name: 'arguments as a mapping, on one host',
    files: {
      ...GALAXY,
      'group_vars/all.yml': 'kubelet_extra_args: {read-only-port: 0}\n',
      'host_vars/w2.yml': 'kubelet_extra_args:\n  read-only-port: 0\n  protect-kernel-defaults: true\n',
    },
    path: 'host_vars/w2.yml',
    from: 'true',
    to: 'false',
    field: 'protectKernelDefaults',
    line: 3,
    hosts: ['w2'],
  },
  {
    name: 'a line of an environment file',
    files: { ...GALAXY, 'group_vars/all.yml': 'node_env: |\n  KUBELET_EXTRA_ARGS=--anonymous-auth=false\n' },
    path: 'group_vars/all.yml',
    from: '=false',
    to: '=true',
    field: 'authentication.anonymous.enabled',
    line: 2,
    hosts: ['m1', 'w1', 'w2'],
  },
  {
    name: 'a KubeletConfiguration in a block scalar',
    files: { ...GALAXY, 'group_vars/all.yml': `node_settings: |\n${indent(`${KUBELET}readOnlyPort: 0\n`)}` },
    path: 'group_vars/all.yml',
    from: 'Port: 0',
    to: 'Port: 10255',
    field: 'readOnlyPort',
    line: 4,
    hosts: ['m1', 'w1', 'w2'],
  },
  {
    name: 'a KubeletConfiguration in a mapping, with the value in another variable',
    files: {
      ...GALAXY,
      'group_vars/all.yml': `port: 0\nnode_settings:\n${indent(`${KUBELET}readOnlyPort: "{{ port }}"\n`)}`,
    },
    path: 'group_vars/all.yml',
    from: 'port: 0',
    to: 'port: 10255',
    field: 'readOnlyPort',
    line: 1,
    hosts: ['m1', 'w1', 'w2'],
  },
  {
    name: 'fields of the configuration without its kind',
    files: { ...GALAXY, 'group_vars/all.yml': 'kubelet_config:\n  podPidsLimit: 4096\n  readOnlyPort: 0\n' },
    path: 'group_vars/all.yml',
    from: 'readOnlyPort: 0',
    to: 'readOnlyPort: 10255',
    field: 'readOnlyPort',
    line: 3,
    hosts: ['m1', 'w1', 'w2'],
  },
  {
    name: 'configuration of k3s below a key of a mapping, for servers and agents',
    files: {
      ...GALAXY,
      'group_vars/all.yml':
        'cluster:\n  server:\n    kubelet-arg: [anonymous-auth=false]\n  agent:\n    kubelet-arg:\n      - anonymous-auth=false\n',
    },
    path: 'group_vars/all.yml',
    from: '      - anonymous-auth=false',
    to: '      - anonymous-auth=true',
    field: 'authentication.anonymous.enabled',
    line: 6,
    hosts: ['w1', 'w2'],
  },
  {
    name: 'lines of a configuration of rke2 as a list',
    files: {
      ...GALAXY,
      'group_vars/workers.yml': 'rke2_agent_lines:\n  - "node-name: x"\n  - "kubelet-arg: anonymous-auth=false"\n',
    },
    path: 'group_vars/workers.yml',
    from: '=false',
    to: '=true',
    field: 'authentication.anonymous.enabled',
    line: 3,
    hosts: ['w1', 'w2'],
  },
  {
    name: 'a document in a list of mappings',
    files: {
      ...GALAXY,
      'group_vars/workers.yml':
        'documents:\n  - kind: Namespace\n  - kind: KubeletConfiguration\n    apiVersion: kubelet.config.k8s.io/v1beta1\n    readOnlyPort: 0\n',
    },
    path: 'group_vars/workers.yml',
    from: 'Port: 0',
    to: 'Port: 10255',
    field: 'readOnlyPort',
    line: 5,
    hosts: ['w1', 'w2'],
  },
  {
    name: 'arguments as kubeadm takes them, below other keys',
    files: {
      ...GALAXY,
      'group_vars/workers.yml':
        'join:\n  nodeRegistration:\n    kubeletExtraArgs:\n      - name: anonymous-auth\n        value: "false"\n',
    },
    path: 'group_vars/workers.yml',
    from: '"false"',
    to: '"true"',
    field: 'authentication.anonymous.enabled',
    line: 5,
    hosts: ['w1', 'w2'],
  },
  {
    name: 'a unit of the kubelet',
    files: {
      ...GALAXY,
      'group_vars/workers.yml':
        'node_unit: |\n  [Service]\n  ExecStart=/usr/bin/kubelet --config=/etc/k.yaml \\\n    --anonymous-auth=false\n',
    },
    path: 'group_vars/workers.yml',
    from: '=false',
    to: '=true',
    field: 'authentication.anonymous.enabled',
    line: 4,
    hosts: ['w1', 'w2'],
  },
  {
    name: 'the profile of rke2',
    files: { ...GALAXY, 'group_vars/workers.yml': 'rke2_config:\n  selinux: true\n  profile: cis\n' },
    path: 'group_vars/workers.yml',
    from: 'cis',
    to: 'none',
    field: 'protectKernelDefaults',
    line: 3,
    hosts: ['w1', 'w2'],
  },
  {
    name: 'a kubeadm file',
    files: {
      ...GALAXY,
      'group_vars/workers.yml':
        'join: |\n  apiVersion: kubeadm.k8s.io/v1beta4\n  kind: JoinConfiguration\n  nodeRegistration:\n    kubeletExtraArgs:\n      - name: anonymous-auth\n        value: "false"\n',
    },
    path: 'group_vars/workers.yml',
    from: '"false"',
    to: '"true"',
    field: 'authentication.anonymous.enabled',
    line: 7,
    hosts: ['w1', 'w2'],
  },
  {
    name: 'defaults of a role without tasks',
    files: { 'roles/node/defaults/main.yml': `node_kubelet: |\n${indent(`${KUBELET}readOnlyPort: 0\n`)}` },
    path: 'roles/node/defaults/main.yml',
    from: 'Port: 0',
    to: 'Port: 10255',
    field: 'readOnlyPort',
    line: 4,
    hosts: ['every node'],
  },
  {
    name: 'arguments in the vars of a play',
    files: {
      ...GALAXY,
      'site.yml':
        '- hosts: workers\n  vars:\n    k3s_agent:\n      kubelet-arg:\n        - anonymous-auth=false\n  roles: [acme.node]\n',
    },
    path: 'site.yml',
    from: '=false',
    to: '=true',
    field: 'authentication.anonymous.enabled',
    line: 5,
    hosts: ['every node'],
  },
  {
    name: 'arguments in an inventory',
    files: { ...GALAXY, hosts: `${HOSTS}[workers:vars]\nkubelet_args=--anonymous-auth=false\n` },
    path: 'hosts',
    from: '=false',
    to: '=true',
    field: 'authentication.anonymous.enabled',
    line: 7,
    hosts: ['w1', 'w2'],
  },
  {
    name: 'arguments in a file of variables at the top',
    files: { ...GALAXY, 'vars.yml': 'agent: {kubelet-arg: [anonymous-auth=false]}\n' },
    path: 'vars.yml',
    from: '=false',
    to: '=true',
    field: 'authentication.anonymous.enabled',
    line: 1,
    hosts: ['every node'],
  },
  {
    name: 'arguments for a group of an inventory that declares no host',
    files: {
      'inventory/hosts': '[servers]\n[agents]\n',
      'inventory/group_vars/agents.yml': 'k3s_extra_args: --kubelet-arg=anonymous-auth=false\n',
      'inventory/group_vars/servers.yml': 'k3s_extra_args: --kubelet-arg=max-pods=80\n',
    },
    path: 'inventory/group_vars/agents.yml',
    from: '=false',
    to: '=true',
    field: 'authentication.anonymous.enabled',
    line: 1,
    hosts: ['every node'],
  },
];

/** The hosts on which a field changes, and how. */
function changesOf({ changes }: Verdict, field: string) {
  const own = changes.filter(({ path }) => path === field);
  return { hosts: own.flatMap(({ hosts }) => hosts), directions: [...new Set(own.map(({ direction }) => direction))] };
}

describe.each(ROWS)('$name', ({ files, path, from, to, field, line, hosts }) => {
  const changed = { ...files, [path]: (files[path] ?? '').replace(from, to) };

  test('weakens where it is set, and violates a control', () => {
    const verdict = reviewFiles(files, changed);
    expect(changesOf(verdict, field)).toEqual({ hosts, directions: ['weakens'] });
    expect(verdict.changes.find(one => one.path === field)?.at[0]).toMatchObject({ file: path, line });
    expect(verdict).toMatchObject({ conclusion: 'fail', direction: 'weakens', problems: [] });
  });

  test('strengthens on the way back', () => {
    const verdict = reviewFiles(changed, files);
    expect(changesOf(verdict, field)).toEqual({ hosts, directions: ['strengthens'] });
    expect(verdict.problems).toEqual([]);
  });
});

describe('a variable that only its name says to concern the kubelet', () => {
  const path = 'group_vars/workers.yml';
  const files: Files = { ...GALAXY, [path]: 'kubelet_max_pods: 110\nkubelet_port_mode: closed\nmotd: hello\n' };
  const undecided = (base: Files, head: Files): unknown => {
    const { conclusion, changes, problems } = reviewFiles(base, head);
    return { conclusion, changes, problems: problems.map(({ file, line, code }) => `${file}:${line} ${code}`) };
  };
  const without = { ...GALAXY, [path]: 'motd: hello\n' };

  test.each([
    ['changed', files, { ...files, [path]: (files[path] ?? '').replace('closed', 'open') }, 2],
    ['set', without, files, 1],
    ['unset', files, without, 0],
    ['unset with its whole file', files, GALAXY, 0],
  ] as const)('is undecided when it is %s', (_, base, head, line) => {
    expect(undecided(base, head)).toEqual({
      conclusion: 'undecided',
      changes: [],
      problems: [`${path}:${line} unread-variable`],
    });
  });

  test('is named with the others of its file, in one problem that says who may read them', () => {
    const head = { ...files, [path]: (files[path] ?? '').replace('closed', 'open').replace('110', '250') };
    expect(reviewFiles(files, head).problems.map(({ message }) => message)).toEqual([
      'No task in this repository reads `kubelet_max_pods`: the role that does is not in Git (requirements.yml names acme.node). What this change of it and of `kubelet_port_mode` does to the nodes is not evaluated.',
    ]);
  });

  test.each([
    ['only a comment changes', { ...files, [path]: `# pods\n${files[path]}` }],
    ['something else in its file changes', { ...files, [path]: (files[path] ?? '').replace('hello', 'bye') }],
    ['its file moves', { ...GALAXY, 'group_vars/workers/kubelet.yml': files[path] ?? '' }],
    ['an empty one is added', { ...files, [path]: `kubelet_more_args: ""\n${files[path]}` }],
  ])('says nothing when %s', (_, head) => {
    expect(undecided(files, head)).toMatchObject({ changes: [], problems: [] });
  });

  test('is undecided although its value says all, for a host that no inventory declares', () => {
    const node = (port: number): Files => ({
      ...GALAXY,
      [path]: 'kubelet_args: [--read-only-port=0]\n',
      'host_vars/w9.yml': `kubelet_args: [--read-only-port=${port}]\n`,
    });
    expect(undecided(node(0), node(10255))).toEqual({
      conclusion: 'undecided',
      changes: [],
      problems: ['host_vars/w9.yml:1 unread-variable'],
    });
  });

  test('of another component is not looked at', () => {
    const other = (value: string): Files => ({ ...GALAXY, [path]: `rke2_kube_apiserver_args: [${value}]\n` });
    expect(undecided(other('v=1'), other('v=2'))).toMatchObject({ problems: [] });
  });
});

describe('a variable that was not set before', () => {
  const path = 'group_vars/workers.yml';
  const of = (text: string): Files => ({ ...GALAXY, [path]: `motd: hello\n${text}` });

  test.each([
    ['kubelet_args: [--registry-burst=20]\n', 'pass', 'neutral', 'registryBurst'],
    ['kubelet_args: [--read-only-port=10255]\n', 'fail', 'weakens', 'readOnlyPort'],
    ['kubelet_args: [--protect-kernel-defaults=true]\n', 'pass', 'strengthens', 'protectKernelDefaults'],
    ['k3s_config: {kubelet-arg: [registry-burst=20]}\n', 'pass', 'neutral', 'registryBurst'],
    ['kubelet_config: {registryBurst: 20}\n', 'pass', 'neutral', 'registryBurst'],
  ])('is judged by what it says alone: %j', (text, conclusion, direction, field) => {
    const verdict = reviewFiles(of(''), of(text));
    expect(verdict).toMatchObject({ conclusion, direction, problems: [] });
    expect(verdict.changes.map(({ path }) => path).filter(name => !name.startsWith('('))).toEqual([field]);
  });

  test('is judged as a whole when it is a whole configuration', () => {
    const verdict = reviewFiles(of(''), of(`node_settings: |\n${indent(KUBELET)}`));
    expect(verdict.conclusion).toBe('fail');
    expect(verdict.findings).toContainEqual(
      expect.objectContaining({ control: 'KG-START-05', status: 'introduced', path: 'protectKernelDefaults' }),
    );
  });

  test('gives back what nobody knows when it goes', () => {
    const good = reviewFiles(of('kubelet_args: [--read-only-port=0]\n'), of(''));
    expect(changesOf(good, 'readOnlyPort')).toEqual({ hosts: ['w1', 'w2'], directions: ['weakens'] });
    const bad = reviewFiles(of('kubelet_args: [--read-only-port=10255]\n'), of(''));
    expect(changesOf(bad, 'readOnlyPort')).toEqual({ hosts: ['w1', 'w2'], directions: ['neutral'] });
  });

  test('makes no new nodes where its role stands beside an inventory', () => {
    const defaults = { 'roles/node/defaults/main.yml': 'node_kubelet_args: [--registry-burst=20]\n' };
    const verdict = reviewFiles(of(''), { ...of(''), ...defaults });
    expect(verdict).toMatchObject({ conclusion: 'pass', direction: 'neutral' });
    expect(verdict.changes.map(({ path, hosts }) => [path, hosts])).toContainEqual(['registryBurst', ['every node']]);
    expect(verdict.changes.map(({ path }) => path)).not.toContain('');
  });
});

describe('a variable that is read here', () => {
  const TEMPLATED: Files = {
    hosts: HOSTS,
    'site.yml': '- hosts: workers\n  roles: [node]\n',
    'roles/node/tasks/main.yml': '- template: { src: kubelet.j2, dest: /etc/default/kubelet }\n',
    'roles/node/templates/kubelet.j2': "KUBELET_EXTRA_ARGS={{ node_kubelet_args | join(' ') }}\n",
    'group_vars/all.yml': 'node_kubelet_args: [--read-only-port=0]\n',
  };

  test('is shown once, where the template puts it', () => {
    const head = { ...TEMPLATED, 'group_vars/all.yml': 'node_kubelet_args: [--read-only-port=10255]\n' };
    const verdict = reviewFiles(TEMPLATED, head);
    expect(changesOf(verdict, 'readOnlyPort')).toEqual({ hosts: ['w1', 'w2'], directions: ['weakens'] });
    expect(verdict.changes.map(({ path }) => path)).toEqual(['/etc/default/kubelet', 'readOnlyPort']);
  });

  test('is not taken for one that lands when the task that would write it does not run', () => {
    const off = {
      ...TEMPLATED,
      'roles/node/tasks/main.yml':
        '- template: { src: kubelet.j2, dest: /etc/default/kubelet }\n  when: node_kubelet_args_used\n',
      'group_vars/all.yml': 'node_kubelet_args_used: false\nnode_kubelet_args: [--read-only-port=0]\n',
    };
    const head = { ...off, 'group_vars/all.yml': (off['group_vars/all.yml'] ?? '').replace('=0', '=10255') };
    expect(reviewFiles(off, head)).toMatchObject({ conclusion: 'pass', changes: [], problems: [] });
  });

  test('through another variable', () => {
    const through = {
      ...TEMPLATED,
      'group_vars/all.yml': 'node_kubelet_args: "{{ kubelet_flags }}"\nkubelet_flags: [--read-only-port=0]\n',
    };
    const head = { ...through, 'group_vars/all.yml': (through['group_vars/all.yml'] ?? '').replace('=0', '=10255') };
    const verdict = reviewFiles(through, head);
    expect(verdict.changes.map(({ path }) => path)).toEqual(['/etc/default/kubelet', 'readOnlyPort']);
    expect(verdict.problems).toEqual([]);
  });
});
