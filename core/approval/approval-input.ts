import { cutShort } from '../review/review-problems.ts';
import { everyChange, type Finding, type Verdict } from '../review/types.ts';
import type { Problem } from '../source/problem.ts';
import type { ApprovalInput, Touched } from './types.ts';

/** The verdict's part of what a decision rests on, with the people's part from GitHub. */
export function approvalInput(
  verdict: Verdict,
  people: Pick<ApprovalInput, 'equalHeads' | 'reviews' | 'participants' | 'people'>,
): ApprovalInput {
  const open = verdict.findings.filter(({ status }) => status === 'introduced' || status === 'undecided');
  const touched: readonly Touched[] = [
    ...everyChange(verdict.changes).map(({ path, direction, severity, group }) => ({
      path,
      direction,
      severity,
      group,
    })),
    ...open.map(({ path, severity, group, status }) => ({
      path,
      direction: status === 'introduced' ? ('weakens' as const) : ('neutral' as const),
      severity,
      group,
    })),
    ...verdict.procedures.map(path => ({ path, direction: 'neutral' as const, severity: null, group: null })),
  ];
  return {
    head: verdict.head,
    digest: verdict.digest,
    conclusion: verdict.conclusion,
    touched,
    because: reasonsOf(verdict),
    ...people,
  };
}

/** Why a verdict is `fail` or `undecided`, one sentence each; nothing for the other conclusions. */
export function reasonsOf({ conclusion, problems, existingProblems, findings }: Verdict): readonly string[] {
  switch (conclusion) {
    case 'fail':
      return [
        ...problems.map(problemSentence),
        ...findings
          .filter(({ status, blocking }) => status === 'introduced' && blocking)
          .map(finding => `${finding.control} is violated: ${sentence(finding)}`),
      ];
    case 'undecided':
      return [
        ...[...problems, ...cutShort(existingProblems)].map(problemSentence),
        ...findings
          .filter(({ status }) => status === 'undecided')
          .map(finding => `${finding.control} cannot be decided from Git: ${sentence(finding)}`),
      ];
    case 'pass':
    case 'not-applicable':
      return [];
  }
}

function problemSentence({ file, line, message }: Problem): string {
  return `${file}${line > 0 ? `:${line}` : ''}: ${message}`;
}

function sentence({ path, reason, hosts }: Finding): string {
  return `${path}: ${reason} (${hosts.length} ${hosts.length === 1 ? 'node' : 'nodes'})`;
}
