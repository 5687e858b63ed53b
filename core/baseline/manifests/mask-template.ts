import { type Origin, type RenderedText, type Unknown, unknownToken } from '../../source/rope.ts';

/** A template read without rendering it: expressions are unknown, statements are left out but remembered. */
export type MaskedText = Readonly<{
  text: RenderedText;
  /** How many `if` and `for` blocks are open from each offset of the text on, by rising offset. */
  depths: readonly Readonly<{ offset: number; depth: number }>[];
  /** Whether the template takes text from others, so that more may stand in it. */
  includes: boolean;
}>;

const CLOSING: Readonly<Record<string, string>> = { '{{': '}}', '{%': '%}', '{#': '#}' };
const STATEMENT = /^\{%[-+]?[ \t\r\n]{0,20}(\w+)/;

/** Reads a template of a file in one pass; each character keeps its line. */
export function maskTemplate(file: string, text: string): MaskedText {
  return new Masking(file, text).run();
}

class Masking {
  private readonly segments: { length: number; origins: readonly Origin[] }[] = [];
  private readonly unknowns = new Map<string, Unknown>();
  private readonly depths = [{ offset: 0, depth: 0 }];
  private includes = false;
  private depth = 0;
  private line = 1;
  private masked = '';
  private readonly file: string;
  private readonly whole: string;

  constructor(file: string, text: string) {
    this.file = file;
    this.whole = text;
  }

  run(): MaskedText {
    let at = 0;
    for (let start = this.next(0); start >= 0; start = this.next(at)) {
      const opening = this.whole.slice(start, start + 2);
      const end = this.whole.indexOf(CLOSING[opening] ?? '', start + 2);
      if (end < 0) break;
      this.literal(this.whole.slice(at, start));
      at = end + 2;
      this.part(opening, this.whole.slice(start, at));
    }
    this.literal(this.whole.slice(at));
    return {
      text: { text: this.masked, segments: this.segments, unknowns: this.unknowns },
      depths: this.depths,
      includes: this.includes,
    };
  }

  private next(from: number): number {
    for (let at = this.whole.indexOf('{', from); at >= 0; at = this.whole.indexOf('{', at + 1)) {
      if (this.whole.slice(at, at + 2) in CLOSING) return at;
    }
    return -1;
  }

  private part(opening: string, written: string): void {
    if (opening === '{{') {
      const id = (this.unknowns.size + 1).toString(16).padStart(8, '0');
      const shown = written.slice(2, 80).replace(/\}\}$/, '').trim();
      this.unknowns.set(id, { key: written, why: [`the expression ${shown} is not evaluated here`] });
      this.add(unknownToken(id), this.line);
    } else if (opening === '{%') {
      this.statement(STATEMENT.exec(written)?.[1] ?? '');
    }
    this.line += written.split('\n').length - 1;
  }

  private statement(word: string): void {
    if (word === 'if' || word === 'for') this.depth++;
    else if (word === 'endif' || word === 'endfor') this.depth = Math.max(0, this.depth - 1);
    else if (word === 'include' || word === 'import' || word === 'extends') this.includes = true;
    this.depths.push({ offset: this.masked.length, depth: this.depth });
  }

  private literal(text: string): void {
    for (const piece of text.split(/(?<=\n)/)) {
      if (piece === '') continue;
      this.add(piece, this.line);
      if (piece.endsWith('\n')) this.line++;
    }
  }

  private add(text: string, line: number): void {
    this.masked += text;
    this.segments.push({ length: text.length, origins: [{ file: this.file, line, kind: 'template' }] });
  }
}

/** How many blocks are open at an offset of the masked text. */
export function depthAt({ depths }: MaskedText, offset: number): number {
  let [low, high] = [0, depths.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((depths[middle]?.offset ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return depths[low - 1]?.depth ?? 0;
}
