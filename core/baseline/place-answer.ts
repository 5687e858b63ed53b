import type { Json } from '../kubelet/types.ts';
import type { Origin } from '../source/rope.ts';
import type { PlaceAnswer } from './types.ts';

const ORDER: readonly PlaceAnswer['result'][] = ['violated', 'undecided', 'pass', 'not-applicable'];

/** Of several answers the one that counts: a violation beats an unknown beats a pass. Null of none. */
export function worstOf<Answer extends PlaceAnswer>(answers: readonly Answer[]): Answer | null {
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
