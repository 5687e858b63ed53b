import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { differencesOf, type Vector } from '../../conformance/vector.ts';

const facts = readKubeletFacts();
const findings = readFileSync(new URL('findings.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter(line => line !== '')
  .map(line => JSON.parse(line) as Vector);

describe('what random cases once found to differ from the code of real kubelets', () => {
  test.each(findings.map(finding => [finding.id, finding] as const))('stays equal: %s', (_, finding) => {
    expect(differencesOf(finding, facts)).toEqual([]);
  });
});
