import { type Html, html } from '../../core/report/html.ts';
import type { Exception, ExceptionList } from '../api/exceptions.ts';
import { badge } from './badge.ts';
import { layout, table } from './layout.ts';
import { changeLink, commitLink, runLink } from './links.ts';
import { moment } from './moment.ts';

/** `/exceptions`: what did not go the approved way, newest first. */
export function exceptionsPage(data: Readonly<{ list: ExceptionList; serverUrl: string }>): string {
  return layout({
    title: 'Exceptions',
    section: '/exceptions',
    json: '/api/v1/exceptions',
    body: html`
<h1>Exceptions</h1>
<p class="lead">What did not go the approved way: merges and pushes nobody approved, runs that were refused, are incomplete or
left something else than was approved, files changed behind Ansible's back, and webhooks that could not be handled.</p>
${table(
  ['What', 'Happened', 'Where', 'When'],
  data.list.exceptions.map(exception => [
    badge(exception.kind),
    exception.message,
    where(exception, data.serverUrl),
    moment(exception.at),
  ]),
  { none: 'None. Everything the gate saw went the approved way.' },
)}`,
  });
}

function where(exception: Exception, serverUrl: string): Html {
  const { repository, commit, branch } = exception;
  return html`${repository !== null && html`${repository}${branch !== null && html` <code>${branch}</code>`}`}
${repository !== null && commit !== null && html`<span class="under">commit ${commitLink(serverUrl, repository, commit)}</span>`}
${exception.changeId !== null && html`<span class="under">${changeLink(exception.changeId, 'the change')}</span>`}
${exception.runId !== null && html`<span class="under">${runLink(exception.runId, 'the run')}</span>`}
${exception.delivery !== null && html`<span class="under">delivery <code>${exception.delivery}</code></span>`}`;
}
