import { ProblemError } from '../../source/problem.ts';
import { type Origin, type RenderedText, type Unknown, verbatim } from '../../source/rope.ts';
import type { Budget } from '../budget.ts';
import type { Value } from '../value.ts';

/** What a template sees of the world. */
export interface Scope {
  /** Raw (untemplated) value of a variable, or undefined when no such variable exists. */
  lookup(name: string): Value | undefined;
  /** Names of all variables, for `vars` and hints. */
  names?(): Iterable<string>;
  /** Text of another template for include, import and extends, by name as written, seen from a file. */
  loadTemplate?(name: string, from: string): { file: string; text: string } | null;
}

/** One unknown condition taken to hold, or not to. */
export type Condition = Readonly<{ unknown: Unknown; holds: boolean }>;

/** What the template renders to when all its conditions are as stated. */
export type Alternative = Readonly<{ conditions: readonly Condition[]; text: RenderedText }>;

/**
 * Renders a template file as Ansible's template action does.
 * @throws ProblemError `template-undefined`, `template-invalid`, `over-limit`
 */
export function renderTemplate(
  file: string,
  text: string,
  _scope: Scope,
  _budget: Budget,
): { alternatives: readonly Alternative[]; truncated: boolean } {
  if (/\{[{%#]/.test(text)) {
    throw new ProblemError({ file, line: 1, code: 'not-evaluated', message: 'Jinja templates are not evaluated yet' });
  }
  return { alternatives: [{ conditions: [], text: verbatim(file, text) }], truncated: false };
}

/**
 * A variable's value with all templates in it evaluated, as Ansible hands it to a module argument. What hangs on an
 * unknown condition becomes an unknown value.
 */
export function templateValue(value: Value, _scope: Scope, _budget: Budget): Value {
  return value;
}

/** A bare `when:` expression, three-valued. */
export function evaluateCondition(
  expression: string,
  _scope: Scope,
  _budget: Budget,
  at: Origin,
): { holds: true | false } | { holds: null; unknown: Unknown } {
  throw new ProblemError({
    file: at.file,
    line: at.line,
    code: 'not-evaluated',
    message: `conditions are not evaluated yet: ${expression}`,
  });
}
