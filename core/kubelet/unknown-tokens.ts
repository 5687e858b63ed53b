import { UNKNOWN_TOKEN, type Unknown } from '../source/rope.ts';
import type { KubeletText } from './types.ts';

/** First character of an unknown token (core/source/rope), which no plain configuration contains. */
export const TOKEN_START = '\uE000';

/** The unknown named by the first token in `text`, or null when it holds none. A cut token counts. */
export function unknownIn(text: string, source: KubeletText): Unknown | null {
  const at = text.indexOf(TOKEN_START);
  if (at < 0) return null;
  const id = /^[0-9a-f]{1,8}/.exec(text.slice(at + 1))?.[0] ?? '';
  const exact = source.unknowns?.get(id);
  if (exact) return exact;
  for (const [full, unknown] of source.unknowns ?? []) if (id.length >= 7 && full.startsWith(id)) return unknown;
  return { key: `token:${id}`, why: ['not known from Git'] };
}

const ALONE = new RegExp(`^([ \\t]*)(?:${UNKNOWN_TOKEN.source}[ \\t]*)+(?=#|\\r?$)`);

/**
 * Makes YAML out of lines that hold nothing but unknowns, without moving a character: the last character of the line's
 * last token becomes `:`, so the line reads as a key nobody else can write. Among list items the line becomes an item.
 */
export function keysForLonelyTokens(text: string): string {
  if (!text.includes(TOKEN_START)) return text;
  const lines = text.split('\n');
  return lines
    .map((line, index) => {
      const match = ALONE.exec(line);
      if (!match) return line;
      const indent = match[1] ?? '';
      const whole = match[0];
      if (standsAmongItems(lines, index, indent)) {
        return `${indent}- ${TOKEN_START}${line.slice(indent.length + 1, indent.length + 8)}${line.slice(indent.length + 10)}`;
      }
      const last = whole.lastIndexOf('\uE001');
      return `${line.slice(0, last)}:${line.slice(last + 1)}`;
    })
    .join('\n');
}

function standsAmongItems(lines: readonly string[], index: number, indent: string): boolean {
  for (const step of [-1, 1]) {
    for (let at = index + step; at >= 0 && at < lines.length; at += step) {
      const line = lines[at] ?? '';
      if (/^\s*(#|$)/.test(line) || ALONE.test(line)) continue;
      const own = /^[ \t]*/.exec(line)?.[0] ?? '';
      if (own.length > indent.length) continue;
      if (own === indent && /^-(\s|$)/.test(line.slice(own.length))) return true;
      break;
    }
  }
  return false;
}
