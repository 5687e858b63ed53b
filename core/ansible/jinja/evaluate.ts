import { deeper, spend, spendItems } from '../budget.ts';
import {
  type Arguments,
  allOrigins,
  bool,
  dict,
  type Entry,
  identity,
  list,
  type Origins,
  PythonError,
  pythonType,
  type Str,
  tuple,
  undefinedValue,
  unknownValue,
  type Value,
  withOrigins,
} from '../value.ts';
import { attribute, item, iterate, sliceOf } from './access.ts';
import { deepCopy } from './collection-methods.ts';
import { type Truth, truthOf, truthValue, type UnknownCondition } from './engine.ts';
import { type Frame, nameIn, type Run } from './frame.ts';
import { GLOBALS } from './globals.ts';
import { binary, comparison, unary } from './operators.ts';
import { defined, toText } from './python.ts';
import type { CallArguments, Expression } from './syntax.ts';
import { concat } from './text.ts';

/** The value of an expression. @throws PythonError, OverLimit; `run.at` then names the place */
export function evaluate(run: Run, expression: Expression, frame: Frame): Value {
  spend(run.budget);
  run.at = { source: frame.unit.source, offset: expression.at };
  return deeper(run.budget, () => evaluateNode(run, expression, frame));
}

function evaluateNode(run: Run, expression: Expression, frame: Frame): Value {
  const value = (inner: Expression) => evaluate(run, inner, frame);
  switch (expression.type) {
    case 'constant':
      return expression.value;
    case 'name':
      return lookUp(run, expression.name, frame);
    case 'tuple':
      return tuple(expression.items.map(value));
    case 'list':
      spendItems(run.budget, expression.items.length);
      return list(expression.items.map(value));
    case 'dict':
      return dict(expression.pairs.map(([key, entry]): Entry => [defined(value(key)), value(entry)]));
    case 'conditional':
      return conditional(run, expression, frame);
    case 'and':
    case 'or': {
      const left = value(expression.left);
      const isTrue = decided(run, truthOf(left));
      return isTrue === (expression.type === 'and') ? value(expression.right) : left;
    }
    case 'not': {
      const operand = value(expression.operand);
      const truth = negate(truthOf(operand));
      return typeof truth === 'boolean' ? bool(truth, allOrigins(operand)) : truthValue(truth, allOrigins(operand));
    }
    case 'compare':
      return compareChain(run, expression, frame);
    case 'binary': {
      const left = value(expression.left);
      return binary(run.budget, expression.operator, left, value(expression.right));
    }
    case 'unary':
      return unary(expression.operator, value(expression.operand));
    case 'concat':
      return concat(
        run.budget,
        expression.parts.map(part => toText(run.budget, value(part))),
      );
    case 'attribute':
      return attribute(run, value(expression.of), expression.name);
    case 'item': {
      const of = value(expression.of);
      const { index } = expression;
      if (index.type !== 'slice') return item(run, of, value(index));
      const bound = (part: Expression | null) => (part ? value(part) : null);
      return sliceOf(run, of, [bound(index.start), bound(index.stop), bound(index.step)]);
    }
    case 'slice':
      throw new PythonError('fails', 'a slice stands outside of brackets');
    case 'call': {
      const callee = value(expression.callee);
      return call(run, callee, evaluateArguments(run, expression.args, frame));
    }
    case 'filter':
      return applyFilters(run, expression, frame, null);
    case 'test': {
      const input = value(expression.input);
      return run.test(expression.name, input, evaluateArguments(run, expression.args, frame));
    }
  }
}

function lookUp(run: Run, name: string, frame: Frame): Value {
  const local = nameIn(frame, name);
  if (local) return local;
  const { unit } = frame;
  if (unit.seesVariables) {
    const copy = unit.copies?.get(name);
    if (copy) return copy;
    const { at } = run;
    const value = run.variable(name);
    run.at = at;
    if (value && unit.copies) {
      const own = deepCopy(value);
      unit.copies.set(name, own);
      return own;
    }
    if (value) return value;
  }
  return GLOBALS.get(name)?.(run) ?? undefinedValue(name);
}

function conditional(run: Run, expression: Expression & { type: 'conditional' }, frame: Frame): Value {
  const { truth, origins } = condition(run, expression.test, frame);
  const controls = asConditions(origins);
  if (decided(run, truth)) return withOrigins(evaluate(run, expression.whenTrue, frame), controls);
  if (expression.otherwise) return withOrigins(evaluate(run, expression.otherwise, frame), controls);
  return {
    ...undefinedValue('', 'the inline if-expression evaluated to false and no else section was defined.', controls),
    soft: true,
  };
}

/** Origins of what decided about a piece, as conditions of that piece. */
export function asConditions(origins: Origins): Origins {
  return origins.map(origin => (origin.kind === 'condition' ? origin : conditionOf(origin)));
}

const conditionOrigins = new WeakMap<object, Origins[number]>();

