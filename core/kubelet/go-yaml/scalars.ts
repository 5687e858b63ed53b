import { type Cursor, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, type Mark, YamlFault } from './cursor.ts';

/** A scalar's text after folding and escapes. `style` decides how it is resolved. */
export type ScalarToken = Readonly<{
  type: 'scalar';
  value: string;
  style: 'plain' | 'quoted' | 'block';
  start: Mark;
  end: number;
}>;

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1B',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\u0085',
  _: '\u00A0',
  L: '\u2028',
  P: '\u2029',
};
const ESCAPED_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Blanks and breaks between two pieces of a scalar that folds: one break is a blank, more are one less. */
class Fold {
  /** A break has been seen: blanks no longer count. */
  broken = false;
  private blanks = '';
  private first = '';
  private more = '';

  /** Takes every blank and break from here on. */
  take(cursor: Cursor, refused: (char: string) => boolean = () => false): boolean {
    while (isBlank(cursor.char()) || isBreak(cursor.char())) {
      if (isBreak(cursor.char())) this.break(cursor.readLine());
      else if (this.broken && refused(cursor.char())) return false;
      else if (this.broken) cursor.skip();
      else this.blanks += cursor.read();
    }
    return true;
  }

  escapedBreak(): void {
    this.broken = true;
  }

  /** What stands for everything taken since the last call. */
  text(): string {
    const folded = this.first.startsWith('\n') ? this.more || ' ' : this.first + this.more;
    const text = this.broken ? folded : this.blanks;
    this.broken = false;
    this.blanks = '';
    this.first = '';
    this.more = '';
    return text;
  }

  private break(text: string): void {
    if (this.broken) this.more += text;
    else this.first = text;
    this.broken = true;
  }
}

/** A scalar without quotes. Also says whether it ended behind a line break, where a key may begin. */
export function scanPlain(
  cursor: Cursor,
  indent: number,
  flow: boolean,
): Readonly<{ token: ScalarToken; broken: boolean }> {
  const start = cursor.mark();
  const fold = new Fold();
  let end = cursor.offset;
  let value = '';
  for (;;) {
    if (cursor.atDocumentMarker() || cursor.char() === '#') break;
    let begun = cursor.offset;
    while (!isBlankOrEnd(cursor.char()) && !endsPlain(cursor, flow)) {
      if (begun === cursor.offset && value !== '') value += fold.text();
      begun = -1;
      value += cursor.read();
      end = cursor.offset;
    }
    if (!isBlank(cursor.char()) && !isBreak(cursor.char())) break;
    if (!fold.take(cursor, char => char === '\t' && cursor.column < indent)) {
      throw new YamlFault('found a tab character that violates indentation', cursor.offset);
    }
    if (!flow && cursor.column < indent) break;
  }
  return { token: { type: 'scalar', value, style: 'plain', start, end }, broken: fold.broken };
}

function endsPlain(cursor: Cursor, flow: boolean): boolean {
  const char = cursor.char();
  return (char === ':' && isBlankOrEnd(cursor.char(1))) || (flow && ',?[]{}'.includes(char));
}

/** A scalar in quotes, single or double. */
export function scanQuoted(cursor: Cursor): ScalarToken {
  const start = cursor.mark();
  const quote = cursor.read();
  const fold = new Fold();
  let value = '';
  for (;;) {
    if (cursor.atDocumentMarker()) throw new YamlFault('found unexpected document indicator', cursor.offset);
    if (cursor.char() === '') throw new YamlFault('found unexpected end of stream', start.offset);
    while (!isBlankOrEnd(cursor.char())) {
      if (cursor.char() === quote) {
        if (quote === '"' || cursor.char(1) !== quote) break;
        value += quote;
        cursor.skip(2);
      } else if (quote === '"' && cursor.char() === '\\') {
        if (isBreak(cursor.char(1))) {
          cursor.skip();
          cursor.readLine();
          fold.escapedBreak();
          break;
        }
        value += scanEscape(cursor);
      } else value += cursor.read();
    }
    if (cursor.char() === quote) break;
    fold.take(cursor);
    value += fold.text();
  }
  cursor.skip();
  return { type: 'scalar', value, style: 'quoted', start, end: cursor.offset };
}

