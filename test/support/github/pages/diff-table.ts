import { patchLines } from '../pull-diff.ts';
import { escapeHtml } from './markdown.ts';

/** A patch as a table with both line numbers; `below` gives HTML to put under a line. */
export function diffTable(
  patch: string,
  below: (line: Readonly<{ left: number | null; right: number | null }>) => string = () => '',
): string {
  const lines = new Map(patchLines(patch).map(line => [line.position, line]));
  const rows = patch.split('\n').map((text, position) => {
    const line = lines.get(position);
    if (!line) return `<tr class="hunk"><td class="n"></td><td class="n"></td><td>${escapeHtml(text)}</td></tr>`;
    const kind = line.left === null ? 'add' : line.right === null ? 'del' : 'same';
    const under = below(line);
    return `<tr class="${kind}"><td class="n">${line.left ?? ''}</td><td class="n">${line.right ?? ''}</td><td>${escapeHtml(text)}</td></tr>${
      under === '' ? '' : `<tr><td class="n"></td><td class="n"></td><td>${under}</td></tr>`
    }`;
  });
  return `<table class="diff"><tbody>${rows.join('')}</tbody></table>`;
}
