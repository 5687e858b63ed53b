import type { Baseline, Control } from '../baseline/types.ts';
import { type SourceTree, withText } from '../source/tree.ts';
import type { ChangedFile } from './changed-file.ts';
import { indexDiff, lineBefore } from './diff-places.ts';
import { setLiteral } from './set-literal.ts';
import type { Finding, FindingStatus, Replacement, Verdict } from './types.ts';

/** Changed trees one verdict is proven on: each costs what judging the head cost. */
export const MOST_PROOFS = 6;
/** Hosts judged in all of them together: a large fleet gets fewer proofs, so that its verdict never comes too late. */
const MOST_PROVEN_HOSTS = 12_000;

/** A change: both trees and the diff between them. */
export type Change = Readonly<{ base: SourceTree; head: SourceTree; changes: readonly ChangedFile[] }>;

/**
 * The verdict with a replaced line on each introduced finding that one line is proven to mend. The line is the best place
 * of the finding among those the change itself wrote that holds the value found as a literal, else one that says what it
 * said before; findings on one line are mended together. Proven
 * is a line with which the whole change is judged anew: the finding is gone, nothing else is violated, undecided or
 * weaker, and no problem appears. Gravest first; what the proofs do not
 * reach keeps its fix in words.
 *
 * @param judge the verdict on the same change with another head
 */
export function withReplacements(
  verdict: Verdict,
  { base, head, changes }: Change,
  { controls }: Baseline,
  judge: (head: SourceTree) => Verdict,
): Verdict {
  const introduced = verdict.findings.filter(({ status }) => status === 'introduced');
  const found = new Map<Finding, Replacement>();
  let left = Math.min(MOST_PROOFS, Math.floor(MOST_PROVEN_HOSTS / Math.max(1, verdict.hostCount)));
  const byId = new Map(controls.map(control => [control.id, control]));
  for (const draft of draftsOf(introduced, { base, head, changes }, byId)) {
    let findings: readonly Finding[] = draft.findings;
    while (findings.length > 0 && left > 0) {
      const { replacement, tree } = draft.write(findings);
      left--;
      const after = judge(tree);
      if (!isHarmless(verdict, after)) break;
      const mended = findings.filter(finding => isGone(finding, after));
      if (mended.length === findings.length) for (const finding of findings) found.set(finding, replacement);
      findings = mended.length === findings.length ? [] : mended;
    }
  }
  if (found.size === 0) return verdict;
  const findings = verdict.findings.map(finding => {
    const replacement = found.get(finding);
    return replacement ? { ...finding, replacement } : finding;
  });
  return { ...verdict, findings };
}

/** A line some findings rest on. */
type Draft = Readonly<{
  findings: readonly Finding[];
  /** The line with the fixes of these findings, alone and in the head. */
  write: (findings: readonly Finding[]) => Readonly<{ replacement: Replacement; tree: SourceTree }>;
}>;

function draftsOf(
  findings: readonly Finding[],
  { base, head, changes }: Change,
  controls: ReadonlyMap<string, Control>,
): readonly Draft[] {
  const places = new Map<string, { file: string; line: number; findings: Finding[] }>();
  const diff = indexDiff(changes);
  const literal = (text: string, finding: Finding): string | null => {
    const control = controls.get(finding.control);
    return control ? setLiteral(text, finding, control) : null;
  };
  const before = (path: string, line: number): string | null => {
    const file = diff.right.get(path);
    const old = file ? lineBefore(file, line) : null;
    return old === null ? null : lineOf(base, file?.previousPath ?? path, old);
  };
  for (const finding of [...findings].sort((a, b) => rank(a) - rank(b))) {
    const own = finding.at.filter(
      ({ file, line, side }) => side === 'RIGHT' && diff.right.get(file)?.addedLines.has(line) === true,
    );
    const place =
      own.find(({ file, line }) => literal(lineOf(head, file, line) ?? '', finding) !== null) ??
      own.find(({ file, line }) => before(file, line) !== null);
    if (!place) continue;
    const key = JSON.stringify([place.file, place.line]);
    const known = places.get(key);
    if (known) known.findings.push(finding);
    else places.set(key, { file: place.file, line: place.line, findings: [finding] });
  }
  return [...places.values()].map(({ file, line, findings }) => ({
    findings,
    write: mended => {
      const lines = (head.text(file) ?? '').split('\n');
      const now = lines[line - 1] ?? '';
      const set = mended.reduce((text, finding) => literal(text, finding) ?? text, now);
      const text = set === now ? (before(file, line) ?? now) : set;
      const tree = withText(head, file, lines.with(line - 1, text).join('\n'));
      return { replacement: { file, line, text: text.replace(/\r$/, '') }, tree };
    },
  }));
}

/** A line of a file of the head without its line break; null where there is none. */
function lineOf(head: SourceTree, file: string, line: number): string | null {
  return head.text(file)?.split('\n')[line - 1] ?? null;
}

const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;

/** What stops the merge first, then by severity. */
const rank = ({ blocking, severity }: Finding): number => (blocking ? 0 : 10) + SEVERITIES.indexOf(severity);

const GRAVITY: Readonly<Record<FindingStatus, number>> = { fixed: 0, existing: 1, undecided: 2, introduced: 3 };

/**
 * Whether nothing is violated, undecided, weaker or a problem on the nodes that was not before. What the repository as a
 * whole is told does not count: nodes that are mended first differ from those that are not yet.
 */
function isHarmless(before: Verdict, after: Verdict): boolean {
  const was = new Map(before.findings.flatMap(finding => keysOf(finding).map(key => [key, GRAVITY[finding.status]])));
  const wasWeaker = new Set(before.changes.filter(isWeaker).flatMap(keysOf));
  const wasProblem = new Set([...before.problems, ...before.existingProblems].map(problemKey));
  return (
    after.findings.every(
      finding =>
        finding.hosts.length === 0 || keysOf(finding).every(key => GRAVITY[finding.status] <= (was.get(key) ?? 0)),
    ) &&
    after.changes.filter(isWeaker).every(change => keysOf(change).every(key => wasWeaker.has(key))) &&
    [...after.problems, ...after.existingProblems].every(problem => wasProblem.has(problemKey(problem)))
  );
}

function isGone(finding: Finding, after: Verdict): boolean {
  const keys = new Set(keysOf(finding));
  return !after.findings.some(one => one.status !== 'fixed' && keysOf(one).some(key => keys.has(key)));
}

const isWeaker = ({ direction }: Verdict['changes'][number]): boolean => direction === 'weakens';

const problemKey = ({ file, line, code, message }: Verdict['problems'][number]): string =>
  JSON.stringify([file, line, code, message]);

/** What a finding or a change is about, host by host: node groups have other names when hosts become equal. */
function keysOf(item: Pick<Finding, 'inventory' | 'hosts' | 'path'> & Readonly<{ control?: string }>): string[] {
  const { control = '', inventory, path, hosts } = item;
  return (hosts.length === 0 ? [''] : hosts).map(host => JSON.stringify([control, inventory, path, host]));
}
