import { escapeHtml } from './markdown.ts';

const STYLE = `
:root { color-scheme: light; --line: #d1d9e0; --soft: #f6f8fa; --text: #1f2328; --muted: #59636e; --link: #0969da;
  --green: #1a7f37; --red: #d1242f; --purple: #8250df; --yellow: #9a6700; }
* { box-sizing: border-box; }
body { margin: 0; font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; color: var(--text); }
header { background: var(--soft); border-bottom: 1px solid var(--line); padding: 12px 24px; }
main { max-width: 1040px; margin: 24px auto; padding: 0 24px; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
h1 { font-size: 26px; font-weight: 400; margin: 0 0 8px; } h1 .number { color: var(--muted); font-weight: 300; }
h2 { font-size: 18px; margin: 32px 0 12px; }
.muted { color: var(--muted); }
.state { display: inline-block; color: #fff; border-radius: 2em; padding: 4px 12px; font-weight: 500; margin-right: 8px; }
.open { background: var(--green); } .closed { background: var(--red); } .merged { background: var(--purple); }
.box { border: 1px solid var(--line); border-radius: 6px; margin: 16px 0; overflow: hidden; }
.box > .head { background: var(--soft); border-bottom: 1px solid var(--line); padding: 8px 16px; }
.box > .body { padding: 12px 16px; overflow-x: auto; }
.event { color: var(--muted); margin: 12px 0 12px 16px; padding-left: 16px; border-left: 2px solid var(--line); }
.tag { border: 1px solid var(--line); border-radius: 2em; padding: 0 7px; font-size: 12px; color: var(--muted); margin-left: 6px; }
.ok { color: var(--green); } .bad { color: var(--red); } .wait { color: var(--yellow); }
code { background: #818b981f; border-radius: 6px; padding: .2em .4em; font: 85% ui-monospace, SFMono-Regular, Menlo, monospace; }
pre { margin: 0; padding: 12px; font: 12px/1.45 ui-monospace, SFMono-Regular, Menlo, monospace; overflow-x: auto; background: var(--soft); }
.fence { border-radius: 6px; overflow: hidden; margin: 8px 0; } .fence .label { display: block; padding: 4px 12px; font-size: 12px;
  color: var(--muted); border: 1px solid var(--line); border-bottom: 0; border-radius: 6px 6px 0 0; }
.fence.suggestion { border: 1px solid var(--line); } .fence.suggestion .label { border: 0; } .fence.suggestion pre { background: #dafbe1; }
table { border-collapse: collapse; margin: 8px 0; } th, td { border: 1px solid var(--line); padding: 6px 13px; text-align: left; }
tbody tr:nth-child(2n) { background: var(--soft); }
.body h1, .body h2 { font-size: 20px; font-weight: 600; margin: 16px 0 8px; border-bottom: 1px solid var(--line); padding-bottom: 4px; }
.body h3 { font-size: 16px; margin: 16px 0 8px; }
.body > :first-child { margin-top: 0; } .body > :last-child { margin-bottom: 0; }
blockquote { margin: 8px 0; padding: 0 1em; color: var(--muted); border-left: 4px solid var(--line); }
blockquote.alert { color: var(--text); border-left-color: var(--link); } blockquote.alert > strong { color: var(--link); }
blockquote.warning, blockquote.caution { border-left-color: var(--red); } blockquote.warning > strong, blockquote.caution > strong { color: var(--red); }
blockquote.tip { border-left-color: var(--green); } blockquote.tip > strong { color: var(--green); }
details { margin: 8px 0; } summary { cursor: pointer; }
table.diff { width: 100%; margin: 0; font: 12px/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; }
table.diff td { border: 0; padding: 0 10px; white-space: pre-wrap; overflow-wrap: anywhere; background: #fff; }
table.diff td.n { width: 1%; min-width: 44px; text-align: right; color: var(--muted); user-select: none; white-space: nowrap; }
table.diff tr.add td { background: #dafbe1; } table.diff tr.del td { background: #ffebe9; } table.diff tr.hunk td { background: #ddf4ff; color: var(--muted); }
.thread { border: 1px solid var(--line); border-radius: 6px; margin: 12px 0; overflow: hidden; }
table.diff .thread { white-space: normal; font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
.thread > .path { padding: 8px 12px; background: var(--soft); border-bottom: 1px solid var(--line); font: 12px ui-monospace, monospace; }
.thread > .body { padding: 12px 16px; border-top: 1px solid var(--line); }
`;

/** A whole page. `title` is text, `body` HTML. */
export function layout(title: string, crumbs: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><header><strong><a href="/">GitHub double</a></strong> / ${crumbs}</header><main>${body}</main></body></html>
`;
}
