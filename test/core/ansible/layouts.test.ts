import { describe, expect, test } from '@jest/globals';
import { flagsOf } from './play.ts';
import { effective, groupNamed, groupsOf, onlyGroup, render } from './render.ts';

const TASKS = '- template: { src: kubelet.yaml.j2, dest: /var/lib/kubelet/config.yaml }\n';
const TEMPLATE = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
maxPods: 77
`;
const role = (directory: string) => ({
  [`${directory}/tasks/main.yml`]: TASKS,
  [`${directory}/templates/kubelet.yaml.j2`]: TEMPLATE,
});
const HOSTS = { 'metal/inventory/hosts.ini': '[nodes]\nn1\n' };
const PLAY = '- hosts: nodes\n  roles: [kubelet]\n';

describe('roles are found from where the playbook may be started', () => {
  test.each([
    ['beside the playbook', 'metal/playbooks/install', 'metal/playbooks/install/roles', {}],
    ['in a folder above the playbook', 'metal/playbooks/install', 'metal/roles', {}],
    [
      'where an ansible.cfg above the playbook says',
      'metal/playbooks',
      'metal/shared',
      { 'metal/ansible.cfg': 'shared' },
    ],
    ['outside the folder of that ansible.cfg', 'metal/playbooks', 'lib', { 'metal/ansible.cfg': 'nowhere:../lib' }],
  ])('%s', (_, playbooks, roles, settings: Readonly<Record<string, string>>) => {
    const cfg = Object.entries(settings).map(([file, path]) => [file, `[defaults]\nroles_path = ${path} ; ours\n`]);
    const rendering = render({
      ...HOSTS,
      ...Object.fromEntries(cfg),
      ...role(`${roles}/kubelet`),
      [`${playbooks}/site.yml`]: PLAY,
    });
    const group = onlyGroup(rendering);
    expect([group.hosts, effective(group, 'maxPods'), group.problems]).toEqual([['n1'], 77, []]);
  });

  test('the nearest of several roles of one name wins', () => {
    const files = { ...HOSTS, ...role('metal/roles/kubelet'), ...role('roles/kubelet'), 'metal/plays/site.yml': PLAY };
    const nearest = { ...files, 'metal/roles/kubelet/templates/kubelet.yaml.j2': TEMPLATE.replace('77', '99') };
    expect(effective(groupNamed(render(nearest), 'nodes'), 'maxPods')).toBe(99);
  });

  test.each([
    ['the repository is', ''],
    ['a folder above the playbook is', 'metal/'],
  ])('by its full name in the collection that %s', (_, folder) => {
    const rendering = render({
      ...HOSTS,
      ...role(`${folder}roles/kubelet`),
      [`${folder}galaxy.yml`]: '---\nnamespace: acme\nname: "nodes"\nversion: 1.0.0\n',
      'metal/plays/site.yml': PLAY.replace('kubelet', 'acme.nodes.kubelet'),
    });
    expect(effective(onlyGroup(rendering), 'maxPods')).toBe(77);
    const other = render({
      ...HOSTS,
      ...role(`${folder}roles/kubelet`),
      [`${folder}galaxy.yml`]: 'namespace: acme\nname: other\n',
      'metal/plays/site.yml': PLAY.replace('kubelet', 'acme.nodes.kubelet'),
    });
    expect(groupsOf(other).flatMap(({ problems }) => problems.map(({ message }) => message))).toContain(
      'Role acme.nodes.kubelet is not in this repository; what it puts on nodes is not evaluated.',
    );
  });

  test('an ansible.cfg that leads out of the repository finds nothing', () => {
    const rendering = render({
      ...HOSTS,
      'metal/ansible.cfg': '[defaults]\nroles_path = ../../elsewhere:/etc/ansible/roles\n',
      'metal/plays/site.yml': PLAY,
    });
    expect(groupsOf(rendering).flatMap(({ problems }) => problems.map(({ message }) => message))).toEqual([
      'Role kubelet is not in this repository; what it puts on nodes is not evaluated.',
    ]);
  });
});

describe('files called .ini', () => {
  test.each([
    ['tox.ini', '[tox]\nenvlist = py3,linters\nskipsdist = True\n'],
    ['pytest.ini', '[pytest]\naddopts = -x --cov\n'],
    ['setup.ini', '[metadata]\nname=x\nfiles=a,b\n'],
    ['empty.ini', '[a]\n'],
  ])('%s is no inventory', (name, text) => {
    const rendering = render({ ...role('roles/kubelet'), [name]: text });
    expect(rendering.inventories.map(({ inventory, problems }) => [inventory, problems])).toEqual([['', []]]);
  });

  test('an inventory of any name is one', () => {
    const rendering = render({ ...role('roles/kubelet'), 'cluster.ini': '[nodes]\nn[1:2] ansible_host=10.0.0.1\n' });
    expect(groupsOf(rendering).map(({ hosts }) => hosts)).toEqual([['n1', 'n2']]);
  });

  test('an inventory with a mistake stays one where its folder says what it is', () => {
    const rendering = render({ ...role('roles/kubelet'), 'inventories/prod.ini': '[nodes]\nn1 ansible_host\n' });
    expect(rendering.inventories.flatMap(({ problems }) => problems.map(({ code, line }) => [code, line]))).toEqual([
      ['inventory-invalid', 2],
    ]);
  });
});

test('flags count where the folder of the unit and its drop-in is not known', () => {
  const rendering = render({
    'roles/node/tasks/main.yml': `- template: { src: kubelet.service.j2, dest: "{{ systemd.units }}/kubelet.service" }
- template: { src: 10-kubelet.conf.j2, dest: "{{ systemd.drop_ins }}/kubelet.service.d/10-kubelet.conf" }
- template: { src: kubelet.env.j2, dest: "{{ environment_file }}" }
`,
    'roles/node/templates/kubelet.service.j2': '[Service]\nExecStart=/usr/bin/kubelet\n',
    'roles/node/templates/10-kubelet.conf.j2':
      '[Service]\nEnvironment="AUTH=--anonymous-auth=false"\nEnvironmentFile=/etc/kubelet.env\nExecStart=\nExecStart=/usr/bin/kubelet $AUTH $MORE\n',
    'roles/node/templates/kubelet.env.j2': 'MORE=--max-pods=50\n',
  });
  const group = onlyGroup(rendering);
  expect(flagsOf(group)).toEqual({ '--anonymous-auth': 'false', '--max-pods': '50' });
  expect([effective(group, 'authentication.anonymous.enabled'), effective(group, 'maxPods')]).toEqual([false, 50]);
});
