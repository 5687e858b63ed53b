import type { Unknown } from '../../source/rope.ts';
import { deeper, spend, spendText } from '../budget.ts';
import { isSince } from '../types.ts';
import {
  type Arguments,
  allOrigins,
  dict,
  identity,
  list,
  mergeOrigins,
  NO_ORIGINS,
  type Origins,
  PythonError,
  pythonType,
  type RuntimeObject,
  refuseOwn,
  type Str,
  setEntry,
  str,
  tuple,
  undefinedValue,
  unknownIn,
  unknownValue,
  type Value,
  visitParts,
  withOrigins,
} from '../value.ts';
import { iterate } from './access.ts';
import { convert } from './convert.ts';
import { afterRounds, type UnknownCondition } from './engine.ts';
import { applyFilters, asConditions, call, condition, decided, evaluate, evaluateArguments } from './evaluate.ts';
import {
  type BlockDefinition,
  childFrame,
  enterFrame,
  type Frame,
  type Loaded,
  nameIn,
  namesLookedUp,
  type Output,
  type Run,
  type Unit,
  worksOnCopies,
} from './frame.ts';
import { isJoinable, joinWays } from './join-ways.ts';
import { type LoopState, loopObject } from './loop-object.ts';
import { nativeValue } from './native.ts';
import { defined, derived, evaluated, toText, undefinedUsed } from './python.ts';
import type { Body, Expression, Signature, Statement, Target } from './syntax.ts';
import { concat, cut, originsAt } from './text.ts';
import { itemsInUnknownOrder } from './unordered.ts';

type Statements = { [T in Statement['type']]: Statement & { type: T } };

/** `{% break %}` and `{% continue %}` on their way to the loop. */
class LoopControl extends Error {
  readonly type: 'break' | 'continue';
  constructor(type: 'break' | 'continue') {
    super(type);
    this.type = type;
  }
}

/** Runs a body that has a frame of its own. @throws PythonError, OverLimit */
function enter(run: Run, body: Body, frame: Frame, output: Output): void {
  enterFrame(run, body, frame);
  execute(run, body, frame, output);
}

/** Runs a body, adding what it prints to `output`. @throws PythonError, OverLimit; `run.at` then names the place */
export function execute(run: Run, body: Body, frame: Frame, output: Output): void {
  for (const statement of body) {
    spend(run.budget);
    run.at = { source: frame.unit.source, offset: statement.at };
    executeOne(run, statement, frame, output);
  }
}

function executeOne(run: Run, statement: Statement, frame: Frame, output: Output): void {
  switch (statement.type) {
    case 'data':
      spendText(run.budget, statement.end - statement.at);
      output.nodes.push(withOrigins(cut(frame.unit.source, statement.at, statement.end), output.controls));
      return;
    case 'output':
      print(run, finalize(run, evaluate(run, statement.expression, frame)), statement.at, frame, output);
      return;
    case 'if':
      return executeIf(run, statement, frame, output);
    case 'for': {
      const iterable = evaluate(run, statement.iterable, frame);
      return loop(run, statement, iterable, 0, frame, output);
    }
    case 'set':
      return assign(run, statement.target, evaluate(run, statement.value, frame), frame, output.controls);
    case 'set-block': {
      const text = capture(run, statement.body, childFrame(frame), output);
      const value = statement.filter
        ? applyFilters(run, statement.filter, frame, captured(run, text))
        : concatenated(run, text, frame.unit);
      return assign(run, statement.target, value, frame, output.controls);
    }
    case 'macro':
      frame.names.set(statement.name, macro(run, statement.name, statement.signature, statement.body, frame));
      return;
    case 'call-block':
      return executeCall(run, statement, frame, output);
    case 'filter-block': {
      const text = captured(run, capture(run, statement.body, childFrame(frame), output));
      return print(run, finalize(run, applyFilters(run, statement.filter, frame, text)), statement.at, frame, output);
    }
    case 'with': {
      const inner = childFrame(frame);
      for (const [target, value] of statement.assignments)
        assign(run, target, evaluate(run, value, frame), inner, NO_ORIGINS);
      return enter(run, statement.body, inner, output);
    }
    case 'include':
      return include(run, statement, frame, output);
    case 'import':
      frame.names.set(statement.name, importTemplate(run, statement.template, statement.context, frame));
      return;
    case 'from-import': {
      const module = importTemplate(run, statement.template, statement.context, frame);
      for (const [name, alias] of statement.names) {
        const missing = undefinedValue(name, `the imported template does not export '${name}'`);
        frame.names.set(alias, (module.kind === 'object' && module.attribute?.(name)) || missing);
      }
      return;
    }
    case 'extends':
      return;
    case 'block':
      return executeBlock(run, frame.unit.blocks.get(statement.name) ?? [], 0, frame, output);
    case 'do':
      evaluate(run, statement.expression, frame);
      return;
    case 'break':
    case 'continue':
      throw new LoopControl(statement.type);
  }
}

