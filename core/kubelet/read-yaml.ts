import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Unknown } from '../source/rope.ts';
import { firstDocument } from './first-document.ts';
import { type GoScalar, resolveTagged } from './go-yaml-scalar.ts';
import { lineIndex } from './line-index.ts';
import { scanLayout } from './scan-layout.ts';
import {
  type ReadComplaint,
  type ReadResult,
  type SourceEntry,
  type SourceNode,
  type SourceOrigin,
  TEXT_LIMITS,
} from './source-node.ts';
import type { KubeletText, Span } from './types.ts';
import { keysForLonelyTokens, TOKEN_START, unknownIn } from './unknown-tokens.ts';

/** Line breaks of YAML 1.1 besides the usual two. Each is one character, so that offsets stay. */
const OTHER_BREAKS = /\r(?!\n)|[\u0085\u2028\u2029]/g;

/** Escapes of code points that are no characters: halves of surrogate pairs, and beyond Unicode. */
const SURROGATE = /\\(u[dD][89a-fA-F][0-9a-fA-F]{2}|U0000[dD][89a-fA-F]|U(?!000|0010)[0-9a-fA-F]{8})/;

class Unreadable extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/**
 * Reads the first document of a text as the kubelet's YAML library does (go-yaml v2: YAML 1.1 scalars, merge keys in
 * place, last duplicate wins, excessive aliasing refused), keeping the span of every value.
 */
export function readYaml(source: KubeletText, from: SourceOrigin['from'], name: string): ReadResult {
  const cut = firstDocument(source.text.replace(OTHER_BREAKS, '\n'));
  if (!cut.ok) return cut;
  const text = keysForLonelyTokens(cut.text);
  const fault = scanLayout(text, TEXT_LIMITS.depth);
  if (fault) return { ok: false, message: fault.message, offset: cut.start + fault.offset };
  const document = parseDocument(text, {
    version: '1.1',
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    strict: true,
  });
  const error = document.errors.find(({ message }) => !message.startsWith('Comments must be separated'));
  const tail =
    error && error.code === 'UNEXPECTED_TOKEN' && isPastRoot(document.contents, text, error.pos[0])
      ? error.pos[0]
      : null;
  if (error && tail === null) return { ok: false, message: `yaml: ${error.message}`, offset: cut.start + error.pos[0] };
  try {
    const reader = new GoYamlReader(source, text, cut.start, from, name);
    const root = reader.read(document.contents, '');
    const unread = tail === null ? cut.unread : cut.start + tail;
    return { ok: true, root, strict: reader.strict, unread, format: 'yaml' };
  } catch (caught) {
    if (caught instanceof Unreadable) return { ok: false, message: caught.message, offset: caught.offset };
    throw caught;
  }
}

/**
 * Whether a place lies behind the end of the root node, where go-yaml has stopped reading: below the indentation of a
 * root block, or after the bracket that closes a root in flow style. The next token has to be one, though: go-yaml
 * looks at it to see that the root has ended.
 */
