import { expect, test } from '@jest/globals';
import { reviewFiles } from '../review/repositories.ts';
import { effective, groupNamed, groupsOf, render } from './render.ts';

const env = (flag: string) => `KUBELET_ARGS="--anonymous-auth=${flag} --node-ip=10.0.0.1"\n`;
const ROLE = {
  'roles/node/defaults/main.yml': 'kubeadm_enabled: false\nmode: plain\n',
  'roles/node/tasks/main.yml': `- template:
    src: kubelet.standard.env.j2
    dest: /etc/kubernetes/kubelet.env
  when: not kubeadm_enabled
- template:
    src: kubelet.kubeadm.env.j2
    dest: /etc/kubernetes/kubelet.env
  when: kubeadm_enabled
`,
  'roles/node/templates/kubelet.standard.env.j2': env('false'),
  'roles/node/templates/kubelet.kubeadm.env.j2': env('true'),
};
const anonymous = 'authentication.anonymous.enabled';

test('a file the defaults leave out is shown on the node of whoever sets the variable', () => {
  const rendering = render(ROLE);
  expect(groupsOf(rendering).map(group => [group.name, effective(group, anonymous)])).toEqual([
    ['every node', false],
    ['every node (kubelet.kubeadm.env.j2)', true],
  ]);
});

test('its template takes the switch that brings it to be in doubt', () => {
  const template = '{% if kubeadm_enabled %}KUBELET_ARGS="--v=2"{% else %}KUBELET_ARGS="--v=4"{% endif %}\n';
  const group = groupNamed(
    render({ ...ROLE, 'roles/node/templates/kubelet.kubeadm.env.j2': template }),
    'every node (kubelet.kubeadm.env.j2)',
  );
  expect(group.flags.map(({ name, value }) => [name, value.value.known])).toEqual([['--v', false]]);
});

test('a templated name the defaults make stand for one file may stand for the others', () => {
  const rendering = render({
    'roles/node/defaults/main.yml': 'mode: plain\n',
    'roles/node/tasks/main.yml':
      '- template:\n    src: "kubelet-{{ mode }}.env.j2"\n    dest: /etc/kubernetes/kubelet.env\n',
    'roles/node/templates/kubelet-plain.env.j2': env('false'),
    'roles/node/templates/kubelet-wide.env.j2': env('true'),
  });
  expect(groupsOf(rendering).map(group => [group.name, effective(group, anonymous)])).toEqual([
    ['every node', false],
    ['every node (kubelet-wide.env.j2)', true],
  ]);
});

test.each([
  ['an inventory declares the nodes: their variables decide', { 'hosts.ini': '[nodes]\nn1\n' }, ['nodes']],
  [
    'the condition asks whether there is anything to write',
    {
      'roles/node/defaults/main.yml': 'kubeadm_enabled: {}\n',
      'roles/node/tasks/main.yml': ROLE['roles/node/tasks/main.yml'].replace(
        'when: kubeadm_enabled',
        'when: kubeadm_enabled | length > 0',
      ),
    },
    ['every node'],
  ],
])('there is no other node where %s', (_, files, names) => {
  expect(groupsOf(render({ ...ROLE, ...files })).map(({ name }) => name)).toEqual(names);
});

test('a weakening in a file the defaults leave out is a weakening, at its line', () => {
  const changed = { ...ROLE, 'roles/node/templates/kubelet.kubeadm.env.j2': `${env('true')}` };
  const before = { ...ROLE, 'roles/node/templates/kubelet.kubeadm.env.j2': env('false') };
  const verdict = reviewFiles(before, changed);
  expect(verdict).toMatchObject({ direction: 'weakens', conclusion: 'fail' });
  expect(verdict.changes.find(({ path }) => path === anonymous)?.at[0]).toEqual({
    file: 'roles/node/templates/kubelet.kubeadm.env.j2',
    line: 1,
    side: 'RIGHT',
  });
});

test('a line that is now inside an if is told at the if', () => {
  const template = 'KUBELET_ARGS="--authorization-mode=Webhook"\n';
  const guarded = `{% if webhook %}\n${template}{% endif %}\n`;
  const role = (text: string) => ({
    'roles/node/defaults/main.yml': 'webhook: false\n',
    'roles/node/tasks/main.yml': '- template:\n    src: kubelet.env.j2\n    dest: /etc/kubernetes/kubelet.env\n',
    'roles/node/templates/kubelet.env.j2': text,
  });
  const { changes } = reviewFiles(role(template), role(guarded));
  expect(changes.find(({ path }) => path === 'authorization.mode')?.at[0]).toEqual({
    file: 'roles/node/templates/kubelet.env.j2',
    line: 1,
    side: 'RIGHT',
  });
});
