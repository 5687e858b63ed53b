import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { withOwnBaseline } from '../core/baseline/own-baseline.ts';
import { parseBaseline } from '../core/baseline/parse-baseline.ts';
import type { Baseline } from '../core/baseline/types.ts';
import { ProblemError } from '../core/source/problem.ts';
import { readKubeletFacts } from './kubelet-facts.ts';
import { packageRoot } from './package-root.ts';

/**
 * Reads every `*.yaml` of a baseline folder; without one, the baseline this package ships in config/baseline/. `own` is
 * an operator's file on top of it, which only tightens and adds.
 * @throws ProblemError `policy-invalid` when a file is not a baseline, with file and line; files of this package are
 *   named from its root.
 */
export function readBaseline(directory: string = join(packageRoot(), 'config', 'baseline'), own?: string): Baseline {
  const files = readdirSync(directory)
    .filter(name => name.endsWith('.yaml'))
    .map(name => join(directory, name))
    .map(file => ({ file: shownName(file), text: readFileSync(file, 'utf8') }));
  const facts = readKubeletFacts();
  const baseline = parseBaseline(files, facts);
  return own === undefined ? baseline : withOwnBaseline(baseline, { file: own, text: textOf(own) }, facts);
}

function shownName(file: string): string {
  const inside = relative(packageRoot(), file);
  return inside.startsWith('..') ? file : inside;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ProblemError({ file, line: 0, code: 'policy-invalid', message: 'cannot be read' });
  }
}
