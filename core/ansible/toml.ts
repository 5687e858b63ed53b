import type { Json } from '../kubelet/types.ts';

type Table = { [key: string]: Json | Table | Table[] };

/** A text that is no TOML, with the offset where reading stopped. */
export class TomlError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.name = 'TomlError';
    this.offset = offset;
  }
}

/**
 * Reads TOML 1.0 as JSON data: tables, arrays of tables, dotted and quoted keys, strings of all four kinds, integers,
 * floats, booleans, arrays, inline tables; dates stay text.
 * @throws TomlError
 */
export function parseToml(text: string): Json {
  return new TomlReader(text).document();
}

/** One pass over a text. */
class TomlReader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): Json {
    const root: Table = Object.create(null) as Table;
    let table = root;
    for (this.blanks(true); this.at < this.text.length; this.blanks(true)) {
      if (this.text.startsWith('[[', this.at)) {
        this.at += 2;
        const path = this.keyPath();
        this.expect(']]');
        table = this.appended(root, path);
      } else if (this.text[this.at] === '[') {
        this.at++;
        const path = this.keyPath();
        this.expect(']');
        table = this.tableAt(root, path);
      } else {
        this.pair(table);
      }
      this.blanks(false);
      if (this.at < this.text.length && !/[\r\n]/.test(this.text[this.at] ?? ''))
        this.fail('expected the end of the line');
    }
    return plain(root);
  }

  private fail(message: string): never {
    throw new TomlError(message, this.at);
  }

  /** Skips white space and comments. */
  private blanks(lines: boolean): void {
    for (; this.at < this.text.length; this.at++) {
      const char = this.text[this.at] ?? '';
      if (char === '#') {
        while (this.at + 1 < this.text.length && this.text[this.at + 1] !== '\n') this.at++;
      } else if (!(lines ? /\s/ : /[ \t]/).test(char)) return;
    }
  }

  private expect(token: string): void {
    this.blanks(false);
    if (!this.text.startsWith(token, this.at)) this.fail(`expected ${token}`);
    this.at += token.length;
  }

  private keyPath(): string[] {
    const path: string[] = [];
    do {
      this.blanks(false);
      const quote = this.text[this.at] ?? '';
      if (quote === '"' || quote === "'") path.push(this.string());
      else {
        const bare = /^[A-Za-z0-9_-]+/.exec(this.text.slice(this.at, this.at + 256))?.[0];
        if (bare === undefined) this.fail('expected a key');
        path.push(bare);
        this.at += bare.length;
      }
      this.blanks(false);
    } while (this.text[this.at] === '.' && ++this.at > 0);
    return path;
  }

  private tableAt(root: Table, path: readonly string[]): Table {
    let table = root;
    for (const name of path) {
      const known = table[name];
      if (known === undefined) table[name] = Object.create(null) as Table;
      const next = table[name];
      const inner = Array.isArray(next) ? next.at(-1) : next;
      if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) this.fail(`${name} is not a table`);
      table = inner as Table;
    }
    return table;
  }

  private appended(root: Table, path: readonly string[]): Table {
    const parent = this.tableAt(root, path.slice(0, -1));
    const name = path.at(-1) ?? '';
    const known = parent[name] ?? (parent[name] = []);
    if (!Array.isArray(known)) this.fail(`${name} is not an array of tables`);
    const table = Object.create(null) as Table;
    (known as Table[]).push(table);
    return table;
  }

  private pair(table: Table): void {
    const path = this.keyPath();
    this.expect('=');
    const parent = this.tableAt(table, path.slice(0, -1));
    const name = path.at(-1) ?? '';
    if (parent[name] !== undefined) this.fail(`${name} is set twice`);
    this.blanks(false);
    parent[name] = this.value(0);
  }

  private value(depth: number): Json {
    if (depth > 32) this.fail('nests too deep');
    const char = this.text[this.at] ?? '';
    if (char === '"' || char === "'") return this.string();
    if (char === '[') return this.array(depth);
    if (char === '{') return this.inlineTable(depth);
    const word = /^[^\s,\]}#]+/.exec(this.text.slice(this.at, this.at + 64))?.[0];
    if (word === undefined) this.fail('expected a value');
    this.at += word.length;
    if (word === 'true' || word === 'false') return word === 'true';
    const digits = word.replaceAll('_', '');
    if (/^[+-]?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+)$/.test(digits)) return Number(digits);
    if (/^\d{4}-\d\d-\d\d|^\d\d:\d\d|^[+-]?(?:inf|nan)$/.test(word)) return word;
    this.at -= word.length;
    return this.fail(`${word} is no value`);
  }

  private array(depth: number): Json {
    const items: Json[] = [];
    this.at++;
    for (;;) {
      this.blanks(true);
      if (this.text[this.at] === ']') break;
      items.push(this.value(depth + 1));
      this.blanks(true);
      if (this.text[this.at] === ',') this.at++;
      else if (this.text[this.at] !== ']') this.fail('expected , or ]');
    }
    this.at++;
    return items;
  }

  private inlineTable(depth: number): Json {
    const table = Object.create(null) as Table;
    this.at++;
    for (this.blanks(false); this.text[this.at] !== '}'; this.blanks(false)) {
      if (depth > 32) this.fail('nests too deep');
      this.pair(table);
      this.blanks(false);
      if (this.text[this.at] === ',') this.at++;
      else if (this.text[this.at] !== '}') this.fail('expected , or }');
    }
    this.at++;
    return plain(table);
  }

  private string(): string {
    const quote = this.text[this.at] ?? '';
    const long = this.text.startsWith(quote.repeat(3), this.at);
    const end = long ? quote.repeat(3) : quote;
    this.at += end.length;
    if (long) this.at += /^\r?\n/.exec(this.text.slice(this.at, this.at + 2))?.[0].length ?? 0;
    let value = '';
    while (!this.text.startsWith(end, this.at)) {
      const char = this.text[this.at];
      if (char === undefined || (!long && char === '\n')) this.fail('the string does not end');
      if (char === '\\' && quote === '"') value += this.escape(long);
      else {
        value += char;
        this.at++;
      }
    }
    this.at += end.length;
    return value;
  }

  private escape(long: boolean): string {
    const folded = long ? /^\\[ \t]*\r?\n\s*/.exec(this.text.slice(this.at, this.at + 4096)) : null;
    if (folded) {
      this.at += folded[0].length;
      return '';
    }
    const code = /^\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(this.text.slice(this.at, this.at + 10));
    if (code) {
      const point = Number.parseInt(code[1] ?? code[2] ?? '', 16);
      if (point > 0x10ffff) this.fail('no such character');
      this.at += code[0].length;
      return String.fromCodePoint(point);
    }
    const simple = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', '"': '"', '\\': '\\' }[this.text[this.at + 1] ?? ''];
    if (simple === undefined) this.fail('unknown escape');
    this.at += 2;
    return simple;
  }
}

/** Tables as plain objects; a key such as `__proto__` is only a key. */
function plain(table: Table): Json {
  const entries = Object.keys(table).map((key): readonly [string, Json] => {
    const value = table[key] as Json | Table | Table[];
    if (Array.isArray(value)) return [key, value.map(item => (isTable(item) ? plain(item) : item)) as Json];
    return [key, isTable(value) ? plain(value) : (value as Json)];
  });
  return Object.fromEntries(entries);
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) === null;
}
