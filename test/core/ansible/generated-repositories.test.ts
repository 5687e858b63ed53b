import { expect, test } from '@jest/globals';
import type { AnsibleVersion } from '../../../core/ansible/types.ts';
import { generateRepository } from '../../conformance/ansible/generate-repository.ts';
import { ourAnswer } from '../../conformance/ansible/our-answer.ts';

const CASES = 150;
const VERSIONS: readonly AnsibleVersion[] = ['2.14', '2.16', '2.19'];
const seed = (Date.now() % 2 ** 32) >>> 0;

test(`random repositories (seed ${seed}) are rendered to the end, whatever stands in them`, () => {
  const failed: string[] = [];
  for (let number = 0; number < CASES; number++) {
    const version = VERSIONS[number % VERSIONS.length] ?? '2.14';
    try {
      ourAnswer(generateRepository(seed, number), version);
    } catch (error) {
      failed.push(`seed ${seed}, case ${number}, ansible-core ${version}: ${String(error)}`);
    }
  }
  expect(failed).toEqual([]);
});
