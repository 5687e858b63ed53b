import { YamlFault } from './cursor.ts';
import { Scanner, type Token } from './scanner.ts';

/** A node of a YAML document with the characters [start, end) it stands in. Aliases know the node they mean. */
export type YamlNode = Readonly<{ start: number; end: number }> &
  (
    | Readonly<{ kind: 'scalar'; value: string; style: 'plain' | 'quoted' | 'block'; tag: string }>
    | Readonly<{ kind: 'alias'; name: string; target: YamlNode }>
    | Readonly<{ kind: 'sequence'; items: readonly YamlNode[] }>
    | Readonly<{ kind: 'mapping'; pairs: readonly (readonly [YamlNode, YamlNode])[] }>
  );

type Type = Token['type'];
type Growing = { start: number; end: number };

const DEFAULT_TAGS: readonly (readonly [string, string])[] = [
  ['!', '!'],
  ['!!', 'tag:yaml.org,2002:'],
];

/** What a stream's first document says, and where a token follows that is never read (null at the end of the stream). */
export type FirstDocument = Readonly<{ root: YamlNode | null; unread: number | null }>;

/**
 * Parses the first document of a stream as go-yaml v2 does, from `offset` on; the one token behind it is looked at, the
 * rest is not. root is null for a stream without any document. Throws YamlFault, also beyond `depth` nested nodes.
 */
export function parseFirstDocument(text: string, offset: number, depth: number): FirstDocument {
  return new Parser(new Scanner(text, offset), depth).document();
}

/** One document: a recursive descent over its tokens. Anchors are known from the place they are written on. */
class Parser {
  private readonly scanner: Scanner;
  private readonly limit: number;
  private depth = 0;
  private readonly tags = new Map<string, string>();
  private readonly anchors = new Map<string, YamlNode>();

  constructor(scanner: Scanner, limit: number) {
    this.scanner = scanner;
    this.limit = limit;
  }

  document(): FirstDocument {
    const { scanner } = this;
    if (this.is('stream-end')) return { root: null, unread: null };
    let root: YamlNode;
    const explicit = this.is('version-directive', 'tag-directive', 'document-start');
    this.directives();
    if (explicit) {
      const token = scanner.next();
      if (token.type !== 'document-start') {
        throw new YamlFault('did not find expected <document start>', token.start.offset);
      }
      const empty = this.is('version-directive', 'tag-directive', 'document-start', 'document-end', 'stream-end');
      root = empty ? this.empty(scanner.peek().start.offset) : this.node(true, false);
    } else root = this.node(true, false);
    const behind = scanner.peek();
    return { root, unread: behind.type === 'stream-end' ? null : behind.start.offset };
  }

  private is(...types: readonly Type[]): boolean {
    return types.includes(this.scanner.peek().type);
  }

  private directives(): void {
    let version = false;
    for (;;) {
      const token = this.scanner.peek();
      if (token.type === 'version-directive') {
        if (version) throw new YamlFault('found duplicate %YAML directive', token.start.offset);
        if (token.version !== '1.1') throw new YamlFault('found incompatible YAML document', token.start.offset);
        version = true;
      } else if (token.type === 'tag-directive') {
        if (this.tags.has(token.handle)) throw new YamlFault('found duplicate %TAG directive', token.start.offset);
        this.tags.set(token.handle, token.prefix);
      } else break;
      this.scanner.next();
    }
    for (const [handle, prefix] of DEFAULT_TAGS) if (!this.tags.has(handle)) this.tags.set(handle, prefix);
  }

  private empty(offset: number, tag = ''): YamlNode {
    return { kind: 'scalar', value: '', style: 'plain', tag, start: offset, end: offset };
  }

  /** `indentless`: a sequence may stand at the indentation of the key it belongs to. */
  private node(block: boolean, indentless: boolean): YamlNode {
    const { scanner } = this;
    const first = scanner.peek();
    if (first.type === 'alias') {
      scanner.next();
      const target = this.anchors.get(first.name);
      if (!target) throw new YamlFault(`unknown anchor '${first.name}' referenced`, first.start.offset);
      return { kind: 'alias', name: first.name, target, start: first.start.offset, end: first.end };
    }
    const { anchor, tag, end } = this.properties();
    const token = scanner.peek();
    if (++this.depth > this.limit) {
      throw new YamlFault(`nested deeper than ${this.limit} levels`, token.start.offset);
    }
    const place = { start: token.start.offset, end: token.end };
    const node = this.content(token, tag, block, indentless, place, anchor);
    this.depth--;
    if (node) return node;
    if (anchor === null && tag === '') throw new YamlFault('did not find expected node content', token.start.offset);
    return this.named(anchor, this.empty(end, tag));
  }

  private properties(): Readonly<{ anchor: string | null; tag: string; end: number }> {
    let anchor: string | null = null;
    let tag: string | null = null;
    let end = 0;
    for (;;) {
      const token = this.scanner.peek();
      if (token.type === 'anchor' && anchor === null) anchor = token.name;
      else if (token.type === 'tag' && tag === null) tag = this.resolveTag(token);
      else return { anchor, tag: tag ?? '', end };
      end = token.end;
      this.scanner.next();
    }
  }

  private resolveTag({ handle, suffix, start }: Extract<Token, { type: 'tag' }>): string {
    if (handle === '') return suffix;
    const prefix = this.tags.get(handle);
    if (prefix === undefined) throw new YamlFault('found undefined tag handle', start.offset);
    return prefix + suffix;
  }

