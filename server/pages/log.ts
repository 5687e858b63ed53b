import { html } from '../../core/report/html.ts';
import type { LogHealth } from '../api/log.ts';
import { badge } from './badge.ts';
import { facts, layout, table } from './layout.ts';
import { breakable } from './links.ts';
import { moment } from './moment.ts';

/** `/log`: the transparency log's health and how to verify it without trusting this service. */
export function logPage(data: Readonly<{ log: LogHealth; publicUrl: string }>): string {
  const { log, publicUrl } = data;
  const { checkpoint } = log;
  const unsigned = log.recorded - (checkpoint?.size ?? 0);
  return layout({
    title: 'Log',
    section: '/log',
    json: '/api/v1/log',
    body: html`
<h1>Transparency log</h1>
<p class="lead">Every step that matters is an entry of an append-only Merkle tree in the C2SP tlog-tiles form. Who holds an older
checkpoint can prove that nothing was rewritten since.</p>
${log.problem !== null && html`<p class="alarm" role="alert"><strong>The checkpoint does not hold:</strong> ${log.problem}</p>`}
${checkpoint === null && html`<p class="none">No checkpoint is signed yet. The first appears with the first recorded change.</p>`}
${facts([
  ['Origin', html`<code>${log.origin}</code>`],
  ['Verifier key', html`<code class="wide">${log.vkey}</code>`],
  [
    'Entries',
    html`<strong>${log.recorded}</strong>${unsigned > 0 && html` <span class="muted">${unsigned} not signed yet</span>`}`,
  ],
  ['Root hash', checkpoint === null ? null : html`<code class="wide">${checkpoint.root}</code>`],
  [
    'Signed',
    checkpoint === null ? null : html`${moment(checkpoint.at)} ${log.problem === null && html`${badge('verifies')}`}`,
  ],
])}
${
  checkpoint !== null &&
  html`
<h2>Checkpoint</h2>
<pre>${checkpoint.note}</pre>
<p><a href="/log/checkpoint">The checkpoint as the log serves it</a></p>`
}
<h2>Verify it yourself</h2>
<p>On a machine of your own, with a key you got by another way than this page:</p>
<pre>npx kubelet-gate log verify --url ${publicUrl}/log --key '${log.vkey}'</pre>
<p>Exit code 0: every entry, tile and signature fits. 1: something does not. 2: it could not be told.
Keep the checkpoint and pass it as <code>--from FILE</code> next time: then a rewritten history shows, too.</p>
<h2>Newest entries</h2>
${table(
  ['Entry', 'Kind', 'Event', 'When'],
  log.newest.map(entry => [
    entry.index,
    html`<code>${entry.kind}</code>`,
    breakable(eventOf(entry.key)),
    moment(entry.at),
  ]),
  { none: 'The log is empty.' },
)}`,
  });
}

/** The names in an entry's key without its kind; a key that is none of ours stands as it is. */
function eventOf(key: string): string {
  try {
    return key.split('/').slice(1).map(decodeURIComponent).join(' ');
  } catch {
    return key;
  }
}
