import type { Unknown } from '../../source/rope.ts';
import {
  identity,
  mergeOrigins,
  type Origins,
  PythonError,
  type Str,
  str,
  unknownValue,
  type Value,
  withOrigins,
} from '../value.ts';
import type { UnknownCondition } from './engine.ts';
import { childFrame, type Frame, nameIn, type Output, type Run } from './frame.ts';
import { toText } from './python.ts';
import type { Statement } from './syntax.ts';
import { concat, originsOf, tokenOf } from './text.ts';

/** The two texts an unknown token stands for: one if the condition holds, one if it does not. */
export type Choice = Readonly<{ condition: Unknown; met: Str; unmet: Str }>;

/** Choices by the key of the unknown that stands for them. */
export type Choices = Map<string, Choice>;

type Way = Readonly<{ names: ReadonlyMap<string, Value>; text: Str }>;

/**
 * Runs both ways of an unknown condition and goes on with one result: what they print is a single token, remembered
 * in `run.choices`, and a name they set to different texts is such a token too. So conditions that follow each other
 * add up where deciding each would multiply.
 *
 * @returns whether that was possible. When not, nothing has happened: the condition must be decided.
 * @throws OverLimit
 */
export function joinWays(
  run: Run,
  truth: UnknownCondition,
  frame: Frame,
  output: Output,
  holds: (frame: Frame, output: Output) => void,
  fails: (frame: Frame, output: Output) => void,
): boolean {
  const { choices } = run;
  if (!choices || frame.unit.converts) return false;
  const first = tried(run, frame, output.controls, truth.negated ? fails : holds);
  const second = first && tried(run, frame, output.controls, truth.negated ? holds : fails);
  if (!second) return false;
  const names = joinNames(truth.unknown, first, second, frame, choices);
  if (!names) return false;
  for (const [name, value] of names) frame.names.set(name, value);
  output.nodes.push(withOrigins(joinTexts(truth.unknown, first.text, second.text, choices), output.controls));
  return true;
}

/** What one way prints and sets, apart from the frame it would change; null when Ansible would fail on it. */
function tried(run: Run, frame: Frame, controls: Origins, way: (frame: Frame, output: Output) => void): Way | null {
  const inner = childFrame(frame);
  const nodes: Value[] = [];
  const { at } = run;
  const { depth } = run.budget;
  try {
    way(inner, { nodes, controls });
    const text = concat(
      run.budget,
      nodes.map(node => toText(run.budget, node)),
    );
    return { names: inner.names, text };
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    run.budget.depth = depth;
    run.at = at;
    return null;
  }
}

/** The names either way set; null when two values are neither equal nor both text. */
function joinNames(
  condition: Unknown,
  first: Way,
  second: Way,
  frame: Frame,
  choices: Choices,
): ReadonlyMap<string, Value> | null {
  const joined = new Map<string, Value>();
  for (const name of new Set([...first.names.keys(), ...second.names.keys()])) {
    const before = nameIn(frame, name);
    const [a, b] = [first.names.get(name) ?? before, second.names.get(name) ?? before];
    if (!a || !b || a.kind === 'object' || b.kind === 'object') return null;
    if (a.kind === 'str' && b.kind === 'str') joined.set(name, joinTexts(condition, a, b, choices));
    else if (identity(a) === identity(b)) joined.set(name, a);
    else return null;
  }
  return joined;
}

function joinTexts(condition: Unknown, met: Str, unmet: Str, choices: Choices): Str {
  if (identity(met) === identity(unmet)) return met.text === '' ? str('') : met;
  const key = `if ${condition.key} then ${identity(met)} else ${identity(unmet)}`;
  const why = [
    ...condition.why,
    ...[met, unmet].flatMap(({ unknowns }) => [...(unknowns?.values() ?? [])].flatMap(unknown => unknown.why)),
  ];
  const origins = mergeOrigins(originsOf(met), originsOf(unmet));
  const unknown = unknownValue(key, why, { defined: true, type: 'str', origins });
  choices.set(unknown.key, { condition, met, unmet });
  return tokenOf(unknown);
}

const PRINTS: ReadonlySet<string> = new Set<Statement['type']>([
  'data',
  'output',
  'if',
  'for',
  'set',
  'set-block',
  'with',
  'filter-block',
]);
/** Methods that change what they are called on, and the globals that change nothing. */
const CHANGES = /^(?:append|extend|insert|pop|remove|clear|sort|reverse|update|setdefault|popitem|changed)$/;
const GLOBAL = /^(?:range|dict|lookup|query|q|now|undef)$/;

const judged = new WeakMap<object, boolean>();

/** Whether statements only print and set names: run on both ways, they leave nothing else behind. */
export function isJoinable(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return true;
  const known = judged.get(node);
  if (known !== undefined) return known;
  const answer = isJoinableNode(node);
  judged.set(node, answer);
  return answer;
}

function isJoinableNode(node: object): boolean {
  if (Array.isArray(node)) return node.every(isJoinable);
  const { type } = node as { type?: string };
  if (type === 'constant') return true;
  if (type !== undefined && STATEMENTS.has(type) && !PRINTS.has(type)) return false;
  if (type === 'call') {
    const { callee } = node as { callee: { type: string; name?: string } };
    const name = callee.name ?? '';
    if (callee.type === 'attribute' ? CHANGES.test(name) : !(callee.type === 'name' && GLOBAL.test(name))) return false;
  }
  if (type === 'attribute' && typeof (node as { of: unknown }).of === 'string') return false;
  return Object.values(node).every(isJoinable);
}

const STATEMENTS: ReadonlySet<string> = new Set<Statement['type']>([
  'data',
  'output',
  'if',
  'for',
  'set',
  'set-block',
  'macro',
  'call-block',
  'filter-block',
  'with',
  'include',
  'import',
  'from-import',
  'extends',
  'block',
  'do',
  'break',
  'continue',
]);