/** Adds a printed value with the origins of the place that prints it. */
function print(run: Run, value: Value, at: number, frame: Frame, output: Output): void {
  const origins = mergeOrigins(originsAt(frame.unit.source, at), output.controls);
  const printed = value.kind === 'object' ? toText(run.budget, value) : value;
  output.nodes.push(withOrigins(printed, origins));
}

/**
 * What Ansible prints for a value: nothing for None; an undefined part fails, since ansible-core 2.19 only where the whole
 * is made into text. @throws PythonError
 */
function finalize(run: Run, value: Value): Value {
  if (isSince(run.ansible, '2.19')) {
    if (value.kind === 'undefined' && !value.soft) throw undefinedUsed(value);
    return value;
  }
  const visited = visitParts(value, part => {
    if (part.kind === 'undefined' && !part.soft) throw undefinedUsed(part);
  });
  spend(run.budget, visited >> 2);
  return value.kind === 'none' ? str('', value.origins) : value;
}

/** Runs a body aside and returns what it prints. */
function capture(run: Run, body: Body, frame: Frame, { controls }: Output): Value[] {
  const nodes: Value[] = [];
  enter(run, body, frame, { nodes, controls });
  return nodes;
}

/** Printed nodes as plain text. */
export function joined(run: Run, nodes: readonly Value[]): Str {
  return concat(
    run.budget,
    nodes.map(node => toText(run.budget, node)),
  );
}

/** What a block gives to a filter or to `super()`. */
function captured(run: Run, nodes: readonly Value[]): Value {
  return isSince(run.ansible, '2.19') ? nativeValue(run.budget, nodes) : joined(run, nodes);
}

function concatenated(run: Run, nodes: readonly Value[], unit: Unit): Value {
  if (isSince(run.ansible, '2.19')) return nativeValue(run.budget, nodes);
  return unit.converts ? convert(run.budget, nodes) : joined(run, nodes);
}

function executeIf(run: Run, statement: Statements['if'], frame: Frame, output: Output, first = 0): void {
  const branch = statement.branches[first];
  if (!branch) return execute(run, statement.otherwise, frame, output);
  const { truth, origins } = condition(run, branch.test, frame);
  const here = asConditions(mergeOrigins(originsAt(frame.unit.source, branch.test.at), origins));
  const inner: Output = { nodes: output.nodes, controls: mergeOrigins(output.controls, here) };
  const holds = (at: Frame, to: Output): void => execute(run, branch.body, at, to);
  const fails = (at: Frame, to: Output): void => executeIf(run, statement, at, to, first + 1);
  if (typeof truth !== 'boolean' && isJoinable(statement) && joinWays(run, truth, frame, inner, holds, fails)) return;
  if (decided(run, truth)) holds(frame, inner);
  else fails(frame, inner);
}

