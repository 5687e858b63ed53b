import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { cacheFolder } from '../cache.ts';
import { type Checker, type MissingChecker, missing } from './checker.ts';
import { runChecker } from './run-checker.ts';

const ANSWER = z.object({
  id: z.string(),
  items: z.record(z.string(), z.object({ state: z.enum(['PASS', 'FAIL', 'WARN']) })),
});

/**
 * kube-bench's evaluator over a `node.yaml` of its benchmarks: `benchmark`, or the newest of CIS that its release
 * carries. Its audits see the rendered files with their modes and owners, and the command lines as processes.
 */
export function kubeBench(benchmark?: string): Checker | MissingChecker {
  const folder = join(cacheFolder('checkers'), 'kube-bench');
  const program = join(folder, 'kube-bench');
  const definitions = benchmark ?? newestBenchmark(join(folder, 'cfg'));
  if (!existsSync(program) || definitions === undefined) return missing('kube-bench');
  const name = /^version: "?([^"\n]+)/m.exec(readFileSync(definitions, 'utf8'))?.[1] ?? basename(dirname(definitions));
  return {
    name: 'kube-bench',
    version: readFileSync(join(folder, 'version'), 'utf8').trim(),
    about: `benchmark ${name}${benchmark === undefined ? '' : ', given with --benchmark'}; its audits see the rendered files, their modes and owners, and the command lines`,
    judge: nodes => {
      const input = nodes.map(({ id, processes, files }) => `${JSON.stringify({ id, processes, files })}\n`).join('');
      const output = runChecker(program, ['-cfg', join(folder, 'cfg'), '-benchmark', definitions], input);
      const answers = output.split('\n').flatMap(line => (line === '' ? [] : [ANSWER.parse(JSON.parse(line))]));
      return new Map(
        answers.map(({ id, items }) => [
          id,
          new Map(Object.entries(items).map(([item, { state }]) => [item, state] as const)),
        ]),
      );
    },
  };
}

/** Those of 1.20 to 1.24 are older: they were named after the Kubernetes they are for. */
function newestBenchmark(cfg: string): string | undefined {
  if (!existsSync(cfg)) return undefined;
  const minor = (name: string): number => Number(name.slice('cis-1.'.length));
  const newest = readdirSync(cfg)
    .filter(name => /^cis-1\.(?:\d|1\d)$/.test(name))
    .sort((left, right) => minor(right) - minor(left))[0];
  return newest === undefined ? undefined : join(cfg, newest, 'node.yaml');
}
