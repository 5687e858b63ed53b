import { html } from './html.ts';
import { facts, layout } from './layout.ts';

/** `/log`: the transparency log's health and how to verify it without trusting this service. */
export function logPage(
  data: Readonly<{ origin: string; vkey: string; checkpoint: string | null; publicUrl: string }>,
): string {
  const { origin, vkey, checkpoint, publicUrl } = data;
  const [checkpointOrigin, size, root] = checkpoint?.split('\n') ?? [];
  return layout({
    title: 'Log',
    section: '/log',
    json: null,
    body: html`
<h1>Transparency log</h1>
<p class="lead">Every step that matters is an entry of an append-only Merkle tree in the C2SP tlog-tiles form. Who holds an older
checkpoint can prove that nothing was rewritten since.</p>
${checkpoint === null && html`<p class="none">The log is empty. Its first checkpoint appears with the first recorded change.</p>`}
${
  checkpoint !== null &&
  checkpointOrigin !== origin &&
  html`<p class="alarm" role="alert">The checkpoint is of ${checkpointOrigin}, not of this log.</p>`
}
${facts([
  ['Origin', html`<code>${origin}</code>`],
  ['Entries', checkpoint === null ? '0' : html`<strong>${size}</strong>`],
  ['Root hash', checkpoint === null ? null : html`<code class="wide">${root}</code>`],
  ['Verifier key', html`<code class="wide">${vkey}</code>`],
])}
${
  checkpoint !== null &&
  html`
<h2>Checkpoint</h2>
<pre>${checkpoint}</pre>
<p><a href="/log/checkpoint">The checkpoint as the log serves it</a></p>`
}
<h2>Verify it yourself</h2>
<p>On a machine of your own, with a key you got by another way than this page:</p>
<pre>npx kubelet-gate log verify --url ${publicUrl}/log --key '${vkey}'</pre>
<p>Exit code 0: every entry, tile and signature fits. 1: something does not. 2: it could not be told.
Keep the checkpoint and pass it as <code>--from FILE</code> next time: then a rewritten history shows, too.</p>`,
  });
}