function assign(run: Run, target: Target, value: Value, frame: Frame, controls: Origins): void {
  switch (target.type) {
    case 'name':
      frame.names.set(target.name, withOrigins(value, controls));
      return;
    case 'attribute': {
      const owner = nameIn(frame, target.of);
      if (owner?.kind !== 'object' || !owner.assign) {
        throw new PythonError('fails', 'cannot assign attribute on non-namespace object');
      }
      owner.assign(target.name, withOrigins(afterRounds(run, value), controls));
      return;
    }
    case 'tuple': {
      const source = defined(value);
      if (source.kind === 'unknown' || (source.kind === 'str' && source.unknowns?.size)) {
        const { key, why } = unknownIn(source) as Unknown;
        for (const [i, part] of target.items.entries()) {
          const item = unknownValue(`${key}[${i}]`, why, { origins: source.origins });
          assign(run, part, item, frame, controls);
        }
        return;
      }
      const items = iterate(source);
      const expected = target.items.length;
      if (items.length > expected) throw new PythonError('fails', `too many values to unpack (expected ${expected})`);
      if (items.length < expected) {
        throw new PythonError('fails', `not enough values to unpack (expected ${expected}, got ${items.length})`);
      }
      for (const [i, part] of target.items.entries()) assign(run, part, items[i] as Value, frame, controls);
    }
  }
}

function loop(
  run: Run,
  statement: Statements['for'],
  iterable: Value,
  depth: number,
  frame: Frame,
  output: Output,
): void {
  const here = originsAt(frame.unit.source, statement.at);
  const controls = mergeOrigins(output.controls, asConditions(mergeOrigins(here, iterable.origins)));
  const inner: Output = { nodes: output.nodes, controls };
  const shuffled = itemsInUnknownOrder(iterable);
  if (shuffled) return goThrough(run, statement, { items: shuffled, openEnded: null }, depth, frame, inner);
  const unknown = unknownIterable(iterable);
  if (unknown && isJoinable(statement)) {
    const holds = (at: Frame, to: Output): void =>
      goThrough(run, statement, { items: [eachOf(unknown, iterable)], openEnded: unknown }, depth, at, to);
    const fails = (at: Frame, to: Output): void => enter(run, statement.otherwise, childFrame(at), to);
    if (joinWays(run, nonEmpty(unknown), frame, inner, holds, fails)) return;
  }
  goThrough(run, statement, itemsOf(run, iterable), depth, frame, inner);
}

/** `openEnded`: what one item stands for when nobody knows how many there are. */
type Items = Readonly<{ items: readonly Value[]; openEnded: Unknown | null }>;

function goThrough(
  run: Run,
  statement: Statements['for'],
  all: Items,
  depth: number,
  frame: Frame,
  inner: Output,
): void {
  const { controls } = inner;
  if (statement.test) enterFrame(run, statement.test, frame);
  const items = statement.test ? all.items.filter(item => passes(run, statement, item, frame)) : all.items;
  spend(run.budget, items.length);
  if (items.length === 0) return enter(run, statement.otherwise, childFrame(frame), inner);
  const again = (args: Arguments): Value => {
    const nodes: Value[] = [];
    const [next = list([])] = args.positional;
    deeper(run.budget, () => loop(run, statement, next, depth + 1, frame, { nodes, controls }));
    return concatenated(run, nodes, frame.unit);
  };
  const state: LoopState = { items, index: 0, depth, openEnded: all.openEnded !== null, changed: null };
  const object = loopObject(run, state, statement.recursive ? again : undefined);
  for (const item of items) {
    spend(run.budget, 2);
    const body = childFrame(frame);
    body.names.set('loop', object);
    assign(run, statement.target, evaluated(item), body, NO_ORIGINS);
    if (all.openEnded) run.openLoops.push(all.openEnded);
    try {
      enter(run, statement.body, body, inner);
    } catch (error) {
      if (!(error instanceof LoopControl)) throw error;
      if (error.type === 'break') break;
    } finally {
      if (all.openEnded) run.openLoops.pop();
    }
    state.index += 1;
  }
}

/** What a loop goes over. An unknown list is decided to be empty, or stands in for its items with a single one. */
function itemsOf(run: Run, iterable: Value): Items {
  const unknown = unknownIterable(iterable);
  if (!unknown) return { items: iterate(iterable), openEnded: null };
  if (!run.decide(nonEmpty(unknown))) return { items: [], openEnded: null };
  return { items: [eachOf(unknown, iterable)], openEnded: unknown };
}

