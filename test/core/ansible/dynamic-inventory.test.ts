import { describe, expect, test } from '@jest/globals';
import type { DeclaredHosts } from '../../../core/ansible/types.ts';
import { sourceTree, treeOf } from '../../../core/source/tree.ts';
import { reviewFiles } from '../review/repositories.ts';
import { effective, groupsOf, render } from './render.ts';

const SITE = {
  'site.yml': '- hosts: workers\n  tasks:\n    - template: { src: k.j2, dest: /etc/kubernetes/kubelet-config.yaml }\n',
  'k.j2':
    'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmaxPods: {{ pods }}\nreadOnlyPort: {{ port | default(0) }}\n',
  'inventory/group_vars/workers.yml': 'pods: 90\n',
  'inventory/host_vars/n2.yml': 'pods: 20\n',
};
const PLUGIN = { 'inventory/aws_ec2.yml': '---\nregions: [eu-central-1]\nplugin: amazon.aws.aws_ec2\n' };

const declared = (path: string, groups: Record<string, readonly string[]>): DeclaredHosts =>
  new Map([[path, new Map(Object.entries(groups))]]);

/** `maxPods` by host. */
function podsOf(files: Record<string, string>, declaredHosts?: DeclaredHosts, inventories?: readonly string[]) {
  const rendering = render(files, {
    ...(declaredHosts ? { declaredHosts } : {}),
    ...(inventories ? { inventories } : {}),
  });
  const pods: Record<string, unknown> = {};
  for (const group of groupsOf(rendering)) for (const host of group.hosts) pods[host] = effective(group, 'maxPods');
  return pods;
}

/** A script in the inventory folder, executable as Ansible wants it. */
function withScript(files: Readonly<Record<string, string>>, path: string) {
  const tree = treeOf({ ...files, [path]: '#!/usr/bin/env python3\nprint("{}")\n' });
  const entries = tree.entries().map(entry => (entry.path === path ? { ...entry, mode: '100755' as const } : entry));
  return sourceTree('rev', entries, name => tree.text(name));
}

describe('hosts the policy declares for an inventory that is a program', () => {
  test('get the variables beside it', () => {
    const hosts = declared('inventory/aws_ec2.yml', { workers: ['n[1:2]'] });
    expect(podsOf({ ...SITE, ...PLUGIN }, hosts)).toEqual({ n1: 90, n2: 20 });
  });

  test('stand for a source that is not in the repository', () => {
    const hosts = declared('inventory/terraform.yml', { workers: ['n1'] });
    expect(podsOf(SITE, hosts, ['inventory/terraform.yml'])).toEqual({ n1: 90 });
    expect(podsOf(SITE, hosts)).toEqual({ n1: 90 });
  });

  test('join the groups other sources of the folder define', () => {
    const files = {
      ...SITE,
      ...PLUGIN,
      'inventory/groups': '[workers:children]\ngpu\n[gpu]\n',
      'inventory/group_vars/gpu.yml': 'pods: 250\n',
    };
    expect(podsOf(files, declared('inventory/aws_ec2.yml', { gpu: ['g1'] }), ['inventory'])).toEqual({ g1: 250 });
  });

  test('are nothing to a source that lists its hosts itself', () => {
    const files = { ...SITE, 'inventory/aws_ec2.yml': 'workers: { hosts: { n9: } }\n' };
    expect(podsOf(files, declared('inventory/aws_ec2.yml', { workers: ['n1'] }))).toEqual({ n9: 90 });
  });

  test('have what the program may set unknown, and what it composes even where group_vars say more', () => {
    const files = {
      ...SITE,
      'inventory/aws_ec2.yml': `${PLUGIN['inventory/aws_ec2.yml']}compose: { pods: tags.pods }\n`,
    };
    const rendering = render(files, { declaredHosts: declared('inventory/aws_ec2.yml', { workers: ['n1'] }) });
    const [group] = groupsOf(rendering);
    expect(group && effective(group, 'maxPods')).toBe(
      '? pods is made by the inventory inventory/aws_ec2.yml, which is not run',
    );
    expect(group && effective(group, 'readOnlyPort')).toBe(
      '? port may be set by the inventory inventory/aws_ec2.yml, which is not run',
    );
  });
});

describe('an inventory that is a program and not declared', () => {
  const asked = (path: string) =>
    expect.objectContaining({
      file: path,
      line: 1,
      code: 'not-evaluated',
      message: expect.stringContaining(`governed.inventories, an entry with path: ${path}`),
    });

  test.each([
    ['a plugin in the inventory folder', 'inventory/aws_ec2.yml'],
    ['a plugin whose file is named after it', 'prod.aws_ec2.yml'],
    ['a plugin elsewhere under a name of its own', 'cloud/openstack.yml'],
  ])('is found and not evaluated: %s', (_, path) => {
    const plugin = path.includes('openstack') ? 'openstack.cloud.openstack' : 'amazon.aws.aws_ec2';
    const rendering = render({ ...SITE, [path]: `regions: []\nplugin: ${plugin}\n` });
    expect(rendering.inventories.flatMap(({ problems }) => problems)).toEqual([asked(path)]);
  });

  test.each(['inventory/ec2.py', 'inventory/hosts', 'hosts.sh'])('is found and not evaluated: the script %s', path => {
    const rendering = render(withScript(SITE, path));
    expect(rendering.inventories.flatMap(({ problems }) => problems)).toEqual([asked(path)]);
  });

  test('is found where ansible.cfg names it', () => {
    const files = { ...SITE, 'ansible.cfg': '[defaults]\ninventory = ./bin/nodes, /etc/ansible/hosts\n' };
    const rendering = render(withScript(files, 'bin/nodes'));
    expect(rendering.inventories.flatMap(({ problems }) => problems)).toEqual([asked('bin/nodes')]);
  });

  test('is no file that only has a key named plugin', () => {
    const rendering = render({ ...SITE, 'ci/pipeline.yml': 'plugin: acme.deploy\n' });
    expect(rendering.inventories.flatMap(({ problems }) => problems)).toEqual([]);
  });
});

describe('a change to an inventory that is a program', () => {
  const POLICY = 'governed:\n  inventories:\n    - path: inventory/aws_ec2.yml\n      hosts: { workers: [n1] }\n';
  const changed = { 'inventory/aws_ec2.yml': '---\nregions: [eu-west-1]\nplugin: amazon.aws.aws_ec2\n' };

  test('that is not declared fails at its file', () => {
    const verdict = reviewFiles({ ...SITE, ...PLUGIN }, { ...SITE, ...changed });
    expect(verdict.conclusion).toBe('fail');
    expect(verdict.problems).toEqual([expect.objectContaining({ file: 'inventory/aws_ec2.yml', line: 1 })]);
  });

  test('that is not declared is reported beside other files of its folder too', () => {
    const [inventory] = render({ ...SITE, ...PLUGIN, 'inventory/static': '[workers]\nn1\n' }).inventories;
    expect(inventory?.problems.map(({ file, code }) => [file, code])).toEqual([
      ['inventory/aws_ec2.yml', 'not-evaluated'],
    ]);
  });

  test('that is declared changes no node and has to be approved', () => {
    const base = { ...SITE, ...PLUGIN, '.kubelet-gate.yaml': POLICY };
    const verdict = reviewFiles(base, { ...base, ...changed });
    expect(verdict).toMatchObject({
      conclusion: 'pass',
      problems: [],
      procedures: ['inventory/aws_ec2.yml'],
      hostCount: 1,
    });
  });
});
