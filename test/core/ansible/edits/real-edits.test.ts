import { describe, expect, test } from '@jest/globals';
import { random as randomSource } from '../../../conformance/random.ts';
import { onlyGroup, render } from '../render.ts';
import { randomCall } from './random-edits.ts';
import { hasModule, type ModuleCall, runModules } from './real-modules.ts';

const CASES = Number(process.env.EDIT_CASES ?? 1_000);
const SEED = Number(process.env.EDIT_SEED ?? 7);

type Ours = Readonly<{ texts: readonly string[]; failed: boolean }>;

/** What we make of each call: a play that copies the file and then edits it. */
function ourResults(calls: readonly ModuleCall[]): readonly Ours[] {
  const files: Record<string, string> = { hosts: '[all]\nn1\n' };
  const head = ['- hosts: all', '  gather_facts: false', '  tasks:'];
  const tasks = calls.flatMap(({ module, text, args }, index) => {
    files[`files/${index}`] = text;
    const name = module === 'ini_file' ? 'community.general.ini_file' : module;
    const path = `/etc/kubelet/${index}.conf`;
    return [{ copy: { src: String(index), dest: path } }, { [name]: { ...args, path } }];
  });
  files['site.yml'] = [...head, ...tasks.map(task => `    - ${JSON.stringify(task)}`), ''].join('\n');
  const group = onlyGroup(render(files, { inventories: ['hosts'], playbooks: ['site.yml'] }));
  const failing = new Set(group.problems.map(({ line }) => line));
  const byPath = new Map(group.files.map(file => [file.dest.value.known ? file.dest.value.json : '', file]));
  return calls.map((_, index) => {
    const file = byPath.get(`/etc/kubelet/${index}.conf`);
    return {
      texts: file?.alternatives.map(({ text }) => text.text) ?? [],
      failed: failing.has(head.length + 2 * index + 2),
    };
  });
}

describe.each(['lineinfile', 'replace', 'blockinfile', 'ini_file'])('%s', module => {
  if (hasModule(module)) {
    test('leaves what the real module leaves, in every random case that is decided', () => {
      const random = randomSource(SEED);
      const calls = Array.from({ length: CASES }, () => randomCall(module, random));
      const real = runModules(calls);
      const ours = ourResults(calls);
      const different = calls.flatMap((call, index) => {
        const expected = real[index];
        const got = ours[index];
        if (!expected || !got || got.texts.some(text => text.includes('\uE000'))) return [];
        const same = got.texts.length === 1 && got.texts[0] === expected.text;
        return same && got.failed === (expected.failed !== null) ? [] : [{ call, expected, got }];
      });
      const unknown = ours.filter(({ texts }) => texts.some(text => text.includes('\uE000'))).length;
      const changed = calls.filter(({ text }, index) => real[index]?.text !== text).length;
      console.info(
        `${module}: ${CASES} calls, ${changed} change the file, ${unknown} left unknown (${((100 * unknown) / CASES).toFixed(1)} %)`,
      );
      expect(different.slice(0, 3)).toEqual([]);
      expect(unknown).toBeLessThan(CASES * 0.2);
      expect(changed).toBeGreaterThan(CASES * 0.2);
    });
  } else {
    test('was not compared', () => expect(hasModule(module)).toBe(false));
  }
});
