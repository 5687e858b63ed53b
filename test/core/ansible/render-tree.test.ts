import { describe, expect, test } from '@jest/globals';
import { readable } from '../../../core/source/rope.ts';
import { sourceTree, type TreeEntry, treeOf } from '../../../core/source/tree.ts';
import { effective, groupNamed, groupsOf, onlyGroup, places, render } from './render.ts';
import { edited, SITE, siteWith } from './site.ts';

const messages = (problems: readonly { file: string; line: number; code: string }[]) =>
  problems.map(({ file, line, code }) => `${code} ${file}:${line}`);
const allProblems = (rendering: ReturnType<typeof render>) => [
  ...rendering.problems,
  ...rendering.inventories.flatMap(one => [...one.problems, ...one.groups.flatMap(group => group.problems)]),
];

describe('a site with three node groups', () => {
  const rendering = render(SITE);

  test('groups hosts by equal result and names them by their inventory group', () => {
    expect(groupsOf(rendering).map(({ name, hosts, roles }) => [name, hosts.length, roles])).toEqual([
      ['control_plane', 3, ['control-plane']],
      ['node01 and 38 more', 39, ['worker']],
      ['node07', 1, ['worker']],
      ['gpu_workers', 4, ['gpu', 'worker']],
    ]);
    expect(allProblems(rendering)).toEqual([]);
  });

  test.each([
    ['control_plane', 110, 0],
    ['node01 and 38 more', 110, 0],
    ['node07', 110, 10255],
    ['gpu_workers', 250, 0],
  ])('%s runs with maxPods %d and readOnlyPort %d', (name, maxPods, readOnlyPort) => {
    const group = groupNamed(rendering, name);
    expect([effective(group, 'maxPods'), effective(group, 'readOnlyPort')]).toEqual([maxPods, readOnlyPort]);
    expect(effective(group, 'authorization.mode')).toBe('Webhook');
    expect(effective(group, 'eventRecordQPS')).toBe(5);
  });

  test('one unknown address hides nothing else', () => {
    const group = groupNamed(rendering, 'control_plane');
    expect(effective(group, 'address')).toBe('? fact ansible_default_ipv4');
    expect(group.kubelet?.accepted).not.toBe(false);
  });

  test('every value knows its variable, then its template line, then the condition', () => {
    const template = 'roles/kubelet/templates/kubelet-config.yaml.j2';
    expect(places(groupNamed(rendering, 'node07'), 'readOnlyPort')).toEqual([
      'variable inventory/host_vars/node07.yml:2',
      `template ${template}:13`,
    ]);
    expect(places(groupNamed(rendering, 'gpu_workers'), 'maxPods')[0]).toBe(
      'variable inventory/group_vars/gpu_workers.yml:1',
    );
    expect(places(groupNamed(rendering, 'control_plane'), 'eventRecordQPS')[0]).toBe('variable site.yml:5');
    expect(places(groupNamed(rendering, 'control_plane'), 'authorization.mode')).toEqual(
      expect.arrayContaining([
        'condition roles/kubelet/defaults/main.yml:3',
        `template ${template}:6`,
        `condition ${template}:5`,
      ]),
    );
  });

  test('files carry destination, mode, owner, task and handlers', () => {
    const file = groupNamed(rendering, 'node07').files.find(one => one.kind === 'KubeletConfiguration');
    expect(file).toMatchObject({
      dest: { value: { known: true, json: '/etc/kubernetes/kubelet-config.yaml' } },
      source: 'roles/kubelet/templates/kubelet-config.yaml.j2',
      task: { file: 'roles/kubelet/tasks/main.yml', line: 1, role: 'kubelet', handlers: ['restart kubelet'] },
      mode: { value: { known: true, json: '0640' } },
      owner: { value: { known: true, json: 'root' } },
      when: null,
    });
    expect(file?.text && readable(file.text)).toContain('address: ⟨unknown: fact ansible_default_ipv4⟩\n');
  });

  test('a task whose condition is false puts no file on the node', () => {
    const dests = groupNamed(rendering, 'node07').files.map(file => file.dest.value);
    expect(dests).not.toContainEqual({ known: true, json: '/etc/kubernetes/kubelet-swap.conf' });
  });

  test('steps stand in the order Ansible runs them', () => {
    const roles = groupNamed(rendering, 'gpu_workers').steps.flatMap(step => (step.task === null ? [step.role] : []));
    expect(roles).toEqual(['os_hardening', 'kubelet']);
  });

  test('what took part is listed', () => {
    expect([...rendering.read]).toEqual(
      expect.arrayContaining(Object.keys(SITE).filter(path => !/handlers|swap/.test(path))),
    );
  });
});

