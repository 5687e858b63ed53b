import { Cursor, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, type Mark, YamlFault } from './cursor.ts';
import { type ScalarToken, scanBlock, scanPlain, scanQuoted } from './scalars.ts';
import { type DirectiveToken, scanDirective, scanTag, scanWord, type TagToken } from './tags.ts';

/** Tokens that carry nothing but their place. */
type Indicator =
  | 'stream-end'
  | 'document-start'
  | 'document-end'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | 'flow-sequence-start'
  | 'flow-sequence-end'
  | 'flow-mapping-start'
  | 'flow-mapping-end'
  | 'block-entry'
  | 'flow-entry'
  | 'key'
  | 'value';

/** One token of a YAML stream; `end` is the offset behind it. */
export type Token =
  | Readonly<{ type: Indicator; start: Mark; end: number }>
  | Readonly<{ type: 'alias' | 'anchor'; name: string; start: Mark; end: number }>
  | TagToken
  | DirectiveToken
  | ScalarToken;

/** A place where a key without `?` may have begun; the `:` that makes it one has to follow on its line. */
type SimpleKey = { possible: boolean; required: boolean; token: number; mark: Mark };

/** Characters between the beginning of a key and its `:`. */
const KEY_LENGTH = 1024;

const NO_KEY: Mark = { offset: 0, line: 0, column: 0 };

/**
 * The tokens of a YAML stream as go-yaml v2 (libyaml) cuts them: block structure becomes tokens of its own, and a token
 * is made only when it is asked for, so nothing is wrong with a text the kubelet never reads.
 */
export class Scanner {
  private readonly cursor: Cursor;
  private readonly queue: Token[] = [];
  /** Tokens handed out so far. */
  private taken = 0;
  private indent = -1;
  private readonly indents: number[] = [];
  private flow = 0;
  private keyAllowed = true;
  /** One a flow level. */
  private readonly keys: SimpleKey[] = [{ possible: false, required: false, token: 0, mark: NO_KEY }];
  /** Number of a token -> level of the key that may begin with it. */
  private readonly levels = new Map<number, number>();

  constructor(text: string, offset: number) {
    this.cursor = new Cursor(text, offset);
  }

  /** The next token, left in place. */
  peek(): Token {
    while (this.queue.length === 0 || this.mayBecomeKey()) this.fetch();
    const [token] = this.queue;
    if (!token) throw new YamlFault('did not find expected node content', this.cursor.offset);
    return token;
  }

  /** Takes the next token. */
  next(): Token {
    const token = this.peek();
    this.queue.shift();
    this.taken++;
    return token;
  }

  /** Whether a `:` still to come could put a token before the first of the queue. */
  private mayBecomeKey(): boolean {
    const key = this.keys[this.levels.get(this.taken) ?? -1];
    return key !== undefined && this.isValid(key);
  }

  private isValid(key: SimpleKey): boolean {
    if (!key.possible) return false;
    const { offset, line } = this.cursor;
    if (key.mark.line === line && key.mark.offset + KEY_LENGTH >= offset) return true;
    if (key.required) throw new YamlFault("could not find expected ':'", key.mark.offset);
    key.possible = false;
    return false;
  }

  private fetch(): void {
    const { cursor } = this;
    this.skipToToken();
    this.unroll(cursor.column);
    const char = cursor.char();
    const blank = isBlankOrEnd(cursor.char(1));
    const marker = cursor.atDocumentMarker();
    if (char === '') this.fetchEnd();
    else if (cursor.column === 0 && char === '%') this.fetchDirective();
    else if (marker) this.fetchMarker(marker === '---' ? 'document-start' : 'document-end');
    else if (char === '[') this.openFlow('flow-sequence-start');
    else if (char === '{') this.openFlow('flow-mapping-start');
    else if (char === ']') this.closeFlow('flow-sequence-end');
    else if (char === '}') this.closeFlow('flow-mapping-end');
    else if (char === ',') this.fetchFlowEntry();
    else if (char === '-' && blank) this.fetchBlockEntry();
    else if (char === '?' && (this.flow > 0 || blank)) this.fetchKey();
    else if (char === ':' && (this.flow > 0 || blank)) this.fetchValue();
    else if (char === '*' || char === '&') this.fetchAnchor(char === '*' ? 'alias' : 'anchor');
    else if (char === '!') this.fetchContent(() => scanTag(cursor));
    else if ((char === '|' || char === '>') && this.flow === 0) this.fetchBlockScalar();
    else if (char === "'" || char === '"') this.fetchContent(() => scanQuoted(cursor));
    else if (this.startsPlain(char)) this.fetchPlain();
    else throw new YamlFault('found character that cannot start any token', cursor.offset);
  }

  private startsPlain(char: string): boolean {
    const next = this.cursor.char(1);
    if (char === '-') return !isBlank(next);
    if (char === '?' || char === ':') return this.flow === 0 && !isBlankOrEnd(next);
    return !isBlankOrEnd(char) && !',[]{}#&*!|>\'"%@`'.includes(char);
  }

  /** Skips blanks, comments and line breaks. Tabs count as blanks only where no key can begin. */
  private skipToToken(): void {
    const { cursor } = this;
    for (;;) {
      while (cursor.char() === ' ' || (cursor.char() === '\t' && (this.flow > 0 || !this.keyAllowed))) cursor.skip();
      if (cursor.char() === '#') while (!isBreakOrEnd(cursor.char())) cursor.skip();
      if (!isBreak(cursor.char())) return;
      cursor.readLine();
      if (this.flow === 0) this.keyAllowed = true;
    }
  }

