import { type RenderedText, UNKNOWN_TOKEN } from '../../source/rope.ts';
import { cut, slice, sourceOf } from '../jinja/text.ts';
import type { Str } from '../value.ts';

const LONE = new RegExp(`^[ \\t]*(?:${UNKNOWN_TOKEN.source}[ \\t]*)+\\r?\\n?$`);

/** Lines with their ends, as `readlines` of a binary file gives them (`\n`), or `bytes.splitlines` (`\r` too). */
export function linesOf(text: Str, ends: 'newline' | 'any'): Str[] {
  const lines: Str[] = [];
  const source = sourceOf(text);
  let start = 0;
  for (const match of text.text.matchAll(ends === 'newline' ? /\n/g : /\r\n|[\r\n]/g)) {
    const end = match.index + match[0].length;
    lines.push(cut(source, start, end));
    start = end;
  }
  if (start < text.text.length) lines.push(cut(source, start, text.text.length));
  return lines;
}

/** A line without its end: `rstrip('\r\n')`. */
export function withoutEnd(line: Str): Str {
  return slice(line, 0, line.text.replace(/[\r\n]+$/, '').length);
}

/** Whether a line holds nothing but unknowns: then it may be any number of lines. */
export function isLone(line: Str): boolean {
  return LONE.test(line.text);
}

/** A line with a line break more. */
export function withEnd(line: Str): Str {
  const origins = line.segments.at(-1)?.origins ?? line.origins;
  return { ...line, text: `${line.text}\n`, segments: [...line.segments, { length: 1, origins }] };
}

export function toStr({ text, segments, unknowns }: RenderedText): Str {
  return { kind: 'str', text, segments, origins: [], ...(unknowns.size > 0 ? { unknowns } : {}) };
}

export function toRendered({ text, segments, unknowns }: Str): RenderedText {
  return { text, segments, unknowns: unknowns ?? new Map() };
}