test('a changed default three files away is where the comment goes', () => {
  const rendering = render(siteWith(edited('roles/kubelet/defaults/main.yml', 'webhook: true', 'webhook: false')));
  const group = groupNamed(rendering, 'gpu_workers');
  expect(effective(group, 'authorization.mode')).toBe('AlwaysAllow');
  expect(places(group, 'authorization.mode')).toContain('condition roles/kubelet/defaults/main.yml:3');
});

describe('what Git alone cannot decide', () => {
  const template = 'roles/kubelet/templates/kubelet-config.yaml.j2';

  test('an unknown condition makes only the fields it decides unknown', () => {
    const rendering = render(
      siteWith(
        edited(
          template,
          'maxPods: {{ kubelet_max_pods }}',
          "maxPods: {% if ansible_architecture == 'aarch64' %}50{% else %}100{% endif %}\n",
        ),
      ),
    );
    const group = groupNamed(rendering, 'control_plane');
    expect(group.kubeletAlternatives).toHaveLength(2);
    expect(effective(group, 'maxPods')).toContain('fact ansible_architecture');
    expect(effective(group, 'readOnlyPort')).toBe(0);
  });

  test('a registered result is unknown and keeps the task that may run', () => {
    const tasks = `- command: test -e /etc/old
  register: old
- template: { src: kubelet-config.yaml.j2, dest: /etc/kubernetes/kubelet-config.yaml }
  when: old.rc == 0
`;
    const group = groupNamed(render(siteWith({ 'roles/kubelet/tasks/main.yml': tasks })), 'control_plane');
    const [file] = group.files.filter(one => one.kind === 'KubeletConfiguration');
    expect(file?.when?.why.join()).toContain('result of task command');
    expect(effective(group, 'readOnlyPort')).toContain('result of task command');
    expect(group.kubeletAlternatives.map(({ verdict }) => verdict.values.get('readOnlyPort')?.value)).toContainEqual({
      known: true,
      json: 0,
    });
  });

  test('a vault-encrypted file makes its values unknown and is named', () => {
    const rendering = render(
      siteWith({
        'inventory/group_vars/all.yml': null,
        'inventory/group_vars/all/vault.yml': '$ANSIBLE_VAULT;1.1;AES256\n6162\n',
        'inventory/group_vars/all/main.yml':
          'kubelet_read_only_port: "{{ vault_port }}"\ncluster_domain: cluster.local\n',
      }),
    );
    const group = groupNamed(rendering, 'control_plane');
    expect(effective(group, 'readOnlyPort')).toBe('? vaulted value');
    expect(effective(group, 'maxPods')).toBe(110);
    expect(messages(allProblems(rendering))).toEqual(['vaulted inventory/group_vars/all/vault.yml:1']);
  });

  test('an in-place edit is made to what the play has written, and its line is where the value comes from', () => {
    const edit = `- lineinfile:
    path: /etc/kubernetes/kubelet-config.yaml
    regexp: '^readOnlyPort'
    line: 'readOnlyPort: 10255'
`;
    const rendering = render(
      siteWith({ 'roles/kubelet/tasks/main.yml': `${SITE['roles/kubelet/tasks/main.yml']}${edit}` }),
    );
    const group = groupNamed(rendering, 'control_plane');
    expect(effective(group, 'readOnlyPort')).toBe(10255);
    expect(effective(group, 'maxPods')).toBe(110);
    expect(places(group, 'readOnlyPort')).toEqual(['template roles/kubelet/tasks/main.yml:16']);
    expect(group.problems).toEqual([]);
  });

  test('two playbooks that write different files leave the difference open', () => {
    const other = SITE['site.yml']?.replace('qps: 5', 'qps: 50') ?? '';
    const group = groupNamed(render(siteWith({ 'other.yml': other })), 'control_plane');
    expect(effective(group, 'eventRecordQPS')).toContain('ran last');
    expect(effective(group, 'maxPods')).toBe(110);
  });
});

