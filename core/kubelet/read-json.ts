import {
  type ReadComplaint,
  type ReadResult,
  type SourceEntry,
  type SourceNode,
  type SourceOrigin,
  TEXT_LIMITS,
} from './source-node.ts';
import type { KubeletText } from './types.ts';
import { TOKEN_START, unknownIn } from './unknown-tokens.ts';

class JsonError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;

/**
 * Reads a text that starts with `{`: the kubelet takes it for JSON, so comments, trailing commas and a second document
 * are errors. Duplicate keys are kept in order; decoding merges them as Go does.
 */
export function readJson(source: KubeletText, from: SourceOrigin['from'], name: string): ReadResult {
  const reader = new JsonReader(source, from, name);
  try {
    return { ok: true, root: reader.document(), strict: reader.strict, unread: null, format: 'json' };
  } catch (caught) {
    if (caught instanceof JsonError) return { ok: false, message: `json: ${caught.message}`, offset: caught.offset };
    throw caught;
  }
}

class JsonReader {
  readonly strict: ReadComplaint[] = [];
  private at = 0;
  private nodes = 0;
  private readonly source: KubeletText;
  private readonly text: string;
  private readonly from: SourceOrigin['from'];
  private readonly name: string;

  constructor(source: KubeletText, from: SourceOrigin['from'], name: string) {
    this.source = source;
    this.text = source.text;
    this.from = from;
    this.name = name;
  }

  document(): SourceNode {
    const root = this.value('', 0);
    this.space();
    if (this.at < this.text.length) throw this.error('invalid character after top-level value');
    return root;
  }

  private value(path: string, depth: number): SourceNode {
    if (depth > TEXT_LIMITS.depth) throw this.error(`nested deeper than ${TEXT_LIMITS.depth} levels`);
    if (++this.nodes > TEXT_LIMITS.nodes) throw this.error(`more than ${TEXT_LIMITS.nodes} values`);
    this.space();
    const start = this.at;
    const origin = () => ({ from: this.from, in: this.name, span: { start, end: this.at } });
    const first = this.text[this.at];
    if (first === '{') return { ...this.object(path, depth), origin: origin() };
    if (first === '[') return { kind: 'list', items: this.array(path, depth), origin: origin() };
    if (first === '"') {
      const value = this.string();
      const unknown = unknownIn(value, this.source);
      return unknown ? { kind: 'unknown', unknown, origin: origin() } : { kind: 'string', value, origin: origin() };
    }
    if (first === TOKEN_START) return this.bareUnknown(start);
    for (const [word, node] of [
      ['true', { kind: 'bool', value: true }],
      ['false', { kind: 'bool', value: false }],
      ['null', { kind: 'null' }],
    ] as const) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return { ...node, origin: origin() };
      }
    }
    NUMBER.lastIndex = this.at;
    const number = NUMBER.exec(this.text)?.[0];
    if (number === undefined) throw this.error(`invalid character looking for beginning of value`);
    this.at += number.length;
    if (this.text[this.at] === TOKEN_START) return this.bareUnknown(start);
    return { kind: 'number', text: number, origin: origin() };
  }

  /** An unknown outside quotes: everything up to the next delimiter is not known. */
  private bareUnknown(start: number): SourceNode {
    while (this.at < this.text.length && !/[,\]}\n]/.test(this.text[this.at] ?? '')) this.at++;
    const unknown = unknownIn(this.text.slice(start, this.at), this.source);
    if (!unknown) throw this.error('invalid character');
    return { kind: 'unknown', unknown, origin: { from: this.from, in: this.name, span: { start, end: this.at } } };
  }

  private object(path: string, depth: number): Pick<Extract<SourceNode, { kind: 'map' }>, 'kind' | 'entries' | 'open'> {
    this.at++;
    const entries: SourceEntry[] = [];
    const seen = new Set<string>();
    let open = null;
    this.space();
    if (this.text[this.at] === '}') {
      this.at++;
      return { kind: 'map', entries, open };
    }
    for (;;) {
      this.space();
      const start = this.at;
      if (this.text[this.at] === TOKEN_START) {
        open = this.bareUnknown(start).kind === 'unknown' ? unknownIn(this.text.slice(start), this.source) : null;
      } else {
        if (this.text[this.at] !== '"') throw this.error('expected an object key in quotes');
        const key = this.string();
        const keySpan = { start, end: this.at };
        this.space();
        if (this.text[this.at] !== ':') throw this.error("expected ':' after an object key");
        this.at++;
        const below = path === '' ? key : `${path}.${key}`;
        if (key.includes(TOKEN_START)) {
          open = unknownIn(key, this.source);
          this.value(below, depth + 1);
        } else {
          if (seen.has(key)) this.strict.push({ message: `duplicate field "${below}"`, span: keySpan, path: below });
          seen.add(key);
          entries.push({ key, keySpan, value: this.value(below, depth + 1) });
        }
      }
      this.space();
      const next = this.text[this.at++];
      if (next === '}') return { kind: 'map', entries, open };
      if (next !== ',') throw this.error("expected ',' or '}' after an object value");
    }
  }

  private array(path: string, depth: number): readonly SourceNode[] {
    this.at++;
    const items: SourceNode[] = [];
    this.space();
    if (this.text[this.at] === ']') {
      this.at++;
      return items;
    }
    for (;;) {
      items.push(this.value(`${path}[${items.length}]`, depth + 1));
      this.space();
      const next = this.text[this.at++];
      if (next === ']') return items;
      if (next !== ',') throw this.error("expected ',' or ']' after an array element");
    }
  }

  private string(): string {
    let end = this.at + 1;
    while (end < this.text.length && this.text[end] !== '"') end += this.text[end] === '\\' ? 2 : 1;
    try {
      const text = JSON.parse(this.text.slice(this.at, end + 1)) as string;
      const value = text.replace(/\p{Surrogate}/gu, '\uFFFD');
      this.at = end + 1;
      return value;
    } catch {
      throw this.error('invalid string literal');
    }
  }

  private space(): void {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? '')) this.at++;
  }

  private error(message: string): JsonError {
    return new JsonError(message, this.at);
  }
}
