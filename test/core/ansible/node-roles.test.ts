import { expect, test } from '@jest/globals';
import { render } from './render.ts';

/** The roles of host `x` in an inventory of these groups, each with x and what lies below it. */
function rolesOf(inventory: string): readonly string[] {
  const rendering = render({
    'inventory.ini': inventory,
    'site.yml': '- hosts: all\n  tasks:\n    - copy: {content: x, dest: /etc/kubernetes/x}\n',
  });
  return rendering.inventories.flatMap(({ groups }) => groups.find(({ hosts }) => hosts.includes('x'))?.roles ?? []);
}

test.each([
  ['k8s_control', ['control-plane']],
  ['kube_control_plane', ['control-plane']],
  ['primary-master', ['control-plane']],
  ['master_nodes', ['control-plane']],
  ['rke2_servers', ['control-plane']],
  ['ai_gpu', ['gpu']],
  ['gpu_workers', ['gpu', 'worker']],
  ['kube_node', ['worker']],
  ['agents', ['worker']],
  ['salt_masters', ['worker']],
  ['no_gpu', ['worker']],
  ['bastion', ['worker']],
  ['master_worker', ['control-plane', 'worker']],
])('a host of group %s is for %j', (group, roles) => {
  expect(rolesOf(`[${group}]\nx\n`)).toEqual(roles);
});

test.each([
  ['a group of all nodes', '[masters]\nx\n[workers]\ny\n[nodes:children]\nmasters\nworkers\n', ['control-plane']],
  [
    'a group of both by its name',
    '[masters]\nx\n[gpu]\ny\n[masters_workers:children]\nmasters\ngpu\n',
    ['control-plane'],
  ],
  [
    'kubespray’s own group of workers',
    '[masters]\nx\n[workers]\ny\n[kube_node:children]\nmasters\nworkers\n',
    ['control-plane', 'worker'],
  ],
  ['the servers of agents', '[server]\nx\n[agent]\ny\n', ['control-plane']],
  ['servers of something else', '[server]\nx\n[masters]\ny\n', ['worker']],
  ['agents and nodes of other programs', '[masters]\nx\n[zabbix_agents]\nx\n[etcd_nodes]\nx\n', ['control-plane']],
])('%s', (_, inventory, roles) => {
  expect(rolesOf(inventory)).toEqual(roles);
});
