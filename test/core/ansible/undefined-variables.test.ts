import { expect, test } from '@jest/globals';
import { reviewFiles } from '../review/repositories.ts';
import { effective, onlyGroup, render } from './render.ts';

const site = (port: number) => ({
  'hosts.ini': '[workers]\nw1\n',
  'site.yml': '---\n  - include: _kubelet.yml\n',
  '_kubelet.yml': '---\n  - hosts: workers\n    roles:\n      - kubelet\n',
  'group_vars/all.yml': `kubelet_defaults:\n  provider: "{{ cloud_provider }}"\n  port: ${port}\n`,
  'roles/kubelet/tasks/main.yml':
    '- template: {src: kubelet.yaml.j2, dest: /etc/kubernetes/kubelet.yaml, mode: "0600", owner: root, group: root}\n',
  'roles/kubelet/templates/kubelet.yaml.j2':
    'kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nreadOnlyPort: {{ kubelet_defaults.port }}\nproviderID: "{{ kubelet_defaults.provider }}"\n',
});

test('a variable nobody defines is a problem and hides nothing else of the file', () => {
  const group = onlyGroup(render(site(0)));
  expect(effective(group, 'readOnlyPort')).toBe(0);
  expect(effective(group, 'providerID')).toBe('? variable cloud_provider is defined nowhere in this repository');
  expect(group.problems).toEqual([
    expect.objectContaining({ code: 'template-undefined', message: expect.stringContaining('cloud_provider') }),
  ]);
});

test('a weakening in such a file is one', () => {
  const verdict = reviewFiles(site(0), site(10255));
  expect(verdict.direction).toBe('weakens');
  expect(verdict.changes.map(({ path }) => path)).toEqual(['readOnlyPort']);
});

test('an option whose name is unknown is no flag of its own', () => {
  const group = onlyGroup(
    render({
      'hosts.ini': '[workers]\nw1\n',
      'site.yml':
        '- hosts: all\n  tasks:\n    - template: {src: kubelet.service.j2, dest: /etc/systemd/system/kubelet.service}\n',
      'templates/kubelet.service.j2':
        '[Service]\nExecStart=/usr/bin/kubelet --read-only-port=0 --{{ ansible_facts.option }}=1 --v=2\n',
    }),
  );
  expect(group.flags.map(({ name }) => name)).toEqual(['--read-only-port', '--v']);
  expect(effective(group, 'readOnlyPort')).toMatch(/^\?/);
});

test('a variable Ansible fails on is a problem and hides nothing else of the file', () => {
  const broken = (value: string) => ({
    ...site(0),
    'group_vars/all.yml': `kubelet_defaults:\n  port: 0\n  provider: "{{ endpoint }}"\nendpoint: "${value}"\n`,
  });
  for (const [value, failure] of [
    ["{{ groups['workers'][0]] }}", "unexpected ']'"],
    ["{{ 'port' + 1 }}", 'can only concatenate str (not "int") to str'],
    ['{{ endpoint }}', 'recursive loop detected: the variable endpoint needs its own value'],
  ] as const) {
    const group = onlyGroup(render(broken(value)));
    expect(effective(group, 'readOnlyPort')).toBe(0);
    expect(effective(group, 'providerID')).toBe(`? variable endpoint cannot be evaluated: ${failure}`);
    expect(group.problems).toMatchObject([{ code: 'template-invalid', file: 'group_vars/all.yml', message: failure }]);
  }
});
