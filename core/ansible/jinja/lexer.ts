import { PythonError } from '../value.ts';
import { ESCAPED_CHARACTERS } from './escaped-characters.ts';
import type { SyntaxOptions } from './syntax.ts';

/** A piece of a template with its offset. `data` and tags carry the source range they cover. */
export type Token =
  | Readonly<{ type: 'data'; at: number; end: number }>
  | Readonly<{ type: 'variable_begin' | 'variable_end' | 'block_begin' | 'block_end' | 'eof'; at: number }>
  | Readonly<{ type: 'name'; at: number; text: string }>
  | Readonly<{ type: 'string'; at: number; text: string }>
  | Readonly<{ type: 'operator'; at: number; text: string }>
  | Readonly<{ type: 'integer'; at: number; value: bigint }>
  | Readonly<{ type: 'float'; at: number; value: number }>;

/** Raised with the offset to blame. */
export class SyntaxFailure extends PythonError {
  readonly at: number;
  constructor(message: string, at: number) {
    super('syntax', message);
    this.at = at;
  }
}

const OPERATORS = '// ** == != >= <= + - / * % ~ [ ] ( ) { } > < = . : | , ;'.split(' ');
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

const FLOAT = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?[eE][+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/y;
const INTEGER = /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*/y;
const NAME = /[\p{L}\p{N}\p{M}_]+/uy;
const STRING = /'[^'\\]*(?:\\[^][^'\\]*)*'|"[^"\\]*(?:\\[^][^"\\]*)*"/y;
const MAX_NUMBER_LENGTH = 1000;
const MAX_OPEN_BRACKETS = 100;

/**
 * Splits a template as Jinja 3.1 does: white space control, trim_blocks, raw blocks. The text has `\n` line ends.
 * @throws SyntaxFailure
 */
export function lex(text: string, options: SyntaxOptions): Token[] {
  return new Lexer(text, options).run();
}

class Lexer {
  readonly #text: string;
  readonly #options: SyntaxOptions;
  readonly #tokens: Token[] = [];
  readonly #end: number;
  readonly #patterns: ReturnType<typeof patternsFor>;
  #position = 0;
  #lineStarting = true;

  constructor(text: string, options: SyntaxOptions) {
    this.#text = !options.keepTrailingNewline && text.endsWith('\n') ? text.slice(0, -1) : text;
    this.#end = this.#text.length;
    this.#options = options;
    this.#patterns = patternsFor(options);
  }

  run(): Token[] {
    while (this.#position < this.#end) this.#next();
    this.#tokens.push({ type: 'eof', at: Math.max(0, this.#end - 1) });
    return this.#tokens;
  }

  #match(pattern: RegExp, from: number): RegExpExecArray | null {
    pattern.lastIndex = from;
    return pattern.exec(this.#text);
  }

  /** One stretch of text and the tag that ends it. */
  #next(): void {
    const { open, raw } = this.#patterns;
    const match = this.#match(open, this.#position);
    if (!match) {
      this.#data(this.#position, this.#end, '+', true);
      this.#position = this.#end;
      return;
    }
    const [opening] = match;
    const { blockStart, variableStart } = this.#options;
    const afterOpening = match.index + opening.length;
    const sign = /[-+]/.test(this.#text[afterOpening] ?? '') ? (this.#text[afterOpening] ?? '') : '';
    if (opening === blockStart) {
      const rawTag = this.#match(raw, match.index);
      if (rawTag) {
        this.#data(this.#position, match.index, sign, false);
        this.#raw(match.index, match.index + rawTag[0].length, rawTag[0].endsWith('\n'));
        return;
      }
    }
    this.#data(this.#position, match.index, sign, opening === variableStart);
    this.#position = afterOpening + sign.length;
    if (opening === blockStart) this.#tag('block', match.index);
    else if (opening === variableStart) this.#tag('variable', match.index);
    else this.#comment(match.index);
  }

  #data(start: number, end: number, sign: string, beforeVariable: boolean): void {
    let stop = end;
    const text = this.#text.slice(start, end);
    if (sign === '-') stop = start + text.trimEnd().length;
    else if (sign !== '+' && this.#options.lstripBlocks && !beforeVariable) {
      const line = text.lastIndexOf('\n') + 1;
      if ((line > 0 || this.#lineStarting) && text.slice(line).trim() === '') stop = start + line;
    }
    if (stop > start) this.#tokens.push({ type: 'data', at: start, end: stop });
  }

  #raw(at: number, start: number, lineStarting: boolean): void {
    const close = this.#match(this.#patterns.endRaw, start);
    if (!close) throw new SyntaxFailure('Missing end of raw directive', at);
    this.#lineStarting = lineStarting;
    this.#data(start, close.index, close[1] ?? '', false);
    this.#leave(close);
  }

  #comment(at: number): void {
    const close = this.#match(this.#patterns.endComment, this.#position);
    if (!close) throw new SyntaxFailure('Missing end of comment tag', at);
    this.#leave(close);
  }

  #leave(close: RegExpExecArray): void {
    this.#position = close.index + close[0].length;
    this.#lineStarting = close[0].endsWith('\n');
  }

  /** The tokens of one `{{ … }}` or `{% … %}`. */
  #tag(kind: 'block' | 'variable', at: number): void {
    this.#tokens.push({ type: `${kind}_begin`, at });
    const end = kind === 'block' ? this.#patterns.endBlock : this.#patterns.endVariable;
    const brackets: string[] = [];
    while (this.#position < this.#end) {
      const close = brackets.length === 0 ? this.#match(end, this.#position) : null;
      if (close) {
        this.#tokens.push({ type: `${kind}_end`, at: close.index });
        this.#leave(close);
        return;
      }
      if (/\s/.test(this.#text[this.#position] ?? '')) this.#position += 1;
      else this.#tokens.push(this.#expressionToken(kind, brackets));
    }
    throw new SyntaxFailure(`this ${kind === 'block' ? 'block tag' : 'expression'} is never closed`, at);
  }

  #take(pattern: RegExp): string | null {
    const match = this.#match(pattern, this.#position);
    if (!match) return null;
    this.#position += match[0].length;
    return match[0];
  }

  #expressionToken(kind: 'block' | 'variable', brackets: string[]): Token {
    const at = this.#position;
    const float = this.#text[at - 1] === '.' ? null : this.#take(FLOAT);
    if (float !== null) return { type: 'float', at, value: Number(float.replaceAll('_', '')) };
    const integer = this.#take(INTEGER);
    if (integer !== null) {
      if (integer.length > MAX_NUMBER_LENGTH) throw new SyntaxFailure('a number is too long', at);
      return { type: 'integer', at, value: BigInt(integer.replaceAll('_', '')) };
    }
    const name = this.#take(NAME);
    if (name !== null) {
      if (/^\p{N}/u.test(name)) throw new SyntaxFailure('Invalid character in identifier', at);
      return { type: 'name', at, text: name };
    }
    const quoted = this.#take(STRING);
    if (quoted !== null) {
      const body = quoted.slice(1, -1);
      return {
        type: 'string',
        at,
        text: this.#options.literalBackslashes && kind === 'variable' ? body : unescape(body, at),
      };
    }
    const operator = OPERATORS.find(candidate => this.#text.startsWith(candidate, at));
    if (operator === undefined) throw new SyntaxFailure(`unexpected character ${JSON.stringify(this.#text[at])}`, at);
    this.#balance(operator, brackets, at);
    this.#position += operator.length;
    return { type: 'operator', at, text: operator };
  }

  #balance(operator: string, brackets: string[], at: number): void {
    const closing = CLOSING[operator];
    if (closing) {
      brackets.push(closing);
      if (brackets.length > MAX_OPEN_BRACKETS) throw new SyntaxFailure('brackets nest too deeply', at);
    } else if (operator === ')' || operator === ']' || operator === '}') {
      const expected = brackets.pop();
      if (expected === undefined) throw new SyntaxFailure(`unexpected '${operator}'`, at);
      if (expected !== operator) throw new SyntaxFailure(`unexpected '${operator}', expected '${expected}'`, at);
    }
  }
}

function patternsFor(options: SyntaxOptions) {
  const quote = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const [blockStart, blockEnd] = [quote(options.blockStart), quote(options.blockEnd)];
  const trim = options.trimBlocks ? '\\n?' : '';
  const openings = [options.blockStart, options.variableStart, options.commentStart];
  const longestFirst = openings.toSorted((a, b) => b.length - a.length).map(quote);
  const blockClose = `(?:\\+${blockEnd}|-${blockEnd}\\s*|${blockEnd}${trim})`;
  const commentEnd = quote(options.commentEnd);
  const variableEnd = quote(options.variableEnd);
  return {
    open: new RegExp(longestFirst.join('|'), 'g'),
    raw: new RegExp(`${blockStart}[-+]?\\s*raw\\s*(?:-${blockEnd}\\s*|${blockEnd})`, 'y'),
    endRaw: new RegExp(`${blockStart}([-+]?)\\s*endraw\\s*${blockClose}`, 'g'),
    endBlock: new RegExp(blockClose, 'y'),
    endVariable: new RegExp(`-${variableEnd}\\s*|${variableEnd}`, 'y'),
    endComment: new RegExp(`(?:\\+${commentEnd}|-${commentEnd}\\s*|${commentEnd}${trim})`, 'g'),
  };
}

/** Python's string escapes. */
function unescape(body: string, at: number): string {
  return body.replace(
    /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([^]))/g,
    (whole, octal, x, u, U, one) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      const hex = x ?? u ?? U;
      if (hex !== undefined) {
        const code = Number.parseInt(hex, 16);
        if (code > 0x10ffff || code === 0xe000 || code === 0xe001)
          throw new SyntaxFailure(`illegal escape ${whole}`, at);
        return String.fromCodePoint(code);
      }
      if (one === 'x' || one === 'u' || one === 'U') throw new SyntaxFailure(`truncated escape ${whole}`, at);
      return ESCAPED_CHARACTERS[one] ?? whole;
    },
  );
}
