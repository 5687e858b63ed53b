import { type ChangeRow, changeRows } from '../../core/report/change-rows.ts';
import { type Html, type HtmlValue, html } from '../../core/report/html.ts';
import { pathText } from '../../core/report/shown-value.ts';
import { type FieldChange, type ListedChange, NODE_PATH } from '../../core/review/types.ts';
import type { ChangeDetail } from '../api/changes.ts';
import { badge } from './badge.ts';
import { findingsSection } from './findings.ts';
import { groupHosts, hostNames } from './hosts.ts';
import { facts, layout, table } from './layout.ts';
import { breakable, changeLink, commitLink, personLink, personLinks, placeLink, pullLink, runLink } from './links.ts';
import { logReferences } from './log-references.ts';
import { moment } from './moment.ts';
import { shownCell } from './shown.ts';

/** `/changes/:id`: what one change does, who approved it, what came of it, and where that is recorded. */
export function changePage(data: Readonly<{ change: ChangeDetail; serverUrl: string }>): string {
  const { change, serverUrl } = data;
  const { verdict } = change;
  return layout({
    title: `${change.repository}#${change.number} ${change.title}`,
    section: '/',
    json: `/api/v1/changes/${change.id}`,
    body: html`
<h1><bdi>${change.title}</bdi></h1>
<p class="states">${pullLink(serverUrl, change.repository, change.number)}
${badge(change.state)} ${badge(change.direction)}
<span>verdict ${badge(change.conclusion)}</span> <span>decision ${badge(change.decision.state)}</span></p>
${
  change.merge?.violation != null &&
  html`<p class="alarm" role="alert"><strong>Merged against the rules:</strong> ${change.merge.violation}</p>`
}
<p class="lead">${verdict === null ? 'The verdict on this change is not kept any more.' : verdict.said}</p>
${facts([
  ['Author', personLink(change.author)],
  ['People', change.people.length === 0 ? null : personLinks(change.people)],
  ['Opened', moment(change.createdAt)],
  ['Last event', moment(change.updatedAt)],
  ['Head', html`${commitLink(serverUrl, change.repository, change.head)} into <code>${change.baseRef}</code>`],
  ['Judged for', verdict === null ? null : html`Kubernetes ${verdict.kubernetes}, ${verdict.hostCount} nodes`],
])}
${
  verdict !== null &&
  html`
${problemsSection(change, verdict.problems, serverUrl)}
<h2>What changes</h2>
${fieldTable(change, verdict.changes, verdict.base, serverUrl)}
${proceduresSection(change, verdict.procedures, serverUrl)}
${findingsSection(change, verdict, serverUrl)}`
}
${approvalSection(change)}
${mergeSection(change, serverUrl)}
${applicationSection(change)}
<h2>Evidence</h2>
${facts([
  [
    'Digest',
    html`<code class="wide">${change.digest}</code> <span class="under">Approvals hold for exactly this.</span>`,
  ],
  ['Baseline', verdict === null ? null : html`<code class="wide">${verdict.baselineDigest}</code>`],
  ['Log entries', logReferences(change.log)],
])}`,
  });
}

function problemsSection(
  change: ChangeDetail,
  problems: NonNullable<ChangeDetail['verdict']>['problems'],
  serverUrl: string,
): Html | false {
  return (
    problems.length > 0 &&
    html`
<h2>Problems</h2>
<p>The gate cannot judge the change until these are corrected.</p>
${table(
  ['Where', 'What is wrong'],
  problems.map(problem => [
    problem.file === ''
      ? html`<span class="muted">the repository</span>`
      : placeLink(serverUrl, change.repository, change.head, problem),
    problem.message,
  ]),
  { none: '' },
)}`
  );
}

/** What changes how Ansible works rather than which values it uses. */
function proceduresSection(change: ChangeDetail, procedures: readonly string[], serverUrl: string): Html | false {
  return (
    procedures.length > 0 &&
    html`<p>It also changes what Ansible does: ${procedures.map(
      (file, index) =>
        html`${index > 0 && ', '}${placeLink(serverUrl, change.repository, change.head, { file, line: 0 })}`,
    )}.</p>`
  );
}

