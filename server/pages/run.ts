import { type Html, html } from '../../core/report/html.ts';
import type { RunDetail } from '../api/runs.ts';
import { badge } from './badge.ts';
import { content } from './content.ts';
import { facts, layout, table } from './layout.ts';
import { breakable, changeLink, nodeLink, personLinks } from './links.ts';
import { logReferences } from './log-references.ts';
import { moment } from './moment.ts';
import { hostCounts } from './run-list.ts';

/** Problems of a report that are shown; the first ones say where it broke. */
const PROBLEMS = 20;

/** `/runs/:id`: what one Ansible run did to each host, and whether that is what was approved. */
export function runPage(data: Readonly<{ run: RunDetail; serverUrl: string }>): string {
  const { run, serverUrl } = data;
  return layout({
    title: `Run ${run.id}`,
    section: '/runs',
    json: `/api/v1/runs/${encodeURIComponent(run.id)}`,
    body: html`
<h1>Run${run.playbook !== null && html` of <bdi>${run.playbook}</bdi>`}</h1>
<p class="states">${badge(run.status)}${run.check && html` ${badge('check-mode')}`} <code>${run.id}</code></p>
${
  run.problems.length > 0 &&
  html`<div class="alarm"><p>The report cannot be relied on as a whole:</p><ul>${run.problems
    .slice(0, PROBLEMS)
    .map(problem => html`<li>${problem}</li>`)}</ul></div>`
}
${facts([
  ['By', run.by ?? html`<span class="muted">not reported</span>`],
  ['Started', moment(run.startedAt)],
  ['Ended', run.endedAt === null ? html`<span class="muted">not reported</span>` : moment(run.endedAt)],
  ['Content', content(serverUrl, run)],
  [
    'Change',
    run.change === null
      ? html`<span class="muted">none</span>`
      : html`${changeLink(run.change.id, html`#${run.change.number} <bdi>${run.change.title}</bdi>`)} <span class="under">approved by ${personLinks(run.change.decision.approvers)}</span>`,
  ],
  [
    'The gate said',
    run.gate === null
      ? html`<span class="muted">it was not asked</span>`
      : html`${badge(run.gate.verdict)} ${run.gate.reason}`,
  ],
  ['Rollback', run.rollback === true ? 'the content is that of an earlier change' : null],
  ['Nodes', hostCounts(run)],
  ['Log entries', logReferences(run.log)],
])}
<h2>Nodes</h2>
${table(
  ['Node', 'Result', 'Files'],
  [...run.hosts]
    .sort((a, b) => concern(a) - concern(b))
    .map(host => [
      nodeLink(host.host),
      html`${badge(host.outcome)}${host.reasons.map(reason => html` <span class="under">${reason}</span>`)}${proofs(host)}`,
      filesCell(host.files),
    ]),
  { none: run.status === 'refused' ? 'The run was refused before the first task.' : 'The run reported no node.' },
)}`,
  });
}

/** Hosts that are not as approved come first. */
function concern({ outcome }: RunDetail['hosts'][number]): number {
  return ['differs', 'failed', 'not-proven', 'applied-as-approved'].indexOf(outcome);
}

/** Every file as approved is one line; a file that differs stands there without a click. */
function filesCell(files: RunDetail['hosts'][number]['files']): Html {
  if (files.length === 0) return html`<span class="muted">none reported</span>`;
  const differs = files.filter(({ state }) => state !== 'as-approved');
  return html`<details${differs.length > 0 && OPEN}><summary>${files.length} ${files.length === 1 ? 'file' : 'files'}${
    differs.length > 0 && html`, ${differs.length} not shown to be as approved`
  }</summary>
<ul class="files">${files.map(
    file => html`<li><code>${breakable(file.dest)}</code>
<span class="under">approved <code class="wide">${file.approved ?? 'not known from Git alone'}</code></span>
<span class="under">on the node <code class="wide">${file.actual === file.approved && file.actual !== null ? 'the same' : (file.actual ?? 'not reported')}</code></span>${file.reason !== '' && html`<span class="under">${file.reason}</span>`}</li>`,
  )}</ul></details>`;
}

const OPEN = html` open`;

const PROOFS = [
  ['live', 'kubelet runs with it', 'kubelet has not restarted with it'],
  ['idempotent', 'repeating changed nothing', 'repeating changed something'],
  ['osFirst', 'OS hardening came first', 'OS hardening did not come first'],
] as const;

/** What the report shows beyond the files; what it does not show is left out. */
function proofs(host: RunDetail['hosts'][number]): readonly Html[] {
  return PROOFS.flatMap(([name, yes, no]) => {
    if (host[name] === null) return [];
    return [html`<span class="under">${host[name] ? yes : no}</span>`];
  });
}
