import { type Html, html } from '../../core/report/html.ts';
import { RUN_STATUSES } from '../api/query.ts';
import type { RunList, RunSummary } from '../api/runs.ts';
import { badge } from './badge.ts';
import { content } from './content.ts';
import { layout, table } from './layout.ts';
import { changeLink, runLink } from './links.ts';
import { moment } from './moment.ts';
import { type GivenFilter, isFiltered, pager } from './pager.ts';

/** `/runs`: Ansible runs, newest first. */
export function runListPage(data: Readonly<{ list: RunList; filter: GivenFilter; serverUrl: string }>): string {
  const { list, filter, serverUrl } = data;
  const filtered = isFiltered(filter);
  return layout({
    title: 'Runs',
    section: '/runs',
    json: `/api/v1/runs?${new URLSearchParams(filter)}`,
    body: html`
<h1>Runs</h1>
<p class="lead">Ansible runs that reported to the gate, newest first.</p>
<form class="filter" method="get" action="/runs" role="search" aria-label="Filter runs">
<label>Repository <input name="repo" value="${filter['repo']}" placeholder="owner/name" autocapitalize="off" spellcheck="false"></label>
<label>Node <input name="node" value="${filter['node']}" autocapitalize="off" spellcheck="false"></label>
<label>Status <select name="status"><option value="">any</option>${RUN_STATUSES.map(
      status => html`<option value="${status}"${filter['status'] === status && SELECTED}>${status}</option>`,
    )}</select></label>
<label>Since <input type="date" name="since" value="${filter['since']}"></label>
<span class="buttons"><button>Filter</button>${filtered && html` <a href="/runs">Clear</a>`}</span>
</form>
${table(
  ['Run', 'Status', 'Content', 'Nodes', 'Started'],
  list.runs.map(run => row(run, serverUrl)),
  {
    none: filtered
      ? 'No run matches these filters.'
      : 'No run yet. Runs appear here once ansible-playbook reports with the kubelet-gate callback.',
  },
)}
${pager('/runs', filter, list.nextCursor)}`,
  });
}

const SELECTED = html` selected`;

function row(run: RunSummary, serverUrl: string): readonly Html[] {
  return [
    html`${runLink(run.id, html`<strong><bdi>${run.playbook ?? run.id}</bdi></strong>`)}
<span class="under">by ${run.by ?? 'nobody known'}</span>`,
    html`${badge(run.status)}${run.check && html` ${badge('check-mode')}`}`,
    html`${content(serverUrl, run)}
<span class="under">${run.changeId === null ? 'not known of a governed branch' : changeLink(run.changeId, 'its change')}</span>`,
    hostCounts(run),
    moment(run.startedAt),
  ];
}

/** How many hosts ended how. */
export function hostCounts({ hostCounts: counts }: RunSummary): Html {
  const shown = (['applied-as-approved', 'differs', 'failed', 'not-proven'] as const).filter(
    outcome => counts[outcome] > 0,
  );
  if (shown.length === 0) return html`<span class="muted">none</span>`;
  return html`${shown.map(outcome => html`<span class="tally">${counts[outcome]} ${badge(outcome)}</span> `)}`;
}
