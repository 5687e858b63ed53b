import { type Html, html } from '../../core/report/html.ts';
import type { Management, NodeDetail, NodeField } from '../api/nodes.ts';
import { badge } from './badge.ts';
import { facts, layout, table } from './layout.ts';
import { changeLink, commitLink, fieldLink, personLinks, placeLink, runLink } from './links.ts';
import { moment } from './moment.ts';
import { shownCell } from './shown.ts';

/** `/nodes/:name`: every field of a node at one time, with who is behind it and which run brought it. */
export function nodePage(data: Readonly<{ node: NodeDetail; asked: string | null; serverUrl: string }>): string {
  const { node, asked, serverUrl } = data;
  const query = asked === null ? '' : `?at=${encodeURIComponent(asked)}`;
  return layout({
    title: `Node ${node.node}`,
    section: '/nodes',
    json: `/api/v1/nodes/${encodeURIComponent(node.node)}${query}`,
    body: html`
<h1>Node <bdi>${node.node}</bdi></h1>
<form class="filter" method="get" aria-label="Another time">
<label>As of (UTC) <input type="datetime-local" name="at" value="${node.at.slice(0, 16)}"></label>
<span class="buttons"><button>Show</button>${asked !== null && html` <a href="/nodes/${encodeURIComponent(node.node)}">Now</a>`}</span>
</form>
${node.managedBy.length === 0 && html`<p class="none">No inventory managed this node at ${moment(node.at)}.</p>`}
${
  node.managedBy.length > 1 &&
  html`<p class="alarm">${node.managedBy.length} inventories manage this node: which one holds depends on who ran last.</p>`
}
${node.managedBy.map(management => managementSection(node.node, management, serverUrl))}`,
  });
}

function managementSection(node: string, management: Management, serverUrl: string): Html {
  const written = management.fields.filter(field => field.written);
  const rest = management.fields.filter(field => !field.written);
  return html`
<h2>${management.repository}${management.inventory !== '' && html` <code>${management.inventory}</code>`}</h2>
${facts([
  ['Node group', html`<bdi>${management.group}</bdi>`],
  ['Commit', commitLink(serverUrl, management.repository, management.commit)],
  ['Since', html`${changeLink(management.changeId, moment(management.since))}`],
  ['Until', management.until === null ? null : moment(management.until)],
])}
<h3>Written values <span class="count">${written.length}</span></h3>
${fieldTable(node, management, written, serverUrl)}
${
  rest.length > 0 &&
  html`<details class="section"><summary><h3>Defaults <span class="count">${rest.length}</span></h3></summary>
${table(
  ['Field', 'Value'],
  rest.map(field => [fieldLink(node, field.path), shownCell(field.value)]),
  { none: '' },
)}</details>`
}
<h3>Files Ansible writes</h3>
${table(
  ['File', 'SHA-256'],
  Object.entries(management.files)
    .sort()
    .map(([dest, sha256]) => [
      html`<code>${dest}</code>`,
      sha256 === null
        ? html`<span class="unknown">unknown</span> <span class="muted">not known from Git alone</span>`
        : html`<code class="wide">${sha256}</code>`,
    ]),
  { none: 'No governed file is known.' },
)}`;
}

function fieldTable(node: string, management: Management, fields: readonly NodeField[], serverUrl: string): Html {
  return table(
    ['Field', 'Value', 'Written at', 'Set by', 'Approved by', 'Applied by'],
    fields.map(field => [
      fieldLink(node, field.path),
      shownCell(field.value),
      field.place === null
        ? html`<span class="muted">unknown</span>`
        : placeLink(serverUrl, management.repository, field.place.commit, field.place),
      setBy(field),
      approvedBy(field),
      appliedBy(field),
    ]),
    { none: 'Nobody wrote a value; the kubelet runs with its defaults.' },
  );
}

/** The change behind a value. A value that is older than the gate's knowledge says so. */
export function setBy({ setBy: change }: NodeField): Html {
  if (change === null) return html`<span class="muted">not known</span>`;
  return html`${changeLink(change.changeId, html`${change.firstSeen && 'before '}#${change.number}`)} <span class="under">${moment(change.mergedAt)}</span>`;
}

/** Who approved it; nobody is named for a value the gate never saw change. */
export function approvedBy({ setBy: change }: NodeField): Html {
  if (change === null || change.firstSeen) return html`<span class="muted">before the record</span>`;
  if (change.violation !== null) return html`${badge('merge-violation')}`;
  return personLinks(change.approvers);
}

/** The run that brought it. */
export function appliedBy({ application }: NodeField): Html {
  if (application === null) return badge('not-applied');
  return html`${application.outcome !== 'applied-as-approved' && html`${badge(application.outcome)} `}${runLink(
    application.runId,
    html`<code>${application.runId.slice(0, 8)}</code>`,
  )} <span class="under">${moment(application.at)}</span>`;
}