describe('the way to a value', () => {
  const tasksFirst = (tasks: string): Record<string, string> =>
    siteWith({ 'roles/kubelet/tasks/main.yml': `${tasks}${SITE['roles/kubelet/tasks/main.yml']}` });

  test.each([
    ['set_fact', '- set_fact: { kubelet_max_pods: 7 }\n'],
    ['set_fact of a template', '- set_fact:\n    kubelet_max_pods: "{{ 3 + 4 }}"\n'],
    ['include_vars', '- include_vars: seven.yml\n'],
    ['an included task file', '- include_tasks: "{{ which }}.yml"\n  vars: { which: seven }\n'],
    ['an imported task file', '- import_tasks: seven.yml\n'],
    ['the last item of a loop', '- set_fact: { kubelet_max_pods: "{{ item }}" }\n  loop: [1, 7]\n'],
    [
      'with_items over a variable',
      '- set_fact: { kubelet_max_pods: "{{ item.n }}" }\n  with_items: "{{ numbers }}"\n  vars: { numbers: [{ n: 7 }] }\n',
    ],
    [
      'a true condition',
      '- set_fact: { kubelet_max_pods: 7 }\n  when: [kubelet_authorization_webhook, "\'cluster\' in group_names"]\n',
    ],
    [
      'a group member condition',
      "- set_fact: { kubelet_max_pods: 7 }\n  when: inventory_hostname in groups['gpu_workers']\n",
    ],
    ['a block', '- block:\n    - set_fact: { kubelet_max_pods: 7 }\n  when: true\n'],
    ['an included role', '- include_role: { name: seven }\n'],
  ])('goes through %s', (_, tasks) => {
    const files = {
      ...tasksFirst(tasks),
      'roles/kubelet/vars/seven.yml': 'kubelet_max_pods: 7\n',
      'roles/kubelet/tasks/seven.yml': '- set_fact: { kubelet_max_pods: 7 }\n',
      'roles/seven/tasks/main.yml': '- set_fact: { kubelet_max_pods: 7 }\n',
    };
    expect(effective(groupNamed(render(files), 'gpu_workers'), 'maxPods')).toBe(7);
  });

  test('does not go through a false condition', () => {
    const group = groupNamed(
      render(tasksFirst('- set_fact: { kubelet_max_pods: 7 }\n  when: kubelet_swap\n')),
      'gpu_workers',
    );
    expect(effective(group, 'maxPods')).toBe(250);
  });

  test('may go through an unknown condition: then the value is unknown', () => {
    const group = groupNamed(
      render(tasksFirst('- set_fact: { kubelet_max_pods: 7 }\n  when: ansible_memtotal_mb > 9\n')),
      'gpu_workers',
    );
    expect(effective(group, 'maxPods')).toContain('fact ansible_memtotal_mb');
  });

  test('a role dependency runs first and lends its defaults', () => {
    const files = siteWith({
      'roles/kubelet/meta/main.yml': 'dependencies: [{ role: common, who: kubelet }]\n',
      'roles/common/defaults/main.yml': 'cluster_domain: ignored.example\nkubelet_shutdown: 30s\n',
      'roles/common/tasks/main.yml': '- set_fact: { called_by: "{{ who }}" }\n',
      'roles/kubelet/templates/kubelet-config.yaml.j2': `${SITE['roles/kubelet/templates/kubelet-config.yaml.j2']}shutdownGracePeriod: {{ kubelet_shutdown }}\nproviderID: {{ called_by }}\n`,
    });
    const group = groupNamed(render(files), 'control_plane');
    expect([
      effective(group, 'shutdownGracePeriod'),
      effective(group, 'clusterDomain'),
      effective(group, 'providerID'),
    ]).toEqual(['30s', 'cluster.local', 'kubelet']);
  });

  test('hostvars show what the inventory says of other hosts, not their facts', () => {
    const line =
      "providerID: {{ hostvars['node07'].kubelet_read_only_port }}-{{ hostvars[groups['gpu_workers'][0]]['kubelet_max_pods'] }}\n";
    const files = siteWith({
      'roles/kubelet/templates/kubelet-config.yaml.j2': `${SITE['roles/kubelet/templates/kubelet-config.yaml.j2']}${line}`,
    });
    expect(effective(groupNamed(render(files), 'control_plane'), 'providerID')).toBe('10255-250');
  });
});

