import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKubeletFacts } from '../config/kubelet-facts.ts';
import { packageRoot } from '../config/package-root.ts';
import type { Minor } from '../core/kubelet/types.ts';
import { generateCase } from '../test/conformance/generate.ts';
import { kubeletCodePath } from '../test/conformance/kubelet-code.ts';
import { machineLines } from './machine.ts';

const MINOR: Minor = '1.36';
const SEED = 20_260;
const SIZES = [200, 6200] as const;

/**
 * Cases per second of `lint --batch` in one process, beside the loading code of a real kubelet on the same inputs, and
 * the time of one cold `lint` of one file. Starting either program is left out of the rate: it is taken from the
 * difference of a long and a short run.
 */
export async function benchKubelet(): Promise<void> {
  const facts = readKubeletFacts();
  const root = packageRoot();
  const cli = join(root, 'dist', 'cli', 'main.js');
  const program = join(root, kubeletCodePath(MINOR));
  const inputs = SIZES.map(size =>
    Array.from({ length: size }, (_, index) => `${JSON.stringify(generateCase(SEED, index, facts, MINOR))}\n`).join(''),
  );
  const rate = (command: string, args: readonly string[]) => {
    const [short = 0, long = 0] = inputs.map(input => seconds(command, args, input));
    return (SIZES[1] - SIZES[0]) / (long - short);
  };
  for (const line of machineLines()) console.log(line);
  console.log(`kubelet ${MINOR}, seed ${SEED}, ${SIZES[1] - SIZES[0]} cases of the conformance generator`);
  const ours = rate(process.execPath, [cli, 'lint', '--batch', '--kubernetes', MINOR]);
  console.log(`lint --batch: ${ours.toFixed(0)} cases a second`);
  if (existsSync(program)) {
    const theirs = rate(program, []);
    console.log(
      `real kubelet code (Go): ${theirs.toFixed(0)} cases a second; ours is ${(ours / theirs).toFixed(2)} of it`,
    );
  } else {
    console.log(`real kubelet code (Go): not built, no ratio (test/conformance/oracle/build ${MINOR})`);
  }
  console.log(`one cold lint of one file: ${(coldLint(cli) * 1000).toFixed(0)} ms, the median of 5`);
}

function seconds(command: string, args: readonly string[], input: string): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(command, args, { input, maxBuffer: 2 ** 30, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return (performance.now() - start) / 1000;
}

function coldLint(cli: string): number {
  const directory = mkdtempSync(join(tmpdir(), 'kubelet-gate-bench-'));
  try {
    const file = join(directory, 'config.yaml');
    writeFileSync(file, 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmaxPods: 50\n');
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      execFileSync(process.execPath, [cli, 'lint', file, '--kubernetes', MINOR]);
      return (performance.now() - start) / 1000;
    });
    return times.sort((left, right) => left - right)[2] ?? Number.NaN;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