  private saveKey(): void {
    if (!this.keyAllowed) return;
    const { cursor } = this;
    this.removeKey();
    this.keys[this.keys.length - 1] = {
      possible: true,
      required: this.flow === 0 && this.indent === cursor.column,
      token: this.taken + this.queue.length,
      mark: cursor.mark(),
    };
    this.levels.set(this.taken + this.queue.length, this.keys.length - 1);
  }

  private removeKey(): void {
    const key = this.keys.at(-1);
    if (!key?.possible) return;
    if (key.required) throw new YamlFault("could not find expected ':'", key.mark.offset);
    key.possible = false;
    this.levels.delete(key.token);
  }

  /** Opens a block collection when `column` is further right than the one around; its token goes to place `at`. */
  private roll(column: number, type: Indicator, mark: Mark, at = -1): void {
    if (this.flow > 0 || this.indent >= column) return;
    this.indents.push(this.indent);
    this.indent = column;
    this.insert(at, { type, start: mark, end: mark.offset });
  }

  /** Puts a token before the one at place `at` of the queue; at its end when that one is gone. */
  private insert(at: number, token: Token): void {
    this.queue.splice(at < 0 ? this.queue.length : at, 0, token);
  }

  /** Closes every block collection further right than `column`. */
  private unroll(column: number): void {
    if (this.flow > 0) return;
    while (this.indent > column) {
      this.queue.push({ type: 'block-end', start: this.cursor.mark(), end: this.cursor.offset });
      this.indent = this.indents.pop() ?? -1;
    }
  }

  private indicator(type: Indicator, width = 1): void {
    const start = this.cursor.mark();
    this.cursor.skip(width);
    this.queue.push({ type, start, end: this.cursor.offset });
  }

  private fetchEnd(): void {
    const { cursor } = this;
    if (cursor.column !== 0) cursor.line++;
    cursor.column = 0;
    this.unroll(-1);
    this.removeKey();
    this.keyAllowed = false;
    this.indicator('stream-end', 0);
  }

  private fetchDirective(): void {
    this.unroll(-1);
    this.removeKey();
    this.keyAllowed = false;
    this.queue.push(scanDirective(this.cursor));
  }

  private fetchMarker(type: 'document-start' | 'document-end'): void {
    this.unroll(-1);
    this.removeKey();
    this.keyAllowed = false;
    this.indicator(type, 3);
  }

  private openFlow(type: Indicator): void {
    this.saveKey();
    const token = this.taken + this.queue.length;
    this.keys.push({ possible: false, required: false, token, mark: this.cursor.mark() });
    this.flow++;
    this.keyAllowed = true;
    this.indicator(type);
  }

  private closeFlow(type: Indicator): void {
    this.removeKey();
    if (this.flow > 0) {
      this.flow--;
      this.levels.delete(this.keys.pop()?.token ?? -1);
    }
    this.keyAllowed = false;
    this.indicator(type);
  }

  private fetchFlowEntry(): void {
    this.removeKey();
    this.keyAllowed = true;
    this.indicator('flow-entry');
  }

  private fetchBlockEntry(): void {
    const { cursor } = this;
    if (this.flow === 0) {
      if (!this.keyAllowed) {
        throw new YamlFault('block sequence entries are not allowed in this context', cursor.offset);
      }
      this.roll(cursor.column, 'block-sequence-start', cursor.mark());
    }
    this.removeKey();
    this.keyAllowed = true;
    this.indicator('block-entry');
  }

  private fetchKey(): void {
    const { cursor } = this;
    if (this.flow === 0) {
      if (!this.keyAllowed) throw new YamlFault('mapping keys are not allowed in this context', cursor.offset);
      this.roll(cursor.column, 'block-mapping-start', cursor.mark());
    }
    this.removeKey();
    this.keyAllowed = this.flow === 0;
    this.indicator('key');
  }

  private fetchValue(): void {
    const { cursor } = this;
    const key = this.keys.at(-1);
    if (key && this.isValid(key)) {
      const at = key.token - this.taken;
      this.insert(at, { type: 'key', start: key.mark, end: key.mark.offset });
      this.roll(key.mark.column, 'block-mapping-start', key.mark, at);
      key.possible = false;
      this.levels.delete(key.token);
      this.keyAllowed = false;
    } else {
      if (this.flow === 0) {
        if (!this.keyAllowed) throw new YamlFault('mapping values are not allowed in this context', cursor.offset);
        this.roll(cursor.column, 'block-mapping-start', cursor.mark());
      }
      this.keyAllowed = this.flow === 0;
    }
    this.indicator('value');
  }

  private fetchAnchor(type: 'alias' | 'anchor'): void {
    const { cursor } = this;
    this.fetchContent(() => {
      const start = cursor.mark();
      cursor.skip();
      const name = scanWord(cursor);
      const next = cursor.char();
      if (name === '' || !(isBlankOrEnd(next) || '?:,]}%@`'.includes(next))) {
        throw new YamlFault('did not find expected alphabetic or numeric character', start.offset);
      }
      return { type, name, start, end: cursor.offset };
    });
  }

  private fetchContent(scan: () => Token): void {
    this.saveKey();
    this.keyAllowed = false;
    this.queue.push(scan());
  }

  private fetchBlockScalar(): void {
    this.removeKey();
    this.keyAllowed = true;
    this.queue.push(scanBlock(this.cursor, this.indent));
  }

  private fetchPlain(): void {
    this.saveKey();
    this.keyAllowed = false;
    const { token, broken } = scanPlain(this.cursor, this.indent + 1, this.flow > 0);
    this.queue.push(token);
    if (broken) this.keyAllowed = true;
  }
}
