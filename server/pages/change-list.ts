import { type Html, html } from '../../core/report/html.ts';
import type { ChangeList, ChangeSummary } from '../api/changes.ts';
import { CHANGE_STATUSES } from '../api/query.ts';
import { badge } from './badge.ts';
import { layout, table } from './layout.ts';
import { changeLink, personLink, personLinks, pullLink } from './links.ts';
import { moment } from './moment.ts';
import { type GivenFilter, isFiltered, pager } from './pager.ts';

const TEXT_FILTERS = [
  ['repo', 'Repository', 'owner/name'],
  ['node', 'Node', 'worker-17'],
  ['field', 'Field', 'authorization.mode'],
  ['person', 'Person', 'login'],
  ['control', 'Control', 'KG-…'],
] as const;

/** `/`: the changes, newest first. */
export function changeListPage(data: Readonly<{ list: ChangeList; filter: GivenFilter; serverUrl: string }>): string {
  const { list, filter, serverUrl } = data;
  const filtered = isFiltered(filter);
  return layout({
    title: 'Changes',
    section: '/',
    json: `/api/v1/changes?${new URLSearchParams(filter)}`,
    body: html`
<h1>Changes</h1>
<p class="lead">Pull requests that touch what kubelets run with, newest first.</p>
${filterForm(filter, filtered)}
${table(
  ['Change', 'State', 'Effect', 'Verdict', 'Decision', 'Updated'],
  list.changes.map(change => row(change, serverUrl)),
  {
    none: filtered
      ? 'No change matches these filters.'
      : 'No change yet. Changes appear here once a pull request touches kubelet configuration.',
  },
)}
${pager('/', filter, list.nextCursor)}`,
  });
}

function row(change: ChangeSummary, serverUrl: string): readonly Html[] {
  return [
    html`${changeLink(change.id, html`<strong><bdi>${change.title}</bdi></strong>`)}
<span class="under">${pullLink(serverUrl, change.repository, change.number)} by ${personLink(change.author)}</span>`,
    html`${badge(change.state)}${change.merge?.violation != null && html` ${badge('merge-violation')}`}`,
    badge(change.direction),
    badge(change.conclusion),
    html`${badge(change.decision.state)}${
      change.decision.approvers.length > 0 &&
      html`<span class="under">by ${personLinks(change.decision.approvers)}</span>`
    }`,
    moment(change.updatedAt),
  ];
}

function filterForm(filter: GivenFilter, filtered: boolean): Html {
  return html`<form class="filter" method="get" action="/" role="search" aria-label="Filter changes">
${TEXT_FILTERS.map(
  ([name, label, example]) => html`
<label>${label} <input name="${name}" value="${filter[name]}" placeholder="${example}" autocapitalize="off" spellcheck="false"></label>`,
)}
<label>Status <select name="status"><option value="">any</option>${CHANGE_STATUSES.map(
    status =>
      html`<option value="${status}"${filter['status'] === status && SELECTED}>${status.replaceAll('-', ' ')}</option>`,
  )}</select></label>
<label>Since <input type="date" name="since" value="${filter['since']}"></label>
<label>Until <input type="date" name="until" value="${filter['until']}"></label>
<span class="buttons"><button>Filter</button>${filtered && html` <a href="/">Clear</a>`}</span>
</form>`;
}

const SELECTED = html` selected`;
