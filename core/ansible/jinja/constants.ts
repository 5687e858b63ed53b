import { isSince } from '../types.ts';
import type { Tuple, Value } from '../value.ts';
import type { Frame, Run } from './frame.ts';
import { floatText } from './python.ts';
import type { CallArguments, Expression } from './syntax.ts';

/** Items of the tuples that are constants of a template, by what they hold. */
export type Constants = Map<string, readonly Value[]>;

/** Filters that take the context (`pass_context`): Jinja does not evaluate them as it compiles a template. */
const OF_CONTEXT: ReadonlySet<string> = new Set(['map', 'select', 'reject', 'selectattr', 'rejectattr', 'random']);
/** Filters whose text has a type of its own (`STRING_TYPE_FILTERS`), which cannot be written into the compiled template. */
const OF_OWN_TYPE: ReadonlySet<string> = new Set([
  'string',
  'to_json',
  'to_nice_json',
  'to_yaml',
  'to_nice_yaml',
  'ppretty',
  'json',
]);

/**
 * Whether an expression is a constant of the compiled template. Until ansible-core 2.18 Jinja's optimizer puts the value
 * of whatever names no variable and calls nothing into the code it makes; since then only Python itself folds what
 * tuples and numbers are made of.
 */
export function isConstant({ ansible }: Run, expression: Expression): boolean {
  if (isSince(ansible, '2.19')) return expression.type === 'tuple' && isFolded(expression, plainly);
  return !(expression.type === 'filter' && OF_OWN_TYPE.has(expression.name)) && isFolded(expression, optimised);
}

/** The frame for an expression Jinja evaluates as it compiles: no two tuples are one object yet. */
export function compiling(frame: Frame): Frame {
  return { ...frame, unit: { ...frame.unit, constants: null } };
}

/** A constant with the tuples Python has only once for all equal ones of a module (`merge_consts_recursive`). */
export function withConstants(constants: Constants, value: Value): Value {
  switch (value.kind) {
    case 'list':
      return { ...value, items: value.items.map(item => withConstants(constants, item)) };
    case 'dict': {
      const pairs = [...value.entries].map(
        ([name, [key, item]]) => [name, [withConstants(constants, key), withConstants(constants, item)]] as const,
      );
      return { ...value, entries: new Map(pairs) };
    }
    case 'tuple': {
      const items = value.items.map(item => withConstants(constants, item));
      const key = keyOfConstant(value);
      const known = key === null ? undefined : constants.get(key);
      if (key !== null && !known) constants.set(key, items);
      return { ...value, items: known ?? items };
    }
    default:
      return value;
  }
}

/** Tells constants apart as Python does, by their types too; null for what is made anew whenever it is evaluated. */
function keyOfConstant(value: Value): string | null {
  switch (value.kind) {
    case 'none':
      return 'none';
    case 'bool':
    case 'int':
      return `${value.kind} ${value.value}`;
    case 'float':
      return `float ${floatText(value.value)}`;
    case 'str':
      return value.markup || value.unknowns?.size ? null : `str ${JSON.stringify(value.text)}`;
    case 'tuple':
      return keyOfTuple(value);
    default:
      return null;
  }
}

function keyOfTuple({ group, items }: Tuple): string | null {
  const keys = group ? [null] : items.map(keyOfConstant);
  return keys.includes(null) ? null : `(${keys.join(', ')})`;
}

type Rule = (expression: Expression, folds: (part: Expression) => boolean) => boolean;

const known = new WeakMap<Rule, WeakMap<Expression, boolean>>();

function isFolded(expression: Expression, rule: Rule): boolean {
  let answers = known.get(rule);
  if (!answers) known.set(rule, (answers = new WeakMap()));
  let answer = answers.get(expression);
  if (answer === undefined) answers.set(expression, (answer = rule(expression, part => isFolded(part, rule))));
  return answer;
}

/** What CPython folds. */
function plainly(expression: Expression, folds: (part: Expression) => boolean): boolean {
  switch (expression.type) {
    case 'constant':
      return true;
    case 'tuple':
      return expression.items.every(folds);
    case 'unary':
      return folds(expression.operand);
    case 'binary':
      return folds(expression.left) && folds(expression.right);
    default:
      return false;
  }
}

/** What has a value at compile time (`Node.as_const`). */
function optimised(expression: Expression, folds: (part: Expression) => boolean): boolean {
  const given = ({ positional, named, spread, spreadNamed }: CallArguments) =>
    [...positional, ...named.map(([, argument]) => argument), spread, spreadNamed].every(part => !part || folds(part));
  switch (expression.type) {
    case 'list':
      return expression.items.every(folds);
    case 'dict':
      return expression.pairs.every(pair => pair.every(folds));
    case 'conditional':
      return [expression.test, expression.whenTrue, expression.otherwise].every(part => part && folds(part));
    case 'and':
    case 'or':
      return folds(expression.left) && folds(expression.right);
    case 'not':
      return folds(expression.operand);
    case 'compare':
      return folds(expression.first) && expression.rest.every(({ operand }) => folds(operand));
    case 'concat':
      return expression.parts.every(folds);
    case 'attribute':
      return folds(expression.of);
    case 'item':
      return folds(expression.of) && folds(expression.index);
    case 'slice':
      return [expression.start, expression.stop, expression.step].every(part => !part || folds(part));
    case 'filter':
      return (
        !OF_CONTEXT.has(expression.name) && !!expression.input && folds(expression.input) && given(expression.args)
      );
    case 'test':
      return folds(expression.input) && given(expression.args);
    default:
      return plainly(expression, folds);
  }
}
