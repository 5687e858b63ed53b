import { type Budget, deeper, spend } from '../budget.ts';
import {
  bool,
  dict,
  type Entry,
  float,
  int,
  list,
  none,
  PythonError,
  type Str,
  str,
  tuple,
  type Value,
} from '../value.ts';
import { ESCAPED_CHARACTERS } from './escaped-characters.ts';
import { originsOf, slice } from './text.ts';

/** Stops reading: the text is no literal, or hangs on an unknown value. */
class NoLiteral extends Error {
  readonly reason: 'invalid' | 'unknown';
  constructor(reason: 'invalid' | 'unknown') {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Python's `ast.literal_eval`, with JSON's true, false and null as Ansible adds them. `unknown`: an unknown value
 * stands where the syntax of the literal would depend on it.
 */
export function parseLiteral(budget: Budget, text: Str): Value | 'invalid' | 'unknown' {
  spend(budget, 1 + (text.text.length >> 6));
  const { depth } = budget;
  try {
    return new LiteralReader(budget, text).read();
  } catch (error) {
    budget.depth = depth;
    if (error instanceof NoLiteral) return error.reason;
    if (error instanceof PythonError) return 'invalid';
    throw error;
  }
}

const STRING_START = /([rRuUbB]?)('''|"""|'|")/y;
const NUMBER =
  /[+-]?\s*(?:0[xX][\da-fA-F](?:_?[\da-fA-F])*|0[oO][0-7](?:_?[0-7])*|0[bB][01](?:_?[01])*|(?:(?:\d(?:_?\d)*)?\.\d(?:_?\d)*|\d(?:_?\d)*\.?)(?:[eE][+-]?\d+)?)/y;
const WORD = /[A-Za-z_]\w*/y;
class LiteralReader {
  readonly #budget: Budget;
  readonly #source: Str;
  readonly #text: string;
  #position = 0;

  constructor(budget: Budget, source: Str) {
    this.#budget = budget;
    this.#source = source;
    this.#text = source.text;
  }

  read(): Value {
    const value = this.#value();
    this.#space();
    if (this.#position < this.#text.length) throw this.#invalid();
    return value;
  }

  #invalid(): NoLiteral {
    return new NoLiteral(this.#source.unknowns?.size ? 'unknown' : 'invalid');
  }

  #space(): void {
    while (/[ \t\n\r\f]/.test(this.#text[this.#position] ?? '')) this.#position += 1;
  }

  #skip(character: string): boolean {
    this.#space();
    if (this.#text[this.#position] !== character) return false;
    this.#position += 1;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (match) this.#position += match[0].length;
    return match;
  }

  #value(): Value {
    this.#space();
    spend(this.#budget);
    return deeper(this.#budget, () => {
      const start = this.#position;
      if (this.#skip('[')) return list(this.#items(']').items, this.#originsAt(start));
      if (this.#skip('(')) {
        const { items, commas } = this.#items(')');
        const [only] = items;
        return items.length === 1 && commas === 0 && only ? only : tuple(items, this.#originsAt(start));
      }
      if (this.#skip('{')) return dict(this.#pairs(), this.#originsAt(start));
      return this.#string() ?? this.#number() ?? this.#word();
    });
  }

  #originsAt(offset: number) {
    return originsOf(slice(this.#source, offset, offset + 1));
  }

  #items(close: string): { items: Value[]; commas: number } {
    const items: Value[] = [];
    let commas = 0;
    while (!this.#skip(close)) {
      items.push(this.#value());
      if (this.#skip(',')) commas += 1;
      else if (this.#skip(close)) break;
      else throw this.#invalid();
    }
    return { items, commas };
  }

  #pairs(): Entry[] {
    const pairs: Entry[] = [];
    while (!this.#skip('}')) {
      const key = this.#value();
      if (!this.#skip(':')) throw this.#invalid();
      pairs.push([key, this.#value()]);
      if (this.#skip(',')) continue;
      if (this.#skip('}')) break;
      throw this.#invalid();
    }
    return pairs;
  }

  #string(): Value | null {
    const open = this.#match(STRING_START);
    if (!open) return null;
    const [, prefix = '', quote = ''] = open;
    if (/b/i.test(prefix)) throw this.#invalid();
    const start = this.#position;
    const end = this.#closing(quote, /r/i.test(prefix));
    this.#position = end + quote.length;
    const body = slice(this.#source, start, end);
    const value = /r/i.test(prefix) || !body.text.includes('\\') ? body : this.#unescaped(body);
    this.#space();
    const next = this.#string();
    if (!next || next.kind !== 'str') return value;
    const joined = str(value.text + next.text, originsOf(value));
    const unknowns = new Map([...(value.unknowns ?? []), ...(next.unknowns ?? [])]);
    return unknowns.size > 0 ? { ...joined, unknowns } : joined;
  }

  #closing(quote: string, raw: boolean): number {
    for (let at = this.#position; at < this.#text.length; at++) {
      const character = this.#text[at];
      if (character === '\\') at += 1;
      else if (this.#text.startsWith(quote, at)) return at;
      else if (character === '\n' && quote.length === 1) break;
    }
    throw raw ? new NoLiteral('invalid') : this.#invalid();
  }

  #unescaped(body: Str): Str {
    const text = body.text.replace(
      /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([^]))/g,
      (whole, octal, x, u, U, one) => {
        const hex = x ?? u ?? U;
        if (octal === undefined && hex === undefined && /[xuUN]/.test(one)) throw this.#invalid();
        if (octal === undefined && hex === undefined) return ESCAPED_CHARACTERS[one] ?? whole;
        const code = octal === undefined ? Number.parseInt(hex, 16) : Number.parseInt(octal, 8);
        if (code > 0x10ffff || code === 0xe000 || code === 0xe001) throw this.#invalid();
        return String.fromCodePoint(code);
      },
    );
    const value = str(text, originsOf(body));
    return body.unknowns ? { ...value, unknowns: body.unknowns } : value;
  }

  #number(): Value | null {
    const start = this.#position;
    const match = this.#match(NUMBER);
    if (!match) return null;
    const text = match[0].replace(/[_\s]/g, '');
    const origins = this.#originsAt(start);
    const [, sign = '', digits = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
    if (/^0\d/.test(digits) && !/[.eExXoObB]/.test(digits) && !/^0+$/.test(digits)) throw this.#invalid();
    if (/^0[xXoObB]/.test(digits) || /^\d+$/.test(digits)) {
      if (digits.length > 1000) throw this.#invalid();
      const value = BigInt(digits);
      return int(sign === '-' ? -value : value, origins);
    }
    return float(Number(text), origins);
  }

  #word(): Value {
    const start = this.#position;
    const origins = this.#originsAt(start);
    switch (this.#match(WORD)?.[0]) {
      case 'True':
      case 'true':
        return bool(true, origins);
      case 'False':
      case 'false':
        return bool(false, origins);
      case 'None':
      case 'null':
        return none(origins);
      default:
        throw this.#invalid();
    }
  }
}
