import { describe, expect, test } from '@jest/globals';
import { effective, groupsOf, render } from './render.ts';

const CONFIG = 'kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nmaxPods: 7\n';
const WRITE = '{ dest: /etc/kubernetes/kubelet-config.yaml, src: kubelet-config.yaml }';

const site = (play: string, more: Record<string, string> = {}) =>
  render(
    {
      'hosts.ini': '[nodes]\nn1\nn2\n',
      'site.yml': `- hosts: nodes\n${play}`,
      'files/kubelet-config.yaml': CONFIG,
      ...more,
    },
    { inventories: ['hosts.ini'], playbooks: ['site.yml'] },
  );

/** For each host how it gets the file: `written`, `perhaps: reason`, or `none`. */
function written(play: string, more: Record<string, string> = {}): Record<string, string> {
  const found: Record<string, string> = { n1: 'none', n2: 'none' };
  for (const group of groupsOf(site(play, more))) {
    const file = group.files.find(one => one.kind === 'KubeletConfiguration');
    if (!file) continue;
    for (const host of group.hosts) found[host] = file.when ? `perhaps: ${file.when.why.join('; ')}` : 'written';
  }
  return found;
}

const both = (state: string) => ({ n1: state, n2: state });

describe('where and whether a task writes', () => {
  test.each([
    ['delegated to the controller', `copy: ${WRITE}\n      delegate_to: localhost`, both('none')],
    [
      'as a local action',
      `local_action: { module: copy, src: kubelet-config.yaml, dest: /etc/kubernetes/kubelet-config.yaml }`,
      both('none'),
    ],
    ['delegated to itself', `copy: ${WRITE}\n      delegate_to: "{{ inventory_hostname }}"`, both('written')],
    [
      'in a block delegated to the controller',
      `block: [{ copy: ${WRITE} }]\n      delegate_to: 127.0.0.1`,
      both('none'),
    ],
    [
      'delegated to nobody knows',
      `copy: ${WRITE}\n      delegate_to: "{{ ansible_x }}"`,
      both('perhaps: which host the task at site.yml:3 is delegated to (fact ansible_x)'),
    ],
    ['only to look at what it would change', `copy: ${WRITE}\n      check_mode: yes`, both('none')],
    ['in a block that only looks', `block: [{ copy: ${WRITE} }]\n      check_mode: "{{ true }}"`, both('none')],
    ['also in a dry run', `copy: ${WRITE}\n      check_mode: false`, both('written')],
    ['once', `copy: ${WRITE}\n      run_once: true`, { n1: 'written', n2: 'none' }],
    ['never', `copy: ${WRITE}\n      tags: [never, reset]`, both('none')],
    ['never and always', `copy: ${WRITE}\n      tags: [never, always]`, both('written')],
    [
      'in a rescue',
      `block: [{ command: "true" }]\n      rescue: [{ copy: ${WRITE} }]`,
      both('perhaps: whether a task of the block at site.yml:3 fails'),
    ],
    ['in an always', `block: [{ command: "true" }]\n      always: [{ copy: ${WRITE} }]`, both('written')],
  ])('%s', (_, task, expected) => {
    expect(written(`  tasks:\n    - ${task}\n`)).toEqual(expected);
  });
});

describe('handlers', () => {
  const perhaps = both('perhaps: whether the task at site.yml:3 changes something');
  const play = (notify: string, handlers: string) =>
    `  tasks:\n    - command: /bin/x\n      notify: ${notify}\n  handlers:\n${handlers}`;

  test.each([
    ['by name', play('h', `    - { name: h, copy: ${WRITE} }\n`), perhaps],
    ['by topic', play('[topic]', `    - { name: h, listen: topic, copy: ${WRITE} }\n`), perhaps],
    ['not at all', play('other', `    - { name: h, copy: ${WRITE} }\n`), both('none')],
    [
      'through another handler',
      play('a', `    - { name: a, command: x, notify: h }\n    - { name: h, copy: ${WRITE} }\n`),
      {
        n1: expect.stringContaining('changes something'),
        n2: expect.stringContaining('changes something'),
      },
    ],
    [
      'by a task that never changes',
      play('h\n      changed_when: false', `    - { name: h, copy: ${WRITE} }\n`),
      both('none'),
    ],
    ['by a skipped task', play('h\n      when: false', `    - { name: h, copy: ${WRITE} }\n`), both('none')],
  ])('are called %s', (_, text, expected) => {
    expect(written(text)).toEqual(expected);
  });

  test('of a role are called by their global name', () => {
    const role = {
      'roles/k/handlers/main.yml': `- { name: h, copy: ${WRITE} }\n`,
      'roles/k/tasks/main.yml': '- debug:\n',
    };
    expect(written('  roles: [k]\n  tasks:\n    - command: /bin/x\n      notify: "k : h"\n', role)).toEqual(
      both('perhaps: whether the task at site.yml:4 changes something'),
    );
  });

  test('stand in the play graph where they run: after each section, and where they are flushed', () => {
    const rendering = site(
      `  pre_tasks: [{ name: p, command: x, notify: h }]
  tasks:
    - { name: t, command: x, notify: h }
    - meta: flush_handlers
    - { name: u, command: x }
  post_tasks: [{ name: q, command: x }]
  handlers: [{ name: h, service: { name: kubelet, state: restarted } }]
`,
    );
    const [group] = groupsOf(rendering);
    expect(group?.steps.map(({ task, kind, module }) => `${kind} ${task} ${module}`)).toEqual([
      'task p command',
      'handler h service',
      'task t command',
      'task meta meta',
      'handler h service',
      'task u command',
      'task q command',
    ]);
    expect(group?.steps[0]?.notify).toEqual(['h']);
  });
});

test.each([
  ['hash_behaviour = merge', false],
  ['hash_behaviour = replace', false],
  ['jinja2_native = True', true],
])('ansible.cfg with %s is reported: %j', (setting, reported) => {
  const rendering = site(`  tasks:\n    - copy: ${WRITE}\n`, { 'ansible.cfg': `[defaults]\n${setting}\n` });
  expect(rendering.problems.map(({ file, line }) => `${file}:${line}`)).toEqual(reported ? ['ansible.cfg:2'] : []);
});

test('what a prompt asks for without a default is known to nobody', () => {
  const play = `  vars_prompt: [{ name: pods, prompt: How many? }]
  tasks:
    - template: { dest: /etc/kubernetes/kubelet-config.yaml, src: kubelet.j2 }
`;
  const [group] = groupsOf(site(play, { 'kubelet.j2': CONFIG.replace('7', '{{ pods }}') }));
  expect(group && effective(group, 'maxPods')).toBe('? pods is asked of the person who starts Ansible');
});
