import { isSince } from '../types.ts';
import { PythonError, pythonType, type Str, str, type Value } from '../value.ts';
import { type Truth, truthOf } from './engine.ts';
import { condition, evaluate } from './evaluate.ts';
import { enterFrame, type Frame, namesLookedUp, type Run } from './frame.ts';
import { defined, derived } from './python.ts';
import { ANSIBLE_SYNTAX, type SyntaxOptions, type Template } from './syntax.ts';
import { concat, originsOf, sourceOf } from './text.ts';
import { mayBeTemplate, type Variables } from './variables.ts';

/**
 * What Ansible 2.14 makes of a `when:` text: templates in it are evaluated first, the result is an expression.
 * @throws PythonError, OverLimit
 */
export function conditionTruth(
  run: Run,
  variables: Variables,
  parse: (text: string, syntax: SyntaxOptions) => Template,
  written: Str,
): Truth {
  const first: Value = mayBeTemplate(written.text) ? variables.template(written) : written;
  if (first.kind !== 'str' || first.text === '') return isSince(run.ansible, '2.19') ? onlyBool(first) : truthOf(first);
  if (first.unknowns?.size) return truthOf(derived('condition', [first], { type: 'bool' }));
  const origins = originsOf(first);
  const text = concat(run.budget, [str('{% if ', origins), first, str(' %}{% endif %}', origins)]);
  const source = sourceOf(text);
  run.at = { source, offset: 0 };
  const template = parse(text.text, ANSIBLE_SYNTAX);
  const [statement] = template.body;
  if (statement?.type !== 'if' || !statement.branches[0])
    throw new PythonError('syntax', `this is no condition: ${first.text}`);
  const unit = {
    file: '',
    source,
    syntax: ANSIBLE_SYNTAX,
    converts: true,
    seesVariables: true,
    copies: null,
    mutates: false,
    names: namesLookedUp(run, template),
    constants: null,
    blocks: new Map(),
  };
  const frame: Frame = { names: new Map(), parent: null, unit };
  if (isSince(run.ansible, '2.19')) return onlyBool(evaluate(run, statement.branches[0].test, frame));
  try {
    enterFrame(run, template.body, frame);
    return condition(run, statement.branches[0].test, frame).truth;
  } catch (error) {
    const undefinedName = error instanceof PythonError && error.reason === 'undefined';
    const settled = undefinedName ? settledByDefinedTest(first.text, error.message) : null;
    if (settled === null) throw error;
    return settled;
  }
}

/** Since ansible-core 2.19 a condition that gives anything but a boolean fails the task. @throws PythonError */
function onlyBool(value: Value): Truth {
  if (value.kind === 'bool' || value.kind === 'unknown') return truthOf(value);
  const type = pythonType(defined(value));
  throw new PythonError('fails', `the condition gives a value of type ${type}, ansible-core 2.19 wants a boolean`);
}

const DEFINED_TEST = /(hostvars\[.+\]|\w+)\s+(not\s+is|is|is\s+not)\s+(defined|undefined)/g;

/** Ansible forgives an undefined name that the same condition tests for: the test then gives the answer. */
function settledByDefinedTest(expression: string, message: string): boolean | null {
  const [, name] = /'(hostvars\[.+\]|\w+)' is undefined/.exec(message) ?? [];
  if (name === undefined) return null;
  for (const [, tested = '', logic = '', state] of expression.matchAll(DEFINED_TEST)) {
    if (tested.replaceAll("'", '"') === name.replaceAll("'", '"'))
      return logic.includes('not') === (state === 'defined');
  }
  return null;
}
