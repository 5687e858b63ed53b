/** The one stylesheet: system fonts, light and dark, cards for tables on narrow screens, and paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f5f6f8; --text: #1b1f24; --muted: #57606a; --line: #d8dde3; --link: #0b57c2;
  --good: #116329; --good-back: #e3f4e8; --bad: #a4151b; --bad-back: #fde8e8; --warn: #7a4b00; --warn-back: #fdf1d8;
  --plain-back: #eceff2;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --panel: #1c2025; --text: #e4e7eb; --muted: #a0a8b1; --line: #343a41; --link: #7db4ff;
    --good: #7bd88f; --good-back: #16301e; --bad: #ff9c97; --bad-back: #40191b; --warn: #f0c674; --warn-back: #392b10;
    --plain-back: #2a2f36;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); overflow-wrap: break-word; }
a { color: var(--link); text-decoration-color: color-mix(in srgb, currentColor 35%, transparent); text-decoration-thickness: 1px; text-underline-offset: 2px; }
a:hover { text-decoration-color: currentColor; }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible {
  outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px;
}
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: .5rem; background: var(--page); padding: .25rem .5rem; z-index: 1; }
header, main, footer { max-width: 80rem; margin: 0 auto; padding: 0 1.5rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 2rem; padding-top: 1rem; padding-bottom: .6rem; border-bottom: 1px solid var(--line); }
.brand { font-weight: 700; font-size: 1.1rem; color: var(--text); text-decoration: none; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
header nav a { text-decoration: none; padding: .15rem 0; color: var(--muted); }
header nav a:hover { color: var(--text); }
header nav a[aria-current] { color: var(--text); font-weight: 600; box-shadow: 0 2px 0 var(--link); }
footer { margin-top: 3rem; padding-bottom: 2rem; color: var(--muted); font-size: .875rem; border-top: 1px solid var(--line); }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1.5rem 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .6rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
h4 { font-size: 1rem; margin: 0; }
h1 code, h2 code, h3 code { font-size: .9em; }
p { margin: .5rem 0; }
.lead { font-size: 1.075rem; max-width: 60rem; }
.states { display: flex; flex-wrap: wrap; gap: .25rem .9rem; align-items: baseline; }
.muted, .under { color: var(--muted); }
.under { display: block; font-size: .875rem; }
.none { padding: 1rem; background: var(--panel); border-radius: 6px; color: var(--muted); }
.alarm ul { margin: .25rem 0 0; padding-left: 1.1rem; }
.alarm { padding: .75rem 1rem; border-left: 4px solid var(--bad); background: var(--bad-back); border-radius: 0 6px 6px 0; }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { unicode-bidi: isolate; }
.wide { overflow-wrap: anywhere; }
pre { background: var(--panel); padding: .9rem 1rem; border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
.unknown { font-style: italic; color: var(--warn); }
.count { white-space: nowrap; color: var(--muted); font-weight: 400; font-size: .875rem; }
.clock { color: var(--muted); }
time { white-space: nowrap; font-variant-numeric: tabular-nums; }
.badge { display: inline-block; padding: 0 .5em; border-radius: 4px; font-size: .8125rem; font-weight: 600; white-space: nowrap; border: 1px solid transparent; }
.badge.good { color: var(--good); background: var(--good-back); }
.badge.bad { color: var(--bad); background: var(--bad-back); }
.badge.warn { color: var(--warn); background: var(--warn-back); }
.badge.plain { color: var(--text); background: var(--plain-back); }
.tally { white-space: nowrap; }
table { width: 100%; border-collapse: collapse; margin: .75rem 0; font-size: .9375rem; }
caption { text-align: left; color: var(--muted); }
th, td { text-align: left; vertical-align: top; padding: .55rem 1rem .55rem 0; border-bottom: 1px solid var(--line); }
th { font-size: .8125rem; font-weight: 600; color: var(--muted); }
td:last-child, th:last-child { padding-right: 0; }
tbody tr:hover { background: var(--panel); }
dl { margin: .75rem 0; }
dl > div { display: grid; grid-template-columns: 9rem 1fr; gap: .25rem 1rem; padding: .2rem 0; }
dt { color: var(--muted); }
dd { margin: 0; min-width: 0; }
dd ul, dd ol { margin: 0; padding-left: 1.1rem; }
.log { list-style: none; padding: 0; }
.hosts { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0 .9rem; }
.files { list-style: none; margin: .25rem 0 0; padding: 0; }
summary { cursor: pointer; }
.section > summary h3 { display: inline-block; }
.finding { border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; margin: .6rem 0; break-inside: avoid; }
.finding dl { margin-bottom: 0; }
.finding .id { font-weight: 400; font-size: .875rem; }
form.filter { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .6rem 1rem; align-items: end; margin: 1rem 0 1.25rem; padding: .9rem 1rem 1rem; background: var(--panel); border-radius: 6px; }
label { display: block; min-width: 0; font-size: .8125rem; color: var(--muted); }
input, select, button { font: inherit; font-size: .9375rem; color: var(--text); background: var(--page); border: 1px solid var(--line); border-radius: 4px; padding: .3rem .5rem; }
label input, label select { display: block; width: 100%; min-width: 0; margin-top: .15rem; height: 2.25rem; }
::placeholder { color: var(--muted); opacity: .7; }
button { background: var(--link); border-color: var(--link); color: var(--page); font-weight: 600; padding: .3rem 1rem; height: 2.25rem; cursor: pointer; }
.buttons { display: flex; gap: 1rem; align-items: center; }
.pages { justify-content: flex-end; margin: 1rem 0; }
@media (max-width: 44rem) {
  header, main, footer { padding-left: 1rem; padding-right: 1rem; }
  header nav { gap: .25rem .9rem; font-size: .9375rem; }
  form.filter { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  dl > div { grid-template-columns: 1fr; gap: 0; padding: .35rem 0; }
  dt { font-size: .8125rem; }
  table, caption, tbody, tr, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { border: 1px solid var(--line); border-radius: 6px; padding: .5rem .9rem; margin: .6rem 0; }
  td { border: 0; padding: .2rem 0; }
  td:not(:first-child) { position: relative; padding-left: 7rem; min-height: 1.9rem; }
  td:not(:first-child)::before { content: attr(data-label); position: absolute; left: 0; top: .3rem; color: var(--muted); font-size: .8125rem; }
  td:empty { display: none; }
}
@media print {
  :root { --page: #fff; --text: #000; --muted: #444; --line: #999; --link: #000; font-size: 10pt; }
  header nav, form, .pages, .skip, .screen { display: none; }
  header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  h2, h3, h4 { break-after: avoid; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  .badge { border-color: currentColor; background: none; }
}
`;
