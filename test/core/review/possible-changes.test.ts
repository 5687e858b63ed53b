import { describe, expect, test } from '@jest/globals';
import { checkText } from '../../../core/report/check-text.ts';
import type { FieldChange, Shown } from '../../../core/review/types.ts';
import { type Files, reviewFiles } from './repositories.ts';

const siteWith = (template: string): Files => ({
  'site.yml': '- hosts: all\n  roles: [kubelet]\n',
  'hosts.ini': '[workers]\nw1\n',
  'roles/kubelet/tasks/main.yml':
    '- command: kubeadm version\n  register: kubeadm\n- template:\n    src: kubelet.yaml.j2\n    dest: /etc/kubernetes/kubelet.yaml\n    mode: "0600"\n    owner: root\n    group: root\n',
  'roles/kubelet/templates/kubelet.yaml.j2': `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n${template}`,
});
const changesOf = (base: string, head: string) => reviewFiles(siteWith(base), siteWith(head)).changes;
const side = (shown: Shown): string => {
  if (shown.state === 'unknown') return '?';
  const where = (shown.where ?? []).map(({ holds }) => (holds ? ' if' : ' unless')).join();
  return `${shown.state === 'value' ? String(shown.value) : 'absent'}${where}`;
};
const row = ({ path, before, after, direction }: FieldChange) =>
  `${path} ${side(before)} -> ${side(after)} ${direction}`;
const ifNew = (yes: string, no = '') => `{% if kubeadm.stdout == "1.36" %}\n${yes}{% else %}\n${no}{% endif %}\n`;
const mode = (value: string) => `authorization:\n  mode: ${value}\n`;

describe('a field that depends on what Git does not know', () => {
  test.each([
    [
      'changes alike on the one way it is written',
      ifNew(mode('Webhook'), 'maxPods: 5\n'),
      ifNew(mode('AlwaysAllow'), 'maxPods: 5\n'),
      ['authorization.mode Webhook -> AlwaysAllow if weakens'],
    ],
    [
      'changes alike on the other way',
      ifNew('', mode('AlwaysAllow')),
      ifNew('', mode('Webhook')),
      ['authorization.mode AlwaysAllow -> Webhook unless strengthens'],
    ],
    [
      'changes alike on every way',
      ifNew('maxPods: 5\n', 'maxPods: 6\n') + mode('Webhook'),
      ifNew('maxPods: 5\n', 'maxPods: 6\n') + mode('AlwaysAllow'),
      ['authorization.mode Webhook -> AlwaysAllow weakens'],
    ],
    [
      'changes on each way in another direction: the worse one counts',
      ifNew('readOnlyPort: 0\n', 'readOnlyPort: 10255\n'),
      ifNew('readOnlyPort: 10255\n', 'readOnlyPort: 0\n'),
      ['readOnlyPort ? -> ? weakens'],
    ],
    [
      'does not change when the condition is written another way round',
      ifNew('maxPods: 5\n', 'maxPods: 6\n'),
      ifNew('maxPods: 5\n', 'maxPods: 6\n') + '# note\n',
      [],
    ],
    ['is removed where the kubelet is new', ifNew('maxPods: 5\n'), ifNew('', ''), ['maxPods 5 -> 110 if neutral']],
  ])('%s', (_, base, head, rows) => {
    expect(changesOf(base, head).map(row)).toEqual(rows);
  });

  test('keeps its value where the kubelet refuses the other way', () => {
    const base = ifNew('kubeReserved:\n  memory: 1Gi\n');
    const head = ifNew('kubeReserved:\n  memory: 1Gi\n  pid: 1000\n');
    const verdict = reviewFiles(siteWith(base), siteWith(head));
    expect(verdict.changes).toEqual([]);
    expect(verdict.problems.map(({ line, message }) => [line, message])).toEqual([
      [6, expect.stringContaining('kubeReserved.pid is a number (1000), the kubelet needs a string')],
    ]);
  });

  test('is told with the condition, once', () => {
    const text = checkText(reviewFiles(siteWith(ifNew(mode('Webhook'))), siteWith(ifNew(mode('AlwaysAllow')))));
    expect(text).toMatch(/authorization\.mode: Webhook -> AlwaysAllow \(depends on result of task command [^)]*\)/);
  });
});

describe('hosts that are in the inventory all along', () => {
  const bare: Files = { 'site.yml': '- hosts: all\n  tasks: []\n', 'hosts.ini': '[workers]\nw1\n' };

  test('do not join when they get their first kubelet file: the values come, and may strengthen', () => {
    const verdict = reviewFiles(bare, siteWith('protectKernelDefaults: true\n'));
    expect(verdict.changes.map(row)).toContain('protectKernelDefaults absent -> true strengthens');
    expect(verdict.changes.map(({ path }) => path)).not.toContain('');
  });

  test('do not leave when no play configures them any more: what is lost weakens', () => {
    const verdict = reviewFiles(siteWith(mode('Webhook')), bare);
    expect(verdict.changes.map(row)).toContain('authorization.mode Webhook -> absent weakens');
    expect(verdict.changes.map(({ path }) => path)).not.toContain('');
  });
});

test('an explicit podPidsLimit of -1 is a value somebody set', () => {
  expect(changesOf('', 'podPidsLimit: -1\n').map(row)).toEqual(['podPidsLimit -1 -> -1 neutral']);
});