function unknownIterable(iterable: Value): Unknown | null {
  return iterable.kind === 'unknown' || (iterable.kind === 'str' && iterable.unknowns?.size)
    ? unknownIn(iterable)
    : null;
}

function nonEmpty({ key, why }: Unknown): UnknownCondition {
  return { unknown: { key: `nonempty(${key})`, why }, negated: false };
}

function eachOf({ key, why }: Unknown, iterable: Value): Value {
  return unknownValue(`each(${key})`, why, { defined: true, origins: allOrigins(iterable) });
}

function passes(run: Run, statement: Statements['for'], item: Value, frame: Frame): boolean {
  const inner = childFrame(frame);
  assign(run, statement.target, evaluated(item), inner, NO_ORIGINS);
  return decided(run, condition(run, statement.test as Expression, inner).truth);
}

function macro(run: Run, name: string, signature: Signature, body: Body, frame: Frame): RuntimeObject {
  const { parameters, defaults } = signature;
  const invoke = (args: Arguments): Value => {
    const inner = childFrame(frame);
    const named = new Map(args.named);
    const firstDefault = parameters.length - defaults.length;
    for (const [i, parameter] of parameters.entries()) {
      const given = args.positional[i] ?? named.get(parameter);
      named.delete(parameter);
      const preset = defaults[i - firstDefault];
      const value = given ?? (i >= firstDefault && preset ? evaluate(run, preset, inner) : undefined);
      inner.names.set(parameter, value ?? undefinedValue(parameter, `parameter '${parameter}' was not provided`));
    }
    const caller = named.get('caller');
    if (caller) inner.names.set('caller', caller);
    named.delete('caller');
    const keywords = dict();
    for (const [key, value] of named) setEntry(keywords.entries, str(key), value);
    inner.names.set('kwargs', keywords);
    inner.names.set('varargs', tuple(args.positional.slice(parameters.length)));
    const { at } = run;
    const nodes: Value[] = [];
    enter(run, body, inner, { nodes, controls: NO_ORIGINS });
    run.at = at;
    return concatenated(run, nodes, frame.unit);
  };
  const attribute = (asked: string): Value | undefined => {
    if (asked === 'name') return str(name);
    return asked === 'arguments' ? tuple(parameters.map(parameter => str(parameter))) : undefined;
  };
  return { kind: 'object', type: 'Macro', call: invoke, attribute, origins: [] };
}

function executeCall(run: Run, statement: Statements['call-block'], frame: Frame, output: Output): void {
  const caller = macro(run, 'caller', statement.signature, statement.body, frame);
  const callee = evaluate(run, statement.call.callee, frame);
  const args = evaluateArguments(run, statement.call.args, frame);
  const named = new Map([...args.named, ['caller', caller] as const]);
  print(run, call(run, callee, { positional: args.positional, named }), statement.at, frame, output);
}

/** Renders a template's root: a child's blocks fill those of the template it extends. */
export function executeTemplate(run: Run, loaded: Loaded, frame: Frame, output: Output): void {
  let body = loaded.template.body;
  let at = frame;
  for (let levels = 0; ; levels++) {
    collectBlocks(body, at.unit);
    const parent = body.find((statement): statement is Statements['extends'] => statement.type === 'extends');
    enterFrame(run, body, at);
    if (!parent) return execute(run, body, at, output);
    if (levels > 10) throw new PythonError('fails', 'templates extend each other without end');
    const definitions = body.filter(({ type }) =>
      ['set', 'set-block', 'macro', 'import', 'from-import'].includes(type),
    );
    execute(run, definitions, at, { nodes: [], controls: output.controls });
    const extended = loadNamed(run, [evaluate(run, parent.template, at)], at.unit);
    if (!extended) throw new PythonError('fails', 'the template it extends is not in the repository');
    body = extended.template.body;
    at = childFrame(at, unitOf(run, extended, at.unit, at.unit.seesVariables, at.unit.blocks));
  }
}

