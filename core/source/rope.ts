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
  let offset = 0;
  for (const { length, origins } of rope.segments) {
    if (offset >= end && offset > start) break;
    if (offset + length > start || (start === end && offset + length >= start)) {
      for (const origin of origins) {
        const id = `${origin.kind}\0${origin.file}\0${origin.line}\0${origin.lineEnd ?? ''}`;
        if (!seen.has(id)) {
          seen.add(id);
          found.push(origin);
        }
      }
    }
    offset += length;
  }
  return found;
}
