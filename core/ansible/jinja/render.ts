import { type Problem, type ProblemCode, ProblemError } from '../../source/problem.ts';
import { type Origin, type RenderedText, type Unknown, verbatim } from '../../source/rope.ts';
import { type Budget, OverLimit, overLimitProblem, spend } from '../budget.ts';
import { isSince } from '../types.ts';
import {
  bool,
  identity,
  mergeOrigins,
  type Origins,
  PythonError,
  type Str,
  str,
  unknownValue,
  type Value,
  visitParts,
} from '../value.ts';
import { conditionTruth } from './condition.ts';
import { type Truth, truthOf, type UnknownCondition } from './engine.ts';
import { type Condition, type Decide, explore, type Outcome } from './explore.ts';
import { applyFilter } from './filters/index.ts';
import type { Run } from './frame.ts';
import type { Choices } from './join-ways.ts';
import { SyntaxFailure } from './lexer.ts';
import { withLists } from './native.ts';
import { derived, undefinedUsed } from './python.ts';
import type { OwnOperations, ParsedTemplates, Scope } from './scope.ts';
import { ANSIBLE_SYNTAX } from './syntax.ts';
import { applyTest } from './tests.ts';
import { placeAt, sourceOf } from './text.ts';
import { parsed, Variables } from './variables.ts';

export type { Condition } from './explore.ts';
export type { Choice, Choices } from './join-ways.ts';
export type { Scope } from './scope.ts';

/** What the template renders to when all its conditions are as stated. */
export type Alternative = Readonly<{ conditions: readonly Condition[]; text: RenderedText }>;

/** The template fails on the node when all conditions are as stated. */
export type Failure = Readonly<{ conditions: readonly Condition[]; problem: Problem }>;

/** `truncated`: there are more alternatives than the budget's paths; those left out were not looked at. */
export type TemplateRendering = Readonly<{
  alternatives: readonly Alternative[];
  failures: readonly Failure[];
  truncated: boolean;
}>;

/**
 * Renders a template file as Ansible's template action does. Where conditions are unknown every way through the
 * template is an alternative; ways on which the task would fail are failures, unless there is no other. With
 * `choices`, the ways of a condition are joined where they can be: the texts hold tokens, each explained there.
 * @throws ProblemError `template-undefined`, `template-invalid`, `not-evaluated`, `over-limit`
 */
export function renderTemplate(
  file: string,
  text: string,
  scope: Scope,
  budget: Budget,
  choices: Choices | null = null,
): TemplateRendering {
  const source = asStr(verbatim(file, reserved(file, text)));
  const outcomes = answer(
    scope,
    budget,
    { file, line: 1 },
    ({ variables }) => variables.render(source, ANSIBLE_SYNTAX, false, file),
    choices,
  );
  const alternatives = outcomes.outcomes.flatMap(outcome =>
    outcome.ok && outcome.result.kind === 'str'
      ? [{ conditions: outcome.conditions, text: asRendered(outcome.result) }]
      : [],
  );
  const failures = outcomes.outcomes.flatMap(({ conditions, ...outcome }) =>
    outcome.ok ? [] : [{ conditions, problem: outcome.problem }],
  );
  const [first] = failures;
  if (alternatives.length === 0 && first) throw new ProblemError(first.problem);
  return { alternatives, failures, truncated: outcomes.truncated };
}

/**
 * A variable's value with all templates in it evaluated, as Ansible hands it to a module argument. What hangs on an
 * unknown condition becomes an unknown value.
 * @throws ProblemError `template-undefined`, `template-invalid`, `not-evaluated`, `over-limit`
 */
export function templateValue(value: Value, scope: Scope, budget: Budget): Value {
  if (value.kind === 'list') return { ...value, items: value.items.map(item => templateValue(item, scope, budget)) };
  if (value.kind === 'dict') {
    const entries = new Map(
      [...value.entries].map(([name, [key, item]]) => [name, [key, templateValue(item, scope, budget)] as const]),
    );
    return { ...value, entries };
  }
  const { outcomes, truncated } = answer(scope, budget, placeOf(value), ({ run, variables }) =>
    whole(run, variables.template(value)),
  );
  const result = joinOutcomes(outcomes, truncated, value);
  return isSince(scope.ansible ?? '2.14', '2.19') ? withLists(result, true) : result;
}

