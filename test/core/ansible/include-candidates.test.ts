import { expect, test } from '@jest/globals';
import { groupsOf, render } from './render.ts';

const kubelet = (port: number) =>
  `- copy:\n    dest: /etc/kubernetes/kubelet.yaml\n    content: "kind: KubeletConfiguration\\napiVersion: kubelet.config.k8s.io/v1beta1\\nreadOnlyPort: ${port}\\n"\n`;

test('task files that may include each other end', () => {
  const other =
    '- set_fact:\n    a: "{{ a | default(1) }}"\n  when: lookup("env", "B")\n- include_tasks: "{{ lookup(\'env\', \'X\') }}.yml"\n';
  const names = ['one', 'two', 'three'];
  const rendering = render({
    'hosts.ini': '[workers]\nw1\n',
    'site.yml': '- hosts: all\n  roles: [node]\n',
    'roles/node/tasks/main.yml': "- include_tasks: \"{{ lookup('env', 'X') }}.yml\"\n",
    ...Object.fromEntries(names.map(name => [`roles/node/tasks/${name}.yml`, other + kubelet(0)])),
  });
  const [group] = groupsOf(rendering);
  expect(group?.kubelet?.values.get('readOnlyPort')?.value).toMatchObject({ known: false });
});

test('the real path of a file beside the role names the file', () => {
  const rendering = render({
    'hosts.ini': '[workers]\nw1\n',
    'site.yml': '- hosts: all\n  roles: [worker]\n',
    'roles/worker/tasks/main.yml':
      '- include_tasks: "{{ (role_path + \'/../master/tasks/kubelet.yml\') | realpath }}"\n',
    'roles/master/tasks/kubelet.yml': kubelet(10255),
  });
  const [group] = groupsOf(rendering);
  expect(group?.problems).toEqual([]);
  expect(group?.kubelet?.values.get('readOnlyPort')?.value).toEqual({ known: true, json: 10255 });
});

test('a task file nothing is known about is a problem at the include', () => {
  const rendering = render({
    'hosts.ini': '[workers]\nw1\n',
    'site.yml': '- hosts: all\n  roles: [node]\n',
    'roles/node/tasks/main.yml': "- include_tasks: \"{{ lookup('env', 'X') }}\"\n",
    'roles/node/tasks/kubelet.yml': kubelet(0),
  });
  expect(groupsOf(rendering).flatMap(({ problems }) => problems)).toEqual([
    {
      file: 'roles/node/tasks/main.yml',
      line: 1,
      code: 'not-evaluated',
      message: 'Which task file is included here cannot be known from Git.',
    },
  ]);
});

test('a binary file a task copies is nobody’s problem when no kubelet reads it', () => {
  const rendering = render({
    'hosts.ini': '[workers]\nw1\n',
    'site.yml': '- hosts: all\n  tasks:\n    - copy: {src: big.key, dest: /etc/apt/big.key}\n',
    'files/big.key': 'x'.repeat(2 * 1024 * 1024),
  });
  expect([...rendering.problems, ...groupsOf(rendering).flatMap(({ problems }) => problems)]).toEqual([]);
});
