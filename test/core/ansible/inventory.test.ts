import { describe, expect, test } from '@jest/globals';
import { matchHosts } from '../../../core/ansible/inventory/host-pattern.ts';
import { groupsOf, hostsOf } from '../../../core/ansible/inventory/inventory.ts';
import { loadInventory } from '../../../core/ansible/inventory/load-inventory.ts';
import { openRepository } from '../../../core/ansible/repository.ts';
import { toJson } from '../../../core/ansible/value.ts';
import { treeOf } from '../../../core/source/tree.ts';

function load(files: Record<string, string>, source: string) {
  const repository = openRepository(treeOf(files));
  return { inventory: loadInventory(repository, source), problems: repository.problems };
}

const CLUSTER = `
mail ansible_host=10.0.0.9
[control_plane]
cp[1:3]
[workers]
node[01:03:2].example.org:2222 rack="row 1" spare=True
[gpu]
gpu[a:b]
[nodes:children]
workers
gpu
[nodes:vars]
max_pods=110
taints=['a', 'b']
label=plain text
`;

describe('an INI inventory', () => {
  test('expands ranges, ports, children and leaves hosts without a group in ungrouped', () => {
    const { inventory } = load({ hosts: CLUSTER }, 'hosts');
    expect(hostsOf(inventory, 'nodes')).toEqual(['node01.example.org', 'node03.example.org', 'gpua', 'gpub']);
    expect(hostsOf(inventory, 'ungrouped')).toEqual(['mail']);
    expect(hostsOf(inventory, 'all')).toHaveLength(8);
  });

  test('reads values as Python literals, text where they are none', () => {
    const { inventory } = load({ hosts: CLUSTER }, 'hosts');
    const vars = inventory.groups.get('nodes')?.vars ?? new Map();
    expect(Object.fromEntries([...vars].map(([name, value]) => [name, toJson(value)]))).toEqual({
      max_pods: 110,
      taints: ['a', 'b'],
      label: 'plain text',
    });
    const host = inventory.hosts.get('node01.example.org')?.vars ?? new Map();
    expect(Object.fromEntries([...host].map(([name, value]) => [name, toJson(value)]))).toEqual({
      ansible_port: 2222,
      rack: 'row 1',
      spare: true,
    });
  });

  test('orders groups of a host by depth, priority and name', () => {
    const { inventory } = load({ hosts: `${CLUSTER}\n[zone]\ngpua\n[zone:vars]\nansible_group_priority=9\n` }, 'hosts');
    expect(groupsOf(inventory, 'gpua').map(group => group.name)).toEqual(['all', 'nodes', 'zone', 'gpu']);
  });

  test.each([
    ['[a:children]\nb\n', 1 + 1, 'declared nowhere'],
    ['[a:vars]\nx=1\n', 1, 'declared nowhere'],
    ['[a:wrong]\n', 1, 'unknown type'],
    ['[a]\nh x\n', 2, 'key=value'],
    ['[a]\nh[3:1]\n', 2, 'host range'],
    ['[a]\ndns_servers=[\n', 2, 'host range'],
    ['[a]\nb]c[1:2]\n', 2, 'host range'],
    ['[a]\nh[1]\n', 2, 'host range'],
    ['[a]\nh[1:2][\n', 2, 'host range'],
    ['[a:children]\nb\n[b:children]\na\n', 4, 'contain itself'],
    ['[a]\nh[1:999999]\n', 2, 'more than 200000 hosts'],
  ])('reports %j with its line', (text, line, message) => {
    const { problems } = load({ hosts: text }, 'hosts');
    expect(problems).toEqual([
      expect.objectContaining({ file: 'hosts', line, message: expect.stringContaining(message) }),
    ]);
  });
});

test('a YAML inventory gives the same groups as its INI twin', () => {
  const yaml = `all:
  hosts: { mail: { ansible_host: 10.0.0.9 } }
  children:
    nodes:
      vars: { max_pods: 110 }
      children:
        workers: { hosts: { 'node[01:03:2]': } }
        gpu: { hosts: { gpua: , gpub: { mig: true } } }
`;
  const { inventory, problems } = load({ 'inventory.yml': yaml }, 'inventory.yml');
  expect(problems).toEqual([]);
  expect(hostsOf(inventory, 'nodes')).toEqual(['node01', 'node03', 'gpua', 'gpub']);
  expect(hostsOf(inventory, 'ungrouped')).toEqual(['mail']);
});

test('sections of a YAML group are read in the order they are written', () => {
  const groups = 'children: { masters: { hosts: { "cp[1:2]": { place: masters } } } }';
  const own = 'hosts: { "cp[1:2]": { place: all } }';
  const placeOf = (text: string) =>
    load({ 'hosts.yml': text }, 'hosts.yml').inventory.hosts.get('cp2')?.vars.get('place');
  expect(placeOf(`all:\n  ${own}\n  ${groups}\n`)).toMatchObject({ text: 'masters' });
  expect(placeOf(`all:\n  ${groups}\n  ${own}\n`)).toMatchObject({ text: 'all' });
});

test('a directory is every inventory file in it, without group_vars, host_vars and notes', () => {
  const { inventory } = load(
    {
      'inv/10-a': '[a]\nh1\n',
      'inv/20-b.yml': 'b: { hosts: { h2: } }',
      'inv/group_vars/a.yml': 'x: 1',
      'inv/README.md': '[c]\nh3\n',
    },
    'inv',
  );
  expect(hostsOf(inventory, 'all')).toEqual(['h1', 'h2']);
});

test('what Ansible would run for hosts is reported and never run', () => {
  const { problems } = load({ 'aws.yml': 'plugin: amazon.aws.aws_ec2\nregions: [eu-1]\n' }, 'aws.yml');
  expect(problems).toEqual([expect.objectContaining({ file: 'aws.yml', line: 1, code: 'not-evaluated' })]);
});

describe('a host pattern', () => {
  const { inventory } = load({ hosts: CLUSTER }, 'hosts');
  test.each([
    ['all', 8],
    ['gpu', ['gpua', 'gpub']],
    ['nodes:!gpu', ['node01.example.org', 'node03.example.org']],
    ['nodes,&gpu', ['gpua', 'gpub']],
    ['nodes:&gpu', ['gpua', 'gpub']],
    ['gpu*', ['gpua', 'gpub']],
    ['~^cp[12]$', ['cp1', 'cp2']],
    ['control_plane[0]', ['cp1']],
    ['control_plane[1:]', ['cp2', 'cp3']],
    ['control_plane[-1]', ['cp3']],
    ['nowhere', []],
    ['mail,cp1', ['mail', 'cp1']],
  ])('%s', (pattern, expected) => {
    const hosts = matchHosts(inventory, [pattern]);
    if (typeof expected === 'number') expect(hosts).toHaveLength(expected);
    else expect(hosts).toEqual(expected);
  });
});
