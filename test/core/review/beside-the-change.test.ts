import { describe, expect, test } from '@jest/globals';
import type { Verdict } from '../../../core/review/types.ts';
import { type Files, reviewFiles } from './repositories.ts';

const TASK = '- template:\n    src: kubelet.yaml.j2\n    dest: /var/lib/kubelet/config.yaml\n';
const OWNED = '    mode: "0600"\n    owner: root\n    group: root\n';
const site = (template: string, task = TASK + OWNED): Files => ({
  'site.yml': '- hosts: all\n  roles: [kubelet]\n',
  'hosts.ini': '[workers]\nw1\n',
  'roles/kubelet/tasks/main.yml': task,
  'roles/kubelet/templates/kubelet.yaml.j2': `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n${template}`,
});
const told = ({ problems, existingProblems }: Verdict) => [
  ...problems.map(({ line }) => `introduced ${line}`),
  ...existingProblems.map(({ line }) => `existing ${line}`),
];

const LACKING = 'clusterDomain: {{ domain }}\n';

describe('a variable nobody defines', () => {
  test.each([
    ['on a line that stays', `${LACKING}maxPods: 60\n`, `${LACKING}maxPods: 70\n`, ['existing 3']],
    ['on a line that moves', LACKING, `maxPods: 70\n${LACKING}`, ['existing 4']],
    ['on a line that is edited', LACKING, 'clusterDomain: k.{{ domain }}\n', ['introduced 3']],
    ['on a new line', 'maxPods: 60\n', `maxPods: 60\n${LACKING}`, ['introduced 4']],
    ['that goes', LACKING, 'clusterDomain: k\n', []],
  ])('%s', (_, base, head, expected) => {
    expect(told(reviewFiles(site(base), site(head)))).toEqual(expected);
  });

  test('leaves the rest of the template judged', () => {
    const verdict = reviewFiles(site(`${LACKING}readOnlyPort: 0\n`), site(`${LACKING}readOnlyPort: 10255\n`));
    expect(verdict.changes.map(({ path, direction }) => [path, direction])).toEqual([['readOnlyPort', 'weakens']]);
    expect(verdict.conclusion).toBe('fail');
    expect(verdict.problems).toEqual([]);
  });
});

describe('mode and owner of a file no task sets', () => {
  const undecided = ({ findings }: Verdict) =>
    findings.filter(({ status, path }) => status === 'undecided' && path.startsWith('/')).length;

  test('are no question of a change of its content', () => {
    expect(undecided(reviewFiles(site('maxPods: 60\n', TASK), site('maxPods: 70\n', TASK)))).toBe(0);
  });

  test('are one of the change that leaves them out', () => {
    expect(undecided(reviewFiles(site('maxPods: 60\n'), site('maxPods: 60\n', TASK)))).toBeGreaterThan(0);
  });
});

test('a Go template that changes is declined by name, not told as broken Jinja', () => {
  const go = (port: number) =>
    site(`readOnlyPort: ${port}\n{{- if .extra | empty | not }}\n{{ .extra }}\n{{- end }}\n`);
  const verdict = reviewFiles(go(0), go(10255));
  expect(verdict.conclusion).toBe('undecided');
  expect(verdict.problems).toEqual([
    expect.objectContaining({
      code: 'declined',
      message: expect.stringMatching(/^This is a Go template, which is no Jinja/),
    }),
  ]);
});
