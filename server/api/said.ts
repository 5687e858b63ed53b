import type { Severity } from '../../core/baseline/types.ts';
import { type FieldChange, NODE_PATH, type Verdict } from '../../core/review/types.ts';
import { shownText } from './shown-text.ts';

/** Worst first. */
export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

const EFFECT = {
  weakens: 'weakens it',
  strengthens: 'strengthens it',
  neutral: 'is neither weaker nor stronger',
} as const;

/** What a change does, in a sentence or two: the worst first, never more certain than the verdict. */
export function said(verdict: Verdict): string {
  const problem = verdict.problems[0];
  if (problem !== undefined) {
    const place = problem.file === '' ? '' : ` (${problem.file}${problem.line > 0 ? `:${problem.line}` : ''})`;
    const more = verdict.problems.length > 1 ? `, and ${verdict.problems.length - 1} more` : '';
    return `The gate cannot judge this change: ${problem.message}${place}${more}.`;
  }
  if (verdict.conclusion === 'not-applicable') return 'Nothing here governs a kubelet.';
  const worst = [...verdict.changes].sort((a, b) => rank(verdict, a) - rank(verdict, b))[0];
  const sentences =
    worst === undefined
      ? [`No value changes on any of the ${count(verdict.hostCount, 'node')}.`]
      : [fieldSentence(verdict, worst)];
  const introduced = verdict.findings.filter(finding => finding.status === 'introduced');
  const undecided = verdict.findings.filter(finding => finding.status === 'undecided');
  const severity = SEVERITIES.find(level => introduced.some(finding => finding.severity === level));
  if (severity !== undefined)
    sentences.push(`It violates ${count(controls(introduced), 'control')}, the gravest ${severity}.`);
  if (undecided.length > 0)
    sentences.push(`${count(controls(undecided), 'control')} cannot be decided from Git alone.`);
  return sentences.join(' ');
}

function fieldSentence(verdict: Verdict, change: FieldChange): string {
  const same = verdict.changes.filter(
    other =>
      other.path === change.path &&
      shownText(other.before) === shownText(change.before) &&
      shownText(other.after) === shownText(change.after),
  );
  const hosts = new Set(same.flatMap(other => other.hosts)).size;
  const where =
    hosts === verdict.hostCount
      ? hosts === 1
        ? 'on the only node'
        : `on all ${count(hosts, 'node')}`
      : `on ${hosts} of ${count(verdict.hostCount, 'node')}`;
  const others = new Set(verdict.changes.map(other => other.path)).size - 1;
  const more = others === 0 ? '' : ` ${count(others, 'other field')} ${others === 1 ? 'changes' : 'change'} too.`;
  if (change.path === NODE_PATH)
    return `${count(hosts, 'node')} ${change.after.state === 'absent' ? 'not managed any more' : 'newly managed'}.${more}`;
  return `${change.path} goes from ${shownText(change.before)} to ${shownText(change.after)} ${where}, which ${EFFECT[change.direction]}.${more}`;
}

/** Fields of the worst introduced finding first, then what weakens, then the rest in the verdict's order. */
function rank(verdict: Verdict, change: FieldChange): number {
  const severities = verdict.findings
    .filter(finding => finding.status === 'introduced' && finding.path === change.path)
    .map(finding => SEVERITIES.indexOf(finding.severity));
  if (severities.length > 0) return Math.min(...severities);
  return change.direction === 'weakens' ? SEVERITIES.length : SEVERITIES.length + 1;
}

function controls(findings: Verdict['findings']): number {
  return new Set(findings.map(finding => finding.control)).size;
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}
