import { describe, expect, test } from '@jest/globals';
import type { NodeGroup } from '../../../core/ansible/types.ts';
import { effective, onlyGroup, render } from './render.ts';

const DEST = '/var/lib/kubelet/config.yaml';
const HEAD = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';

/** One node whose kubelet configuration is this template. */
function nodeWith(template: string, name = 'kubelet-config.yaml.j2', dest = DEST): NodeGroup {
  return onlyGroup(
    render({
      'hosts.ini': 'node1\n',
      'site.yml': `- hosts: all\n  tasks:\n    - template: { src: ${name}, dest: ${dest} }\n`,
      [`templates/${name}`]: template,
    }),
  );
}

/** Inline conditions each line decides in its middle: more than can be looked at. */
const TANGLE = Array.from(
  { length: 8 },
  (_, n) => `{{ 'x' if ansible_${n} is defined and ansible_${n} > 1 else 3 }}`,
).join('');

const keyOf = (group: NodeGroup, path: string): string | null => {
  const value = group.kubelet?.values.get(path)?.value;
  return value?.known === false ? value.unknown.key : null;
};

describe('conditions that follow each other', () => {
  const block = (n: number, name: string) => `{% if ansible_${n} > 1 %}\n${name}: ${n}\n{% endif %}\n`;
  const fields = [
    'maxPods',
    'podsPerCore',
    'eventBurst',
    'registryBurst',
    'healthzPort',
    'maxOpenFiles',
    'kubeAPIBurst',
  ];
  const configuration = `${HEAD}readOnlyPort: 0\n${fields.map((name, n) => block(n, name)).join('')}authorization:\n  mode: Webhook\n`;

  test('hide nothing they do not decide, however many there are', () => {
    const group = nodeWith(configuration);
    expect([effective(group, 'readOnlyPort'), effective(group, 'authorization.mode')]).toEqual([0, 'Webhook']);
    expect(effective(group, 'clusterDomain')).toBe('');
    expect(effective(group, 'registryBurst')).toBe('? depends on fact ansible_3');
    expect(group.kubelet?.accepted).toBeNull();
  });

  test('change a field when what they choose for it changes, and no other', () => {
    const keys = (group: NodeGroup) => fields.map(name => keyOf(group, name));
    const before = keys(nodeWith(configuration));
    const after = keys(nodeWith(configuration.replace('eventBurst: 2', 'eventBurst: 200')));
    expect(before.map((key, index) => key === after[index])).toEqual(fields.map(name => name !== 'eventBurst'));
  });

  test('leave the flags of a command line known that stand beside theirs', () => {
    const words = fields.map((_, n) => `{% if ansible_${n} > 1 %}--flag-${n}=1 {% endif %}`).join('');
    const group = nodeWith(
      `KUBELET_ARGS="--anonymous-auth=false ${words}--read-only-port=0"\n`,
      'kubelet.env.j2',
      '/etc/kubernetes/kubelet.env',
    );
    const flags = new Map(group.flags.map(({ name, value }) => [name, value.value]));
    expect(flags.get('--anonymous-auth')).toEqual({ known: true, json: 'false' });
    expect(flags.get('--read-only-port')).toEqual({ known: true, json: '0' });
    expect(flags.get('--flag-3')).toMatchObject({ known: false, unknown: { why: ['fact ansible_3'] } });
  });

  test('count as one part where they write the same field, so that none of their ways is missed', () => {
    const twice = `${HEAD}{% if ansible_a > 1 %}\nreadOnlyPort: 0\n{% else %}\nreadOnlyPort: 1\n{% endif %}\n`;
    const group = nodeWith(`${twice}${fields.map((name, n) => block(n, name)).join('')}`);
    expect(effective(group, 'readOnlyPort')).toBe('? depends on fact ansible_a');
  });
});

describe('ways through a template that are not looked at', () => {
  const tangled = (last: string) => nodeWith(`${HEAD}clusterDomain: ${TANGLE}\n${last}`);

  test('make every value unknown, with a key that no change of the repository keeps', () => {
    const before = tangled('readOnlyPort: 0\n');
    const after = tangled("readOnlyPort: {{ 10255 if ansible_7 == 'rare' else 0 }}\n");
    expect(keyOf(before, 'readOnlyPort')).not.toBeNull();
    expect(keyOf(before, 'readOnlyPort')).not.toBe(keyOf(after, 'readOnlyPort'));
    expect(keyOf(before, 'readOnlyPort')).toBe(keyOf(tangled('readOnlyPort: 0\n'), 'readOnlyPort'));
    expect(before.kubelet?.accepted).toBeNull();
    expect(effective(before, 'readOnlyPort')).toContain('more unknown conditions decide');
  });

  test('of a command line make every field unknown, those it does not show too', () => {
    const tangle = (last: string) =>
      nodeWith(
        `KUBELET_ARGS="${TANGLE.replaceAll("'x'", "'--v=9'")} ${last}"\n`,
        'kubelet.env.j2',
        '/etc/kubernetes/kubelet.env',
      );
    expect(keyOf(tangle('--v=2'), 'readOnlyPort')).not.toBeNull();
    expect(keyOf(tangle('--v=2'), 'readOnlyPort')).not.toBe(keyOf(tangle('--v=3'), 'readOnlyPort'));
  });
});