function isPastRoot(root: unknown, text: string, offset: number): boolean {
  if (!(isMap(root) || isSeq(root)) || !root.range) return false;
  const [start, end] = root.range;
  if (offset < end || /[@`%\t]/.test(text[offset] ?? '')) return false;
  if (root.flow) return /[}\]]/.test(text[end - 1] ?? '');
  const column = (at: number) => at - (text.lastIndexOf('\n', at - 1) + 1);
  const lineStart = offset - column(offset);
  const indent = /^[ ]*/.exec(text.slice(lineStart))?.[0].length ?? 0;
  return indent < column(start);
}

/** One pass over a parsed document; holds the anchors and the aliasing budget of go-yaml. */
class GoYamlReader {
  readonly strict: ReadComplaint[] = [];
  private readonly anchors = new Map<string, Node>();
  private readonly open = new Set<Node>();
  private flow = 0;
  private nodes = 0;
  private aliased = 0;
  private aliasDepth = 0;
  private readonly source: KubeletText;
  /** The document as parsed: as long as the original, lone tokens rewritten. */
  private readonly text: string;
  private readonly lineOf: ReturnType<typeof lineIndex>;
  private readonly start: number;
  private readonly from: SourceOrigin['from'];
  private readonly name: string;

  constructor(source: KubeletText, text: string, start: number, from: SourceOrigin['from'], name: string) {
    this.source = source;
    this.text = text;
    this.lineOf = lineIndex(source.text);
    this.start = start;
    this.from = from;
    this.name = name;
  }

  read(node: unknown, path: string): SourceNode {
    this.count(node);
    const origin = { from: this.from, in: this.name, span: this.spanOf(node) };
    if (node === null || node === undefined) return { kind: 'null', origin };
    if (isAlias(node)) return this.readAlias(node.source, origin, path);
    this.anchor(node as Node);
    if (isMap(node)) return this.within(node, () => this.readMap(node, origin, path));
    if (isSeq(node)) {
      return this.within(node, () => ({
        kind: 'list',
        items: node.items.map((item, index) => this.read(item, `${path}[${index}]`)),
        origin,
      }));
    }
    if (isScalar(node)) {
      if (this.flow > 0 && node.type === 'PLAIN' && this.textOf(node).includes('?')) {
        throw new Unreadable("yaml: did not find expected ',' or '}'", this.at(origin));
      }
      const unknown = unknownIn(this.rawText(node), this.source);
      if (unknown) return { kind: 'unknown', unknown, origin };
      if (node.type === 'QUOTE_DOUBLE' && SURROGATE.test(this.rawText(node).replaceAll('\\\\', ''))) {
        throw new Unreadable('yaml: found invalid Unicode character escape code', this.at(origin));
      }
      if (node.type === 'QUOTE_DOUBLE' && this.rawText(node).replaceAll('\\\\', '').includes('\\/')) {
        throw new Unreadable('yaml: found unknown escape character', this.at(origin));
      }
      const plain = node.type === 'PLAIN' || node.type === undefined;
      return this.scalar(resolveTagged(this.textOf(node), node.tag, plain), origin);
    }
    throw new Unreadable('yaml: unsupported node', this.start);
  }

  private scalar(value: GoScalar, origin: SourceOrigin): SourceNode {
    if (value.kind === 'not-json') throw new Unreadable(`json: unsupported value: ${value.text}`, this.at(origin));
    if (value.kind === 'invalid') throw new Unreadable(`yaml: ${value.message}`, this.at(origin));
    return { ...value, origin };
  }

  private readAlias(anchor: string, origin: SourceOrigin, path: string): SourceNode {
    const target = this.anchors.get(anchor);
    if (!target) throw new Unreadable(`yaml: unknown anchor '${anchor}' referenced`, this.at(origin));
    if (this.open.has(target)) throw new Unreadable(`yaml: anchor '${anchor}' value contains itself`, this.at(origin));
    this.aliasDepth++;
    const value = this.read(target, path);
    this.aliasDepth--;
    return value;
  }

  private readMap(map: YAMLMap, origin: SourceOrigin, path: string): SourceNode {
    const entries: SourceEntry[] = [];
    const seen = new Set<string>();
    let open: Unknown | null = null;
    const add = (entry: SourceEntry) => {
      if (seen.has(entry.key)) this.strict.push(this.duplicate(entry, path));
      seen.add(entry.key);
      entries.push(entry);
    };
    for (const { key, value } of map.items) {
      if (isScalar(key) && this.rawText(key).includes(TOKEN_START)) {
        open = unknownIn(this.rawText(key), this.source);
        continue;
      }
      if (isScalar(key) && key.value === '<<' && key.type === 'PLAIN') {
        for (const entry of this.merged(value, path)) add(entry);
        continue;
      }
      const name = map.flow === true && isScalar(key) ? this.flowKey(key) : this.readKey(key);
      add({ key: name, keySpan: this.spanOf(key), value: this.read(value, path === '' ? name : `${path}.${name}`) });
    }
    return { kind: 'map', entries, open, origin };
  }

  /** In flow style a colon ends a plain key only before a blank: `{a:{b: c}}` is refused, `{a:, b}` has the key `a:`. */
  private flowKey(key: Scalar): string {
    const name = this.readKey(key);
    const end = key.range?.[1] ?? 0;
    if (key.type !== 'PLAIN' || this.text[end] !== ':') return name;
    const next = this.text[end + 1] ?? '';
    if (/[[{?]/.test(next)) throw new Unreadable("yaml: did not find expected ',' or '}'", this.start + end);
    return /[,\]}]/.test(next) ? `${name}:` : name;
  }

  private readKey(key: unknown): string {
    const node = this.read(key, '');
    switch (node.kind) {
      case 'string':
        return node.value;
      case 'bool':
        return String(node.value);
      case 'number':
        return node.text;
      default:
        throw new Unreadable('yaml: invalid map key', this.at(node.origin));
    }
  }

  private merged(value: unknown, path: string): readonly SourceEntry[] {
    const node = this.read(value, path);
    if (node.kind === 'map') return node.entries;
    if (node.kind === 'list' && node.items.every(item => item.kind === 'map')) {
      return [...node.items].reverse().flatMap(item => (item.kind === 'map' ? item.entries : []));
    }
    throw new Unreadable('yaml: map merge requires map or sequence of maps as the value', this.at(node.origin));
  }

  private duplicate(entry: SourceEntry, path: string): ReadComplaint {
    const span = entry.keySpan ?? { start: this.start, end: this.start };
    const { line } = this.lineOf(span.start);
    return {
      message: `yaml: unmarshal errors:\n  line ${line}: key "${entry.key}" already set in map`,
      span,
      path: path === '' ? entry.key : `${path}.${entry.key}`,
    };
  }

  private within<T>(node: YAMLMap | YAMLSeq, work: () => T): T {
    this.open.add(node);
    if (node.flow) this.flow++;
    try {
      return work();
    } finally {
      if (node.flow) this.flow--;
      this.open.delete(node);
    }
  }

  private anchor(node: Node): void {
    if ('anchor' in node && typeof node.anchor === 'string') this.anchors.set(node.anchor, node);
  }

  /** go-yaml's budget: when most decoded nodes come from aliases, the document is a bomb. */
  private count(node: unknown): void {
    this.nodes++;
    if (this.aliasDepth > 0) this.aliased++;
    const bomb = this.aliased > 100 && this.nodes > 1000 && this.aliased / this.nodes > 0.99;
    if (bomb || this.nodes > TEXT_LIMITS.nodes) {
      throw new Unreadable('yaml: document contains excessive aliasing', this.spanOf(node)?.start ?? this.start);
    }
  }

  /** A block scalar that ends with the text, without a line break, has none in Go either. */
  private textOf(node: Scalar): string {
    const { value, type, range } = node;
    const text = typeof value === 'string' ? value : value === null || value === undefined ? '' : String(value);
    const cut = type?.startsWith('BLOCK') && range?.[1] === this.text.length && !this.text.endsWith('\n');
    return cut ? text.replace(/\n$/, '') : text;
  }

  private rawText(node: Node): string {
    const range = node.range;
    return range ? this.text.slice(range[0], range[1]) : '';
  }

  private at(origin: SourceOrigin): number {
    return origin.span?.start ?? this.start;
  }

  private spanOf(node: unknown): Span | null {
    const range = (node as Node | null | undefined)?.range;
    return range ? { start: this.start + range[0], end: this.start + range[1] } : null;
  }
}
