import { type Html, html } from '../../core/report/html.ts';

/** GitHub's web address, without a trailing slash. */
export type ServerUrl = string;

const segments = (path: string) => path.split('/').map(encodeURIComponent).join('/');

/** `owner/name#7`, leading to GitHub. */
export function pullLink(serverUrl: ServerUrl, repository: string, number: number): Html {
  return html`<a href="${serverUrl}/${segments(repository)}/pull/${number}">${repository}#${number}</a>`;
}

/** The first digits of a commit id, leading to GitHub. */
export function commitLink(serverUrl: ServerUrl, repository: string, commit: string): Html {
  return html`<a href="${serverUrl}/${segments(repository)}/commit/${segments(commit)}"><code>${commit.slice(0, 12)}</code></a>`;
}

/** `file:line` at a commit, leading to GitHub. Line 0 means the whole file. */
export function placeLink(
  serverUrl: ServerUrl,
  repository: string,
  commit: string,
  place: Readonly<{ file: string; line: number }>,
): Html {
  const anchor = place.line > 0 ? `#L${place.line}` : '';
  const text = place.line > 0 ? `${place.file}:${place.line}` : place.file;
  return html`<a href="${serverUrl}/${segments(repository)}/blob/${segments(commit)}/${segments(place.file)}${anchor}"><code>${breakable(text)}</code></a>`;
}

/** A change of ours, as `#7 title` or whatever stands in `text`. */
export function changeLink(id: number, text: Html | string): Html {
  return html`<a href="/changes/${id}">${text}</a>`;
}

export function nodeLink(node: string): Html {
  return html`<a href="/nodes/${encodeURIComponent(node)}">${node}</a>`;
}

export function fieldLink(node: string, path: string): Html {
  return html`<a href="/nodes/${encodeURIComponent(node)}/fields/${encodeURIComponent(path)}"><code>${breakable(path)}</code></a>`;
}

export function runLink(id: string, text: Html | string): Html {
  return html`<a href="/runs/${encodeURIComponent(id)}">${text}</a>`;
}

/** The changes a person took part in. */
export function personLink(login: string): Html {
  return html`<a href="/?person=${encodeURIComponent(login)}">${login}</a>`;
}

/** The people, or a dash. */
export function personLinks(logins: readonly string[]): Html {
  return logins.length === 0
    ? html`<span class="muted">nobody</span>`
    : html`${logins.map((login, index) => html`${index > 0 && ', '}${personLink(login)}`)}`;
}

/** Long paths may break after a separator, so that they do not push a table off the page. */
export function breakable(text: string): Html {
  return html`${text.split(/(?<=[./_])/).map((part, index) => html`${index > 0 && WORD_BREAK}${part}`)}`;
}

const WORD_BREAK = html`<wbr>`;
