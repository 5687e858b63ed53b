import type { Verdict } from '../review/types.ts';
import type { Problem } from '../source/problem.ts';

/** What a problem means for the change: the words that open a sentence about one, and the title over several. */
export type ProblemKind = Readonly<{ claim: string; title: string }>;

const UNJUDGED: ProblemKind = { claim: 'Cannot be judged', title: 'Cannot be judged until fixed' };
const BY_CODE: Partial<Record<Problem['code'], ProblemKind>> = {
  'kubelet-refuses': { claim: 'Does not work on the node', title: 'Does not work on the node' },
  declined: { claim: 'Not evaluated; a person has to judge', title: 'Not evaluated; a person has to judge' },
};

export function problemKind({ code }: Problem): ProblemKind {
  return BY_CODE[code] ?? UNJUDGED;
}

/** One sentence about one file, with every line it is about. */
export type ProblemRow = Readonly<{ problem: Problem; lines: readonly number[] }>;

/** The problems a change introduces by kind, those of one file and sentence as one row. */
export function problemRows({ problems }: Pick<Verdict, 'problems'>): ReadonlyMap<ProblemKind, readonly ProblemRow[]> {
  const kinds = new Map<ProblemKind, Map<string, ProblemRow>>();
  for (const problem of problems) {
    const rows = kinds.get(problemKind(problem)) ?? new Map<string, ProblemRow>();
    kinds.set(problemKind(problem), rows);
    const key = JSON.stringify([problem.file, problem.message]);
    const lines = [...(rows.get(key)?.lines ?? []), ...(problem.line > 0 ? [problem.line] : [])];
    rows.set(key, { problem: rows.get(key)?.problem ?? problem, lines });
  }
  return new Map([...kinds].map(([kind, rows]) => [kind, [...rows.values()]]));
}

/** Lines named after a file; the others are counted. */
const MOST_LINES = 4;

/** `site.yml:3`, `site.yml:3, 7, 9, 12 and 4 more lines`; the file alone where it is meant as a whole. */
export function rowPlace({ problem: { file }, lines }: ProblemRow): string {
  if (lines.length === 0) return file;
  const named = lines.slice(0, MOST_LINES).join(', ');
  const left = lines.length - MOST_LINES;
  return `${file}:${named}${left > 0 ? ` and ${left} more ${left === 1 ? 'line' : 'lines'}` : ''}`;
}
