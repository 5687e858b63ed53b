import { type Chunk, chunksOf, forksOf, joined, type Part } from './chunks.ts';
import type { Piece } from './pieces.ts';

/** The words of units and environment files that hold choices; null when they cannot be told apart. */
export function wordParts(pieces: readonly Piece[]): readonly (readonly Piece[])[] | null {
  const chunks = chunksOf(pieces, /\s+/g);
  if (!chunks) return null;
  const parts: Part[] = [];
  for (const [index, chunk] of chunks.entries()) {
    if (chunk.plain) continue;
    const before = textBefore(chunks, index);
    if (!isNeutral(chunk, before)) return null;
    const names = new Set(chunk.variants.flatMap(namesIn));
    if (BARE_FLAG.test(before)) names.add(canonical(before.trim()));
    const next = chunks[index + 1];
    if (chunk.variants.some(text => BARE_FLAG.test(text)) && next && !next.plain) {
      for (const text of next.variants) for (const name of namesIn(text)) names.add(name);
      names.add(`word ${index + 1}`);
    }
    names.add(`word ${index}`);
    parts.push({ pieces: forksOf(chunk.pieces), names });
  }
  return joined(parts);
}

/** The words just before a chunk, in one of their variants: all end alike. The start of the text is a new line. */
function textBefore(chunks: readonly Chunk[], index: number): string {
  const near = chunks.slice(Math.max(0, index - 3), index);
  const start = index - near.length === 0 ? '\n' : '';
  return start + near.map(chunk => chunk.variants.find(text => text !== '') ?? '').join('');
}

/** A flag at the end whose value may be the next word. */
const BARE_FLAG = /(?:^|[\s"'=])--?[A-Za-z][\w-]*\s*(?:\\\n\s*)?$/;

/** Flags, variables and sections a text names; `--a_b` is `--a-b`. */
function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/--?[A-Za-z][\w-]*|\$\{?\w+|(?<=^|[\s"'])\w+(?==)|^\[\w+\]/gm)].map(match =>
    canonical(match[0].replace(/^\$\{?/, '')),
  );
}

const canonical = (name: string): string => name.replaceAll('_', '-');

/** Whether what follows is read the same after every variant: in the same quotes, on a line of the same kind. */
function isNeutral({ variants }: Chunk, before: string): boolean {
  for (const start of ['', '"', "'"]) {
    if (new Set(variants.map(text => quoteAfter(text, start))).size > 1) return false;
  }
  if (new Set(variants.map(text => /(?:^|[^\\])(?:\\\\)*\\$/.test(text))).size > 1) return false;
  const ownLines =
    /(?:^|[^\\])\n\s*$/.test(before) && variants.every(text => text === '' || /(?:^|[^\\])\n\s*$/.test(text));
  return ownLines || !variants.some(text => /(?:^|[^\\])\n|(?:^|\n)[ \t]*[#;]/.test(text));
}

/** The quotation mark that is open after a text that starts within `quote` (or none). */
function quoteAfter(text: string, quote: string): string {
  let open = quote;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char === '\\' && open !== "'") i += 1;
    else if (char === open) open = '';
    else if (open === '' && (char === '"' || char === "'")) open = char;
  }
  return open;
}
