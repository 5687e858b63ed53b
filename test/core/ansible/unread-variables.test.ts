import { describe, expect, test } from '@jest/globals';
import { flagsOf } from './play.ts';
import { effective, groupNamed, groupsOf, onlyGroup, places, render } from './render.ts';

const REQUIRED = {
  hosts: '[servers]\ns1\n[agents]\na1\na2\n[k3s_cluster:children]\nservers\nagents\n',
  'requirements.yml': '- src: acme.k3s\n- name: acme.base\n',
  'site.yml': '- hosts: all\n  roles: [acme.k3s]\n',
};
const shown = (files: Readonly<Record<string, string>>) =>
  groupsOf(render(files)).map(group => [
    group.name,
    group.files.flatMap(({ variable }) => variable ?? []),
    flagsOf(group),
  ]);

test('what an unread variable holds is a file whose place is not known, set where the variable is', () => {
  const group = groupNamed(
    render({ ...REQUIRED, 'group_vars/agents.yml': '# nodes\nkubelet_args:\n  - --max-pods=80\n' }),
    'agents',
  );
  const [file] = group.files;
  expect(file).toMatchObject({
    variable: 'kubelet_args',
    source: null,
    kind: 'kubelet-flags',
    task: { file: 'group_vars/agents.yml', name: 'the variable kubelet_args' },
    dest: {
      value: {
        known: false,
        unknown: {
          why: [
            'no task in this repository reads `kubelet_args`: the role that does is not in Git (requirements.yml names acme.k3s, acme.base)',
          ],
        },
      },
    },
  });
  expect(file?.text?.text).toBe('KUBELET_EXTRA_ARGS=--max-pods=80\n');
  expect(places(group, 'maxPods')).toEqual(['variable group_vars/agents.yml:3']);
});

describe('of several definitions', () => {
  test('the one that wins on a host is shown', () => {
    const rendering = render({
      ...REQUIRED,
      'group_vars/all.yml': 'kubelet_args: [--max-pods=1]\n',
      'group_vars/agents.yml': 'kubelet_args: [--max-pods=2]\n',
      'host_vars/a2.yml': 'kubelet_args: ["--max-pods={{ pods }}"]\npods: 3\n',
    });
    expect(
      ['s1', 'a1', 'a2'].map(host => effective(groupNamed(rendering, host === 's1' ? 'servers' : host), 'maxPods')),
    ).toEqual([1, 2, 3]);
  });

  test('each group of an inventory without hosts is a kind of node', () => {
    const files = {
      'inventory/hosts': '[servers]\n[agents]\n',
      'inventory/group_vars/all.yml': 'k3s_config: {kubelet-arg: [max-pods=1]}\n',
      'inventory/group_vars/agents.yml': 'k3s_config: {kubelet-arg: [max-pods=2]}\n',
    };
    expect(shown(files)).toEqual([
      ['every node (agents)', ['k3s_config'], { '--max-pods': '2' }],
      ['every node (all)', ['k3s_config'], { '--max-pods': '1' }],
    ]);
  });
});

describe('configurations of k3s for servers and for agents', () => {
  const both = {
    'group_vars/all.yml': 'k3s_server: {kubelet-arg: [max-pods=1]}\nk3s_agent: {kubelet-arg: [max-pods=2]}\n',
  };

  test('are told apart by the part of the host', () => {
    expect(shown({ ...REQUIRED, ...both, hosts: '[masters]\nm1\n[agents]\na1\n' })).toEqual([
      ['masters', ['k3s_server'], { '--max-pods': '1' }],
      ['agents', ['k3s_agent'], { '--max-pods': '2' }],
    ]);
  });

  test('are unknown where a host has both parts', () => {
    const group = onlyGroup(render({ ...REQUIRED, ...both, hosts: '[masters]\nm1\n[workers]\nm1\n' }));
    expect(effective(group, 'maxPods')).toBe('? whether `k3s_agent` is for this node');
  });

  test('make two kinds of node where nobody declares any', () => {
    expect(shown({ 'vars/cluster.yml': both['group_vars/all.yml'] })).toEqual([
      ['every node (vars/cluster.yml: k3s_server)', ['k3s_server'], { '--max-pods': '1' }],
      ['every node (vars/cluster.yml: k3s_agent)', ['k3s_agent'], { '--max-pods': '2' }],
    ]);
  });
});

test('what is not said beside arguments or fields is unknown, not the default', () => {
  const group = (text: string) => groupNamed(render({ ...REQUIRED, 'group_vars/agents.yml': text }), 'agents');
  const fields = group('kubelet_config:\n  maxPods: 80\n');
  expect([effective(fields, 'maxPods'), fields.kubelet?.open.has('')]).toEqual([80, true]);
  const list = group('k3s_kubelet_args: [max-pods=80]\n');
  expect([effective(list, 'maxPods'), effective(list, 'protectKernelDefaults')]).toEqual([
    80,
    '? what the file that k3s_kubelet_args is put into says beside it',
  ]);
});

test('a configuration file named by the arguments is the one in another variable', () => {
  const group = onlyGroup(
    render({
      'vars/k3s.yml':
        'agent_flags: --kubelet-arg=config=/etc/k3s/kubelet.yaml\nagent_file: |\n  kind: KubeletConfiguration\n  apiVersion: kubelet.config.k8s.io/v1beta1\n  maxPods: 80\n',
    }),
  );
  expect([effective(group, 'maxPods'), places(group, 'maxPods')]).toEqual([80, ['variable vars/k3s.yml:5']]);
});

describe('nothing is shown of', () => {
  test.each([
    ['arguments of other components', 'kube_apiserver_args: [--anonymous-auth=false]\n'],
    ['a name and a number', 'kubelet_port: 10250\n'],
    ['a text that speaks of the kubelet', 'kubelet_note: restart the kubelet after --kubelet changes\n'],
    ['a mapping of something else', 'kubelet: {version: 1.34.1, packages: [kubelet]}\n'],
    ['a list of names', 'k3s_args_names: [a, b]\n'],
    ['an empty text', 'kubelet_args: ""\n'],
    ['a vaulted value', 'kubelet_args: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n'],
  ])('%s', (_, text) => {
    const rendering = render({ ...REQUIRED, 'group_vars/agents.yml': text });
    expect(groupsOf(rendering).flatMap(({ files }) => files)).toEqual([]);
  });

  test('a variable a template of a role in Git reads', () => {
    const rendering = render({
      hosts: REQUIRED.hosts,
      'site.yml': '- hosts: agents\n  roles: [node]\n',
      'roles/node/tasks/main.yml': '- template: { src: k.j2, dest: /etc/default/kubelet }\n',
      'roles/node/templates/k.j2': 'KUBELET_EXTRA_ARGS={{ kubelet_args }}\n',
      'group_vars/all.yml': 'kubelet_args: --max-pods=80\n',
    });
    expect(groupsOf(rendering).map(({ name, files }) => [name, files.map(({ variable }) => variable)])).toEqual([
      ['agents', [null]],
    ]);
    expect(rendering.unread).toEqual([]);
  });
});
