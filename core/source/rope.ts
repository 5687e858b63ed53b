/**
 * Where a piece of a value comes from. `variable`: a variable's definition; `template`: a template's own text;
 * `condition`: a line that decided whether the piece appears at all (an `if`, a loop, a `when`).
 */
export type Origin = Readonly<{
  file: string;
  line: number;
  /** Last line when the definition spans several. */
  lineEnd?: number;
  kind: 'variable' | 'template' | 'condition';
}>;

/**
 * Why a value cannot be known from Git. `key` identifies the unknown: two unknowns with one key have one value, so
 * base and head compare soundly. `why` holds short reasons for people (`fact ansible_default_ipv4`, `vaulted value`).
 */
export type Unknown = Readonly<{ key: string; why: readonly string[] }>;

/** Text with the origin of each run of characters. Segment lengths add up to `text.length` (UTF-16 units). */
export type Rope = Readonly<{
  text: string;
  segments: readonly Readonly<{ length: number; origins: readonly Origin[] }>[];
}>;

/** Rendered text: unknown values stand in it as tokens (see `UNKNOWN_TOKEN`) that `unknowns` explains by their id. */
export type RenderedText = Rope & Readonly<{ unknowns: ReadonlyMap<string, Unknown> }>;

/** An unknown inside rendered text: U+E000, eight hex digits (the id), U+E001. Global: reset `lastIndex` or use matchAll. */
export const UNKNOWN_TOKEN = /\uE000([0-9a-f]{8})\uE001/g;

export function unknownToken(id: string): string {
  return `\uE000${id}\uE001`;
}

/** Text for people: each unknown token becomes `⟨unknown: reason⟩`. */
export function readable(rendered: RenderedText): string {
  return rendered.text.replace(UNKNOWN_TOKEN, (_, id: string) => {
    const unknown = rendered.unknowns.get(id);
    return `⟨unknown: ${unknown?.why.join('; ') ?? 'not known from Git'}⟩`;
  });
}

/** Text that comes as it stands in one file: each line's origin is that line. */
export function verbatim(file: string, text: string, kind: Origin['kind'] = 'template'): RenderedText {
  const segments = text
    .split(/(?<=\n)/)
    .map((line, index) => ({ length: line.length, origins: [{ file, line: index + 1, kind }] }));
  return { text, segments, unknowns: new Map() };
}

/** Origins of the characters in [start, end), each once, in order of appearance. */
export function originsAt(rope: Rope, start: number, end: number): readonly Origin[] {
  const found: Origin[] = [];
  const seen = new Set<string>();
  const { segments } = rope;
  for (let index = firstAt(rope, start, end); isBefore(rope, index, start, end); index++) {
    for (const origin of segments[index]?.origins ?? []) {
      const id = `${origin.kind}\0${origin.file}\0${origin.line}\0${origin.lineEnd ?? ''}`;
      if (seen.has(id)) continue;
      seen.add(id);
      found.push(origin);
    }
  }
  return found;
}

/** Whether any of the characters in [start, end) has an origin. */
export function hasOriginAt(rope: Rope, start: number, end: number): boolean {
  for (let index = firstAt(rope, start, end); isBefore(rope, index, start, end); index++) {
    if (rope.segments[index]?.origins.length) return true;
  }
  return false;
}

/** The first segment with characters of [start, end); for an empty range, the first that touches it. */
function firstAt(rope: Rope, start: number, end: number): number {
  const starts = startsOf(rope);
  let index = firstReaching(starts, start);
  for (; index < starts.length; index++) {
    const reach = (starts[index] ?? 0) + (rope.segments[index]?.length ?? 0);
    if (reach > start || (reach === start && start === end)) break;
  }
  return index;
}

/** Whether a segment begins before the end of [start, end), or at its start. */
function isBefore(rope: Rope, index: number, start: number, end: number): boolean {
  const offset = startsOf(rope)[index];
  return offset !== undefined && (offset < end || offset <= start);
}

const STARTS = new WeakMap<Rope, readonly number[]>();

/** Where each segment begins. */
function startsOf(rope: Rope): readonly number[] {
  const known = STARTS.get(rope);
  if (known) return known;
  let offset = 0;
  const starts = rope.segments.map(({ length }) => {
    offset += length;
    return offset - length;
  });
  STARTS.set(rope, starts);
  return starts;
}

/** The first segment that may reach `position`: those before it end before. */
function firstReaching(starts: readonly number[], position: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) < position) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
