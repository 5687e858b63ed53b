const encoder = new TextEncoder();

/** UTF-8 bytes: the strictest reading of GitHub's limits, whichever unit it counts in. */
export function bytes(text: string): number {
  return encoder.encode(text).length;
}

/**
 * Joins Markdown blocks under a limit in bytes without ever cutting one: fences, tables and surrogate pairs stay whole.
 * `last` always comes at the end; blocks of `first` that do not fit are left out from the first one on that does not,
 * and `notice` says so in their place.
 */
export function fit(first: readonly string[], last: readonly string[], limit: number, notice: string): string {
  const cost = (block: string) => bytes(block) + 2;
  const closing = last.filter(block => block !== '');
  let left = limit - closing.reduce((sum, block) => sum + cost(block), 0) - cost(notice);
  const kept: string[] = [];
  for (const block of first.filter(block => block !== '')) {
    left -= cost(block);
    if (left < 0) {
      kept.push(notice);
      break;
    }
    kept.push(block);
  }
  return [...kept, ...closing].join('\n\n');
}

/** As many lines as fit, at most `most`; `more` says how many are left out. */
export function fitLines(
  lines: readonly string[],
  limit: number,
  most: number,
  more: (left: number) => string,
): readonly string[] {
  let left = limit;
  let kept = 0;
  while (kept < lines.length && kept < most) {
    left -= bytes(lines[kept] ?? '') + 1;
    if (left < 0) break;
    kept++;
  }
  return kept === lines.length ? lines : [...lines.slice(0, kept), more(lines.length - kept)];
}
