import { describe, expect, test } from '@jest/globals';
import { flagsOf, play, problemsOf } from './play.ts';

const DUMP = '- copy: { content: "{{ rke2_config | to_nice_yaml }}", dest: /etc/rancher/rke2/config.yaml }\n';
const UPDATE = (path: string, value: string) =>
  `- ansible.utils.update_fact:\n    updates:\n      - path: ${path}\n        value: ${value}\n  register: updated\n`;
const TAKE = '- set_fact: { rke2_config: "{{ updated.rke2_config }}" }\n  when: updated.changed\n';
const VARS = { 'group_vars/all.yml': 'rke2_config:\n  kubelet-arg: [max-pods=7]\n' };

describe('a registered result', () => {
  test.each([
    ['a key of a mapping', UPDATE('rke2_config["kubelet-arg"]', '[max-pods=8]'), { '--max-pods': '8' }],
    ['an item of a list', UPDATE("rke2_config['kubelet-arg'][0]", 'max-pods=9'), { '--max-pods': '9' }],
    [
      'a value that templates make',
      UPDATE('rke2_config.kubelet-arg', `"{{ ['max-pods=' ~ 3] }}"`),
      { '--max-pods': '3' },
    ],
    [
      'nothing when the update is skipped',
      `${UPDATE('rke2_config["kubelet-arg"]', '[max-pods=8]')}  when: false\n`,
      { '--max-pods': '7' },
    ],
  ])('of update_fact changes %s', (_, update, expected) => {
    const group = play(update + TAKE + DUMP, VARS);
    expect(flagsOf(group)).toEqual(expected);
  });

  test('of a skipped task says so', () => {
    const group = play(
      `- command: x\n  when: false\n  register: r\n- set_fact: { rke2_config: {} }\n  when: r is changed or not r.skipped\n${DUMP}`,
      VARS,
    );
    expect(flagsOf(group)).toEqual({ '--max-pods': '7' });
  });
});

describe('a file copied from another place on the node', () => {
  const COPY = '- copy: { src: /tmp/config, dest: /etc/rancher/rke2/config.yaml, remote_src: true }\n';
  test('is what an earlier task put there', () => {
    const group = play(`- copy: { content: "{{ rke2_config | to_nice_yaml }}", dest: /tmp/config }\n${COPY}`, VARS);
    expect(flagsOf(group)).toEqual({ '--max-pods': '7' });
    expect(problemsOf(group)).toEqual([]);
  });

  test.each([
    ['true', { '--max-pods': '7' }],
    ['"{{ on_node }}"', { '--max-pods': '7' }],
    ["\"{{ on_node | ternary('y', 'n') }}\"", { '--max-pods': '7' }],
    ['"{{ not on_node }}"', { '--max-pods': '8' }],
    ['"{{ nothing | default(omit) }}"', { '--max-pods': '8' }],
  ])('or of the repository, as remote_src: %s says', (remote, expected) => {
    const files = {
      ...VARS,
      'tmp/config': 'kubelet-arg: [max-pods=8]\n',
      'group_vars/all.yml': `${VARS['group_vars/all.yml']}on_node: true\n`,
    };
    const copy = `- copy: { src: tmp/config, dest: /etc/rancher/rke2/config.yaml, remote_src: ${remote} }\n`;
    const group = play(`- copy: { content: "{{ rke2_config | to_nice_yaml }}", dest: tmp/config }\n${copy}`, files);
    expect(flagsOf(group)).toEqual(expected);
  });

  test('or not, when nobody knows what remote_src says', () => {
    const copy =
      '- copy: { src: tmp/config, dest: /etc/rancher/rke2/config.yaml, remote_src: "{{ ansible_facts.x }}" }\n';
    const group = play(copy, { 'tmp/config': 'kubelet-arg: [max-pods=8]\n' });
    expect(flagsOf(group)).toEqual({});
    expect(problemsOf(group)).toEqual([
      expect.stringContaining('Whether /etc/rancher/rke2/config.yaml is copied from another file'),
    ]);
  });

  test('is not known when no task did', () => {
    expect(problemsOf(play(COPY))).toEqual([expect.stringContaining('is copied from another file on the node')]);
  });
});
