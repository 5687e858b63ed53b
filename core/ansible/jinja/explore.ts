import type { Unknown } from '../../source/rope.ts';
import { type Budget, OverLimit } from '../budget.ts';
import { PythonError } from '../value.ts';
import type { UnknownCondition } from './engine.ts';

/** One unknown condition taken to hold, or not to. */
export type Condition = Readonly<{ unknown: Unknown; holds: boolean }>;

/** What `run` came to when all conditions are as stated: a result, or what Ansible would fail with. */
export type Outcome<T> = Readonly<{ conditions: readonly Condition[] }> &
  (Readonly<{ ok: true; result: T }> | Readonly<{ ok: false; error: PythonError }>);

export type Decide = (condition: UnknownCondition) => boolean;

/**
 * Runs `run` once for every combination of the unknown conditions it meets, each condition asked once per run.
 * `truncated`: there were more than `limits.paths` combinations, the rest was not looked at.
 */
export function explore<T>(
  budget: Budget,
  run: (decide: Decide) => T,
): { outcomes: readonly Outcome<T>[]; truncated: boolean } {
  const outcomes: Outcome<T>[] = [];
  const pending: (readonly boolean[])[] = [[]];
  for (let prefix = pending.pop(); prefix; prefix = pending.pop()) {
    if (outcomes.length >= budget.limits.paths) return { outcomes, truncated: true };
    outcomes.push(runOnce(budget, run, prefix, pending));
  }
  return { outcomes, truncated: false };
}

function runOnce<T>(
  budget: Budget,
  run: (decide: Decide) => T,
  prefix: readonly boolean[],
  pending: (readonly boolean[])[],
): Outcome<T> {
  const conditions: Condition[] = [];
  const decided = new Map<string, boolean>();
  const decide: Decide = ({ unknown, negated }) => {
    const known = decided.get(unknown.key);
    if (known !== undefined) return known !== negated;
    if (decided.size >= 4 * budget.limits.paths) throw new OverLimit('hangs on too many unknown conditions');
    const index = conditions.length;
    const holds = prefix[index] ?? true;
    if (index >= prefix.length) pending.push([...conditions.map(condition => condition.holds), false]);
    decided.set(unknown.key, holds);
    conditions.push({ unknown, holds });
    return holds !== negated;
  };
  const { depth } = budget;
  try {
    return { ok: true, conditions, result: run(decide) };
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    budget.depth = depth;
    return { ok: false, conditions, error };
  }
}
