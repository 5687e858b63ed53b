import { ProblemError } from '../source/problem.ts';
import type { Origin, Unknown } from '../source/rope.ts';
import type { Frame, HostRun } from './host-run.ts';
import { evaluateCondition, type Scope } from './jinja/render.ts';
import { allOf, conditionOf, contradict } from './unknown-conditions.ts';
import { unknownIn, type Value } from './value.ts';

/** `fails`: Ansible cannot evaluate the condition either. */
export type Verdict = Readonly<{ holds: boolean; unknown: null } | { holds: null; unknown: Unknown; fails?: true }>;

/** Whether a task runs. `unknown` holds when it does; `parts` are what must hold for that, each on its own. */
export type Running = Readonly<
  { holds: boolean; unknown: null; parts: readonly [] } | { holds: null; unknown: Unknown; parts: readonly Unknown[] }
>;

const HOLDS: Verdict = { holds: true, unknown: null };
const FAILS: Verdict = { holds: false, unknown: null };

/**
 * Whether a task runs: what ended before it, every condition around it and its own. False beats unknown, and so do unknown
 * conditions of which one is the opposite of another. A condition Ansible could not evaluate is unknown with that
 * reason; those behind it are never asked, as the task fails.
 */
export function taskRuns(run: HostRun, frame: Frame, own: readonly Value[], scope: Scope): Running {
  const over = isOver(run, frame);
  if (over === true) return SKIPPED;
  const unknowns = over === false ? [...frame.guards] : [...frame.guards, over];
  const all = [...frame.conditions, ...own.map(expression => ({ expression, file: frame.file }))];
  for (const { expression, file } of all) {
    const verdict = evaluate(run, expression, file, scope);
    if (verdict.holds === false) return SKIPPED;
    if (verdict.holds === null) unknowns.push(verdict.unknown);
    if (verdict.holds === null && verdict.fails) break;
  }
  const unknown = allOf(unknowns);
  if (!unknown) return RUNS;
  const conditions = unknowns.map(part => conditionOf(part, true));
  return contradict(conditions, conditions) ? SKIPPED : { holds: null, unknown, parts: unknowns };
}

const RUNS: Running = { holds: true, unknown: null, parts: [] };
const SKIPPED: Running = { holds: false, unknown: null, parts: [] };

/** Where the conditions around a task and its own are written. */
export function conditionOrigins(frame: Frame, own: readonly Value[]): readonly Origin[] {
  return [
    ...frame.guardOrigins,
    ...[...frame.conditions.map(one => one.expression), ...own].flatMap(value =>
      value.origins.slice(0, 1).map((origin): Origin => ({ ...origin, kind: 'condition' })),
    ),
  ];
}

function evaluate(run: HostRun, expression: Value, file: string, scope: Scope): Verdict {
  if (expression.kind === 'bool') return expression.value ? HOLDS : FAILS;
  if (expression.kind === 'none') return HOLDS;
  if (expression.kind !== 'str') {
    const unknown = unknownIn(expression);
    return unknown ? { holds: null, unknown } : HOLDS;
  }
  const line = expression.segments[0]?.origins[0]?.line ?? expression.origins[0]?.line ?? 0;
  try {
    const answer = evaluateCondition(expression.text, scope, run.budget, { file, line, kind: 'condition' });
    return answer.holds === null ? answer : answer.holds ? HOLDS : FAILS;
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code === 'over-limit') throw error;
    const why = `condition ${expression.text.trim()} cannot be evaluated: ${error.problem.message}`;
    return { holds: null, unknown: { key: why, why: [why] }, fails: true };
  }
}

/** Whether the play or the role at hand is over for the host, certainly or under a condition. */
function isOver(run: HostRun, { role, chain }: Frame): boolean | Unknown {
  if (run.ended === true) return true;
  let over: boolean | Unknown = run.ended;
  if (run.endedRoles.size === 0) return over;
  for (const instance of role ? [...chain, role] : chain) {
    const ended = run.endedRoles.get(instance) ?? false;
    if (ended === true) return true;
    if (over === false) over = ended;
  }
  return over;
}
