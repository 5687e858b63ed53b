/** Foreign text (values, paths, names, titles from a repository or from GitHub) is shown up to this many characters. */
export const FOREIGN_CAP = 200;

/** Characters that do not show or that reorder what shows: control, bidi, zero width, private use, lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+/gu;

/**
 * Foreign text on one line. Line breaks and tabs become a space, runs of characters that do not show become one U+FFFD,
 * so that two texts that differ only in them do not look alike. Longer text ends in `…`; surrogate pairs stay whole.
 */
export function visible(text: string, cap = FOREIGN_CAP): string {
  const start = text.slice(0, cap * 4);
  const shown = start.replace(/[\r\n\t]+/g, ' ').replace(UNSEEN, '\uFFFD');
  const characters = [...shown];
  if (characters.length <= cap && start.length === text.length) return shown;
  return `${characters.slice(0, cap - 1).join('')}…`;
}

/**
 * Foreign text as a Markdown code span, where nothing pings, links or formats: its fence is longer than any run of
 * backticks inside. A pipe would end a table cell even there, so it is shown as `¦`.
 */
export function code(text: string, cap = FOREIGN_CAP): string {
  const shown = visible(text, cap).replaceAll('|', '¦');
  if (shown.trim() === '') return '`(empty)`';
  const fence = '`'.repeat(longestRun(shown) + 1);
  const pad = shown.startsWith('`') || shown.endsWith('`') || shown !== shown.trim() ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** A text of our own making over several lines, such as a log checkpoint, in a fence nothing inside can close. */
export function fenced(text: string): string {
  const shown = text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\n\P{C}]/gu, '\uFFFD')
    .replace(/\n$/, '');
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1));
  return `${fence}text\n${shown}\n${fence}`;
}

/**
 * A line of the head as GitHub's suggestion to replace the line a comment stands at. Null where it holds characters that
 * do not show: nobody should apply what they cannot see.
 */
export function suggestion(line: string): string | null {
  if (visible(line.replaceAll('\t', ''), line.length + 1) !== line.replaceAll('\t', '')) return null;
  const fence = '`'.repeat(Math.max(3, longestRun(line) + 1));
  return `${fence}suggestion\n${line}\n${fence}`;
}

/** Words from the operator's own files (titles of controls) in running Markdown: no formatting, no mention, no link. */
export function words(text: string): string {
  return unlinked(visible(text, 500)).replace(/[\\`*_{}[\]()<>#+!|~$&:.-]/g, '\\$&');
}

/** Foreign text where GitHub shows plain text (titles, annotations): a zero-width space after `@` and `#` keeps it from linking. */
export function plain(text: string, cap = FOREIGN_CAP): string {
  return unlinked(visible(text, cap));
}

function unlinked(text: string): string {
  return text.replace(/[@#]/g, '$&\u200B');
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