/** What a module is given: no part of it may be undefined. @throws PythonError */
function whole(run: Run, value: Value): Value {
  const visited = visitParts(value, part => {
    if (part.kind === 'undefined' && !part.soft) throw undefinedUsed(part);
  });
  spend(run.budget, visited >> 2);
  return value;
}

/**
 * A bare `when:` expression, three-valued. `at` is where the expression stands.
 * @throws ProblemError `template-undefined`, `template-invalid`, `not-evaluated`, `over-limit`
 */
export function evaluateCondition(
  expression: string,
  scope: Scope,
  budget: Budget,
  at: Origin,
): { holds: true | false } | { holds: null; unknown: Unknown } {
  const source = str(expression, [at]);
  const { outcomes, truncated } = answer(scope, budget, at, ({ run, variables, templates }) =>
    conditionTruth(run, variables, (text, syntax) => parsed(run, templates, text, syntax), source),
  );
  const values = outcomes.map(outcome => (outcome.ok ? { ...outcome, result: truthAsValue(outcome.result) } : outcome));
  const truth: Truth = truthOf(joinOutcomes(values, truncated, source));
  if (typeof truth === 'boolean') return { holds: truth };
  const { unknown, negated } = truth;
  return { holds: null, unknown: negated ? { key: `not(${unknown.key})`, why: unknown.why } : unknown };
}

function truthAsValue(truth: Truth): Value {
  if (typeof truth === 'boolean') return bool(truth);
  const { unknown, negated } = truth as UnknownCondition;
  return unknownValue(negated ? `not(${unknown.key})` : unknown.key, unknown.why, { defined: true, type: 'bool' });
}

type Place = Readonly<{ file: string; line: number }>;
type Located<T> = Readonly<{ conditions: readonly Condition[] }> &
  (Readonly<{ ok: true; result: T }> | Readonly<{ ok: false; problem: Problem }>);
type Evaluation = Readonly<{ run: Run; variables: Variables; templates: ParsedTemplates }>;

/** Runs `work` for every combination of unknown conditions; errors get the place where they arose. */
function answer<T>(
  scope: Scope,
  budget: Budget,
  place: Place,
  work: (evaluation: Evaluation) => T,
  choices: Choices | null = null,
): { outcomes: readonly Located<T>[]; truncated: boolean } {
  const templates: ParsedTemplates = scope.parsed ?? new Map();
  let current: Run | null = null;
  const places = new Map<PythonError, Place>();
  const once = (decide: Decide) => {
    const evaluation = newRun(scope, budget, decide, templates, place, choices);
    current = evaluation.run;
    try {
      return work(evaluation);
    } catch (error) {
      if (error instanceof PythonError)
        places.set(error, whereOf(evaluation.run, error instanceof SyntaxFailure ? error.at : null, place));
      throw error;
    }
  };
  const { depth } = budget;
  try {
    const { outcomes, truncated } = explore(budget, once);
    return { outcomes: outcomes.map(outcome => locatedOutcome(outcome, places, place)), truncated };
  } catch (error) {
    if (!(error instanceof OverLimit) && !(error instanceof RangeError)) throw error;
    const overLimit = error instanceof OverLimit ? error : new OverLimit('nests too deeply to be evaluated');
    throw overLimitProblem(current ? whereOf(current, overLimit.at, place) : place, overLimit.message);
  } finally {
    budget.depth = depth;
  }
}

function newRun(
  scope: Scope,
  budget: Budget,
  decide: Decide,
  templates: ParsedTemplates,
  place: Place,
  choices: Choices | null,
): Evaluation {
  const nowhere = sourceOf(str('\n', [{ file: place.file, line: place.line, kind: 'template' }]));
  const run: Run = {
    budget,
    decide(condition) {
      const holds = decide(condition);
      variables.memory.decided(condition, holds);
      return holds;
    },
    at: { source: nowhere, offset: 0 },
    converts: false,
    choices,
    openLoops: [],
    own: scope.own ? watched(scope.own, () => variables.memory.askedElse()) : null,
    ansible: scope.ansible ?? '2.14',
    filter: (name, input, args) => applyFilter(run, name, input, args),
    test: (name, input, args) => applyTest(run, name, input, args),
    variable: name => variables.get(name),
    template(name) {
      variables.memory.askedElse();
      const found = scope.loadTemplate?.(name, place.file);
      if (!found) return null;
      const { at } = run;
      const text = asStr(verbatim(found.file, reserved(found.file, found.text)));
      const result = variables.render(text, ANSIBLE_SYNTAX, false, found.file);
      run.at = at;
      return result;
    },
    file(name) {
      const found = scope.loadFile?.(name);
      return found ? asStr(verbatim(found.file, reserved(found.file, found.text))) : null;
    },
    findFile: name => scope.findFile?.(name) ?? null,
    attempt: name => variables.attempt(name),
    load(name, from) {
      variables.memory.askedElse();
      const found = scope.loadTemplate?.(name, from.file);
      if (!found) return null;
      const source = sourceOf(asStr(verbatim(found.file, reserved(found.file, found.text.replace(/\r\n?/g, '\n')))));
      run.at = { source, offset: 0 };
      return { file: found.file, source, template: parsed(run, templates, source.rope.text, from.syntax) };
    },
  };
  const variables = new Variables(run, scope, templates);
  return { run, variables, templates };
}

