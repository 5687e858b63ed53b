/** GitHub counts characters as UTF-16 units; reviews and comments may have 65536, check run texts one less. */
export const TEXT_LIMITS = { comment: 65_536, checkRun: 65_535 } as const;

const NOTE = '\n\n_The rest is cut: GitHub takes no longer text here._';
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** Markdown within `limit` characters: cut at a line end, with an open fence closed and a note that something is missing. */
export function cappedText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const room = limit - NOTE.length - 200;
  const cut = text.lastIndexOf('\n', room);
  const end = cut > 0 ? cut : /[\uD800-\uDBFF]/.test(text[room - 1] ?? '') ? room - 1 : room;
  const kept = text.slice(0, end);
  let open = '';
  for (const line of kept.split('\n')) {
    const fence = FENCE.exec(line)?.[1] ?? '';
    if (fence === '') continue;
    if (open === '') open = fence;
    else if (fence.startsWith(open) && line.trim() === fence) open = '';
  }
  return `${kept}${open === '' ? '' : `\n${open.slice(0, 150)}`}${NOTE}`;
}
