import type { KubeletVerdict } from './types.ts';
import { LATE_RULE_IDS } from './validation/startup.ts';

/**
 * The verdict without the rules of code that runs after loading (bad enum values that only a later constructor
 * refuses): what the kubelet's own loading path answers, as conformance vectors record it.
 */
export function acceptedByLoading(verdict: KubeletVerdict): Pick<KubeletVerdict, 'accepted' | 'stage' | 'about'> {
  const refusals = verdict.problems.filter(({ effect }) => effect === 'refuses');
  const late = refusals.filter(({ rule }) => rule !== undefined && LATE_RULE_IDS.has(rule));
  if (refusals.length === 0 || late.length < refusals.length) return verdict;
  return { accepted: true, stage: null, about: [] };
}
