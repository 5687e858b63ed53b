import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { coverageCommand } from '../../cli/coverage.ts';
import { explainCommand } from '../../cli/explain.ts';
import { reportCommand } from '../../cli/report.ts';
import { config, repositoryOf } from '../core/baseline/situation.ts';

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

/** Runs a command in this process and gives what it printed and its exit code. */
async function run(command: Command, ...args: readonly string[]) {
  const write = process.stdout.write.bind(process.stdout);
  let output = '';
  process.stdout.write = ((text: string, done?: () => void) => {
    output += text;
    done?.();
    return true;
  }) as typeof process.stdout.write;
  try {
    await command.parseAsync(args, { from: 'user' });
    return { output, code: process.exitCode };
  } finally {
    process.stdout.write = write;
  }
}

const report = (...args: readonly string[]) => run(reportCommand(), '--repo', repository, ...args);

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
    const { controls, byArea, byStandard, byThreat } = JSON.parse((await run(coverageCommand(), '--json')).output);
    expect(controls).toBeGreaterThan(0);
    expect([byArea['kubelet-api'], byStandard['CIS'], byThreat['Kubelet compromise']].every(Number.isInteger)).toBe(
      true,
    );
  });

  test("an operator's own file counts, and a bad one is refused with its line", async () => {
    const file = join(repository, 'own.yaml');
    writeFileSync(file, 'tighten:\n  - {control: KG-API-02, severity: critical}\n');
    expect((await run(explainCommand(), 'KG-API-02', '--baseline', file)).output).toMatch(/^Severity +critical/m);
    writeFileSync(file, 'tighten:\n  - {control: KG-API-01, severity: low}\n');
    await expect(run(coverageCommand(), '--baseline', file)).rejects.toThrow(/own\.yaml:2: .*loosening needs a waiver/);
  });

  test('explain takes an id in any case, and names the neighbours of one that is not there', async () => {
    expect((await run(explainCommand(), 'kg-api-01')).output).toMatch(/^KG-API-01 {2}/);
    await expect(run(explainCommand(), 'KG-API-99')).rejects.toThrow(/KG-API-01/);
  });
});
