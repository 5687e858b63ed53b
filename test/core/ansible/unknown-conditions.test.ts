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
