import { type Origin, UNKNOWN_TOKEN, type Unknown, unknownToken } from '../../source/rope.ts';
import { type Budget, spendText } from '../budget.ts';
import {
  digest,
  mergeOrigins,
  NO_ORIGINS,
  type Origins,
  PythonError,
  type Str,
  str,
  type UnknownValue,
  type Value,
} from '../value.ts';

type Segment = Str['segments'][number];

/** The texts one after the other, as plain text; every run keeps its origins. @throws OverLimit */
export function concat(budget: Budget, parts: readonly Str[]): Str {
  const [only] = parts;
  if (parts.length === 1 && only) return plain(only);
  let length = 0;
  for (const part of parts) length += part.text.length;
  spendText(budget, length);
  const segments: Segment[] = [];
  const unknowns = new Map<string, Unknown>();
  let marks: Marks = {};
  let text = '';
  for (const part of parts) {
    text += part.text;
    marks = { ...marks, ...marksOf(part) };
    for (const [id, unknown] of part.unknowns ?? []) remember(unknowns, id, unknown);
    for (const segment of part.segments) pushSegment(segments, segment);
  }
  const origins =
    text === '' ? parts.reduce((all: Origins, part) => mergeOrigins(all, part.origins), NO_ORIGINS) : NO_ORIGINS;
  return assemble(text, segments, origins, unknowns, marks);
}

function pushSegment(segments: Segment[], segment: Segment): void {
  const last = segments.at(-1);
  if (segment.length === 0) return;
  if (last && last.origins === segment.origins) {
    segments[segments.length - 1] = { length: last.length + segment.length, origins: last.origins };
  } else segments.push(segment);
}

function remember(unknowns: Map<string, Unknown>, id: string, unknown: Unknown): void {
  const known = unknowns.get(id);
  if (known && known.key !== unknown.key) throw new PythonError('fails', 'two unknown values share one token');
  unknowns.set(id, unknown);
}

function assemble(
  text: string,
  segments: readonly Segment[],
  origins: Origins,
  unknowns: ReadonlyMap<string, Unknown> | undefined,
  marks: Marks,
): Str {
  return {
    kind: 'str',
    text,
    segments,
    origins,
    ...(unknowns && unknowns.size > 0 ? { unknowns } : {}),
    ...marks,
  };
}

/** What parts of a text have from it. */
type Marks = Pick<Str, 'unsafe' | 'markup'>;

function marksOf({ unsafe, markup }: Str): Marks {
  return { ...(unsafe ? { unsafe } : {}), ...(markup ? { markup } : {}) };
}

/** Whether an operation on text that is escaped for HTML would escape what it is given (`Markup`). */
export function escapes(text: Str, others: readonly Value[]): boolean {
  const isPlain = (other: Value) =>
    other.kind === 'str' ? other.markup === true || !/[&<>'"]/.test(other.text) : UNCHANGED.has(other.kind);
  return text.markup === true && !others.every(isPlain);
}
const UNCHANGED: ReadonlySet<Value['kind']> = new Set(['int', 'float', 'bool', 'none']);

/**
 * The UTF-16 units [start, end) with their origins, as plain text: the type a filter such as `to_json` gave is lost.
 * Callers never cut through an unknown token.
 */
export function slice(value: Str, start: number, end = value.text.length): Str {
  const from = Math.max(0, start);
  const to = Math.min(end, value.text.length);
  if (from === 0 && to === value.text.length && !value.verbatim) return value;
  const text = value.text.slice(from, Math.max(from, to));
  const origins = mergeOrigins(value.origins, text === '' ? (value.segments[0]?.origins ?? NO_ORIGINS) : NO_ORIGINS);
  const segments: Segment[] = [];
  let offset = 0;
  for (const { length, origins: own } of value.segments) {
    const a = Math.max(from, offset);
    const b = Math.min(to, offset + length);
    if (b > a) pushSegment(segments, { length: b - a, origins: own });
    offset += length;
    if (offset >= to) break;
  }
  return assemble(text, segments, origins, unknownsIn(text, value.unknowns), marksOf(value));
}

function unknownsIn(text: string, unknowns: Str['unknowns']): ReadonlyMap<string, Unknown> | undefined {
  if (!unknowns) return undefined;
  const ids = new Set([...text.matchAll(UNKNOWN_TOKEN)].map(match => match[1]));
  return new Map([...unknowns].filter(([id]) => ids.has(id)));
}

/** The text without the type a filter such as `to_json` gave it, which no method of a text keeps. */
export function plain(value: Str): Str {
  return slice(value, 0);
}

/** Same length, other characters: every run keeps its origins. Otherwise all of it comes from everywhere it came from. */
export function mapText(budget: Budget, value: Str, change: (text: string) => string): Str {
  const text = change(value.text);
  spendText(budget, text.length);
  if (text.length === value.text.length)
    return assemble(text, value.segments, value.origins, value.unknowns, marksOf(value));
  return assemble(text, str(text, originsOf(value)).segments, originsOf(value), value.unknowns, marksOf(value));
}

export function originsOf(value: Str): Origins {
  let origins = value.origins;
  for (const segment of value.segments) origins = mergeOrigins(origins, segment.origins);
  return origins;
}

/** Length as Python counts it: in code points. */
export function characterCount(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Text that stands for an unknown value. */
export function tokenOf(value: UnknownValue): Str {
  const id = digest(value.key).slice(0, 8);
  const text = unknownToken(id);
  const unknown: Unknown = { key: value.key, why: value.why };
  return { ...str(text, value.origins), unknowns: new Map([[id, unknown]]) };
}

/** The parts of a text at the breaks Python's `splitlines` knows. */
export function splitLines(value: Str, keepEnds = false): Str[] {
  const lines: Str[] = [];
  const breaks = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;
  let start = 0;
  for (const match of value.text.matchAll(breaks)) {
    lines.push(slice(value, start, match.index + (keepEnds ? match[0].length : 0)));
    start = match.index + match[0].length;
  }
  if (start < value.text.length) lines.push(slice(value, start));
  return lines;
}

/** A text to cut from by offset in logarithmic time: the source of a template. */
export type Source = Readonly<{ rope: Str; ends: readonly number[] }>;

export function sourceOf(rope: Str): Source {
  const ends: number[] = [];
  let offset = 0;
  for (const { length } of rope.segments) ends.push((offset += length));
  return { rope, ends };
}

function segmentAt({ ends }: Source, offset: number): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Origins of the character at an offset (of the last one at the end of the text). */
export function originsAt(source: Source, offset: number): Origins {
  return source.rope.segments[segmentAt(source, offset)]?.origins ?? source.rope.origins;
}

/** The place of an offset in the user's file. */
export function placeAt(source: Source, offset: number): { file: string; line: number } {
  const [origin]: readonly (Origin | undefined)[] = originsAt(source, offset);
  return { file: origin?.file ?? '', line: origin?.line ?? 0 };
}

export function cut(source: Source, start: number, end: number): Str {
  const first = segmentAt(source, start);
  const before = first === 0 ? 0 : (source.ends[first - 1] ?? 0);
  const segments: Segment[] = [];
  let offset = before;
  for (let i = first; i < source.rope.segments.length && offset < end; i++) {
    const segment = source.rope.segments[i];
    if (!segment) break;
    const length = Math.min(end, offset + segment.length) - Math.max(start, offset);
    if (length > 0) pushSegment(segments, { length, origins: segment.origins });
    offset += segment.length;
  }
  const text = source.rope.text.slice(start, end);
  return assemble(text, segments, NO_ORIGINS, unknownsIn(text, source.rope.unknowns), {});
}
