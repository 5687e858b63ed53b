import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lintCommand } from '../../cli/lint.ts';
import { minorsOption } from '../../cli/minor.ts';
import { runCommand } from '../support/run-command.ts';

const HEAD = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kubelet-gate-lint-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
  process.exitCode = 0;
});

const run = (...args: readonly string[]) => runCommand(lintCommand(), ...args);

function file(name: string, body: string): string {
  const path = join(directory, name);
  writeFileSync(path, HEAD + body);
  return path;
}

describe('lint on the command line', () => {
  test('answers for every minor of an upgrade, and says no when one of them would not start', async () => {
    const config = file('gates.yaml', 'featureGates: {NodeLogQuery: false}\n');
    const { output, code } = await run(config, '--kubernetes', '1.35,1.36', '--json');
    const answers = JSON.parse(output) as readonly Readonly<{ kubernetes: string; accepted: boolean }>[];
    expect(answers.map(({ kubernetes, accepted }) => [kubernetes, accepted])).toEqual([
      ['1.35', true],
      ['1.36', false],
    ]);
    expect(code).toBe(1);
  });

  test('one minor is one answer, whose problems name the file they stand in', async () => {
    const config = file('config.yaml', 'maxPods: 50\n');
    const dropIn = file('10-x.conf', 'maxPods: -1\n');
    const { output, code } = await run(config, '--drop-in', `10-x.conf=${dropIn}`, '--json');
    expect(JSON.parse(output)).toMatchObject({
      accepted: false,
      problems: [{ file: dropIn, line: 3, stage: 'validation', path: 'maxPods', would: expect.any(String) }],
    });
    expect(code).toBe(1);
  });

  test('in words, a problem has its place and what the kubelet would do', async () => {
    const config = file('words.yaml', 'maxPodz: 50\n');
    const { output } = await run(config, '--kubernetes', '1.36');
    expect(output).toContain(`${config}:3:1: `);
    expect(output).toContain('ignored: a 1.36 kubelet starts');
  });

  test('a minor it does not know is refused by name', () => {
    expect(minorsOption('1.35,1.36,1.35')).toEqual(['1.35', '1.36']);
    expect(() => minorsOption('1.35,1.99')).toThrow('known are');
  });
});
