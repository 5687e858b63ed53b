import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readBaseline } from '../../../config/baseline.ts';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { packageRoot } from '../../../config/package-root.ts';
import { parseBaseline } from '../../../core/baseline/parse-baseline.ts';
import { THREATS } from '../../../core/baseline/types.ts';
import { AREAS } from '../../../core/report/areas.ts';
import { coverageMarkdown, coverageOf, coverageText } from '../../../core/report/coverage.ts';

const baseline = readBaseline();
const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((all, one) => all + one, 0);

const control = (id: string, area: string, standards: string, threats: string) =>
  `area: ${area}
controls:
  - id: ${id}
    title: A | B
    kind: KubeletConfiguration
    paths: [readOnlyPort]
    flags: []
    check: {op: eq, value: 0}
    absent: null
    roles: [all]
    severity: high
    profile: core
    standards: ${standards}
    threats: [${threats}]
    rationale: Because.
    fix: {set: 0}
`;
const two = parseBaseline(
  [
    {
      file: 'a.yaml',
      text: control(
        'KG-API-10',
        'kubelet-api',
        '{CIS: ["4.2.4", "4.2.10"], STIG: [V-1]}',
        `${THREATS[0]}, ${THREATS[1]}`,
      ),
    },
    { file: 'b.yaml', text: control('KG-B-01', 'our own', '{CIS: ["4.2.4"]}', THREATS[0]) },
  ],
  readKubeletFacts(),
);

describe('what a baseline covers', () => {
  test('is counted by area, standard and threat', () => {
    expect(coverageOf(two)).toEqual({
      controls: 2,
      byArea: { 'kubelet-api': 1, 'our own': 1 },
      byStandard: { CIS: 2, STIG: 1 },
      byThreat: { [THREATS[0]]: 2, [THREATS[1]]: 1 },
      items: { CIS: { '4.2.4': ['KG-API-10', 'KG-B-01'], '4.2.10': ['KG-API-10'] }, STIG: { 'V-1': ['KG-API-10'] } },
    });
  });

  test('counts every control of the shipped baseline in one area, and each of the five threats', () => {
    const { controls, byArea, byThreat } = coverageOf(baseline);
    expect(sum(byArea)).toBe(controls);
    expect(Object.keys(byThreat).sort()).toEqual([...THREATS].sort());
  });

  test('no control of the shipped baseline is in an area without a heading', () => {
    const headed = new Set(AREAS.flatMap(({ areas }) => areas));
    expect(baseline.controls.filter(({ area }) => !headed.has(area))).toEqual([]);
  });

  test('has a table in the terminal, with the areas of an operator', () => {
    expect(coverageText(two)).toMatch(/^2 controls\n\nBy area\n {2}Secured kubelet API +1\n/);
    expect(coverageText(two)).toMatch(/\n {2}our own +1\n/);
    expect(coverageText(two)).toMatch(/\n {2}CIS \(2 items\) +2\n/);
  });

  test('is a document with a table for each area whose cells stay cells', () => {
    const document = coverageMarkdown(two);
    expect(document.match(/^## .*/gm)).toHaveLength(AREAS.length + 3);
    expect(document).toContain('| KG-API-10 | A \\| B | high, core | yes | 4.2.4, 4.2.10 | V-1 |');
  });

  test('docs/baseline.md is what the command prints (npm run docs:baseline)', () => {
    expect(readFileSync(join(packageRoot(), 'docs', 'baseline.md'), 'utf8')).toBe(coverageMarkdown(baseline));
  });
});