function collectBlocks(body: Body, unit: Unit): void {
  for (const statement of body) {
    if (statement.type === 'block') {
      const definition: BlockDefinition = { body: statement.body, unit };
      unit.blocks.set(statement.name, [...(unit.blocks.get(statement.name) ?? []), definition]);
      collectBlocks(statement.body, unit);
    } else if (statement.type === 'if') {
      for (const branch of statement.branches) collectBlocks(branch.body, unit);
      collectBlocks(statement.otherwise, unit);
    } else if (statement.type === 'for' || statement.type === 'with') collectBlocks(statement.body, unit);
  }
}

function executeBlock(
  run: Run,
  definitions: readonly BlockDefinition[],
  level: number,
  frame: Frame,
  output: Output,
): void {
  const definition = definitions[level];
  if (!definition) return;
  const inner = childFrame(frame, definition.unit);
  const parent = (): Value => {
    const nodes: Value[] = [];
    executeBlock(run, definitions, level + 1, frame, { nodes, controls: NO_ORIGINS });
    return captured(run, nodes);
  };
  inner.names.set('super', { kind: 'object', type: 'BlockReference', call: parent, origins: [] });
  deeper(run.budget, () => enter(run, definition.body, inner, output));
}

function unitOf(
  run: Run,
  loaded: Loaded,
  from: Unit,
  seesVariables: boolean,
  blocks: Unit['blocks'] = new Map(),
): Unit {
  const mutates = loaded.template.mutates || from.mutates;
  const copies = worksOnCopies(run, loaded.template) || from.copies ? (from.copies ?? new Map<string, Value>()) : null;
  return {
    ...from,
    file: loaded.file,
    source: loaded.source,
    converts: run.converts,
    seesVariables,
    copies,
    mutates,
    names: namesLookedUp(run, loaded.template),
    constants: loaded.template.dumps || from.constants ? new Map() : null,
    blocks,
  };
}

function loadNamed(run: Run, names: readonly Value[], from: Unit): Loaded | null {
  for (const name of names) {
    if (name.kind !== 'str')
      throw new PythonError('fails', `a template name must be text, not ${pythonType(defined(name))}`);
    refuseOwn(name);
    const loaded = run.load(name.text, from);
    if (loaded) return loaded;
  }
  return null;
}

function include(run: Run, statement: Statements['include'], frame: Frame, output: Output): void {
  const named = defined(evaluate(run, statement.template, frame));
  if (unknownIn(named)) {
    const missing = derived('include', [named], { why: ['the name of an included template'] });
    return print(run, missing, statement.at, frame, output);
  }
  const names = named.kind === 'list' || named.kind === 'tuple' ? named.items : [named];
  const loaded = loadNamed(run, names, frame.unit);
  if (!loaded) {
    if (statement.ignoreMissing) return;
    throw new PythonError('fails', `the included template ${names.map(identity).join(', ')} is not in the repository`);
  }
  const unit = unitOf(run, loaded, frame.unit, statement.context && frame.unit.seesVariables);
  const inner: Frame = { names: new Map(), parent: statement.context ? frame : null, unit };
  deeper(run.budget, () => executeTemplate(run, loaded, inner, output));
}

function importTemplate(run: Run, template: Expression, context: boolean, frame: Frame): Value {
  const named = defined(evaluate(run, template, frame));
  if (named.kind === 'unknown') return derived('import', [named]);
  const loaded = loadNamed(run, [named], frame.unit);
  if (!loaded) throw new PythonError('fails', `the imported template ${identity(named)} is not in the repository`);
  const unit = unitOf(run, loaded, frame.unit, context && frame.unit.seesVariables);
  const module: Frame = { names: new Map(), parent: context ? frame : null, unit };
  const nodes: Value[] = [];
  deeper(run.budget, () => executeTemplate(run, loaded, module, { nodes, controls: NO_ORIGINS }));
  return { kind: 'object', type: 'TemplateModule', attribute: name => module.names.get(name), origins: [] };
}
