import { isDeepStrictEqual } from 'node:util';
import type { KubeletFacts } from '../../core/kubelet/facts.ts';
import { type LintAnswer, type LintCase, lint } from '../../core/kubelet/lint.ts';
import type { Minor } from '../../core/kubelet/types.ts';

/** What is compared with a real kubelet. Keys absent from an expectation are not. */
export const COMPARED = ['accepted', 'lenient', 'stage', 'about', 'effective'] as const;
export type Compared = (typeof COMPARED)[number];

/** A case of `lint --batch` with what the loading path of each listed minor answered. */
export type Vector = LintCase &
  Readonly<{
    id: string;
    expect: readonly (Readonly<{ minors: readonly Minor[] }> & Partial<Pick<LintAnswer, Compared>>)[];
  }>;

/** What differs between the recorded answers of a case and `lint`, one line a minor and key. */
export function differencesOf(vector: Vector, facts: KubeletFacts): readonly string[] {
  const { expect, ...question } = vector;
  return expect.flatMap(expected =>
    expected.minors.flatMap(minor => {
      const answer = lint({ ...question, yaml: question.yaml ?? '' }, minor, facts);
      return COMPARED.filter(
        key => expected[key] !== undefined && !isDeepStrictEqual(expected[key], answer[key]),
      ).flatMap(key => unequal(expected[key], answer[key], key).map(line => `${vector.id} on ${minor}: ${line}`));
    }),
  );
}

/** The paths where two JSON values differ: `effective.maxPods: 110 for 5`, ours first. */
export function unequal(expected: unknown, got: unknown, path: string): readonly string[] {
  if (isDeepStrictEqual(expected, got)) return [];
  if (isRecord(expected) && isRecord(got)) {
    const names = [...new Set([...Object.keys(expected), ...Object.keys(got)])].sort();
    return names.flatMap(name => unequal(expected[name], got[name], `${path}.${name}`));
  }
  return [`${path}: ${JSON.stringify(got)} for ${JSON.stringify(expected)}`];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
