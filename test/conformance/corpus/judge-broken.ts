import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Minor } from '../../../core/kubelet/types.ts';
import type { Problem } from '../../../core/source/problem.ts';
import { judgeCommits } from './judge-commits.ts';
import type { BrokenFile } from './real-change.ts';

/** How a broken file must be told: at this line, or (null) not at all because nothing is wrong with it. */
export type BrokenExpectation = Readonly<{ line: number | null; because: string }>;

export type BrokenAnswer = Readonly<{ said: readonly string[]; miss: string | null }>;

/** Adds a broken file to an empty repository at its own path and looks for a problem at the right line. */
export async function judgeBroken(
  { file, path }: BrokenFile,
  expected: BrokenExpectation | undefined,
  minor: Minor,
): Promise<BrokenAnswer> {
  const directory = mkdtempSync(join(tmpdir(), 'broken-'));
  try {
    mkdirSync(join(directory, dirname(path)), { recursive: true });
    copyFileSync(file, join(directory, path));
    const { verdict } = await judgeCommits(null, directory, minor, { withRenderings: false });
    const problems = verdict.problems;
    const said = problems.map(({ file, line, message }) => `${file}:${line}: ${message}`);
    return {
      said,
      miss: missOf(
        problems.filter(problem => problem.file === path && isFault(problem, expected)).map(({ line }) => line),
        expected,
        file,
      ),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** What the gate does not evaluate is no fault of a file in which nothing is wrong. */
function isFault({ code }: Problem, expected: BrokenExpectation | undefined): boolean {
  return expected?.line !== null || !['not-evaluated', 'unread-variable'].includes(code);
}

function missOf(lines: readonly number[], expected: BrokenExpectation | undefined, file: string): string | null {
  if (expected?.line === null) return lines.length === 0 ? null : 'nothing is wrong with this file';
  if (lines.length === 0) return 'no problem is said';
  if (expected)
    return lines.includes(expected.line) ? null : `said at line ${lines.join(', ')}, it is line ${expected.line}`;
  const length = readFileSync(file, 'utf8').split('\n').length;
  return lines.some(line => line > 0 && line <= length) ? null : 'the problem names no line';
}
