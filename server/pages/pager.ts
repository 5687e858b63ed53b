import { type Html, html } from '../../core/report/html.ts';

/** The filter of a list as its address holds it, its place in the list (`cursor`) included: parameter name to text. */
export type GivenFilter = Readonly<Record<string, string>>;

/** Whether anything is asked for beyond a place in the list. */
export function isFiltered(filter: GivenFilter): boolean {
  return Object.keys(filter).some(name => name !== 'cursor');
}

/** Links from one page of a list to its first and to the next older one, with the same filter. */
export function pager(path: string, filter: GivenFilter, nextCursor: string | null): Html {
  const { cursor, ...asked } = filter;
  const first = new URLSearchParams(asked).toString();
  const older = nextCursor === null ? null : new URLSearchParams({ ...asked, cursor: nextCursor }).toString();
  return html`<nav class="pages" aria-label="Pages">${cursor !== undefined && html`<a href="${path}?${first}">Newest</a>`}
${older !== null && html`<a rel="next" href="${path}?${older}">Older</a>`}</nav>`;
}
