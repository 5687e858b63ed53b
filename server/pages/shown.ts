import { type Html, html } from '../../core/report/html.ts';
import { jsonText } from '../../core/report/shown-value.ts';
import type { Shown } from '../../core/review/types.ts';

/** A value before or after, as a table cell shows it. */
export function shownCell(shown: Shown): Html {
  switch (shown.state) {
    case 'absent':
      return html`<span class="muted">not set</span>`;
    case 'unknown':
      return html`<span class="unknown">unknown</span> <span class="muted">${shown.why.join('; ') || 'not known from Git'}</span>`;
    case 'value':
      return html`<code class="wide">${jsonText(shown.value)}</code>${shown.implicit && html` <span class="muted">default</span>`}`;
  }
}
