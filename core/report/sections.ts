import { reasonsOf } from '../approval/approval-input.ts';
import type { Decision } from '../approval/types.ts';
import { valueToSet } from '../baseline/fix.ts';
import { type Finding, NODE_PATH, type Place, type Verdict } from '../review/types.ts';
import { type ChangeRow, changeRows, nodesPhrase, wherePhrase } from './change-rows.ts';
import { type FindingRow, findingRows, reasonOf } from './finding-rows.ts';
import { fitLines } from './fit.ts';
import { code, fenced, words } from './foreign-text.ts';
import { count } from './headline.ts';
import { foreign, joined, type Phrase, toMarkdown } from './phrase.ts';
import { type ProblemRow, problemRows, rowPlace } from './problem-rows.ts';
import type { ReportContext } from './report-context.ts';
import { cellTexts, jsonText, pathText } from './shown-value.ts';

/** Bytes one section may take, so that no section starves another. */
const SECTION_BYTES = 14_000;

export function placeText({ file, line }: Readonly<{ file: string; line: number }>): string {
  return line > 0 ? `${file}:${line}` : file;
}

/** Table of changes: field, before, after, nodes, direction. */
export function changesSection(verdict: Verdict, most: number): string {
  const rows = changeRows(verdict);
  if (rows.length === 0) return '';
  const cells = fitLines(
    rows.map(row => tableRow(row, verdict)),
    SECTION_BYTES,
    most,
    left => `| …and ${count(left, 'more change')} | | | | |`,
  );
  return ['| field | before | after | nodes | direction |', '|---|---|---|---|---|', ...cells].join('\n');
}

function tableRow(row: ChangeRow, verdict: Verdict): string {
  const nodes = toMarkdown(nodesPhrase(row.hosts, row.groups, verdict));
  const direction = row.direction === 'weakens' ? '**weakens**' : row.direction;
  if (row.path === NODE_PATH) {
    const joins = row.before.state === 'absent';
    const values = row.values > 0 ? `, ${count(row.values, 'value')}` : '';
    return joins
      ? `| *the node* | not managed | managed${values} | ${nodes} | joins |`
      : `| *the node* | managed${values} | not managed | ${nodes} | leaves |`;
  }
  const [before, after] = cellTexts(row);
  return `| ${code(pathText(row), 400)} | ${code(before)} | ${code(after, 400)} | ${nodes} | ${direction} |`;
}

/** One finding in one sentence: what is wrong, where, and what to set. */
export function findingPhrase(finding: FindingRow, verdict: Verdict): Phrase {
  const [place] = finding.at;
  const subject: Phrase = [foreign(finding.path), ' '];
  const on: Phrase = [' ', ...wherePhrase(finding.hosts, finding.groups, verdict)];
  switch (finding.status) {
    case 'introduced':
    case 'existing':
      // What is no single value, and a list of which the reader wants the wrong items, the reason tells best.
      if (finding.actual === null || Array.isArray(finding.actual))
        return [foreign(finding.reason, 400), ...on, '. ', ...remedy(finding, place)];
      return [
        ...subject,
        'is ',
        foreign(jsonText(finding.actual)),
        ...on,
        ', expected ',
        foreign(finding.expected),
        '. ',
        ...remedy(finding, place),
      ];
    case 'undecided':
      if (finding.also.length > 0) {
        return [...others(finding), ...on, ': ', foreign(reasonOf(finding), 400), '.'];
      }
      if (finding.hosts.length === 0) return [foreign(finding.reason, 400), ...on, '.'];
      return [...subject, 'cannot be known from Git', ...on, ': ', foreign(finding.reason), '.'];
    case 'fixed':
      return finding.actual === null
        ? [foreign(finding.reason, 400), ...on, '.']
        : [...subject, 'is ', foreign(jsonText(finding.actual)), ...on, '.'];
  }
}

/** Controls a row names beside its own. */
const MOST_OTHERS = 20;

function others({ also }: FindingRow): Phrase {
  const named = also.slice(0, MOST_OTHERS).map(({ control }): Phrase => [foreign(control)]);
  const left = also.length - named.length;
  return ['like ', ...joined(named, ', '), left > 0 ? ` and ${count(left, 'more control')}` : ''];
}

