import { atLeast } from '../facts.ts';
import { type ConfigurationView, NotKnown, type Refusal, type Rule } from './rule.ts';

export type RuleOutcome = Readonly<{
  refusals: readonly (Refusal & Readonly<{ rule: string }>)[];
  /** A rule could not be answered because of an unknown value. */
  undecided: boolean;
}>;

/** Runs the rules of the view's minor in their order; all refusals are collected, as the kubelet does. */
export function runRules(rules: readonly Rule[], view: ConfigurationView): RuleOutcome {
  const refusals: (Refusal & { rule: string })[] = [];
  let undecided = false;
  for (const { id, since, until, check } of rules) {
    if (since && !atLeast(view.minor, since)) continue;
    if (until && !atLeast(until, view.minor)) continue;
    try {
      const found = check(view) ?? [];
      for (const refusal of Array.isArray(found) ? found : [found])
        refusals.push({ ...(refusal as Refusal), rule: id });
    } catch (caught) {
      if (!(caught instanceof NotKnown)) throw caught;
      undecided = true;
    }
  }
  return { refusals, undecided };
}
