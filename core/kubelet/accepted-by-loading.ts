import type { KubeletVerdict } from './types.ts';
import { aboutOf } from './validation/rule.ts';
import { LATE_RULE_IDS } from './validation/startup.ts';

/**
 * The verdict without the rules of code that runs after loading (bad enum values that only a later constructor
 * refuses): what the kubelet's own loading path answers, as conformance vectors record it.
 */
export function acceptedByLoading(verdict: KubeletVerdict): Pick<KubeletVerdict, 'accepted' | 'stage' | 'about'> {
  const refusals = verdict.problems.filter(({ effect }) => effect === 'refuses');
  const late = refusals.filter(({ rule }) => rule !== undefined && LATE_RULE_IDS.has(rule));
  if (late.length === 0) return verdict;
  if (late.length < refusals.length) {
    const about = refusals.filter(one => !late.includes(one)).map(({ message }) => aboutOf(message));
    return { accepted: verdict.accepted, stage: verdict.stage, about: [...new Set(about)] };
  }
  return { accepted: true, stage: null, about: [] };
}
