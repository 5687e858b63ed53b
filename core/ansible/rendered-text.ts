import { type Origin, originsAt, type RenderedText, UNKNOWN_TOKEN, type Unknown } from '../source/rope.ts';
import type { Traced } from './types.ts';

export const NO_TEXT: RenderedText = { text: '', segments: [], unknowns: new Map() };

/** The characters in [start, end) with their origins. */
export function sliceText(rendered: RenderedText, start: number, end: number): RenderedText {
  const segments: { length: number; origins: readonly Origin[] }[] = [];
  let offset = 0;
  for (const segment of rendered.segments) {
    if (offset >= end) break;
    const length = Math.min(end, offset + segment.length) - Math.max(start, offset);
    if (length > 0) segments.push({ length, origins: segment.origins });
    offset += segment.length;
  }
  return { text: rendered.text.slice(start, end), segments, unknowns: rendered.unknowns };
}

/** One text after the other. */
export function joinTexts(parts: readonly RenderedText[]): RenderedText {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const unknowns = new Map<string, Unknown>();
  for (const map of new Set(parts.map(part => part.unknowns)))
    for (const [id, unknown] of map) unknowns.set(id, unknown);
  return {
    text: parts.map(({ text }) => text).join(''),
    segments: parts.flatMap(({ segments }) => segments),
    unknowns,
  };
}

/** A text that stands nowhere, or only because of what stands at `origins`. */
export function literalText(text: string, origins: readonly Origin[] = []): RenderedText {
  return { text, segments: text === '' ? [] : [{ length: text.length, origins }], unknowns: new Map() };
}

/** Without white space around it. */
export function trimText(rendered: RenderedText): RenderedText {
  const start = rendered.text.length - rendered.text.trimStart().length;
  const end = Math.max(start, rendered.text.trimEnd().length);
  return start === 0 && end === rendered.text.length ? rendered : sliceText(rendered, start, end);
}

/** The text as one value: known when no unknown stands in it, else unknown under the text with the keys filled in. */
export function tracedOf(rendered: RenderedText): Traced<string> {
  const origins = originsAt(rendered, 0, rendered.text.length);
  const inside = [...rendered.text.matchAll(UNKNOWN_TOKEN)].map(match => rendered.unknowns.get(match[1] ?? ''));
  if (inside.length === 0) return { value: { known: true, json: rendered.text }, origins };
  const key = rendered.text.replace(
    UNKNOWN_TOKEN,
    (token, id: string) => `⟨${rendered.unknowns.get(id)?.key ?? token}⟩`,
  );
  return {
    value: { known: false, unknown: { key, why: [...new Set(inside.flatMap(unknown => unknown?.why ?? []))] } },
    origins,
  };
}

/** The first unknown that stands in a text, or null. */
export function unknownOf(rendered: RenderedText): Unknown | null {
  const [match] = rendered.text.matchAll(UNKNOWN_TOKEN);
  return match ? (rendered.unknowns.get(match[1] ?? '') ?? { key: match[0], why: ['not known from Git'] }) : null;
}
