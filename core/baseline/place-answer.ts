import type { Json } from '../kubelet/types.ts';
import type { Origin } from '../source/rope.ts';
import type { ControlResult } from './types.ts';

/** The answer for one place a control looks at, before the places are taken together. */
export type PlaceAnswer = Pick<ControlResult, 'result' | 'path' | 'actual' | 'reason' | 'evidence'>;

const ORDER: readonly ControlResult['result'][] = ['violated', 'undecided', 'pass', 'not-applicable'];

/** Of several answers the one that counts: a violation beats an unknown beats a pass. */
export function worstOf(answers: readonly PlaceAnswer[]): PlaceAnswer | null {
  for (const result of ORDER) {
    const found = answers.find(answer => answer.result === result);
    if (found) return found;
  }
  return null;
}

export function notApplicable(path: string, reason: string): PlaceAnswer {
  return { result: 'not-applicable', path, actual: null, reason, evidence: [] };
}

export function undecided(path: string, reason: string, evidence: readonly Origin[], actual: Json = null): PlaceAnswer {
  return { result: 'undecided', path, actual, reason, evidence };
}
