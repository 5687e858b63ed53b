import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { differencesOf, type Vector } from '../../conformance/vector.ts';

const folder = new URL('../../../../shared/vectors/kubelet/', import.meta.url).pathname;
const facts = readKubeletFacts();

/** Cases of each file whose every listed minor must stay equal. */
const FLOOR: Readonly<Record<string, number>> = { decode: 137, dropin: 49, extra: 21, startup: 132, validation: 109 };

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
      const unequal = vectors.map(vector => differencesOf(vector, facts)).filter(lines => lines.length > 0);
      console.log(
        `${name}: ${vectors.length - unequal.length} of ${vectors.length} equal\n${unequal.flat().join('\n')}`,
      );
      expect(vectors.length - unequal.length).toBeGreaterThanOrEqual(floor);
    });
  }
});
