import { isDeepStrictEqual } from 'node:util';
import { expect, test } from '@jest/globals';
import { newRenderMemory, rememberedYaml } from '../../../core/ansible/render-memory.ts';
import { effective, groupNamed, render } from './render.ts';
import { SITE } from './site.ts';

const DEFAULTS = 'roles/kubelet/defaults/main.yml';
const CHANGED = { ...SITE, [DEFAULTS]: SITE[DEFAULTS]?.replace('kubelet_max_pods: 110', 'kubelet_max_pods: 99') ?? '' };
const MOVED = { ...SITE, [DEFAULTS]: `# one line more\n${SITE[DEFAULTS]}` };

test('renderings that share a memory give what each gives alone', () => {
  const memory = newRenderMemory();
  for (const files of [SITE, CHANGED, MOVED, SITE]) {
    for (const ansible of ['2.14', '2.19'] as const) {
      expect(isDeepStrictEqual(render(files, { ansible, memory }), render(files, { ansible }))).toBe(true);
    }
  }
});

test('what a revision changes is not remembered from another', () => {
  const memory = newRenderMemory();
  const pods = [SITE, CHANGED, SITE].map(files =>
    effective(groupNamed(render(files, { memory }), 'control_plane'), 'maxPods'),
  );
  expect(pods).toEqual([110, 99, 110]);
});

test('a file that is wrong is a problem of each revision that has it', () => {
  const memory = newRenderMemory();
  const wrong = { ...SITE, 'inventory/group_vars/all.yml': 'cluster_domain: [\n' };
  const counts = [wrong, SITE, wrong].map(files => {
    const { problems, inventories } = render(files, { memory });
    return [...problems, ...inventories.flatMap(one => one.problems)].filter(({ code }) => code === 'yaml-invalid')
      .length;
  });
  expect(counts).toEqual([1, 0, 1]);
});

test('a text is read once for each path it stands at', () => {
  const memory = newRenderMemory();
  let reads = 0;
  const read = (path: string, text: string) =>
    rememberedYaml(memory, path, text, () => {
      reads += 1;
      return { documents: [], problems: [], remarks: [] };
    });
  expect(read('a.yml', 'x: 1')).toBe(read('a.yml', 'x: 1'));
  expect(reads).toBe(1);
  expect(read('b.yml', 'x: 1')).not.toBe(read('a.yml', 'x: 1'));
  expect(read('a.yml', 'x: 2')).not.toBe(read('a.yml', 'x: 1'));
  expect(reads).toBe(3);
});
