import { isDeepStrictEqual } from 'node:util';
import type { NodeGroup, Rendering } from '../../../core/ansible/types.ts';
import type { Json } from '../../../core/kubelet/types.ts';
import { type RenderedText, UNKNOWN_TOKEN } from '../../../core/source/rope.ts';
import type { Oracle } from './real-change.ts';
import { fits, wordsOf } from './stand-ins.ts';

/** What comparing with real Ansible came to. */
export type OracleAnswer = Readonly<{
  /** Texts compared, and how many places in them we leave unknown. */
  texts: number;
  unknowns: number;
  misses: readonly string[];
}>;

/**
 * Compares every text real Ansible rendered with ours of the same source. The oracle put stubs where a variable is
 * undefined and had a host of its own: where it shows one of these, any text of ours is taken, and where we say
 * unknown, any of its. Every alternative of every node group counts: the oracle took one way through the unknown
 * conditions.
 */
export function compareWithOracle(
  oracle: Oracle,
  { base, head }: Readonly<Record<'base' | 'head', Rendering>>,
): OracleAnswer {
  let texts = 0;
  let unknowns = 0;
  const misses: string[] = [];
  for (const [source, { sides }] of Object.entries(oracle)) {
    for (const [side, rendering] of [
      ['base', base],
      ['head', head],
    ] as const) {
      const expected = sides[side];
      if (expected === null) continue;
      texts++;
      const ours = textsOf(rendering, source);
      const equal = ours
        .filter(text => fits(wordsOf(text.text), wordsOf(expected.rendered)))
        .map(text => text.unknowns.size);
      if (equal.length > 0) unknowns += Math.min(...equal);
      else
        misses.push(
          `${side} ${source.split('/').at(-1)}: ${ours.length === 0 ? 'not rendered' : difference(ours, expected.rendered)}`,
        );
    }
  }
  return { texts, unknowns, misses };
}

/**
 * Our texts of a source: a template, or a variable that is a text of its own. Where unknown conditions choose between
 * templates, a file has texts of several.
 */
function textsOf(rendering: Rendering, source: string): readonly RenderedText[] {
  const variable = /^VAR:(\w+)$/.exec(source)?.[1];
  const groups: readonly NodeGroup[] = rendering.inventories.flatMap(({ groups }) => groups);
  return groups
    .flatMap(({ files }) => files)
    .flatMap(file => {
      const texts = file.alternatives.map(({ text }) => text);
      if (variable !== undefined) return file.variable === variable ? texts : [];
      return file.source === source ? texts : texts.filter(text => isMadeFrom(text, source));
    });
}

function isMadeFrom({ segments }: RenderedText, template: string): boolean {
  return segments.some(({ origins }) => origins.some(({ kind, file }) => kind === 'template' && file === template));
}

/** The first line of the nearest of our texts that the oracle's has not, for people. */
function difference(ours: readonly RenderedText[], expected: string): string {
  const theirs = expected.split('\n').map(wordsOf);
  const lines = ours.map(text =>
    text.text.split('\n').filter(line => !theirs.some(other => fits(wordsOf(line), other))),
  );
  const nearest = lines.sort((a, b) => a.length - b.length)[0] ?? [];
  const [line] = nearest;
  if (line === undefined) return 'the lines are not in the order, or not all of them are there';
  return `${nearest.length} lines are different, the first ${JSON.stringify(line.replace(UNKNOWN_TOKEN, '…').slice(0, 80))}`;
}

/** The fields and flags real Ansible shows to be different, with both values. */
export function oracleDifferences(oracle: Oracle): readonly Readonly<{ field: string; before: Json; after: Json }>[] {
  return Object.values(oracle).flatMap(({ config_diff, flag_diff }) =>
    [...config_diff, ...flag_diff]
      .filter(
        ([field, before, after]) => /\w/.test(field) && !field.startsWith('__') && !isDeepStrictEqual(before, after),
      )
      .map(([field, before, after]) => ({
        field: field.replace(/^kubeletArguments\./, 'kubelet-arg '),
        before,
        after,
      })),
  );
}
