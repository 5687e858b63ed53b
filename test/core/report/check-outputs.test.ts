import { describe, expect, test } from '@jest/globals';
import { checkJson } from '../../../core/report/check-json.ts';
import { checkSarif } from '../../../core/report/check-sarif.ts';
import { checkText } from '../../../core/report/check-text.ts';
import { authorizationDiff, reviewOf } from '../review/build.ts';
import { authorization, baseline, groups, hosts, weakening } from './verdicts.ts';

const at = (values: object) =>
  groups({ name: 'workers', hosts: hosts(1, 2), values: values as ReturnType<typeof authorization> });

describe('check --format json', () => {
  test('has the keys of the contract', () => {
    const json = JSON.parse(JSON.stringify(checkJson(weakening())));
    expect(Object.keys(json)).toEqual(
      expect.arrayContaining(['base', 'head', 'digest', 'conclusion', 'changes', 'findings', 'problems']),
    );
    expect(json).toMatchObject({
      base: 'b'.repeat(40),
      head: 'a'.repeat(40),
      conclusion: 'fail',
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(json.changes[0]).toMatchObject({
      group: 'workers',
      hosts: hosts(1, 36),
      path: 'authorization.mode',
      before: 'Webhook',
      after: 'AlwaysAllow',
      direction: 'weakens',
      at: [{ file: 'group_vars/all.yml', line: 2 }],
    });
    expect(json.findings.find(({ control }: { control: string }) => control === 'KG-AUTHZ-01')).toMatchObject({
      control: 'KG-AUTHZ-01',
      title: 'Authorization asks the API server',
      severity: 'critical',
      status: 'introduced',
      group: 'workers',
      path: 'authorization.mode',
      actual: 'AlwaysAllow',
      expected: '"Webhook"',
      file: 'group_vars/all.yml',
      line: 2,
      fix: 'Webhook',
      standards: { CIS: ['4.2.1'] },
      threats: ['Kubelet compromise'],
    });
  });

  test.each([
    ['absent', {}, { before: null, beforeState: 'absent' }],
    ['default', { x: { value: 2, implicit: true } }, { before: 2, beforeState: 'default' }],
    ['null', { x: { value: null } }, { before: null, beforeState: 'value' }],
    ['unknown', { x: { unknown: 'k' } }, { before: null, beforeState: 'unknown', beforeUnknown: ['fact k'] }],
  ])('tells %s from everything else', (_, base, expected) => {
    const verdict = reviewOf({ base: at(base), head: at({ x: { value: 1 } }) });
    expect(checkJson(verdict)).toMatchObject({ changes: [{ ...expected, after: 1, afterState: 'value' }] });
  });
});

test('check --format text starts each line with the place and ends with the digest', () => {
  const verdict = weakening();
  expect(
    checkText(verdict),
  ).toBe(`fail: Weakens authorization on every node (48): authorization.mode: Webhook -> AlwaysAllow

changes
  group_vars/all.yml:2: authorization.mode: Webhook -> AlwaysAllow on every node (48) (weakens)

introduced
  group_vars/all.yml:2: critical KG-AUTHZ-01 Authorization asks the API server: authorization.mode is AlwaysAllow on every node (48), expected "Webhook". Set it to Webhook at group_vars/all.yml:2.

there before: 1 violation
48 nodes · Kubernetes 1.34 · ${verdict.digest}
`);
});

describe('check --format sarif', () => {
  test('has one result per introduced finding and problem, at percent-encoded places', () => {
    const verdict = weakening({
      headProblems: [{ file: 'a b/ü.yml', line: 0, code: 'yaml-invalid', message: 'is broken' }],
    });
    const sarif = JSON.parse(JSON.stringify(checkSarif(verdict)));
    const [run] = sarif.runs;
    expect([sarif.version, run.tool.driver.name]).toEqual(['2.1.0', 'kubelet-gate']);
    expect(run.results.map(({ ruleId, level }: { ruleId: string; level: string }) => [ruleId, level])).toEqual([
      ['kubelet-gate/problem', 'error'],
      ['KG-AUTHZ-01', 'error'],
      ['KG-AUTHZ-01', 'error'],
    ]);
    expect(run.results[0].locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'a%20b/%C3%BC.yml' },
      region: { startLine: 1 },
    });
    const rules = run.tool.driver.rules.map(({ id }: { id: string }) => id);
    expect(run.results.every(({ ruleId }: { ruleId: string }) => rules.includes(ruleId))).toBe(true);
  });

  test('has no result when nothing is wrong', () => {
    const verdict = reviewOf({
      base: at(authorization('Webhook')),
      head: at(authorization('Webhook')),
      baseline,
      diff: authorizationDiff,
    });
    expect(checkSarif(verdict)).toMatchObject({ runs: [{ results: [], tool: { driver: { rules: [] } } }] });
  });
});
