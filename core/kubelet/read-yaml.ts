import type { Unknown } from '../source/rope.ts';
import { YamlFault } from './go-yaml/cursor.ts';
import { parseFirstDocument, type YamlNode } from './go-yaml/parser.ts';
import { type GoScalar, goFloatKey, resolveTagged } from './go-yaml-scalar.ts';
import { lineIndex } from './line-index.ts';
import {
  type ReadComplaint,
  type ReadResult,
  type SourceEntry,
  type SourceNode,
  type SourceOrigin,
  TEXT_LIMITS,
} from './source-node.ts';
import type { KubeletText } from './types.ts';
import { keysForLonelyTokens, TOKEN_START, unknownIn } from './unknown-tokens.ts';

type MappingNode = Extract<YamlNode, { kind: 'mapping' }>;

/** Characters go-yaml's reader does not let through. */
const FORBIDDEN = /[^\t\n\r\x20-\x7E\x85\xA0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/**
 * Reads the first document of a text as the kubelet's YAML library does (go-yaml v2: YAML 1.1 scalars, merge keys in
 * place, last duplicate wins, excessive aliasing refused), keeping the span of every value.
 */
export function readYaml(source: KubeletText, from: SourceOrigin['from'], name: string): ReadResult {
  const begin = source.text.startsWith('\uFEFF') ? 1 : 0;
  const forbidden = FORBIDDEN.exec(source.text.slice(begin));
  if (forbidden) {
    return { ok: false, message: 'yaml: control characters are not allowed', offset: begin + forbidden.index };
  }
  const text = keysForLonelyTokens(source.text);
  try {
    const document = parseFirstDocument(text, begin, TEXT_LIMITS.depth);
    const reader = new GoYamlReader(source, text, from, name);
    const root = document.root ? reader.read(document.root, '') : reader.nothing(text.length);
    reader.refuseWhatJsonCannotCarry(root);
    const unread = document.unread === null ? null : contentAfter(text, document.unread);
    return { ok: true, root, strict: reader.strict, unread, format: 'yaml' };
  } catch (caught) {
    if (caught instanceof YamlFault) return { ok: false, message: caught.message, offset: caught.offset };
    throw caught;
  }
}

/** Offset of the first line from `offset` on that is neither blank, comment nor a bare marker; null when there is none. */
function contentAfter(text: string, offset: number): number | null {
  const found = /^(?!(?:---|\.\.\.)?[ \t]*(?:#.*)?\r?$)/m.exec(text.slice(offset));
  return found ? offset + found.index : null;
}

/** One pass over a parsed document; holds the aliasing budget of go-yaml. */
class GoYamlReader {
  readonly strict: ReadComplaint[] = [];
  /** Values that are YAML but no JSON. They only matter where no later duplicate takes their place. */
  private readonly notJson = new Map<SourceNode, string>();
  private readonly open = new Set<YamlNode>();
  private nodes = 1;
  private aliased = 0;
  private aliasDepth = 0;
  private readonly source: KubeletText;
  /** The text as parsed: as long as the original, lone tokens rewritten. */
  private readonly text: string;
  private readonly lineOf: ReturnType<typeof lineIndex>;
  private readonly from: SourceOrigin['from'];
  private readonly name: string;

  constructor(source: KubeletText, text: string, from: SourceOrigin['from'], name: string) {
    this.source = source;
    this.text = text;
    this.lineOf = lineIndex(source.text);
    this.from = from;
    this.name = name;
  }

  nothing(offset: number): SourceNode {
    return { kind: 'null', origin: { from: this.from, in: this.name, span: { start: offset, end: offset } } };
  }

  read(node: YamlNode, path: string): SourceNode {
    this.count(node);
    const origin = { from: this.from, in: this.name, span: { start: node.start, end: node.end } };
    switch (node.kind) {
      case 'alias':
        return this.readAlias(node, path);
      case 'mapping':
        return this.within(node, () => this.readMapping(node, origin, path));
      case 'sequence':
        return this.within(node, () => ({
          kind: 'list',
          items: node.items.map((item, index) => this.read(item, `${path}[${index}]`)),
          origin,
        }));
      case 'scalar': {
        const unknown = unknownIn(this.rawText(node), this.source);
        if (unknown) return { kind: 'unknown', unknown, origin };
        return this.scalar(resolveTagged(node.value, node.tag, node.style === 'plain'), origin);
      }
    }
  }

  /** json.Marshal comes after duplicates are gone: infinities, NaN and keys that are null are refused only then. */
  refuseWhatJsonCannotCarry(node: SourceNode): void {
    if (this.notJson.size === 0) return;
    const fault = this.notJson.get(node);
    if (fault !== undefined) throw new YamlFault(fault, node.origin.span?.start ?? 0);
    if (node.kind === 'list') for (const item of node.items) this.refuseWhatJsonCannotCarry(item);
    if (node.kind !== 'map') return;
    for (const { value } of new Map(node.entries.map(entry => [entry.key, entry])).values()) {
      this.refuseWhatJsonCannotCarry(value);
    }
  }

  private scalar(value: GoScalar, origin: SourceOrigin): SourceNode {
    if (value.kind === 'invalid') throw new YamlFault(value.message, origin.span?.start ?? 0);
    if (value.kind !== 'not-json') {
      return value.kind === 'number' ? { kind: 'number', text: value.text, origin } : { ...value, origin };
    }
    const node: SourceNode = { kind: 'null', origin };
    this.notJson.set(node, `json: unsupported value: ${value.text}`);
    return node;
  }

  private readAlias(alias: Extract<YamlNode, { kind: 'alias' }>, path: string): SourceNode {
    if (this.open.has(alias.target)) throw new YamlFault(`anchor '${alias.name}' value contains itself`, alias.start);
    this.aliasDepth++;
    const value = this.read(alias.target, path);
    this.aliasDepth--;
    return value;
  }

  private readMapping(map: MappingNode, origin: SourceOrigin, path: string): SourceNode {
    const entries: SourceEntry[] = [];
    const seen = new Set<string>();
    const faults: string[] = [];
    let open: Unknown | null = null;
    for (const [key, value] of map.pairs) {
      if (key.kind === 'scalar' && this.rawText(key).includes(TOKEN_START)) {
        open = unknownIn(this.rawText(key), this.source);
        continue;
      }
      if (isMergeKey(key)) {
        for (const entry of this.merged(value, path)) {
          if (seen.has(`string ${entry.key}`)) this.strict.push(this.duplicate(entry, path));
          seen.add(`string ${entry.key}`);
          entries.push(entry);
        }
        continue;
      }
      const { text, identity, fault } = this.readKey(key);
      const entry = {
        key: text,
        keySpan: { start: key.start, end: key.end },
        value: this.read(value, path === '' ? text : `${path}.${text}`),
      };
      if (fault !== undefined) faults.push(fault);
      if (seen.has(identity)) this.strict.push(this.duplicate(entry, path));
      seen.add(identity);
      entries.push(entry);
    }
    const node: SourceNode = { kind: 'map', entries, open, origin };
    if (faults[0] !== undefined) this.notJson.set(node, faults[0]);
    return node;
  }

  /** A key as JSON writes it. `identity`: `1` and `"1"` are two keys to YAML. */
  private readKey(key: YamlNode): Readonly<{ text: string; identity: string; fault?: string }> {
    this.count(key);
    const target = key.kind === 'alias' ? key.target : key;
    if (target.kind !== 'scalar') throw new YamlFault('invalid map key', key.start);
    const value = resolveTagged(target.value, target.tag, target.style === 'plain');
    switch (value.kind) {
      case 'invalid':
        throw new YamlFault(value.message, key.start);
      case 'string':
        return { text: value.value, identity: `string ${value.value}` };
      case 'bool':
        return { text: String(value.value), identity: `bool ${value.value}` };
      case 'null':
        return { text: 'null', identity: 'null', fault: 'unsupported map key of type: nil' };
      case 'not-json':
        return { text: value.text, identity: `float ${value.text}` };
      case 'number': {
        if (value.float) return { text: goFloatKey(Number(value.text)), identity: `float ${value.text}` };
        const identity = `int ${value.text}`;
        return BigInt(value.text) < 2n ** 63n
          ? { text: value.text, identity }
          : { text: value.text, identity, fault: 'unsupported map key of type: uint64' };
      }
    }
  }

  private merged(node: YamlNode, path: string): readonly SourceEntry[] {
    const target = node.kind === 'alias' ? node.target : node;
    const maps = target.kind === 'mapping' ? [node] : node.kind === 'sequence' ? node.items.toReversed() : [];
    const entries = maps.map(map => {
      const read = (map.kind === 'alias' ? map.target : map).kind === 'mapping' ? this.read(map, path) : null;
      return read?.kind === 'map' ? read.entries : null;
    });
    const known = entries.filter(list => list !== null);
    if (known.length === entries.length && (maps.length > 0 || node.kind === 'sequence')) return known.flat();
    throw new YamlFault('map merge requires map or sequence of maps as the value', node.start);
  }

  private duplicate(entry: SourceEntry, path: string): ReadComplaint {
    const span = entry.keySpan ?? { start: 0, end: 0 };
    const { line } = this.lineOf(span.start);
    return {
      message: `yaml: unmarshal errors:\n  line ${line}: key "${entry.key}" already set in map`,
      span,
      path: path === '' ? entry.key : `${path}.${entry.key}`,
    };
  }

  private within<T>(node: YamlNode, work: () => T): T {
    this.open.add(node);
    try {
      return work();
    } finally {
      this.open.delete(node);
    }
  }

  /** go-yaml's budget: when most decoded nodes come from aliases, the document is a bomb. */
  private count(node: YamlNode): void {
    this.nodes++;
    if (this.aliasDepth > 0) this.aliased++;
    const bomb = this.aliased > 100 && this.nodes > 1000 && this.aliased / this.nodes > 0.99;
    if (bomb || this.nodes > TEXT_LIMITS.nodes) {
      throw new YamlFault('document contains excessive aliasing', node.start);
    }
  }

  private rawText({ start, end }: YamlNode): string {
    return this.text.slice(start, end);
  }
}

function isMergeKey(key: YamlNode): boolean {
  if (key.kind !== 'scalar' || key.value !== '<<') return false;
  return (key.tag === '' && key.style === 'plain') || key.tag === '!' || key.tag === 'tag:yaml.org,2002:merge';
}
