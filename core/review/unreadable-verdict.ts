import { createHash } from 'node:crypto';
import { canonicalJson } from '../source/canonical-json.ts';
import type { Problem } from '../source/problem.ts';
import type { Verdict } from './types.ts';

/**
 * The verdict on a change that cannot be judged at all: its head is gone, the repository cannot be read, or it overran
 * the limits. It fails, says why, and its digest equals that of no verdict anyone could approve.
 */
export function unreadableVerdict(
  about: Readonly<{ base: string; head: string; minor: string; baselineDigest: string; problem: Problem }>,
): Verdict {
  const { base, head, minor, baselineDigest, problem } = about;
  const digest = createHash('sha256')
    .update(canonicalJson({ unreadable: head, problem }))
    .digest('hex');
  return {
    base,
    head,
    digest: `sha256:${digest}`,
    conclusion: 'fail',
    direction: 'neutral',
    changes: [],
    findings: [],
    problems: [problem],
    existingProblems: [],
    governed: [],
    procedures: [],
    hostCount: 0,
    groups: [],
    hostDigests: {},
    state: [],
    minor,
    baselineDigest,
  };
}
