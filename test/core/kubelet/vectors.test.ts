import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { acceptedByLoading } from '../../../core/kubelet/accepted-by-loading.ts';
import { effectiveConfiguration } from '../../../core/kubelet/effective.ts';
import { readArguments } from '../../../core/kubelet/flags.ts';
import { loadKubelet } from '../../../core/kubelet/load-kubelet.ts';
import type { Json, Minor } from '../../../core/kubelet/types.ts';

type Vector = Readonly<{
  id: string;
  yaml?: string;
  dropins?: readonly Readonly<{ name: string; yaml: string }>[];
  args?: readonly string[];
  noConfig?: boolean;
  expect: readonly Readonly<{
    minors: readonly Minor[];
    accepted?: boolean;
    lenient?: boolean;
    stage?: string;
    about?: readonly string[];
    effective?: Json;
  }>[];
}>;

const folder = new URL('../../../../shared/vectors/kubelet/', import.meta.url).pathname;
const facts = readKubeletFacts();

/** Cases of each file whose every listed minor must stay equal. */
const FLOOR: Readonly<Record<string, number>> = { decode: 137, dropin: 49, extra: 21, startup: 132, validation: 109 };

/** What differs between the recorded answers of a case and ours, one line a difference. */
function differences(vector: Vector): readonly string[] {
  return vector.expect.flatMap(expected =>
    expected.minors.flatMap(minor => {
      const verdict = loadKubelet(
        {
          minor,
          ...(vector.noConfig ? {} : { config: { name: 'config.yaml', text: vector.yaml ?? '' } }),
          dropIns: (vector.dropins ?? []).map(({ name, yaml }) => ({ name, text: yaml })),
          flags: readArguments(vector.args ?? [], facts),
        },
        facts,
      );
      const { accepted, stage, about } = acceptedByLoading(verdict);
      const got = {
        accepted,
        lenient: verdict.lenient,
        stage,
        about,
        effective: effectiveConfiguration(verdict, facts),
      };
      return (['accepted', 'lenient', 'stage', 'about', 'effective'] as const)
        .filter(key => expected[key] !== undefined && !isDeepStrictEqual(expected[key], got[key]))
        .map(key => {
          const detail = key === 'effective' ? '' : ` ${JSON.stringify(got[key])} for ${JSON.stringify(expected[key])}`;
          return `${vector.id} ${minor}: ${key}${detail}`;
        });
    }),
  );
}

describe('the answers recorded from real kubelet code', () => {
  for (const [name, floor] of Object.entries(FLOOR)) {
    const file = `${folder}${name}.jsonl`;
    const present = existsSync(file);
    if (!present) console.log(`not run: ${name} vectors (${file} does not exist)`);
    (present ? test : test.skip)(`at least ${floor} ${name} cases are equal on every minor`, () => {
      const vectors = readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as Vector);
      const unequal = vectors.map(differences).filter(lines => lines.length > 0);
      console.log(
        `${name}: ${vectors.length - unequal.length} of ${vectors.length} equal\n${unequal.flat().join('\n')}`,
      );
      expect(vectors.length - unequal.length).toBeGreaterThanOrEqual(floor);
    });
  }
});