describe('a repository without a playbook', () => {
  const ROLE = {
    'roles/defaults-for-all/defaults/main.yml': '# one line\nkubelet_webhook: true\n',
    'roles/kubernetes/node/tasks/main.yml':
      '- template: { src: kubelet-config.yaml.j2, dest: "{{ kube_dir }}/kubelet.yaml" }\n',
    'roles/kubernetes/node/defaults/main.yml': 'kube_dir: /etc/kubernetes\n',
    'roles/kubernetes/node/templates/kubelet-config.yaml.j2': `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: { webhook: { enabled: {{ kubelet_webhook }} } }
maxPods: {{ kubelet_max_pods | default(99) }}
podPidsLimit: {{ kubelet_pids }}
{% if tls_min_version is defined %}
tlsMinVersion: {{ tls_min_version }}
{% endif %}
`,
  };

  test('is evaluated on every node with the defaults of every role', () => {
    const group = onlyGroup(render(ROLE));
    expect([group.name, group.hosts]).toEqual(['every node', ['every node']]);
    expect(effective(group, 'authentication.webhook.enabled')).toBe(true);
    expect(places(group, 'authentication.webhook.enabled')[0]).toBe(
      'variable roles/defaults-for-all/defaults/main.yml:2',
    );
    expect(effective(group, 'maxPods')).toBe(99);
  });

  test('a variable nobody defines is unknown, and not defined', () => {
    const group = onlyGroup(render(ROLE));
    expect(effective(group, 'podPidsLimit')).toBe('? variable kubelet_pids is defined nowhere in this repository');
    expect(effective(group, 'tlsMinVersion')).toBe('');
    expect(group.kubeletAlternatives).toHaveLength(1);
  });

  test('uses the hosts of an inventory when there is one', () => {
    const rendering = render({ ...ROLE, 'example/hosts': '[workers]\nw1\nw2\n' });
    expect(groupsOf(rendering).map(({ name, hosts }) => [name, hosts])).toEqual([['workers', ['w1', 'w2']]]);
  });

  test('keeps the group_vars of an inventory that declares no host', () => {
    const rendering = render({
      ...ROLE,
      'inventory/sample/inventory.ini': '[kube_node]\n# node1\n',
      'inventory/sample/group_vars/kube_node/x.yml': 'kubelet_pids: 5\n',
    });
    expect(effective(onlyGroup(rendering), 'podPidsLimit')).toBe(5);
  });

  test('takes files no task writes as written to every node', () => {
    const group = onlyGroup(
      render({
        'files/kubelet-config.json':
          '{ "kind": "KubeletConfiguration", "apiVersion": "kubelet.config.k8s.io/v1beta1",\n "readOnlyPort": 10255 }',
        'files/kubelet.service':
          '[Service]\nExecStart=/usr/bin/kubelet --config /etc/kubelet-config.json --max-pods=8\n',
      }),
    );
    expect([effective(group, 'readOnlyPort'), effective(group, 'maxPods')]).toEqual([10255, 8]);
    expect(places(group, 'readOnlyPort')).toEqual(['template files/kubelet-config.json:2']);
    expect(places(group, 'maxPods')).toEqual(['template files/kubelet.service:2']);
  });

  test('tells apart the kinds of nodes its configurations are for', () => {
    const config = (port: number) =>
      `kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nreadOnlyPort: ${port}\n`;
    const rendering = render({
      'roles/control-plane/templates/kubeadm.yaml.j2': `${config(0)}---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\nnodeRegistration:\n  kubeletExtraArgs:\n  - name: max-pods\n    value: "9"\n`,
      'roles/worker/templates/kubeadm.yaml.j2': config(10255),
    });
    const [first, second] = groupsOf(rendering);
    expect([first?.name, second?.name]).toEqual(['every node (control-plane)', 'every node (worker)']);
    expect([first && effective(first, 'readOnlyPort'), first && effective(first, 'maxPods')]).toEqual([0, 9]);
    expect(second && effective(second, 'readOnlyPort')).toBe(10255);
  });
});

