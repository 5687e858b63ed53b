import { slice } from '../jinja/text.ts';
import { conditionKeys, type Piece, plainText, waysThrough } from './pieces.ts';

/** Texts one line or word may have at most. */
const MAX_VARIANTS = 48;

/** A run of pieces the text is cut into: a line or a word; `variants` are the texts it may have, one when plain. */
export type Chunk = Readonly<{ pieces: readonly Piece[]; variants: readonly string[]; plain: boolean }>;

/**
 * Cuts after every match of `gap` (ends of lines, blanks); a choice in the middle of a line or word belongs to it. null
 * when one has too many variants.
 */
export function chunksOf(pieces: readonly Piece[], gap: RegExp): readonly Chunk[] | null {
  const chunks: Chunk[] = [];
  let open: Piece[] = [];
  let possible = true;
  const close = (): void => {
    if (open.length === 0) return;
    const chunk = chunkOf(open);
    if (chunk) chunks.push(chunk);
    else possible = false;
    open = [];
  };
  for (const piece of pieces) {
    if ('text' in piece) {
      let start = 0;
      for (const match of piece.text.text.matchAll(gap)) {
        const end = match.index + match[0].length;
        open.push({ text: slice(piece.text, start, end) });
        close();
        start = end;
      }
      if (start < piece.text.text.length) open.push({ text: slice(piece.text, start) });
      continue;
    }
    const alone = open.length === 0 ? chunkOf([piece]) : null;
    open.push(piece);
    if (alone?.variants.every(text => text === '' || endsInGap(text, gap))) close();
  }
  close();
  return possible ? chunks : null;
}

function endsInGap(text: string, gap: RegExp): boolean {
  return new RegExp(`(?:${gap.source})$`).test(text);
}

function chunkOf(pieces: readonly Piece[]): Chunk | null {
  const ways = waysThrough(pieces, MAX_VARIANTS);
  if (!ways) return null;
  const variants = [...new Set(ways.map(way => plainText(pieces, way)))];
  return { pieces, variants, plain: pieces.every(piece => 'text' in piece) };
}

/** Pieces of a text with the names it shares with others. */
export type Part = Readonly<{ pieces: readonly Piece[]; names: ReadonlySet<string> }>;

/** The pieces of parts, those together that share a name or a condition. */
export function joined(parts: readonly Part[]): (readonly Piece[])[] {
  let clusters: { pieces: readonly Piece[]; names: Set<string> }[] = [];
  for (const { pieces, names } of parts) {
    const all = new Set([...names, ...[...conditionKeys(pieces)].map(key => `condition ${key}`)]);
    const touching = clusters.filter(cluster => [...all].some(name => cluster.names.has(name)));
    clusters = clusters.filter(cluster => !touching.includes(cluster));
    clusters.push({
      pieces: [...touching.flatMap(cluster => cluster.pieces), ...pieces],
      names: new Set([...touching.flatMap(cluster => [...cluster.names]), ...all]),
    });
  }
  return clusters.map(cluster => cluster.pieces);
}

export const forksOf = (pieces: readonly Piece[]): readonly Piece[] => pieces.filter(piece => !('text' in piece));
