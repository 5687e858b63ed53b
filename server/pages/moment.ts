import { type Html, html } from '../../core/report/html.ts';

/** A time for people, to the minute, in UTC; the machine-readable one goes along. */
export function moment(at: string): Html {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return html`${at}`;
  const iso = date.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} <span class="clock">${iso.slice(11, 16)}</span></time>`;
}