describe('bad input is a problem with file and line, never a crash', () => {
  const template = 'roles/kubelet/templates/kubelet-config.yaml.j2';
  test.each([
    [
      'a broken variable file',
      { 'inventory/group_vars/all.yml': 'a: 1\nb: c: d\n' },
      /^yaml-invalid inventory\/group_vars\/all\.yml:[23]$/,
    ],
    [
      'a broken task file',
      { 'roles/kubelet/tasks/main.yml': '- name: x\n template: y\n' },
      /^yaml-invalid roles\/kubelet\/tasks\/main\.yml:2$/,
    ],
    [
      'a broken template',
      edited(template, '{% endif %}', '{% endfi %}'),
      /^template-invalid roles\/kubelet\/templates\/kubelet-config\.yaml\.j2:9$/,
    ],
    [
      'an undefined variable',
      edited(template, 'kubelet_max_pods', 'kubelet_mxa_pods'),
      /^template-undefined roles\/kubelet\/templates\/kubelet-config\.yaml\.j2:12$/,
    ],
    [
      'a missing template',
      edited('roles/kubelet/tasks/main.yml', 'src: kubelet-config', 'src: kubelet-confgi'),
      /^missing-file roles\/kubelet\/tasks\/main\.yml:1$/,
    ],
    [
      'a missing task file',
      { 'roles/kubelet/tasks/main.yml': '- import_tasks: kubelet.yml\n' },
      /^missing-file roles\/kubelet\/tasks\/main\.yml:1$/,
    ],
    [
      'tasks that include themselves',
      { 'roles/kubelet/tasks/main.yml': '- include_tasks: main.yml\n' },
      /^over-limit roles\/kubelet\/tasks\/main\.yml:1$/,
    ],
    ['a broken inventory', { 'inventory/hosts.ini': '[a]\nx y\n' }, /^inventory-invalid inventory\/hosts\.ini:2$/],
    [
      'a boot-time format',
      { 'boot/worker.yaml': '#cloud-config\nruncmd: [systemctl start kubelet]\n' },
      /^declined boot\/worker\.yaml:2$/,
    ],
  ] as const)('%s', (_, changes, expected) => {
    const found = messages(allProblems(render(siteWith(changes as Record<string, string>))));
    expect(found).toContainEqual(expect.stringMatching(expected));
  });

  test('a committed merge conflict, and that the node would get no YAML', () => {
    const kubeadm = `apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
<<<<<<< ours
patches: {}
=======
>>>>>>> theirs
`;
    const found = allProblems(render({ 'roles/k/templates/kubeadm.yaml.j2': kubeadm }));
    expect(messages(found)).toEqual([
      'template-invalid roles/k/templates/kubeadm.yaml.j2:3',
      'yaml-invalid roles/k/templates/kubeadm.yaml.j2:3',
    ]);
  });

  test.each([
    ['120000', 'symlink'],
    ['160000', 'submodule'],
  ] as const)('an entry of mode %s where a role is looked for is a %s', (mode, code) => {
    const files = siteWith({});
    for (const path of Object.keys(files)) if (path.startsWith('roles/kubelet/')) delete files[path];
    const plain = treeOf(files);
    const link: TreeEntry = { path: 'roles/kubelet', mode, oid: '1'.repeat(40), size: 0 };
    const tree = sourceTree(plain.rev, [...plain.entries(), link], path => plain.text(path));
    expect(messages(allProblems(render(tree)))).toContainEqual(`${code} roles/kubelet:0`);
  });
});

test('a thousand hosts in twenty groups are evaluated once per distinct result', () => {
  const groups = Array.from({ length: 20 }, (_, n) => `g${n}`);
  const files = siteWith({
    'inventory/hosts.ini': `${groups.map(name => `[${name}]\n${name}-[01:50]\n`).join('')}[cluster:children]\n${groups.join('\n')}\n`,
    ...Object.fromEntries(
      groups.map((name, n) => [`inventory/group_vars/${name}.yml`, `kubelet_max_pods: ${100 + n}\n`]),
    ),
  });
  const rendering = render(files);
  expect(groupsOf(rendering).map(({ hosts }) => hosts.length)).toEqual(Array.from({ length: 20 }, () => 50));
  expect(new Set(groupsOf(rendering).map(group => group.steps)).size).toBe(20);
});