/** The operations, with every use of one told. */
function watched(own: OwnOperations, tell: () => void): OwnOperations {
  return {
    apply(...operation) {
      tell();
      return own.apply(...operation);
    },
  };
}

function whereOf(run: Run, offset: number | null, place: Place): Place {
  const found = placeAt(run.at.source, offset ?? run.at.offset);
  return found.file === '' && found.line === 0 ? { file: place.file, line: place.line } : found;
}

function locatedOutcome<T>(outcome: Outcome<T>, places: ReadonlyMap<PythonError, Place>, place: Place): Located<T> {
  if (outcome.ok) return outcome;
  const { error, conditions } = outcome;
  const code: ProblemCode = { undefined: 'template-undefined', syntax: 'template-invalid', fails: 'template-invalid' }[
    error.reason
  ] as ProblemCode;
  const where = places.get(error) ?? place;
  return { ok: false, conditions, problem: { file: where.file, line: where.line, code, message: error.message } };
}

/** One value for all outcomes: theirs when they agree, else an unknown named after every condition and value. */
function joinOutcomes(outcomes: readonly Located<Value>[], truncated: boolean, subject: Value): Value {
  const [first, ...others] = outcomes;
  const results = outcomes.flatMap(outcome => (outcome.ok ? [outcome.result] : []));
  const [result] = results;
  if (!first || !result) {
    const problem = outcomes.find(outcome => !outcome.ok);
    if (problem && !problem.ok) throw new ProblemError(problem.problem);
    return subject;
  }
  if (others.length === 0) return result;
  if (truncated) throw overLimitProblem(placeOf(subject), 'hangs on more unknown conditions than can be looked at');
  const agreed = results.length === outcomes.length && results.every(other => identity(other) === identity(result));
  if (agreed) return result;
  const ways = outcomes.map(outcome => {
    const conditions = outcome.conditions.map(({ unknown, holds }) => (holds ? unknown.key : `not(${unknown.key})`));
    return `${conditions.join(' and ')}: ${outcome.ok ? identity(outcome.result) : `fails: ${outcome.problem.message}`}`;
  });
  const why = outcomes.flatMap(outcome => outcome.conditions.flatMap(({ unknown }) => unknown.why));
  const origins = results.reduce((all: Origins, other) => mergeOrigins(all, derived('', [other]).origins), []);
  const isBool = results.every(other => other.kind === 'bool' || (other.kind === 'unknown' && other.type === 'bool'));
  return unknownValue(`one of {${ways.join('; ')}}`, why, {
    defined: true,
    origins,
    ...(isBool ? { type: 'bool' } : {}),
  });
}

function placeOf(value: Value): Place {
  const [origin] =
    value.origins.length > 0 ? value.origins : value.kind === 'str' ? (value.segments[0]?.origins ?? []) : [];
  return { file: origin?.file ?? '', line: origin?.line ?? 0 };
}

/** The text itself. @throws ProblemError when it holds the characters that stand for unknown values */
function reserved(file: string, text: string): string {
  const at = text.search(/[\uE000\uE001]/);
  if (at < 0) return text;
  const line = text.slice(0, at).split('\n').length;
  throw new ProblemError({
    file,
    line,
    code: 'template-invalid',
    message: 'the character U+E000 is reserved for unknown values',
  });
}

function asStr(rope: RenderedText): Str {
  return { kind: 'str', text: rope.text, segments: rope.segments, origins: [] };
}

function asRendered(text: Str): RenderedText {
  return { text: text.text, segments: text.segments, unknowns: text.unknowns ?? new Map() };
}
