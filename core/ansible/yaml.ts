import type { Problem } from '../source/problem.ts';
import { ProblemError } from '../source/problem.ts';
import type { Budget } from './budget.ts';
import type { Value } from './value.ts';

/**
 * YAML as Ansible (PyYAML) reads it. A document that does not parse yields problems and no value.
 * @throws ProblemError `over-limit`
 */
export function loadYaml(file: string, _text: string, _budget: Budget): { documents: Value[]; problems: Problem[] } {
  throw new ProblemError({ file, line: 1, code: 'not-evaluated', message: 'YAML is not evaluated yet' });
}
