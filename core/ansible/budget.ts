import { ProblemError } from '../source/problem.ts';

/**
 * What one question may cost. Sizes are UTF-16 units, items are list or mapping entries, depth is the nesting of
 * values, calls and includes, nodes are the parts of one parsed template, paths the alternatives explored when
 * conditions are unknown. Real kubelet repositories stay below a tenth of each.
 */
export type Limits = Readonly<{
  steps: number;
  textLength: number;
  totalText: number;
  items: number;
  depth: number;
  templateNodes: number;
  expressionNesting: number;
  paths: number;
  yamlBytes: number;
  yamlDepth: number;
  yamlNodes: number;
}>;

export const DEFAULT_LIMITS: Limits = {
  steps: 500_000,
  textLength: 1024 * 1024,
  totalText: 64 * 1024 * 1024,
  items: 100_000,
  depth: 120,
  templateNodes: 50_000,
  expressionNesting: 100,
  paths: 32,
  yamlBytes: 1024 * 1024,
  yamlDepth: 64,
  yamlNodes: 200_000,
};

/** A running account of work against limits. Share one over everything that must end together. */
export type Budget = { readonly limits: Limits; steps: number; text: number; depth: number };

export function newBudget(limits?: Partial<Limits>): Budget {
  return { limits: limits ? { ...DEFAULT_LIMITS, ...limits } : DEFAULT_LIMITS, steps: 0, text: 0, depth: 0 };
}

/** Work went over a limit. Raised where the place in the user's file is not known; see `locate`. */
export class OverLimit extends Error {
  /** Offset in the text being parsed, when that is what went over. */
  readonly at: number | null;
  constructor(what: string, at: number | null = null) {
    super(what);
    this.name = 'OverLimit';
    this.at = at;
  }
}

/** The problem a person sees when work at a place went over a limit. */
export function overLimitProblem(
  place: Readonly<{ file: string; line: number; column?: number }>,
  what: string,
): ProblemError {
  return new ProblemError({
    ...place,
    code: 'over-limit',
    message: `this ${what}; the gate stops here rather than guess`,
  });
}

/** @throws OverLimit */
export function spend(budget: Budget, steps = 1): void {
  budget.steps += steps;
  if (budget.steps > budget.limits.steps)
    throw new OverLimit(`needs more than ${budget.limits.steps} evaluation steps`);
}

/** Accounts for a text of this length about to be made. @throws OverLimit */
export function spendText(budget: Budget, length: number): void {
  if (length > budget.limits.textLength) {
    throw new OverLimit(`makes a text longer than ${budget.limits.textLength} characters`);
  }
  budget.text += length;
  if (budget.text > budget.limits.totalText) {
    throw new OverLimit(`makes more than ${budget.limits.totalText} characters of text in all`);
  }
  spend(budget, 1 + (length >> 8));
}

/** Accounts for a list or mapping of this many entries about to be made. @throws OverLimit */
export function spendItems(budget: Budget, count: number): void {
  if (!(count <= budget.limits.items)) throw new OverLimit(`makes a list of more than ${budget.limits.items} items`);
  spend(budget, 1 + (count >> 3));
}

/** Runs `work` one level deeper. @throws OverLimit */
export function deeper<T>(budget: Budget, work: () => T): T {
  if (budget.depth >= budget.limits.depth) throw new OverLimit(`nests deeper than ${budget.limits.depth} levels`);
  budget.depth += 1;
  try {
    return work();
  } finally {
    budget.depth -= 1;
  }
}

/** Runs `work`; going over a limit becomes a ProblemError `over-limit` at the place `at` names then. */
export function locate<T>(at: () => Readonly<{ file: string; line: number }>, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OverLimit)) throw error;
    throw overLimitProblem(at(), error.message);
  }
}
