import { describe, expect, test } from '@jest/globals';
import { play, templates } from './play.ts';
import { effective } from './render.ts';

const DEST = '/var/lib/kubelet/config.yaml';
const HEAD = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
const FILES = {
  'templates/a.yaml.j2': `${HEAD}readOnlyPort: 0\nmaxPods: 1\n`,
  'templates/b.yaml.j2': `${HEAD}readOnlyPort: 0\nmaxPods: 2\n`,
};
const ASKED = '- command: kubeadm version\n  register: asked\n';
const when = (task: string, condition: string) => `${task}  when: ${condition}\n`;
const puts = (name: string, condition: string) => when(templates(DEST, `${name}.yaml.j2`), condition);
const texts = (tasks: string) => play(tasks, FILES).files.map(({ alternatives, when }) => [alternatives.length, when]);

describe('two tasks that put one file', () => {
  test.each([
    ["asked.stdout is version('1.13', '>=')", "asked.stdout is version('1.13', '<')"],
    ["asked.stdout is version_compare('1.13', 'lt')", "asked.stdout is version('1.13', 'ge')"],
    ['asked.rc == 0', 'asked.rc != 0'],
    ['asked.rc > 2', 'asked.rc <= 2'],
    ['2 < asked.rc', 'asked.rc <= 2'],
    ['asked is failed', 'asked is success'],
    ["('v1' in asked.stdout)", "('v1' not in asked.stdout)"],
    ['asked.rc', 'not asked.rc'],
    ['asked.stdout is defined', 'asked.stdout is undefined'],
  ])('put it in any case when %s and when %s', (one, other) => {
    const group = play(ASKED + puts('a', one) + puts('b', other), FILES);
    expect(group.files.map(({ alternatives, when }) => [alternatives.length, when])).toEqual([[2, null]]);
    expect(effective(group, 'readOnlyPort')).toBe(0);
    expect(effective(group, 'maxPods')).toMatch(/^\? depends on result of task command/);
  });

  test('under one condition leave what the later put', () => {
    const [file] = texts(ASKED + puts('a', 'asked.rc == 0') + puts('b', 'asked.rc == 0'));
    expect(file).toEqual([1, expect.objectContaining({ key: '==(register:asked.rc, 0)' })]);
  });

  test('under conditions of their own may put none', () => {
    const [file] = texts(ASKED + puts('a', 'asked.rc == 0') + puts('b', 'asked.rc == 1'));
    expect(file).toEqual([
      2,
      expect.objectContaining({ key: 'or(==(register:asked.rc, 0), ==(register:asked.rc, 1))' }),
    ]);
  });

  test('after results that are registered again ask two things', () => {
    const [file] = texts(ASKED + puts('a', 'asked.rc == 0') + ASKED + puts('b', 'asked.rc != 0'));
    expect(file?.[1]).not.toBeNull();
  });

  test('never run where what they hang on excludes itself', () => {
    const block = when(
      `- block:\n  - template: { src: a.yaml.j2, dest: ${DEST} }\n    when: asked.rc != 0\n`,
      'asked.rc == 0',
    );
    expect(texts(ASKED + block)).toEqual([]);
  });
});

test('a file taken away under a condition is there under its opposite', () => {
  const [file] = texts(
    `${ASKED}${templates(DEST, 'a.yaml.j2')}${when(`- file: { path: ${DEST}, state: absent }\n`, 'asked.rc == 0')}`,
  );
  expect(file).toEqual([1, expect.objectContaining({ key: 'not(==(register:asked.rc, 0))' })]);
});

describe('a fact set under a condition', () => {
  const CONDITION = "asked.stdout is version('1.13', '>=')";
  const named = (condition: string) => when(`- template: { src: "{{ name }}.yaml.j2", dest: ${DEST} }\n`, condition);
  const sets = (name: string, condition: string) => when(`- set_fact: { name: ${name} }\n`, condition);

  test('is known to a task under the same condition', () => {
    const group = play(ASKED + sets('a', CONDITION) + named(CONDITION), FILES);
    expect(group.problems).toEqual([]);
    expect(group.files).toMatchObject([{ source: 'templates/a.yaml.j2' }]);
  });

  test('is what it was before to a task under the opposite', () => {
    const files = { ...FILES, 'group_vars/all.yml': 'name: b\n' };
    const group = play(ASKED + sets('a', CONDITION) + named(`not (${CONDITION})`), files);
    expect(group.files).toMatchObject([{ source: 'templates/b.yaml.j2' }]);
  });

  test('and again under the opposite is known to each', () => {
    const tasks = `${ASKED}${sets('a', CONDITION)}${sets('b', `not (${CONDITION})`)}`;
    expect(play(tasks + named(CONDITION), FILES).files).toMatchObject([{ source: 'templates/a.yaml.j2' }]);
    expect(play(`${tasks}${named(`not (${CONDITION})`)}`, FILES).files).toMatchObject([
      { source: 'templates/b.yaml.j2' },
    ]);
  });

  test('is known under that condition among others, and in what is included under it', () => {
    const also = when(
      `- template: { src: "{{ name }}.yaml.j2", dest: ${DEST} }\n`,
      `\n    - asked.rc == 0\n    - ${CONDITION}`,
    );
    expect(play(ASKED + sets('a', CONDITION) + also, FILES).files).toMatchObject([{ source: 'templates/a.yaml.j2' }]);
    const included = { ...FILES, 'tasks/put.yml': `- template: { src: "{{ name }}.yaml.j2", dest: ${DEST} }\n` };
    const group = play(ASKED + sets('a', CONDITION) + when('- include_tasks: tasks/put.yml\n', CONDITION), included);
    expect(group.files).toMatchObject([{ source: 'templates/a.yaml.j2' }]);
  });

  test('is not known to a task under another condition', () => {
    const group = play(ASKED + sets('a', CONDITION) + named('asked.rc == 0'), FILES);
    expect(group.files).toMatchObject([{ alternatives: { length: 2 } }]);
  });
});