  private content(
    token: Token,
    tag: string,
    block: boolean,
    indentless: boolean,
    place: Growing,
    anchor: string | null,
  ): YamlNode | null {
    switch (token.type) {
      case 'scalar':
        this.scanner.next();
        return this.named(anchor, { kind: 'scalar', value: token.value, style: token.style, tag, ...place });
      case 'block-entry':
        return indentless ? this.sequence(anchor, place, items => this.indentlessItems(items)) : null;
      case 'block-sequence-start':
        return block ? this.sequence(anchor, place, items => this.blockItems(items)) : null;
      case 'flow-sequence-start':
        return this.sequence(anchor, place, items => this.flowItems(items));
      case 'block-mapping-start':
        return block ? this.mapping(anchor, place, pairs => this.blockPairs(pairs)) : null;
      case 'flow-mapping-start':
        return this.mapping(anchor, place, pairs => this.flowPairs(pairs));
      default:
        return null;
    }
  }

  private named(anchor: string | null, node: YamlNode): YamlNode {
    if (anchor !== null) this.anchors.set(anchor, node);
    return node;
  }

  private sequence(anchor: string | null, place: Growing, read: (items: YamlNode[]) => number): YamlNode {
    const items: YamlNode[] = [];
    const node = { kind: 'sequence' as const, items, ...place };
    this.named(anchor, node);
    node.end = read(items);
    return node;
  }

  private mapping(anchor: string | null, place: Growing, read: (pairs: [YamlNode, YamlNode][]) => number): YamlNode {
    const pairs: [YamlNode, YamlNode][] = [];
    const node = { kind: 'mapping' as const, pairs, ...place };
    this.named(anchor, node);
    node.end = read(pairs);
    return node;
  }

  private blockItems(items: YamlNode[]): number {
    const { start } = this.scanner.next();
    while (this.is('block-entry')) {
      const entry = this.scanner.next();
      items.push(this.is('block-entry', 'block-end') ? this.empty(entry.end) : this.node(true, false));
    }
    const token = this.scanner.next();
    if (token.type !== 'block-end') throw new YamlFault("did not find expected '-' indicator", token.start.offset);
    return items.at(-1)?.end ?? start.offset;
  }

  private indentlessItems(items: YamlNode[]): number {
    let end = 0;
    while (this.is('block-entry')) {
      const entry = this.scanner.next();
      const empty = this.is('block-entry', 'key', 'value', 'block-end');
      const item = empty ? this.empty(entry.end) : this.node(true, false);
      items.push(item);
      end = item.end;
    }
    return end;
  }

  private blockPairs(pairs: [YamlNode, YamlNode][]): number {
    const { start } = this.scanner.next();
    while (this.is('key')) {
      const mark = this.scanner.next();
      const key = this.is('key', 'value', 'block-end') ? this.empty(mark.end) : this.node(true, true);
      pairs.push([key, this.blockValue()]);
    }
    const token = this.scanner.next();
    if (token.type !== 'block-end') throw new YamlFault('did not find expected key', token.start.offset);
    return pairs.at(-1)?.[1].end ?? start.offset;
  }

  private blockValue(): YamlNode {
    const mark = this.scanner.peek();
    if (mark.type !== 'value') return this.empty(mark.start.offset);
    this.scanner.next();
    return this.is('key', 'value', 'block-end') ? this.empty(mark.end) : this.node(true, true);
  }

  private flowItems(items: YamlNode[]): number {
    this.scanner.next();
    for (let first = true; !this.is('flow-sequence-end'); first = false) {
      if (!first) {
        const token = this.scanner.next();
        if (token.type !== 'flow-entry') throw new YamlFault("did not find expected ',' or ']'", token.start.offset);
        if (this.is('flow-sequence-end')) break;
      }
      items.push(this.is('key') ? this.flowPair() : this.node(false, false));
    }
    return this.scanner.next().end;
  }

  /** `a: b` as an item of a flow sequence: a mapping of one pair. */
  private flowPair(): YamlNode {
    const mark = this.scanner.next();
    const { offset } = this.scanner.peek().start;
    let key: YamlNode;
    if (this.is('value', 'flow-entry', 'flow-sequence-end')) {
      key = this.empty(offset);
      this.scanner.next();
    } else key = this.node(false, false);
    const value = this.flowValue('flow-sequence-end');
    return { kind: 'mapping', pairs: [[key, value]], start: mark.start.offset, end: value.end };
  }

  private flowPairs(pairs: [YamlNode, YamlNode][]): number {
    this.scanner.next();
    for (let first = true; !this.is('flow-mapping-end'); first = false) {
      if (!first) {
        const token = this.scanner.next();
        if (token.type !== 'flow-entry') throw new YamlFault("did not find expected ',' or '}'", token.start.offset);
        if (this.is('flow-mapping-end')) break;
      }
      if (this.is('key')) {
        this.scanner.next();
        const empty = this.is('value', 'flow-entry', 'flow-mapping-end');
        const key = empty ? this.empty(this.scanner.peek().start.offset) : this.node(false, false);
        pairs.push([key, this.flowValue('flow-mapping-end')]);
      } else {
        const key = this.node(false, false);
        pairs.push([key, this.empty(this.scanner.peek().start.offset)]);
      }
    }
    return this.scanner.next().end;
  }

  private flowValue(close: Type): YamlNode {
    if (this.is('value')) {
      this.scanner.next();
      if (!this.is('flow-entry', close)) return this.node(false, false);
    }
    return this.empty(this.scanner.peek().start.offset);
  }
}