function scanEscape(cursor: Cursor): string {
  const char = cursor.char(1);
  const text = Object.hasOwn(ESCAPES, char) ? ESCAPES[char] : undefined;
  const length = Object.hasOwn(ESCAPED_DIGITS, char) ? ESCAPED_DIGITS[char] : undefined;
  if (text === undefined && length === undefined) throw new YamlFault('found unknown escape character', cursor.offset);
  cursor.skip(2);
  if (text !== undefined || length === undefined) return text ?? '';
  const digits = cursor.text.slice(cursor.offset, cursor.offset + length);
  if (digits.length < length || /[^0-9a-fA-F]/.test(digits)) {
    throw new YamlFault('did not find expected hexdecimal number', cursor.offset);
  }
  const code = Number.parseInt(digits, 16);
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) {
    throw new YamlFault('found invalid Unicode character escape code', cursor.offset);
  }
  cursor.skip(length);
  return String.fromCodePoint(code);
}

/** A block scalar: `|` keeps line breaks, `>` folds them. `parent` is the indentation it must exceed. */
export function scanBlock(cursor: Cursor, parent: number): ScalarToken {
  const start = cursor.mark();
  const literal = cursor.read() === '|';
  const { chomping, increment } = scanBlockHeader(cursor);
  if (!cursor.skipRestOfLine()) throw new YamlFault('did not find expected comment or line break', cursor.offset);
  let indent = increment === 0 ? 0 : Math.max(parent, 0) + increment;
  let end = cursor.offset;
  const breaks = (): string => {
    const read = scanBlockBreaks(cursor, indent, parent);
    indent = read.indent;
    end = read.end;
    return read.breaks;
  };
  let value = '';
  let first = '';
  let more = breaks();
  let blank = false;
  while (cursor.column === indent && cursor.char() !== '') {
    const folds = !literal && !blank && !isBlank(cursor.char()) && first.startsWith('\n');
    value += (folds ? (more === '' ? ' ' : '') : first) + more;
    blank = isBlank(cursor.char());
    const from = cursor.offset;
    while (!isBreakOrEnd(cursor.char())) cursor.skip();
    value += cursor.text.slice(from, cursor.offset);
    first = cursor.readLine();
    more = breaks();
  }
  if (chomping !== '-') value += first;
  if (chomping === '+') value += more;
  return { type: 'scalar', value, style: 'block', start, end };
}

function scanBlockHeader(cursor: Cursor): Readonly<{ chomping: string; increment: number }> {
  const header = /^(?:([-+])([0-9])?|([0-9])([-+])?)?/.exec(cursor.text.slice(cursor.offset, cursor.offset + 2));
  const increment = header?.[2] ?? header?.[3] ?? '';
  if (increment === '0') throw new YamlFault('found an indentation indicator equal to 0', cursor.offset);
  cursor.skip(header?.[0].length ?? 0);
  return { chomping: header?.[1] ?? header?.[4] ?? '', increment: Number(increment) };
}

/** Empty lines and indentation. An indentation of 0 is not known yet: the first line that is not empty sets it. */
function scanBlockBreaks(
  cursor: Cursor,
  indent: number,
  parent: number,
): Readonly<{ breaks: string; indent: number; end: number }> {
  let breaks = '';
  let deepest = 0;
  let end = cursor.offset;
  for (;;) {
    const inside = () => indent === 0 || cursor.column < indent;
    while (inside() && cursor.char() === ' ') cursor.skip();
    deepest = Math.max(deepest, cursor.column);
    if (inside() && cursor.char() === '\t') {
      throw new YamlFault('found a tab character where an indentation space is expected', cursor.offset);
    }
    if (!isBreak(cursor.char())) break;
    breaks += cursor.readLine();
    end = cursor.offset;
  }
  return { breaks, indent: indent === 0 ? Math.max(deepest, parent + 1, 1) : indent, end };
}
