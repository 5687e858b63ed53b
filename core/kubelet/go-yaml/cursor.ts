/** What go-yaml cannot read; `offset` is a character of the text. */
export class YamlFault extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(`yaml: ${message}`);
    this.offset = offset;
  }
}

/** A place in the text, as go-yaml counts it. */
export type Mark = Readonly<{ offset: number; line: number; column: number }>;

/** Walks over a text character by character, keeping line and column. Past the end every character is `''`. */
export class Cursor {
  readonly text: string;
  offset: number;
  line = 0;
  column = 0;

  constructor(text: string, offset: number) {
    this.text = text;
    this.offset = offset;
  }

  /** The character `ahead` of here. */
  char(ahead = 0): string {
    return this.text[this.offset + ahead] ?? '';
  }

  mark(): Mark {
    return { offset: this.offset, line: this.line, column: this.column };
  }

  skip(count = 1): void {
    this.offset += count;
    this.column += count;
  }

  read(): string {
    const char = this.char();
    this.skip();
    return char;
  }

  /** Takes a line break, which YAML 1.1 reads as `\n` but for the two separators of Unicode. */
  readLine(): string {
    const char = this.char();
    if (!isBreak(char)) return '';
    this.offset += char === '\r' && this.char(1) === '\n' ? 2 : 1;
    this.line++;
    this.column = 0;
    return char === '\u2028' || char === '\u2029' ? char : '\n';
  }

  /** `---` or `...` at the beginning of a line, with a blank or nothing behind. */
  atDocumentMarker(): '---' | '...' | null {
    if (this.column !== 0 || !isBlankOrEnd(this.char(3))) return null;
    if (this.text.startsWith('---', this.offset)) return '---';
    return this.text.startsWith('...', this.offset) ? '...' : null;
  }

  /** Skips blanks and a comment up to the end of the line, and the line break; false when something else stands there. */
  skipRestOfLine(): boolean {
    while (isBlank(this.char())) this.skip();
    if (this.char() === '#') while (!isBreakOrEnd(this.char())) this.skip();
    if (!isBreakOrEnd(this.char())) return false;
    this.readLine();
    return true;
  }
}

export function isBlank(char: string): boolean {
  return char === ' ' || char === '\t';
}

export function isBreak(char: string): boolean {
  return char === '\n' || char === '\r' || char === '\u0085' || char === '\u2028' || char === '\u2029';
}

export function isBreakOrEnd(char: string): boolean {
  return char === '' || isBreak(char);
}

export function isBlankOrEnd(char: string): boolean {
  return isBlank(char) || isBreakOrEnd(char);
}

/** Characters of anchors, tag handles and directive names. */
export function isWord(char: string): boolean {
  return /^[0-9A-Za-z_-]$/.test(char);
}
