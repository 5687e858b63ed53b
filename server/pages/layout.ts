import { type Html, type HtmlValue, html, markup } from '../../core/report/html.ts';

const SECTIONS = [
  ['/', 'Changes'],
  ['/nodes', 'Nodes'],
  ['/runs', 'Runs'],
  ['/exceptions', 'Exceptions'],
  ['/log', 'Log'],
] as const;

export type Section = (typeof SECTIONS)[number][0];

/** A whole page. `json` is the address of the same data for programs. */
export function layout(
  page: Readonly<{ title: string; section: Section | null; json: string | null; body: Html }>,
): string {
  return markup(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${page.title} · kubelet-gate</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header>
<a class="brand" href="/">kubelet-gate</a>
<nav aria-label="Sections">${SECTIONS.map(([href, name]) =>
    href === page.section
      ? html`<a href="${href}" aria-current="page">${name}</a>`
      : html`<a href="${href}">${name}</a>`,
  )}</nav>
</header>
<main id="main">
${page.body}
</main>
<footer>
<p>All times are UTC. <span class="screen">${page.json !== null && html`<a href="${page.json}">This page as JSON</a>. `}<a href="/api/v1/openapi.json">API description</a>.</span></p>
</footer>
</body>
</html>
`);
}

/** A table. On narrow screens each row becomes a card whose cells carry their column's name. */
export function table(
  columns: readonly string[],
  rows: readonly (readonly HtmlValue[])[],
  options: Readonly<{ caption?: string; none: string }>,
): Html {
  if (rows.length === 0) return html`<p class="none">${options.none}</p>`;
  return html`<table>
${options.caption !== undefined && html`<caption>${options.caption}</caption>`}
<thead><tr>${columns.map(column => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map(
    row => html`
<tr>${row.map((cell, index) => html`<td data-label="${columns[index]}">${cell}</td>`)}</tr>`,
  )}
</tbody>
</table>`;
}

/** Names and values; pairs whose value is null are left out. */
export function facts(pairs: readonly (readonly [name: string, value: HtmlValue])[]): Html {
  return html`<dl>${pairs.map(
    ([name, value]) =>
      value !== null &&
      html`
<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}
</dl>`;
}