function conditionOf(origin: Origins[number]): Origins[number] {
  let made = conditionOrigins.get(origin);
  if (!made) conditionOrigins.set(origin, (made = { ...origin, kind: 'condition' }));
  return made;
}

export function decided(run: Run, truth: Truth): boolean {
  return typeof truth === 'boolean' ? truth : run.decide(truth);
}

function negate(truth: Truth): Truth {
  return typeof truth === 'boolean' ? !truth : { ...truth, negated: !truth.negated };
}

type Judged = Readonly<{ truth: Truth; origins: Origins }>;

/**
 * An expression as a condition, three-valued: `and`, `or` and `not` know their answer when one side settles it.
 * @throws PythonError, OverLimit
 */
export function condition(run: Run, expression: Expression, frame: Frame): Judged {
  if (expression.type === 'not') {
    const inner = condition(run, expression.operand, frame);
    return { truth: negate(inner.truth), origins: inner.origins };
  }
  if (expression.type !== 'and' && expression.type !== 'or') {
    const value = evaluate(run, expression, frame);
    return { truth: truthOf(value), origins: allOrigins(value) };
  }
  const settles = expression.type === 'or';
  const left = deeper(run.budget, () => condition(run, expression.left, frame));
  if (left.truth === settles) return left;
  if (typeof left.truth === 'boolean') return deeper(run.budget, () => condition(run, expression.right, frame));
  const right = tentatively(run, () => condition(run, expression.right, frame));
  if (right?.truth === settles) return right;
  if (right && typeof right.truth === 'boolean') return left;
  if (right)
    return { truth: bothOrEither(expression.type, left.truth, right.truth as UnknownCondition), origins: left.origins };
  return run.decide(left.truth) === settles
    ? { truth: settles, origins: left.origins }
    : condition(run, expression.right, frame);
}

function bothOrEither(operator: 'and' | 'or', left: UnknownCondition, right: UnknownCondition): UnknownCondition {
  const name = ({ unknown, negated }: UnknownCondition) => (negated ? `not(${unknown.key})` : unknown.key);
  const made = unknownValue(`${operator}(${name(left)}, ${name(right)})`, [...left.unknown.why, ...right.unknown.why]);
  return { unknown: { key: made.key, why: made.why }, negated: false };
}

/** What `work` answers when it needs no decision and does not fail, else null. */
function tentatively<T>(run: Run, work: () => T): T | null {
  const { at, decide } = run;
  const { depth } = run.budget;
  run.decide = () => {
    throw new PythonError('fails', 'needs a decision');
  };
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    run.budget.depth = depth;
    run.at = at;
    return null;
  } finally {
    run.decide = decide;
  }
}

function compareChain(run: Run, expression: Expression & { type: 'compare' }, frame: Frame): Value {
  let left = evaluate(run, expression.first, frame);
  let result: Value | null = null;
  for (const { operator, operand } of expression.rest) {
    if (result && !decided(run, truthOf(result))) return result;
    const right = evaluate(run, operand, frame);
    result = comparison(run.budget, operator, left, right);
    left = right;
  }
  return result ?? left;
}

/** Applies a chain of filters; `block` is the text of the filter or set block the chain belongs to. */
export function applyFilters(run: Run, expression: Expression, frame: Frame, block: Str | null): Value {
  if (expression.type !== 'filter') return evaluate(run, expression, frame);
  const input = expression.input
    ? deeper(run.budget, () => applyFilters(run, expression.input as Expression, frame, block))
    : block;
  if (!input) throw new PythonError('fails', 'a filter without input');
  const args = evaluateArguments(run, expression.args, frame);
  run.at = { source: frame.unit.source, offset: expression.at };
  return run.filter(expression.name, input, args);
}

export function evaluateArguments(run: Run, args: CallArguments, frame: Frame): Arguments {
  const positional = args.positional.map(argument => evaluate(run, argument, frame));
  const named = new Map(args.named.map(([name, argument]) => [name, evaluate(run, argument, frame)]));
  if (args.spread) positional.push(...iterate(evaluate(run, args.spread, frame)));
  const more = args.spreadNamed ? defined(evaluate(run, args.spreadNamed, frame)) : null;
  if (more?.kind === 'dict') {
    for (const [key, value] of more.entries.values()) if (key.kind === 'str') named.set(key.text, value);
  }
  return { positional, named };
}

/** Calls a macro, a method or a global. @throws PythonError */
export function call(run: Run, callee: Value, args: Arguments): Value {
  spend(run.budget, 2);
  if (callee.kind === 'object' && callee.call) return deeper(run.budget, () => callee.call?.(args) as Value);
  if (callee.kind === 'unknown') {
    const inputs = [...args.positional, ...args.named.values()].map(identity);
    return unknownValue(`${callee.key}(${inputs.join(', ')})`, callee.why, { origins: callee.origins });
  }
  throw new PythonError('fails', `'${pythonType(defined(callee))}' object is not callable`);
}
