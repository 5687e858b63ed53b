import { describe, expect, test } from '@jest/globals';
import { groupsOf, render } from './render.ts';

const KUBELET =
  'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmaxPods: {{ pods | default(110) }}\n';
const WRITE = '  tasks: [{ template: { src: k.j2, dest: /etc/kubernetes/kubelet-config.yaml } }]\n';

const site = (playbook: string, files: Readonly<Record<string, string>> = {}) =>
  render(
    {
      'hosts.ini': '[masters]\nn1 zone=a\n[nodes]\nn2 zone=b\nn3 zone=b\n',
      'site.yml': playbook,
      'k.j2': KUBELET,
      ...files,
    },
    { inventories: ['hosts.ini'], playbooks: ['site.yml'] },
  );

/** For each host `written`, `perhaps: reason`, or `none`. */
function written(playbook: string, files: Readonly<Record<string, string>> = {}): Record<string, string> {
  const found: Record<string, string> = { n1: 'none', n2: 'none', n3: 'none' };
  for (const { hosts, files: on } of groupsOf(site(playbook, files))) {
    const file = on.find(one => one.kind === 'KubeletConfiguration');
    if (file) for (const host of hosts) found[host] = file.when ? `perhaps: ${file.when.why.join('; ')}` : 'written';
  }
  return found;
}

const first = (task: string, hosts = 'all') => `- hosts: ${hosts}\n  tasks:\n    - ${task}\n`;
const later = (hosts: string) => `- hosts: ${hosts}\n${WRITE}`;
const all = (state: string) => ({ n1: state, n2: state, n3: state });
const fact = 'which group the host joins (fact ansible_os_family)';

describe('a play on a group hosts join while Ansible runs', () => {
  test.each([
    ['by a literal key', first('group_by: { key: kubelets }', 'nodes'), 'kubelets', { ...all('written'), n1: 'none' }],
    ['by a key made of variables', first('group_by: key=zone_{{ zone }}'), 'zone_b', { ...all('written'), n1: 'none' }],
    ['by its parents', first('group_by: { key: x, parents: [kubelets] }'), 'kubelets', all('written')],
    [
      'under a condition',
      first("group_by: { key: k }\n      when: zone == 'a'"),
      'k',
      { ...all('none'), n1: 'written' },
    ],
    [
      'of several groups',
      first("group_by: { key: \"{{ ('nodes' in group_names) | ternary(item, '_all') }}\" }\n      loop: [k8s_cluster]"),
      'k8s_cluster:&nodes:!n3',
      { n1: 'none', n2: 'written', n3: 'none' },
    ],
    [
      'by add_host',
      first('add_host: { name: "{{ item }}", groups: "kubelets, x" }\n      loop: "{{ groups.nodes }}"'),
      'kubelets',
      { ...all('written'), n1: 'none' },
    ],
    [
      'by add_host, once',
      first('add_host: { name: "{{ inventory_hostname }}", groups: [k] }'),
      'k',
      { ...all('none'), n1: 'written' },
    ],
    ['by a fact', first('group_by: { key: "os_{{ ansible_os_family }}" }'), 'os_Debian', all(`perhaps: ${fact}`)],
    ['that is its own already', first('group_by: { key: nodes }', 'nodes'), 'nodes', { ...all('written'), n1: 'none' }],
    ['but not this one', first('group_by: { key: other }'), 'kubelets', all('none')],
  ])('%s', (_, tasks, hosts, expected) => {
    expect(written(tasks + later(hosts))).toEqual(expected);
  });

  test('is not run before they join', () => {
    expect(written(later('kubelets') + first('group_by: { key: kubelets }'))).toEqual(all('none'));
  });

  test('has what is written for the group in doubt', () => {
    const rendering = site(first('group_by: { key: k }', 'n1') + later('k'), { 'group_vars/k.yml': 'pods: 7\n' });
    const [group] = groupsOf(rendering);
    expect([...(group?.files[0]?.text?.unknowns.values() ?? [])].map(({ why }) => why)).toEqual([
      ['pods may be set by the group k, which the host joins while Ansible runs'],
    ]);
  });

  test('that no host of the inventory is in is reported', () => {
    const rendering = site(first('add_host: { name: "{{ new_node }}", groups: fresh }') + later('fresh'));
    expect(rendering.problems).toEqual([expect.objectContaining({ file: 'site.yml', line: 4, code: 'not-evaluated' })]);
    expect(rendering.problems[0]?.message).toMatch(/\(fresh\)\. Hosts added at run time, as at site\.yml:3,/);
  });

  test('is nothing to report when hosts are in it', () => {
    expect(site(first('group_by: { key: k }', 'n1') + later('k')).problems).toEqual([]);
  });
});

test('a host that another adds to a group of a later play is reported', () => {
  const rendering = site(first('add_host: { name: n2, groups: kubelets }', 'n1') + later('kubelets'));
  const problems = groupsOf(rendering).flatMap(group => group.problems.map(({ file, line }) => `${file}:${line}`));
  expect(problems).toEqual(['site.yml:3']);
});

test('what is asked of a host that may be added is unknown', () => {
  const files = { 'k.j2': 'kind: KubeletConfiguration\nclusterDomain: {{ hostvars.shared.domain }}\n' };
  const rendering = site(first('add_host: { name: shared, domain: x }', 'n1') + later('n1'), files);
  const [group] = groupsOf(rendering);
  expect([...(group?.files[0]?.text?.unknowns.values() ?? [])].flatMap(({ why }) => why)).toEqual([
    'variables of shared, which may be added while Ansible runs (site.yml:3)',
  ]);
});
