import { valueToSet } from '../../core/baseline/fix.ts';
import { severityRank } from '../../core/report/change-rows.ts';
import { type Html, html } from '../../core/report/html.ts';
import { jsonText } from '../../core/report/shown-value.ts';
import type { Finding } from '../../core/review/types.ts';
import type { ChangeDetail } from '../api/changes.ts';
import { badge } from './badge.ts';
import { groupHosts } from './hosts.ts';
import { breakable, placeLink } from './links.ts';

const HEADINGS = [
  ['introduced', 'Introduced by this change'],
  ['undecided', 'Cannot be decided from Git'],
  ['fixed', 'Fixed by this change'],
] as const;

/** Findings by what the change does to them, worst first; those it does not touch are only counted. */
export function findingsSection(
  change: ChangeDetail,
  verdict: NonNullable<ChangeDetail['verdict']>,
  serverUrl: string,
): Html {
  const existing = new Set(
    verdict.findings.filter(finding => finding.status === 'existing').map(finding => finding.control),
  ).size;
  const lists = HEADINGS.map(([status, heading]) => ({
    heading,
    findings: together(verdict.findings.filter(finding => finding.status === status)),
  })).filter(({ findings }) => findings.length > 0);
  return html`
<h2>Hardening</h2>
${lists.length === 0 && html`<p class="none">No control of the baseline changes its answer.</p>`}
${lists.map(
  ({ heading, findings }) => html`
<h3>${heading} <span class="count">${findings.length}</span></h3>
${findings.map(same => card(change, verdict.base, same, serverUrl))}`,
)}
${
  existing > 0 &&
  html`<p class="muted">${existing} ${existing === 1 ? 'control is' : 'controls are'} violated before and after alike.</p>`
}`;
}

/** The same answer of one control on several node groups, with one line to replace, is one finding. Worst severity first. */
function together(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const found = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = JSON.stringify([
      finding.control,
      finding.path,
      finding.actual,
      finding.reason,
      finding.replacement ?? null,
    ]);
    found.set(key, [...(found.get(key) ?? []), finding]);
  }
  return [...found.values()].sort((a, b) => severityRank(a[0]!.severity) - severityRank(b[0]!.severity));
}

function card(change: ChangeDetail, base: string, same: readonly Finding[], serverUrl: string): Html {
  const finding = same[0]!;
  const place = finding.at[0];
  const standards = Object.entries(finding.standards).map(([name, items]) => `${name} ${items.join(', ')}`);
  return html`<article class="finding">
<h4>${badge(finding.severity)} ${finding.title} <a class="id" href="/?control=${encodeURIComponent(finding.control)}">${finding.control}</a></h4>
<p>${finding.reason}</p>
<dl>
<div><dt>Field</dt><dd><code>${breakable(finding.path)}</code></dd></div>
${finding.status === 'introduced' && html`<div><dt>Is</dt><dd><code>${jsonText(finding.actual)}</code></dd></div>`}
${finding.expected !== '' && html`<div><dt>Should be</dt><dd>${finding.expected}</dd></div>`}
${finding.status !== 'fixed' && html`<div><dt>What to do</dt><dd>${toDo(finding)}</dd></div>`}
<div><dt>Nodes</dt><dd>${groupHosts([...new Set(same.map(({ group }) => group))], [...new Set(same.flatMap(({ hosts }) => hosts))])}</dd></div>
${place !== undefined && html`<div><dt>Written at</dt><dd>${placeLink(serverUrl, change.repository, place.side === 'LEFT' ? base : change.head, place)}</dd></div>`}
${finding.rationale !== '' && html`<div><dt>Why</dt><dd>${finding.rationale}</dd></div>`}
${standards.length > 0 && html`<div><dt>Standards</dt><dd>${standards.join(' · ')}</dd></div>`}
</dl>
</article>`;
}

function toDo({ fix, path, replacement }: Finding): Html | string {
  if (replacement) {
    const { file, line, text } = replacement;
    return html`write <code>${breakable(text.trim())}</code> at <code>${breakable(`${file}:${line}`)}</code> (checked)`;
  }
  const set = valueToSet(fix, path);
  if (set) return html`set <code>${breakable(path)}</code> to <code>${jsonText(set.value)}</code>`;
  return 'do' in fix ? fix.do : '';
}
