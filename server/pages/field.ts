import { html } from '../../core/report/html.ts';
import type { FieldHistory } from '../api/nodes.ts';
import { layout, table } from './layout.ts';
import { nodeLink, placeLink } from './links.ts';
import { moment } from './moment.ts';
import { appliedBy, approvedBy, setBy } from './node.ts';
import { shownCell } from './shown.ts';

/** `/nodes/:name/fields/:path`: the values of one field over time. */
export function fieldPage(data: Readonly<{ field: FieldHistory; serverUrl: string }>): string {
  const { field, serverUrl } = data;
  return layout({
    title: `${field.path} on ${field.node}`,
    section: '/nodes',
    json: `/api/v1/nodes/${encodeURIComponent(field.node)}/fields/${encodeURIComponent(field.path)}`,
    body: html`
<h1><code>${field.path}</code></h1>
<p class="lead">Every value on the node ${nodeLink(field.node)}, newest first. <a href="/?node=${encodeURIComponent(field.node)}&amp;field=${encodeURIComponent(field.path)}">Changes of this field here</a>.</p>
${field.managedBy.map(
  ({ repository, inventory, history }) => html`
<h2>${repository}${inventory !== '' && html` <code>${inventory}</code>`}</h2>
${table(
  ['Value', 'From', 'To', 'Written at', 'Set by', 'Approved by', 'Applied by'],
  history.map(entry => [
    shownCell(entry.value),
    moment(entry.since),
    entry.until === null ? 'now' : moment(entry.until),
    entry.place === null
      ? html`<span class="muted">not written</span>`
      : placeLink(serverUrl, repository, entry.place.commit, entry.place),
    setBy(entry),
    approvedBy(entry),
    appliedBy(entry),
  ]),
  { none: '' },
)}`,
)}`,
  });
}