/** The rows the review comment has: the same difference on all its nodes together, what matters most first. */
function fieldTable(change: ChangeDetail, changes: readonly ListedChange[], base: string, serverUrl: string): Html {
  return table(
    ['Field', 'Before', 'After', 'Effect', 'Nodes', 'Written at'],
    changeRows({ changes }).map(row => [
      ...difference(row),
      badge(row.direction),
      groupHosts(row.groups, row.hosts),
      places(change, row.at, base, serverUrl),
    ]),
    { none: 'No value changes on any node.' },
  );
}

function difference(row: ChangeRow): readonly HtmlValue[] {
  if (row.path !== NODE_PATH)
    return [html`<code>${breakable(pathText(row))}</code>`, shownCell(row.before), shownCell(row.after)];
  const values =
    row.values > 0 && html` <span class="muted">with ${row.values} ${row.values === 1 ? 'value' : 'values'}</span>`;
  const joins = row.before.state === 'absent';
  return joins
    ? ['the node itself', 'not managed', html`managed${values}`]
    : ['the node itself', html`managed${values}`, 'not managed'];
}

/** Best place first. */
function places(change: ChangeDetail, at: FieldChange['at'], base: string, serverUrl: string): Html {
  if (at.length === 0) return html`<span class="muted">not written</span>`;
  return html`${at.map(
    (place, index) =>
      html`${index > 0 && BREAK}${placeLink(serverUrl, change.repository, place.side === 'LEFT' ? base : change.head, place)}${
        place.side === 'LEFT' && html` <span class="muted">removed</span>`
      }`,
  )}`;
}

const BREAK = html`<br>`;

function approvalSection({ decision }: ChangeDetail): Html {
  return html`
<h2>Approval</h2>
<p>${badge(decision.state)} ${decision.reasons.join(' ')}</p>
${facts([
  ['Approved by', personLinks(decision.approvers)],
  [
    'Still needed',
    decision.needs.length === 0
      ? null
      : html`<ul>${decision.needs.map(need => html`<li>${need.count} ${need.count === 1 ? 'approval' : 'approvals'} of ${need.from.join(' or ') || 'anyone who may write'} <span class="muted">(rule <bdi>${need.rule}</bdi>)</span></li>`)}</ul>`,
  ],
  [
    'Not counted',
    decision.discarded.length === 0
      ? null
      : html`<ul>${decision.discarded.map(one => html`<li>${personLink(one.login)}: ${one.reason}</li>`)}</ul>`,
  ],
])}`;
}

function mergeSection(change: ChangeDetail, serverUrl: string): Html | false {
  const { merge } = change;
  if (merge === null) return false;
  return html`
<h2>Merge</h2>
${facts([
  ['Merged', html`${moment(merge.at)} by ${personLink(merge.by)}`],
  ['Commit', commitLink(serverUrl, change.repository, merge.commit)],
  ['Tree', html`<code>${merge.tree}</code>`],
  [
    'As approved',
    merge.violation === null
      ? html`${badge('approved')} the merged content is what the approvers saw`
      : html`${badge('merge-violation')} ${merge.violation}`,
  ],
])}`;
}

/** Hosts with the same run, result and reason stand together. */
function applicationSection(change: ChangeDetail): Html | false {
  if (change.merge === null || change.application.length === 0) return false;
  const rows = new Map<string, { application: ChangeDetail['application'][number]['application']; hosts: string[] }>();
  for (const { host, application } of change.application) {
    const key = JSON.stringify([application?.runId, application?.outcome, application?.reasons]);
    const row = rows.get(key) ?? { application, hosts: [] };
    row.hosts.push(host);
    rows.set(key, row);
  }
  return html`
<h2>Application</h2>
${table(
  ['Nodes', 'Result', 'Run', 'When'],
  [...rows.values()].map(({ application, hosts }) =>
    application === null
      ? [
          hostNames(hosts),
          html`${badge('not-applied')} <span class="under">no run has brought it there yet</span>`,
          '',
          '',
        ]
      : [
          hostNames(hosts),
          html`${badge(application.outcome)}${application.reasons.map(reason => html` <span class="under">${reason}</span>`)}`,
          html`${runLink(application.runId, html`<code>${application.runId.slice(0, 8)}</code>`)}${
            application.changeId !== change.id &&
            html` <span class="under">with ${changeLink(application.changeId, 'a later change')}</span>`
          }`,
          moment(application.at),
        ],
  ),
  { none: '' },
)}`;
}
