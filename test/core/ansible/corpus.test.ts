import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { packageRoot } from '../../../config/package-root.ts';
import type { NodeGroup } from '../../../core/ansible/types.ts';
import { groupsOf, render } from './render.ts';

/** Real changes of public repositories, used in place where they are there: never part of this repository. */
const CASES = join(packageRoot(), '..', 'shared', 'corpus', 'cases');

const EXPECTED = [
  {
    name: '005',
    about: 'a flipped default feeds a template of another role',
    groups: ['every node'],
    changes: { 'authorization.mode': ['Webhook', 'AlwaysAllow'] },
    at: 'roles/kubespray-defaults/defaults/main.yaml:477',
  },
  {
    name: '029',
    about: 'a literal in a template',
    groups: ['etcd', '192.168.1.1', '192.168.1.2', '192.168.1.3', '192.168.1.4'],
    changes: { readOnlyPort: [0, 10255] },
    at: 'roles/kube-node/templates/kubelet-config.yaml.j2:66',
  },
  {
    name: '035',
    about: 'plain JSON no task writes',
    groups: ['every node'],
    changes: {
      tlsCipherSuites: [
        ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
        expect.arrayContaining(['TLS_RSA_WITH_AES_128_GCM_SHA256']),
      ],
    },
    at: 'files/kubelet-config.json:33',
  },
  {
    name: '043',
    about: 'a large rewrite of kubeadm files without effect',
    groups: ['every node (kubernetes-control-plane)', 'every node (kubernetes-worker)'],
    changes: {},
    at: null,
  },
] as const;

function filesBelow(root: string, below = ''): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of readdirSync(join(root, below))) {
    const path = below === '' ? name : `${below}/${name}`;
    if (statSync(join(root, path)).isDirectory()) Object.assign(files, filesBelow(root, path));
    else files[path] = readFileSync(join(root, path), 'utf8');
  }
  return files;
}

/** Fields that are not the same on both sides, with both values; unknown values count by their key. */
function changedFields(before: NodeGroup, after: NodeGroup): Record<string, unknown> {
  const shown = (group: NodeGroup, path: string): unknown => {
    const value = group.kubelet?.values.get(path)?.value;
    return value === undefined ? undefined : value.known ? value.json : `?${value.unknown.key}`;
  };
  const paths = new Set([...(before.kubelet?.values.keys() ?? []), ...(after.kubelet?.values.keys() ?? [])]);
  const changed: Record<string, unknown> = {};
  for (const path of paths) {
    const sides = [shown(before, path), shown(after, path)];
    if (JSON.stringify(sides[0]) !== JSON.stringify(sides[1])) changed[path] = sides;
  }
  return changed;
}

if (existsSync(CASES)) {
  describe.each(EXPECTED)('case $name, $about', ({ name, groups, changes, at }) => {
    const base = groupsOf(render(filesBelow(join(CASES, name, 'base'))));
    const head = groupsOf(render(filesBelow(join(CASES, name, 'head'))));

    test('is evaluated for every node', () => {
      expect(base.map(group => group.name)).toEqual(groups);
      expect(head.map(group => group.name)).toEqual(groups);
      expect(head.flatMap(group => group.problems)).toEqual([]);
    });

    test('changes what it must, and nothing else', () => {
      for (const [index, group] of head.entries()) {
        expect(changedFields(base[index] as NodeGroup, group)).toEqual(changes);
      }
    });

    test('knows the changed line', () => {
      for (const group of head) {
        for (const path of Object.keys(changes)) {
          const places = (group.provenance.get(path) ?? []).map(({ file, line }) => `${file}:${line}`);
          expect(places).toContain(at);
        }
      }
    });
  });
} else {
  console.warn(`real changes not evaluated: ${CASES} is not there`);
  test('the list of cases is complete', () => expect(EXPECTED).toHaveLength(4));
}
