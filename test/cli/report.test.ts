import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { coverageCommand } from '../../cli/coverage.ts';
import { explainCommand } from '../../cli/explain.ts';
import { reportCommand } from '../../cli/report.ts';
import { config, repositoryOf } from '../core/baseline/situation.ts';
import { runCommand } from '../support/run-command.ts';

let repository = '';

beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), 'kubelet-gate-report-'));
  const policy = `waivers:
  - {control: KG-API-01, reason: The lab needs it., approver: alice, expires: 9999-12-31}
  - {control: KG-SECC-01, reason: Old., approver: bob, expires: 2020-01-31}
`;
  const files = { ...repositoryOf(config('readOnlyPort: 10255\nseccompDefault: false')), '.kubelet-gate.yaml': policy };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), text);
  }
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', repository, ...args]);
  git('init', '-q');
  git('add', '-A');
  git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '-qm', 'first');
});
afterAll(() => {
  rmSync(repository, { recursive: true });
  process.exitCode = 0;
});

const report = (...args: readonly string[]) => runCommand(reportCommand(), '--repo', repository, ...args);

describe('report', () => {
  test('judges a commit with the waivers of that commit, and says no when a violation stands', async () => {
    const { output, code } = await report('--rev', 'HEAD', '--format', 'json');
    const { findings } = JSON.parse(output) as { findings: readonly { control: string; result: string }[] };
    const results = new Map(findings.map(({ control, result }) => [control, result]));
    expect(results.get('KG-API-01')).toBe('waived');
    expect(results.get('KG-SECC-01')).toBe('violated');
    expect(code).toBe(1);
  });

  test.each([
    ['html', /^<!doctype html>/],
    ['markdown', /^# Compliance report/],
  ])('prints %s', async (format, start) => {
    expect((await report('--rev', 'HEAD', '--format', format)).output).toMatch(start);
  });

  test('a revision that is not there has no answer', async () => {
    await expect(report('--rev', 'no-such-branch')).rejects.toThrow(/no-such-branch/);
  });
});

describe('the baseline on the command line', () => {
  test('coverage prints its counts as one JSON document', async () => {
    const { controls, byArea, byStandard, byThreat } = JSON.parse(
      (await runCommand(coverageCommand(), '--json')).output,
    );
    expect(controls).toBeGreaterThan(0);
    expect([byArea['kubelet-api'], byStandard['CIS'], byThreat['Kubelet compromise']].every(Number.isInteger)).toBe(
      true,
    );
  });

  test("an operator's own file counts, and a bad one is refused with its line", async () => {
    const file = join(repository, 'own.yaml');
    writeFileSync(file, 'tighten:\n  - {control: KG-API-02, severity: critical}\n');
    expect((await runCommand(explainCommand(), 'KG-API-02', '--baseline', file)).output).toMatch(
      /^Severity +critical/m,
    );
    writeFileSync(file, 'tighten:\n  - {control: KG-API-01, severity: low}\n');
    await expect(runCommand(coverageCommand(), '--baseline', file)).rejects.toThrow(
      /own\.yaml:2: .*loosening needs a waiver/,
    );
  });

  test('explain takes an id in any case, and names the neighbours of one that is not there', async () => {
    expect((await runCommand(explainCommand(), 'kg-api-01')).output).toMatch(/^KG-API-01 {2}/);
    await expect(runCommand(explainCommand(), 'KG-API-99')).rejects.toThrow(/KG-API-01/);
  });
});
