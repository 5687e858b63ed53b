import { type Html, html } from '../../core/report/html.ts';
import type { LogReference } from '../api/log.ts';
import { moment } from './moment.ts';

/** Entries of the transparency log by index, each with what it records. */
export function logReferences(entries: readonly LogReference[]): Html {
  if (entries.length === 0) return html`<span class="muted">none yet</span>`;
  return html`<ol class="log">${entries.map(entry => html`<li>entry <strong>${entry.index}</strong> ${entry.kind} <span class="muted">${moment(entry.at)}</span></li>`)}</ol>`;
}
