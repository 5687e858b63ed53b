import { originsAt, type RenderedText } from '../source/rope.ts';
import { joinTexts, literalText, NO_TEXT, sliceText } from './rendered-text.ts';

/** One assignment of an environment file. */
export type Assignment = Readonly<{ name: string; value: RenderedText }>;

/**
 * The assignments of an environment file in order (systemd.exec(5), `parse_env_file`): one a line, `#` and `;` begin
 * comment lines, single quotes keep everything, double quotes keep all but backslash escapes of `"`, `\`, `$` and
 * backticks, outside quotes a backslash takes the next character as it is and joins lines. Files that a shell reads
 * may say `export`.
 */
export function environmentAssignments(file: RenderedText): readonly Assignment[] {
  const { text } = file;
  const found: Assignment[] = [];
  const start = /(?<=^|\n)[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=|(?<=^|\n)[ \t]*[#;]/g;
  for (let match = start.exec(text); match; match = start.exec(text)) {
    const name = match[1];
    if (name === undefined) {
      start.lastIndex = lineEnd(text, match.index);
      continue;
    }
    const read = readValue(file, match.index + match[0].length);
    found.push({ name, value: read.value });
    start.lastIndex = read.end;
  }
  return found;
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at < 0 ? text.length : at;
}

function readValue(file: RenderedText, begin: number): Readonly<{ value: RenderedText; end: number }> {
  const { text } = file;
  const parts: RenderedText[] = [];
  let at = begin;
  while (text[at] === ' ' || text[at] === '\t') at++;
  let from = at;
  let quote = '';
  let quotedUntil = 0;
  const keep = (end: number): void => {
    if (end > from) parts.push(sliceText(file, from, end));
  };
  for (; at < text.length; at++) {
    const char = text[at] ?? '';
    if (quote === '' && char === '\n') break;
    if (char === '\\' && quote !== "'") {
      const next = text[at + 1] ?? '';
      if (quote === '"' && !'"\\$`\n'.includes(next)) continue;
      keep(at);
      from = next === '\n' ? at + 2 : at + 1;
      if (next !== '\n' && next !== '') parts.push(literalText(next, originsAt(file, at + 1, at + 2)));
      if (next !== '\n') from = at + 2;
      at++;
    } else if (quote !== '' ? char === quote : char === '"' || char === "'") {
      keep(at);
      from = at + 1;
      quote = quote === '' ? char : '';
      quotedUntil = parts.length;
    }
  }
  keep(Math.min(at, text.length));
  return { value: withoutTrailingBlanks(parts, quotedUntil), end: Math.min(at, text.length) };
}

/** White space at the end counts only inside quotes. */
function withoutTrailingBlanks(parts: readonly RenderedText[], quoted: number): RenderedText {
  const kept = [...parts];
  while (kept.length > quoted) {
    const last = kept.at(-1) ?? NO_TEXT;
    const length = last.text.trimEnd().length;
    kept.pop();
    if (length > 0) {
      kept.push(sliceText(last, 0, length));
      break;
    }
  }
  return kept.length > 0 ? joinTexts(kept) : NO_TEXT;
}