function remedy(finding: FindingRow, place: Place | undefined): Phrase {
  if (finding.replacement) {
    const { text } = finding.replacement;
    return ['Checked fix: ', foreign(placeText(finding.replacement), 400), ' as ', foreign(text.trim(), 400), '.'];
  }
  const where: Phrase = place === undefined ? [] : [foreign(placeText(place), 400)];
  const removed: Phrase = place?.side === 'LEFT' ? ['; it was removed at ', ...where] : [];
  const at: Phrase = place?.side === 'RIGHT' ? [' at ', ...where] : removed;
  const set = valueToSet(finding.fix, finding.path);
  if (set) return ['Set it to ', foreign(jsonText(set.value)), ...at, '.'];
  if ('do' in finding.fix) return [capital(finding.fix.do), ...at, '.'];
  const sets = Object.entries('each' in finding.fix ? finding.fix.each : {});
  const each = sets.map(([name, value]): Phrase => [foreign(name), ' to ', foreign(jsonText(value))]);
  return each.length > 0 ? ['Set ', ...joined(each, ' and '), '.'] : [];
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Findings of one status as a list, gravest first. */
export function findingsSection(verdict: Verdict, status: Finding['status'], title: string, most: number): string {
  const findings = findingRows(verdict, status);
  if (findings.length === 0) return '';
  const lines = fitLines(
    findings.map(finding => findingLine(finding, verdict)),
    SECTION_BYTES,
    most,
    left => `- …and ${left} more`,
  );
  return [`**${title}**`, '', ...lines].join('\n');
}

function findingLine(finding: FindingRow, verdict: Verdict): string {
  return `- **${finding.severity}** ${code(finding.control)} ${words(finding.title)}: ${toMarkdown(findingPhrase(finding, verdict))}`;
}

/** What the change introduces that stops the gate or the kubelet, one block a kind. */
export function problemsSections(verdict: Verdict, most: number): readonly string[] {
  return [...problemRows(verdict)].map(([{ title }, rows]) => {
    const lines = fitLines(rows.map(problemLine), SECTION_BYTES, most, left => `- …and ${left} more`);
    return [`**${title}**`, '', ...lines].join('\n');
  });
}

function problemLine(row: ProblemRow): string {
  const place = row.problem.file === '' ? '' : `${code(rowPlace(row), 400)}: `;
  return `- ${place}${code(row.problem.message, 500)}`;
}

/** What stands between the change and its merge, and who can act. */
export function approvalSection(verdict: Verdict, decision: Decision): string {
  const people = decision.approvers.map(login => code(login)).join(', ');
  switch (decision.state) {
    case 'not-needed':
      return '**Approval:** not needed.';
    case 'approved':
      return `**Approved** by ${people === '' ? 'the policy' : people}.`;
    case 'needs-approval':
      return [
        '**Approval needed**',
        '',
        ...needLines(decision),
        ...(people === '' ? [] : [`- so far: ${people}`]),
      ].join('\n');
    case 'blocked':
      return ['**Blocked**', '', ...blockLines(verdict, decision)].join('\n');
  }
}

function needLines({ needs }: Decision): readonly string[] {
  const lines = needs.map(({ rule, count: missing, from }) => {
    const whom = from.map(who => code(who)).join(' or ');
    return `- ${count(missing, 'approval')} from ${whom} (rule ${code(rule)})`;
  });
  return fitLines(lines, SECTION_BYTES, 20, left => `- …and ${count(left, 'more rule')}`);
}

/** Reasons the findings and problems above already give are said in one line. */
function blockLines(verdict: Verdict, decision: Decision): readonly string[] {
  const told = new Set(reasonsOf(verdict));
  const wanted = new Set(decision.needs.map(({ rule }) => rule));
  const other = decision.reasons.filter(
    reason => !told.has(reason) && ![...wanted].some(rule => reason.startsWith(`${rule}: `)),
  );
  const lines = other.map(reason => `- ${code(reason, 400)}`);
  const first =
    verdict.conclusion === 'fail' ? ['- until what is listed above is fixed; approvals do not change that'] : [];
  return fitLines([...first, ...lines], SECTION_BYTES, 20, left => `- …and ${left} more`);
}

function existingExample({ existingProblems: [problem] }: Verdict): string {
  return problem === undefined ? '' : problemLine({ problem, lines: problem.line > 0 ? [problem.line] : [] }).slice(2);
}

/** Digest, revisions, what was there before, and the log's checkpoint, folded away. */
export function detailsSection(verdict: Verdict, decision: Decision, context: ReportContext): string {
  const controls = [...new Set(findingRows(verdict, 'existing').map(({ control }) => control))];
  const lines = [
    `- digest ${code(verdict.digest)}`,
    `- base ${code(verdict.base)}, head ${code(verdict.head)}, Kubernetes ${verdict.minor}, baseline ${code(verdict.baselineDigest)}`,
    ...(controls.length === 0
      ? []
      : [
          `- ${count(controls.length, 'control')} violated before and after this change: ${controls
            .slice(0, 20)
            .map(id => code(id))
            .join(', ')}${controls.length > 20 ? '…' : ''}`,
        ]),
    ...(verdict.existingProblems.length === 0
      ? []
      : [
          `- ${count(verdict.existingProblems.length, 'problem')} there before, for example ${existingExample(verdict)}`,
        ]),
    ...decision.discarded
      .slice(0, 10)
      .map(({ login, reason }) => `- the approval of ${code(login)} does not count: ${code(reason)}`),
  ];
  const checkpoint = context.checkpoint === null ? [] : ['- log checkpoint', '', fenced(context.checkpoint)];
  return [
    '<details><summary>Digest, log and what was there before</summary>',
    '',
    ...lines,
    ...checkpoint,
    '',
    '</details>',
  ].join('\n');
}
