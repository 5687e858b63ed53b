import { type Budget, deeper, spend, spendItems } from '../budget.ts';
import { isFixed } from '../fixed-values.ts';
import {
  type Arguments,
  allOrigins,
  bool,
  dict,
  type Entry,
  holdsOwn,
  identity,
  list,
  NeedsHost,
  none,
  type Origins,
  PythonError,
  pythonType,
  refuseOwn,
  type Str,
  str,
  tuple,
  undefinedValue,
  unknownValue,
  type Value,
  withOrigins,
} from '../value.ts';
import { attribute, item, iterate, sliceOf } from './access.ts';
import { deepCopy } from './collection-methods.ts';
import { compiling, isConstant, withConstants } from './constants.ts';
import { type Engine, type Truth, truthOf, truthValue, type UnknownCondition } from './engine.ts';
import { type Frame, nameIn, type Run } from './frame.ts';
import { GLOBALS } from './globals.ts';
import { binary, comparison, unary } from './operators.ts';
import { defined, derived, orUnknown, toText } from './python.ts';
import type { Operation } from './scope.ts';
import type { BinaryOperator, CallArguments, Expression } from './syntax.ts';
import { concat } from './text.ts';
import { NeedsDecision } from './undecided.ts';

/** The value of an expression. @throws PythonError, OverLimit; `run.at` then names the place */
export function evaluate(run: Run, expression: Expression, frame: Frame): Value {
  spend(run.budget);
  run.at = { source: frame.unit.source, offset: expression.at };
  const { constants } = frame.unit;
  if (constants && expression.type !== 'constant' && isConstant(run, expression)) {
    const value = deeper(run.budget, () => evaluateNode(run, expression, compiling(frame)));
    return withConstants(constants, value);
  }
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
    case 'binary':
      return arithmetic(run, expression.operator, value(expression.left), value(expression.right));
    case 'unary': {
      const { operator } = expression;
      return operate(run, `unary ${operator}`, [value(expression.operand)], (_, [operand]) =>
        unary(operator, operand as Value),
      );
    }
    case 'concat':
      return concat(
        run.budget,
        expression.parts.map(part => toText(run.budget, value(part))),
      );
    case 'attribute': {
      const of = value(expression.of);
      if (of.kind === 'str') refuseOwn(of);
      return attribute(run, of, expression.name);
    }
    case 'item': {
      const of = value(expression.of);
      const { index } = expression;
      if (index.type !== 'slice') return itemOf(run, of, value(index));
      const bound = (part: Expression | null) => (part ? value(part) : none());
      const bounds = [bound(index.start), bound(index.stop), bound(index.step)] as const;
      if (of.kind !== 'str') return sliceOf(run, of, bounds);
      return operate(run, 'slice', [of, ...bounds], (engine, [text, start, stop, step]) =>
        sliceOf(engine, text as Value, [start, stop, step] as [Value, Value, Value]),
      );
    }
    case 'slice':
      throw new PythonError('fails', 'a slice stands outside of brackets');
    case 'call': {
      const { callee } = expression;
      if (callee.type !== 'attribute') return call(run, value(callee), evaluateArguments(run, expression.args, frame));
      spend(run.budget);
      const of = deeper(run.budget, () => value(callee.of));
      if (of.kind === 'str') return callText(run, of, callee.name, evaluateArguments(run, expression.args, frame));
      const method = attribute(run, of, callee.name);
      return call(run, method, evaluateArguments(run, expression.args, frame));
    }
    case 'filter':
      return applyFilters(run, expression, frame, null);
    case 'test': {
      const { name } = expression;
      const input = value(expression.input);
      const args = evaluateArguments(run, expression.args, frame);
      if (args.open) return openResult(`is ${name}`, [input], args, 'bool');
      if (name === 'defined' || name === 'undefined') return run.test(name, input, args);
      return operateWith(run, `is ${name}`, input, args, (engine, value, given) => engine.test(name, value, given));
    }
  }
}

/** An operation; on what each host has its own of it is done for each host apart, as far as their results differ. */
function operate(run: Run, name: string, inputs: readonly Value[], work: Operation): Value {
  return run.own && inputs.some(holdsOwn) ? run.own.apply(run.budget, name, inputs, work) : work(run, inputs);
}

/** An operation that takes a value and arguments as a call has them. */
function operateWith(
  run: Run,
  name: string,
  input: Value,
  args: Arguments,
  work: (engine: Engine, input: Value, args: Arguments) => Value,
): Value {
  if (!run.own) return work(run, input, args);
  const names = [...args.named.keys()];
  const count = args.positional.length;
  return operate(
    run,
    `${name} ${count} ${names.join()}`,
    [input, ...args.positional, ...args.named.values()],
    (engine, [first, ...others]) => {
      const named = new Map(names.map((key, index) => [key, others[count + index] as Value]));
      return work(engine, first as Value, { positional: others.slice(0, count), named });
    },
  );
}

/** Texts and lists are only put together: what they hold does not matter. */
function arithmetic(run: Run, operator: BinaryOperator, left: Value, right: Value): Value {
  const joins = operator === '+' && left.kind === right.kind && (left.kind === 'str' || left.kind === 'list');
  if (joins) return binary(run.budget, operator, left, right);
  return operate(run, operator, [left, right], (engine, [a, b]) =>
    binary(engine.budget, operator, a as Value, b as Value),
  );
}

