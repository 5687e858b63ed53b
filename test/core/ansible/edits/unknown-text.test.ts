import { describe, expect, test } from '@jest/globals';
import { UNKNOWN_TOKEN } from '../../../../core/source/rope.ts';
import { random as randomSource } from '../../../conformance/random.ts';
import { onlyGroup, render } from '../render.ts';
import { randomCall } from './random-edits.ts';
import type { ModuleCall } from './real-modules.ts';

const CASES = Number(process.env.EDIT_CASES ?? 400);
const WORDS = ['x', '7', '1', 'abc', '10.1.2.3', 'v=w', 'a-b_c', 'false'];
const EDITS_OF_ONE_FILE = 2;

/** Texts of the file of each case after its edits; `word` stands where the fact does, or null for the fact itself. */
function edited(cases: readonly (readonly ModuleCall[])[], word: string | null): readonly (readonly string[])[] {
  const files: Record<string, string> = { hosts: '[all]\nn1\n' };
  const tasks = cases.flatMap((calls, index) => {
    const path = `/etc/kubelet/${index}.conf`;
    files[`templates/${index}`] = (calls[0]?.text ?? '').replaceAll('@', word ?? '{{ ansible_fact }}');
    const edits = calls.map(({ module, args }) => ({
      [module === 'ini_file' ? 'community.general.ini_file' : module]: { ...args, path },
    }));
    return [{ template: { src: String(index), dest: path } }, ...edits];
  });
  files['site.yml'] = ['- hosts: all', '  tasks:', ...tasks.map(task => `    - ${JSON.stringify(task)}`), ''].join(
    '\n',
  );
  const group = onlyGroup(render(files, { inventories: ['hosts'], playbooks: ['site.yml'] }));
  const byPath = new Map(group.files.map(file => [file.dest.value.known ? file.dest.value.json : '', file]));
  return cases.map(
    (_, index) => byPath.get(`/etc/kubelet/${index}.conf`)?.alternatives.map(({ text }) => text.text) ?? [],
  );
}

const LONE_LINE = new RegExp(`(?<=^|\\n)[ \\t]*(?:${UNKNOWN_TOKEN.source}[ \\t]*)+(?:\\n|$)`, 'g');

/** Whether a text is one of those an unknown text may be: a line of nothing but unknowns is any run of lines. */
function covers(unknown: readonly string[], known: string): boolean {
  return unknown.some(text => {
    const parts = text.replace(LONE_LINE, '\0').replace(UNKNOWN_TOKEN, '\0').split(/\0+/);
    const pattern = parts.map(part => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('[^]*');
    return new RegExp(`^${pattern}$`).test(known);
  });
}

describe.each(['lineinfile', 'replace', 'blockinfile', 'ini_file'])('%s of a text with an unknown word', module => {
  test('says nothing that does not hold whatever the word is', () => {
    const random = randomSource(11);
    const cases = Array.from({ length: CASES }, () => {
      const calls = Array.from({ length: EDITS_OF_ONE_FILE }, () => randomCall(module, random));
      const [first] = calls;
      const lines = (first?.text ?? '').split('\n');
      const at = random.below(lines.length);
      const line = random.of(['a=@', 'b = @', 'c: @ end', '@=1', 'k=v@w', '#a=@']);
      const text = [...lines.slice(0, at), line, ...lines.slice(at)].join('\n');
      return [{ ...first, text } as ModuleCall, ...calls.slice(1)];
    });
    const unknown = edited(cases, null);
    const exact = unknown.filter(
      ([text = '', ...others]) => others.length === 0 && text.replace(UNKNOWN_TOKEN, '').trim() !== '',
    ).length;
    for (const word of WORDS) {
      const known = edited(cases, word);
      const wrong = cases.flatMap((calls, index) => {
        const texts = known[index] ?? [];
        const isKnown = texts.length === 1 && !texts[0]?.includes('\uE000');
        return !isKnown || covers(unknown[index] ?? [], texts[0] ?? '')
          ? []
          : [{ word, calls, known: texts, unknown: unknown[index] }];
      });
      expect(wrong.slice(0, 2)).toEqual([]);
    }
    console.info(`${module}: ${CASES} texts with an unknown word, ${exact} told but for it`);
    expect(exact).toBeGreaterThan(CASES / 2);
  });
});
