import type { Finding, Verdict } from '../review/types.ts';
import { changeRows, nodesPhrase } from './change-rows.ts';
import { findingRows } from './finding-rows.ts';
import { visible } from './foreign-text.ts';
import { count, headline } from './headline.ts';
import { type Phrase, toTerminal } from './phrase.ts';
import { type ProblemRow, problemRows, rowPlace } from './problem-rows.ts';
import { findingPhrase, placeText } from './sections.ts';
import { CHANGE_CAP, changeText } from './shown-value.ts';

const PLACE_CAP = 400;

/** What `kubelet-gate check` prints for people: `file:line: …` first, so that editors and terminals can jump there. */
export function checkText(verdict: Verdict): string {
  const { claim, detail, next } = headline(verdict);
  const sentence = `${toTerminal(claim)}${detail.length > 0 ? `: ${toTerminal([...detail, ...next])}` : ''}`;
  const existing = verdict.findings.filter(({ status }) => status === 'existing').length;
  const before = [
    ...(existing > 0 ? [count(existing, 'violation')] : []),
    ...(verdict.existingProblems.length > 0 ? [count(verdict.existingProblems.length, 'problem')] : []),
  ];
  return [
    `${verdict.conclusion}: ${sentence}`,
    ...block('changes', changeLines(verdict)),
    ...block('problems', [...problemRows(verdict).values()].flat().map(problemText)),
    ...block('introduced', findingLines(verdict, 'introduced')),
    ...block('undecided', findingLines(verdict, 'undecided')),
    ...block('fixed', findingLines(verdict, 'fixed')),
    '',
    ...(before.length > 0 ? [`there before: ${before.join(', ')}`] : []),
    `${count(verdict.hostCount, 'node')} · Kubernetes ${verdict.minor} · ${verdict.digest}`,
    '',
  ].join('\n');
}

function problemText(row: ProblemRow): string {
  return `${visible(rowPlace(row), PLACE_CAP)}: ${visible(row.problem.message, 500)}`;
}

function block(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map(line => `  ${line}`)];
}

function changeLines(verdict: Verdict): readonly string[] {
  return changeRows(verdict).map(row => {
    const nodes: Phrase = nodesPhrase(row.hosts, row.groups, verdict);
    const [place] = row.at;
    const where = place === undefined ? '' : `${visible(placeText(place), PLACE_CAP)}: `;
    const what = visible(changeText(row), CHANGE_CAP);
    return `${where}${what} on ${toTerminal(nodes)} (${row.direction})`;
  });
}

function findingLines(verdict: Verdict, status: Finding['status']): readonly string[] {
  return findingRows(verdict, status).map(finding => {
    const [place] = finding.at;
    const where = place === undefined ? '' : `${visible(placeText(place), PLACE_CAP)}: `;
    return `${where}${finding.severity} ${visible(finding.control)} ${visible(finding.title)}: ${toTerminal(findingPhrase(finding, verdict))}`;
  });
}
