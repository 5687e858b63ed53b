import type { Decision } from '../approval/types.ts';
import type { Verdict } from '../review/types.ts';
import { changeRows, nodesPhrase } from './change-rows.ts';
import { findingRows } from './finding-rows.ts';
import { bytes, fit } from './fit.ts';
import { headline } from './headline.ts';
import { foreign, type Phrase, toMarkdown, toPlain } from './phrase.ts';
import { problemKind } from './problem-rows.ts';
import { BODY_LIMIT, type ReportContext } from './report-context.ts';
import {
  approvalSection,
  changesSection,
  detailsSection,
  findingPhrase,
  findingsSection,
  problemsSections,
} from './sections.ts';
import { CHANGE_CAP, changeText } from './shown-value.ts';
import { isQuiet } from './summary-comment.ts';

/** Lines of the head to mark in the diff view. GitHub takes 50 a request and can remove none. */
export type Annotation = Readonly<{
  path: string;
  startLine: number;
  endLine: number;
  level: 'notice' | 'warning' | 'failure';
  title: string;
  message: string;
}>;

export type CheckRunReport = Readonly<{
  /** success only when the change may be merged; failure when the verdict fails; action_required when people are missing. */
  conclusion: 'success' | 'failure' | 'action_required';
  title: string;
  summary: string;
  text: string;
  annotations: readonly Annotation[];
  detailsUrl: string | null;
}>;

/** Annotations beyond these are left to the text: a reader stops long before. */
const MOST_ANNOTATIONS = 150;
const TITLE_BYTES = 250;
const SHORTENED = '*More of it does not fit here; the details page has the rest.*';

/** The check run `kubelet-gate`: the same verdict as the summary comment, with every change and finding that fits. */
export function checkRun(verdict: Verdict, decision: Decision, context: ReportContext): CheckRunReport {
  const { claim, detail, next } = headline(verdict);
  const sentence = toMarkdown([...claim, ...(detail.length > 0 ? [': ', ...detail, ...next] : ['.'])]);
  const quiet = isQuiet(verdict, decision);
  return {
    conclusion: conclusionOf(verdict, decision),
    title: titleOf(claim, detail, decision),
    summary: quiet
      ? `${sentence} No approval needed.`
      : fit([sentence], [approvalSection(verdict, decision)], BODY_LIMIT, SHORTENED),
    text: fit(
      [
        changesSection(verdict, 200),
        ...problemsSections(verdict, 100),
        findingsSection(verdict, 'introduced', 'To fix', 100),
        findingsSection(verdict, 'undecided', 'Cannot be decided from Git; checked again when Ansible runs', 100),
        findingsSection(verdict, 'fixed', 'Fixes', 100),
      ],
      [detailsSection(verdict, decision, context)],
      BODY_LIMIT,
      SHORTENED,
    ),
    annotations: annotations(verdict),
    detailsUrl: context.detailsUrl,
  };
}

function conclusionOf(verdict: Verdict, { state }: Decision): CheckRunReport['conclusion'] {
  if (verdict.conclusion === 'fail' || verdict.problems.length > 0) return 'failure';
  return state === 'approved' || state === 'not-needed' ? 'success' : 'action_required';
}

const STATES = {
  approved: 'approved',
  'needs-approval': 'needs approval',
  blocked: 'blocked',
  'not-needed': '',
} as const;

function titleOf(claim: Phrase, detail: Phrase, { state }: Decision): string {
  const suffix = STATES[state] === '' ? '' : ` (${STATES[state]})`;
  const long = `${toPlain(claim)}${detail.length > 0 ? `: ${toPlain(detail)}` : ''}${suffix}`;
  if (bytes(long) <= TITLE_BYTES) return long;
  const characters = Array.from(long.slice(0, long.length - suffix.length));
  while (bytes(`${characters.join('')}…${suffix}`) > TITLE_BYTES) characters.pop();
  return `${characters.join('')}…${suffix}`;
}

function annotations(verdict: Verdict): readonly Annotation[] {
  const found: Annotation[] = [];
  const add = (path: string, line: number, level: Annotation['level'], title: Phrase, message: Phrase) => {
    const at = Math.max(1, line);
    found.push({ path, startLine: at, endLine: at, level, title: toPlain(title), message: toPlain(message) });
  };
  for (const problem of verdict.problems) {
    if (problem.file === '') continue;
    add(problem.file, problem.line, 'failure', [problemKind(problem).claim], [foreign(problem.message, 500)]);
  }
  const told = new Set<string>();
  for (const finding of findingRows(verdict, 'introduced', 'undecided')) {
    const place = finding.at.find(({ side }) => side === 'RIGHT');
    if (place === undefined) continue;
    for (const { path } of [finding, ...finding.also]) told.add(path);
    const level = finding.status === 'introduced' && finding.blocking ? 'failure' : 'warning';
    const title: Phrase = [`${finding.severity} `, foreign(`${finding.control} ${finding.title}`)];
    add(place.file, place.line, level, title, findingPhrase(finding, verdict));
  }
  for (const row of changeRows(verdict)) {
    const place = row.at.find(({ side }) => side === 'RIGHT');
    if (row.direction !== 'weakens' || place === undefined || told.has(row.path)) continue;
    const nodes = nodesPhrase(row.hosts, row.groups, verdict);
    add(
      place.file,
      place.line,
      'notice',
      ['Weakens ', foreign(row.path)],
      [foreign(changeText(row), CHANGE_CAP), ' on ', ...nodes],
    );
  }
  return found.slice(0, MOST_ANNOTATIONS);
}
