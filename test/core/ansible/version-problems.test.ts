import { expect, test } from '@jest/globals';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { renderTree } from '../../../core/ansible/render-tree.ts';
import type { RenderOptions } from '../../../core/ansible/types.ts';
import { versionProblems } from '../../../core/ansible/version-problems.ts';
import { loadKubelet } from '../../../core/kubelet/load-kubelet.ts';
import type { KubeletInput } from '../../../core/kubelet/types.ts';
import { treeOf } from '../../../core/source/tree.ts';
import { copyTask, PLAY } from './versions.ts';

const facts = readKubeletFacts();

/** Two hosts run the role `a`, whose variable `own` is 2 with 2.14 and 1 from 2.15 on. */
function problemsOf(
  tasks: string,
  named: Partial<RenderOptions> = {},
  inventory: Readonly<Record<string, string>> = { 'inventory.ini': '[k]\nn1\nn2\n' },
): readonly string[] {
  const tree = treeOf({
    ...inventory,
    'site.yml': `${PLAY}  roles:\n    - { role: a, vars: { own: 1 } }\n`,
    'roles/a/vars/main.yml': 'own: 2\nlist: [1]\n',
    'roles/a/tasks/main.yml': tasks,
  });
  const options: RenderOptions = { minor: '1.34', ...named };
  const kubelet = (input: KubeletInput) => loadKubelet(input, facts);
  const problems = versionProblems(tree, renderTree(tree, options, kubelet), options, kubelet);
  return problems.map(({ file, line, message }) => `${file}:${line} ${message.split(';')[0]}`);
}

test('a text that is another one is told once, at the task that writes it', () => {
  expect(problemsOf(copyTask('x', '{{ own }}'))).toEqual([
    'roles/a/tasks/main.yml:1 /etc/kubelet/x.conf is another text with ansible-core 2.14 than with 2.19',
  ]);
});

test('a file that one of them alone writes is told', () => {
  const tasks = `${copyTask('x', 'x').trimEnd()}\n  when: own == 2\n${copyTask('y', 'y').trimEnd()}\n  when: own == 1\n`;
  expect(problemsOf(tasks)).toEqual([
    'roles/a/tasks/main.yml:1 only ansible-core 2.14 writes /etc/kubelet/x.conf',
    'roles/a/tasks/main.yml:3 only ansible-core 2.19 writes /etc/kubelet/y.conf',
  ]);
});

test('without an inventory every kind of node there may be is compared', () => {
  const files = (usual: string, other: string) => ({
    'roles/a/defaults/main.yml': 'other: false\n',
    'roles/a/templates/kubelet.conf.j2': usual,
    'roles/a/templates/kubelet-other.conf.j2': other,
  });
  const [SET, OTHER] = ['KUBELET_EXTRA_ARGS=--v={{ own }}\n', 'KUBELET_EXTRA_ARGS=--v=4\n'] as const;
  const tasks = `- template: { src: kubelet.conf.j2, dest: /etc/default/kubelet }
- template: { src: kubelet-other.conf.j2, dest: /etc/default/kubelet }
  when: other
`;
  for (const texts of [files(SET, OTHER), files(OTHER, SET)])
    expect(problemsOf(tasks, {}, texts)).toEqual([
      expect.stringContaining('logging.verbosity is 2 with ansible-core 2.14 and 1'),
    ]);
});

test.each([
  ['what both write alike', copyTask('x', 'x'), {}],
  ['what the newest fails on', `${copyTask('x', 'x').trimEnd()}\n  when: list\n`, {}],
  ['what only the node knows', copyTask('x', '{{ own }} {{ ansible_facts.x }}'), {}],
  ['anything where the policy names the version', copyTask('x', '{{ own }}'), { ansible: '2.14' } as const],
])('%s is none', (_, tasks, named) => {
  expect(problemsOf(tasks, named)).toEqual([]);
});
