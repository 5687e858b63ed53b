import type { CheckedNode } from './node.ts';

/** What a checker says of one item of the benchmark. WARN: its test failed, but the item counts as one for people. */
export type Verdict = 'PASS' | 'FAIL' | 'WARN';

export const CHECKERS = ['kube-bench', 'conftest', 'checkov'] as const;
export type CheckerName = (typeof CHECKERS)[number];

/** A program that is installed here. */
export type Checker = Readonly<{
  name: CheckerName;
  version: string;
  /** What it was shown and by which rules it judged, in a sentence. */
  about: string;
  /** Verdicts by node and by item of CIS; an item it says nothing on is left out. Starts the program once. */
  judge: (nodes: readonly CheckedNode[]) => ReadonlyMap<string, ReadonlyMap<string, Verdict>>;
}>;

/** One that is not, and the command that installs it. */
export type MissingChecker = Readonly<{ name: CheckerName; missing: string }>;

/** How a checker that is not installed is told. */
export function missing(name: CheckerName): MissingChecker {
  return { name, missing: `not installed: test/conformance/checkers/install ${name}` };
}