function itemOf(run: Run, of: Value, index: Value): Value {
  if (of.kind !== 'str' && !(run.own && holdsOwn(index))) return item(run, of, index);
  return operate(run, 'item', [of, index], (engine, [value, key]) => item(engine, value as Value, key as Value));
}

/** A method of a text, called. */
function callText(run: Run, text: Str, method: string, args: Arguments): Value {
  if (args.open) return openResult(`str.${method}`, [text], args);
  return operateWith(run, `.${method}`, text, args, (engine, value, given) =>
    invoke(engine.budget, attribute(engine, value, method), given),
  );
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
      const own = !unit.mutates && isFixed(value) ? value : deepCopy(value);
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
    throw new NeedsDecision();
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
    result = operate(run, operator, [left, right], (engine, [a, b]) =>
      comparison(engine.budget, operator, a as Value, b as Value),
    );
    left = right;
  }
  return result ?? left;
}

/** Applies a chain of filters; `block` is the text of the filter or set block the chain belongs to. */
export function applyFilters(run: Run, expression: Expression, frame: Frame, block: Value | null): Value {
  if (expression.type !== 'filter') return evaluate(run, expression, frame);
  const { input: written } = expression;
  const apply = written && frame.unit.constants && isConstant(run, written) ? evaluate : applyFilters;
  const input = written ? deeper(run.budget, () => apply(run, written, frame, block)) : block;
  if (!input) throw new PythonError('fails', 'a filter without input');
  const args = evaluateArguments(run, expression.args, frame);
  run.at = { source: frame.unit.source, offset: expression.at };
  const { name } = expression;
  if (args.open) return openResult(`| ${name}`, [input], args);
  if (letsThrough(name, input, args)) return run.filter(name, input, args);
  return operateWith(run, `| ${name}`, input, args, (engine, value, given) => engine.filter(name, value, given));
}

/** Filters whose result holds what their input holds, unchanged, whatever it says. */
function letsThrough(name: string, input: Value, args: Arguments): boolean {
  switch (name.replace(/^ansible\.(?:builtin|legacy)\./, '')) {
    case 'default':
    case 'd':
    case 'mandatory':
      return true;
    case 'string':
      return input.kind === 'str';
    case 'join':
    case 'first':
    case 'last':
      return input.kind === 'list';
    case 'list':
      return input.kind === 'list' || input.kind === 'dict';
    case 'combine':
      return args.named.size === 0;
    case 'dict2items':
      return input.kind === 'dict';
    default:
      return false;
  }
}

export function evaluateArguments(run: Run, args: CallArguments, frame: Frame): Arguments {
  const positional = args.positional.map(argument => evaluate(run, argument, frame));
  const named = new Map(args.named.map(([name, argument]) => [name, evaluate(run, argument, frame)]));
  const spread = args.spread && defined(evaluate(run, args.spread, frame));
  const more = args.spreadNamed ? defined(evaluate(run, args.spreadNamed, frame)) : null;
  const open = [spread, more].flatMap(value => (value && isOpen(value) ? [value] : []));
  if (open.length > 0) return { positional, named, open };
  if (spread) positional.push(...iterate(spread));
  if (more?.kind === 'dict') {
    for (const [key, value] of more.entries.values()) if (key.kind === 'str') named.set(key.text, value);
  }
  return { positional, named };
}

/** Types of callables that only hand on what they are given; methods of lists and mappings refuse what they compare. */
const LETS_THROUGH: ReadonlySet<string> = new Set([
  'Macro',
  'LoopContext',
  'dict',
  'namespace',
  'builtin_function_or_method',
]);

/** Whether nobody knows what a value would give as arguments. */
function isOpen(value: Value): boolean {
  return value.kind === 'unknown' || (value.kind === 'str' && !!value.unknowns?.size);
}

/** What comes of a call nobody knows the arguments of. */
function openResult(name: string, inputs: readonly Value[], args: Arguments, type?: 'bool'): Value {
  const given = [...inputs, ...args.positional, ...args.named.values(), ...(args.open ?? [])];
  return derived(name, given, type ? { type } : { defined: null });
}

/** Types of callables that look at unknown arguments themselves, for what they do beside answering. */
const TAKES_OPEN: ReadonlySet<string> = new Set(['namespace', 'builtin_function_or_method']);

/** Calls a macro, a method or a global. @throws PythonError */
export function call(run: Run, callee: Value, args: Arguments): Value {
  if (args.open && callee.kind === 'object' && !TAKES_OPEN.has(callee.type)) return openResult(callee.type, [], args);
  if (run.own && callee.kind === 'object' && !LETS_THROUGH.has(callee.type)) {
    if ([...args.positional, ...args.named.values()].some(holdsOwn)) throw new NeedsHost();
  }
  return invoke(run.budget, callee, args);
}

function invoke(budget: Budget, callee: Value, args: Arguments): Value {
  spend(budget, 2);
  if (callee.kind === 'object' && callee.call) {
    const inputs = [str(callee.type), ...args.positional, ...args.named.values()];
    return orUnknown(budget, 'call', inputs, () => deeper(budget, () => callee.call?.(args) as Value));
  }
  if (callee.kind === 'unknown') {
    const inputs = [...args.positional, ...args.named.values(), ...(args.open ?? [])].map(identity);
    return unknownValue(`${callee.key}(${inputs.join(', ')})`, callee.why, { origins: callee.origins });
  }
  throw new PythonError('fails', `'${pythonType(defined(callee))}' object is not callable`);
}
