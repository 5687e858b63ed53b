import { type Html, html } from '../html.ts';

/** The report's own stylesheet: system fonts, one column, paper. */
export function complianceStyle(): Html {
  return html`<style>
:root { --text: #1b1f24; --muted: #57606a; --line: #d8dde3; --panel: #f5f6f8; --bad: #a4151b; --bad-back: #fde8e8; --warn: #7a4b00; --warn-back: #fdf1d8; --good: #116329;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: var(--text); overflow-wrap: anywhere; }
main { max-width: 68rem; margin: 0 auto; padding: 1rem 1.5rem 3rem; }
h1 { font-size: 1.6rem; margin: 1rem 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: 1rem; margin: 0 0 .25rem; }
p { margin: .35rem 0; }
.lead { font-size: 1.1rem; }
.muted, .under, .count, .id { color: var(--muted); font-weight: 400; font-size: .875rem; }
.under { display: block; max-width: 36rem; }
.facts { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: .75rem 0; }
.facts div { display: block; }
dl { margin: .5rem 0 0; }
article dl div { display: grid; grid-template-columns: 6.5rem 1fr; gap: 1rem; padding: .1rem 0; }
dt { color: var(--muted); font-size: .875rem; }
dd { margin: 0; min-width: 0; }
code { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; unicode-bidi: isolate; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
th { font-size: .8125rem; color: var(--muted); }
th.number, td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; width: 5.5rem; }
td .violated, td .undecided { font-weight: 700; }
td .violated { color: var(--bad); }
td .undecided, td .waived { color: var(--warn); }
td .pass { color: var(--good); }
td .zero { color: #a0a8b1; }
article { border: 1px solid var(--line); border-left: 4px solid var(--line); border-radius: 4px; padding: .7rem 1rem; margin: .7rem 0; break-inside: avoid; }
article.violated { border-left-color: var(--bad); }
article.undecided, article.waived { border-left-color: #d9a43a; }
.badge { display: inline-block; padding: 0 .5em; border-radius: 4px; font-size: .8125rem; background: var(--panel); border: 1px solid var(--line); }
.badge.critical, .badge.high { color: var(--bad); background: var(--bad-back); border-color: transparent; }
.badge.medium { color: var(--warn); background: var(--warn-back); border-color: transparent; }
@media (max-width: 40rem) { main { padding: .5rem 1rem 2rem; } article dl div { grid-template-columns: 1fr; gap: 0; } th.number, td.number { width: auto; padding-right: .35rem; } }
@media print {
  @page { margin: 15mm; }
  :root { --muted: #444; --line: #999; font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h2, h3 { break-after: avoid; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
  .badge { background: none !important; border-color: currentColor !important; }
}
</style>`;
}
