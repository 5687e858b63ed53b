import { describe, expect, test } from '@jest/globals';
import { groupsOf, render } from './render.ts';

const TASKS = '- template: { src: kubelet.yaml.j2, dest: /var/lib/kubelet/config.yaml }\n';
const ROLE = {
  'roles/kubelet/tasks/main.yml': TASKS,
  'roles/kubelet/templates/kubelet.yaml.j2':
    'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmaxPods: 77\n',
};
const PLAY = '- hosts: all\n  roles: [kubelet]\n';
const inventories = (files: Readonly<Record<string, string>>) =>
  render({ ...ROLE, 'site.yml': PLAY, ...files }).inventories.map(({ inventory, hosts }) => [inventory, hosts]);

const CFG = { 'ansible.cfg': '[defaults]\ninventory = inventories\n' };
const HOSTS = '[masters]\nm1\n[workers]\nw1\n';
const GROUPS = '[k8s:children]\nmasters\nworkers\n';

describe('files found as inventories', () => {
  test.each([
    [
      'are one each, also side by side',
      { 'inventories/prod': '[k]\np1\n', 'inventories/stage': '[k]\ns1\n' },
      [
        ['inventories/prod', ['p1']],
        ['inventories/stage', ['s1']],
      ],
    ],
    [
      'are one each with the suffix .ini',
      { 'inventories/prod.ini': '[k]\np1\n', 'inventories/stage.ini': '[k]\ns1\n' },
      [
        ['inventories/prod.ini', ['p1']],
        ['inventories/stage.ini', ['s1']],
      ],
    ],
    [
      'are one where ansible.cfg names their folder',
      { ...CFG, 'inventories/prod': '[k]\np1\n', 'inventories/stage': '[k]\ns1\n' },
      [['inventories', ['p1', 's1']]],
    ],
    [
      'stay on their own in such a folder where Ansible passes over them',
      { ...CFG, 'inventories/prod': '[k]\np1\n', 'inventories/stage.ini': '[k]\ns1\n' },
      [
        ['inventories', ['p1']],
        ['inventories/stage.ini', ['s1']],
      ],
    ],
    [
      'are one where a file names groups another one fills',
      { 'inventories/prod/01-hosts': HOSTS, 'inventories/prod/02-groups': GROUPS, 'inventories/lab': '[k]\nl1\n' },
      [
        ['inventories/lab', ['l1']],
        ['inventories/prod', ['m1', 'w1']],
      ],
    ],
  ])('%s', (_, files, expected) => {
    expect(inventories(files)).toEqual(expected);
  });
});

describe('playbooks in a circle', () => {
  test('have an entry, and the circle is told', () => {
    const rendering = render({
      ...ROLE,
      'hosts.ini': '[k]\nn1\n',
      'a.yml': '- import_playbook: b.yml\n',
      'b.yml': `- import_playbook: a.yml\n${PLAY}`,
    });
    expect(groupsOf(rendering).map(({ hosts, files }) => [hosts, files.length])).toEqual([[['n1'], 1]]);
    expect(rendering.problems.map(({ file, message }) => [file, message])).toEqual([
      ['b.yml', 'Playbooks import each other in a circle here, or more than 200 times; take this import out.'],
    ]);
  });

  test('of itself alone too', () => {
    const rendering = render({ ...ROLE, 'hosts.ini': '[k]\nn1\n', 'a.yml': `- import_playbook: a.yml\n${PLAY}` });
    expect(groupsOf(rendering).map(({ files }) => files.length)).toEqual([1]);
    expect(rendering.problems).toHaveLength(1);
  });
});
