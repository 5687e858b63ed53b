import type { Decision } from '../approval/types.ts';
import type { Verdict } from '../review/types.ts';
import { fit } from './fit.ts';
import { headline } from './headline.ts';
import { toMarkdown } from './phrase.ts';
import { BODY_LIMIT, type ReportContext } from './report-context.ts';
import { approvalSection, changesSection, detailsSection, findingsSection, problemsSections } from './sections.ts';

const SHORTENED = '*More of it does not fit here; the check run and the details page have the rest.*';

/**
 * The one comment that is edited in place: what the change does in words, the changes, what to do, who must approve.
 * One line when nothing is affected. At most BODY_LIMIT bytes, which leaves room for a hidden marker line.
 */
export function summaryComment(verdict: Verdict, decision: Decision, context: ReportContext): string {
  const { claim, detail, next } = headline(verdict);
  const first = `**${toMarkdown(claim)}${detail.length > 0 ? ':' : '.'}**${detail.length > 0 ? ` ${toMarkdown([...detail, ...next])}` : ''}`;
  if (isQuiet(verdict, decision)) return `${first} No approval needed.`;
  return fit(
    [
      first,
      changesSection(verdict, 20),
      ...problemsSections(verdict, 10),
      findingsSection(verdict, 'introduced', 'To fix', 10),
      findingsSection(verdict, 'undecided', 'Cannot be decided from Git; checked again when Ansible runs', 10),
      findingsSection(verdict, 'fixed', 'Fixes', 10),
    ],
    [
      approvalSection(verdict, decision),
      ...(context.detailsUrl === null ? [] : [`[Details of every node](<${context.detailsUrl}>)`]),
      detailsSection(verdict, decision, context),
    ],
    BODY_LIMIT,
    SHORTENED,
  );
}

/** Nothing changes on any node and nobody has to do anything. */
export function isQuiet({ conclusion, changes, findings }: Verdict, { state }: Decision): boolean {
  const quiet = conclusion === 'not-applicable' || conclusion === 'pass';
  return (
    quiet && state === 'not-needed' && changes.length === 0 && findings.every(({ status }) => status === 'existing')
  );
}
