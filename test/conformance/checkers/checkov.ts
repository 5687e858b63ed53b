import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { cacheFolder } from '../cache.ts';
import { type Checker, type MissingChecker, missing, type Verdict } from './checker.ts';
import type { CheckedNode } from './node.ts';
import { inScratch, runChecker, writeBelow } from './run-checker.ts';

/** checkov's checks of a kubelet, by the item of CIS 1.12 each is about. */
const CHECKS: Readonly<Record<string, string>> = {
  CKV_K8S_138: '4.2.1',
  CKV_K8S_139: '4.2.2',
  CKV_K8S_140: '4.2.3',
  CKV_K8S_141: '4.2.4',
  CKV_K8S_143: '4.2.5',
  CKV_K8S_145: '4.2.6',
  CKV_K8S_146: '4.2.7',
  CKV_K8S_148: '4.2.9',
  CKV_K8S_151: '4.2.12',
};

const RECORD = z.object({ check_id: z.string(), file_path: z.string() });
const REPORT = z.object({ results: z.object({ passed_checks: z.array(RECORD), failed_checks: z.array(RECORD) }) });

/**
 * checkov over each node's folder: the rendered files, and the kubelet's command line as the command of a Pod. Its
 * checks of a kubelet look at that alone, so without it they would not say a word.
 */
export function checkov(): Checker | MissingChecker {
  const program = join(cacheFolder('checkers'), 'checkov', 'bin', 'checkov');
  if (!existsSync(program)) return missing('checkov');
  return {
    name: 'checkov',
    version: runChecker(program, ['--version']).trim(),
    about: 'of the rendered files its kubelet checks judge none, so it got the command line as that of a Pod as well',
    judge: nodes => inScratch(folder => judge(program, folder, nodes)),
  };
}

function judge(
  program: string,
  folder: string,
  nodes: readonly CheckedNode[],
): ReadonlyMap<string, ReadonlyMap<string, Verdict>> {
  for (const [index, { files, processes }] of nodes.entries()) {
    for (const { path, text } of files) writeBelow(folder, `${index}/${path}.yaml`, text);
    writeBelow(folder, `${index}/pod.yaml`, podOf(processes[0] ?? ''));
  }
  const args = ['--directory', folder, '--framework', 'kubernetes', '--check', Object.keys(CHECKS).join()];
  const report = REPORT.parse(
    JSON.parse(runChecker(program, [...args, '--output', 'json', '--compact', '--skip-download'])),
  );
  const verdicts = new Map<string, Map<string, Verdict>>(nodes.map(({ id }) => [id, new Map()]));
  const note = (records: readonly z.infer<typeof RECORD>[], verdict: Verdict): void => {
    for (const { check_id, file_path } of records) {
      const item = CHECKS[check_id];
      const id = nodes[Number(basename(dirname(file_path)))]?.id;
      if (basename(file_path) !== 'pod.yaml' || id === undefined)
        throw new Error(`checkov judged ${file_path}, which it has not done so far: the table must say so`);
      if (item !== undefined) verdicts.get(id)?.set(item, verdict);
    }
  };
  note(report.results.passed_checks, 'PASS');
  note(report.results.failed_checks, 'FAIL');
  return verdicts;
}

/** A Pod whose container runs a command line. */
function podOf(line: string): string {
  const [, ...args] = line.split(' ');
  const container = { name: 'kubelet', image: 'kubelet', command: ['kubelet', ...args] };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'kubelet', namespace: 'kube-system' },
    spec: { containers: [container] },
  });
}
