import { type Html, html } from '../../core/report/html.ts';
import { commitLink } from './links.ts';

/** Which content a run had: repository and commit, as far as it is known. */
export function content(serverUrl: string, run: Readonly<{ repository: string | null; commit: string | null }>): Html {
  if (run.repository === null) return html`<span class="muted">not of a repository</span>`;
  if (run.commit === null) return html`${run.repository} <span class="muted">no commit</span>`;
  return html`${run.repository} ${commitLink(serverUrl, run.repository, run.commit)}`;
}
