import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseBaseline } from '../core/baseline/parse-baseline.ts';
import type { Baseline } from '../core/baseline/types.ts';
import { readKubeletFacts } from './kubelet-facts.ts';
import { packageRoot } from './package-root.ts';

/**
 * Reads every `*.yaml` of a baseline folder; without one, the baseline this package ships in config/baseline/.
 * @throws ProblemError `policy-invalid` when a file is not a baseline, with file and line; files of this package are
 *   named from its root.
 */
export function readBaseline(directory: string = join(packageRoot(), 'config', 'baseline')): Baseline {
  const files = readdirSync(directory)
    .filter(name => name.endsWith('.yaml'))
    .map(name => join(directory, name))
    .map(file => ({ file: shownName(file), text: readFileSync(file, 'utf8') }));
  return parseBaseline(files, readKubeletFacts());
}

function shownName(file: string): string {
  const inside = relative(packageRoot(), file);
  return inside.startsWith('..') ? file : inside;
}
