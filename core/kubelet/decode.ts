import type { Unknown } from '../source/rope.ts';
import { atLeast, type FieldFact, type KubeletFacts } from './facts.ts';
import { formatGoDuration, parseGoDuration } from './go-duration.ts';
import { canonicalQuantity, parseQuantity } from './go-quantity.ts';
import { goTrimSpace } from './go-trim-space.ts';
import { type LeafSetting, leaf, type Settings, unknownLeaf, wholeValue, zeroValue } from './settings.ts';
import { kindName, type SourceEntry, type SourceNode } from './source-node.ts';
import type { Json, Minor } from './types.ts';

/** A value that does not fit its Go type, or an unknown field, with the node to blame. */
export type DecodeComplaint = Readonly<{ path: string; message: string; node: SourceNode; entry?: SourceEntry }>;

export type Decoded = Readonly<{
  settings: Settings;
  open: ReadonlyMap<string, Unknown>;
  /** Wrong types: never lenient. */
  fatal: readonly DecodeComplaint[];
  /** Keys no field has (in drop-ins: not even ignoring case). */
  unknownFields: readonly DecodeComplaint[];
  /** Drop-in keys that are taken for a field although their case differs. */
  foldedFields: readonly DecodeComplaint[];
}>;

export type DecodeOptions = Readonly<{
  facts: KubeletFacts;
  minor: Minor;
  /** `exact`: the --config file. `folded`: drop-ins, where Go ignores case and later keys win. */
  keys: 'exact' | 'folded';
  /** Duplicate objects of JSON merge; of YAML the last one counts alone. */
  duplicates: 'merge' | 'last';
}>;

/** Go's case folding of a field name. */
export function foldName(name: string): string {
  return name.replaceAll('\u017f', 's').replaceAll('\u212a', 'k').toLowerCase();
}

/** Decodes a document into settings with the Go types of KubeletConfiguration v1beta1 as `minor` knows it. */
export function decodeConfiguration(root: SourceNode, options: DecodeOptions): Decoded {
  const decoder = new Decoder(options);
  if (root.kind === 'map') decoder.object(root, '', '');
  else decoder.mismatch('', 'a mapping', root);
  return decoder;
}

class Decoder {
  readonly settings: Settings = new Map();
  readonly open = new Map<string, Unknown>();
  readonly fatal: DecodeComplaint[] = [];
  readonly unknownFields: DecodeComplaint[] = [];
  readonly foldedFields: DecodeComplaint[] = [];
  private readonly options: DecodeOptions;

  constructor(options: DecodeOptions) {
    this.options = options;
  }

  mismatch(path: string, wanted: string, node: SourceNode): void {
    const shown = node.kind === 'string' ? `"${node.value.slice(0, 60)}"` : node.kind === 'number' ? node.text : '';
    this.fatal.push({
      path,
      message: `${path === '' ? 'the document' : path} is ${kindName(node)}${shown === '' ? '' : ` (${shown})`}, the kubelet needs ${wanted}`,
      node,
    });
  }

  /** `factPrefix` names the fields below in the facts (`list[].`), `path` how people see the place (`list[0].`). */
  object(node: Extract<SourceNode, { kind: 'map' }>, path: string, factPrefix: string): void {
    if (node.open) this.open.set(path, node.open);
    for (const entry of this.entriesOf(node)) {
      if (path === '' && (entry.key === 'kind' || entry.key === 'apiVersion')) continue;
      const name = this.fieldName(entry, factPrefix);
      const shown = path === '' ? (name ?? entry.key) : `${path}.${name ?? entry.key}`;
      if (name === null) {
        this.unknownFields.push({ path: shown, message: `unknown field "${shown}"`, node: entry.value, entry });
        continue;
      }
      if (name !== entry.key) {
        const message = `key "${entry.key}" is taken for ${shown}: drop-ins ignore case`;
        this.foldedFields.push({ path: shown, message, node: entry.value, entry });
      }
      this.field(entry.value, shown, this.fact(factPrefix + name)!);
    }
  }

  private field(node: SourceNode, path: string, fact: FieldFact): void {
    const origin = node.origin;
    if (node.kind === 'unknown') {
      if (fact.type === 'object') this.open.set(path, node.unknown);
      else this.settings.set(path, unknownLeaf(node.unknown, origin));
      return;
    }
    if (
      node.kind === 'map' &&
      node.open &&
      node.entries.length === 0 &&
      fact.type !== 'object' &&
      fact.type !== 'map'
    ) {
      this.settings.set(path, unknownLeaf(node.open, origin));
      return;
    }
    if (fact.type === 'object') {
      if (node.kind === 'map') {
        if (fact.pointer) this.settings.set(path, leaf({}, origin));
        this.object(node, path, `${path}.`);
      } else if (
        node.kind === 'list' &&
        node.items.every(item => item.kind === 'unknown') &&
        node.items[0]?.kind === 'unknown'
      ) {
        this.open.set(path, node.items[0].unknown);
      } else if (node.kind !== 'null') this.mismatch(path, 'a mapping', node);
      return;
    }
    if (node.kind === 'null') {
      if (fact.null === 'refused') this.fatal.push({ path, message: `${path}: time: invalid duration ""`, node });
      return;
    }
    if (fact.type === 'map') {
      this.map(node, path, fact);
      return;
    }
    const value = this.value(node, path, fact);
    if (value === undefined) return;
    const written = fact.type === 'quantity' ? quantityText(node) : null;
    this.settings.set(path, { kind: 'leaf', value, origin, ...(written === null ? {} : { written }) });
  }

  private map(node: SourceNode, path: string, fact: FieldFact): void {
    if (node.kind !== 'map') return this.mismatch(path, 'a mapping', node);
    const before = this.settings.get(path);
    const entries = new Map<string, LeafSetting>(before?.kind === 'map' ? before.entries : []);
    if (node.open) this.open.set(path, node.open);
    for (const entry of this.entriesOf(node)) {
      const element = this.element(entry.value, `${path}.${entry.key}`, fact);
      if (element !== undefined) entries.set(entry.key, { kind: 'leaf', value: element, origin: entry.value.origin });
    }
    this.settings.set(path, { kind: 'map', entries, open: node.open, origin: node.origin });
  }

  private value(node: SourceNode, path: string, fact: FieldFact): LeafSetting['value'] | undefined {
    if (fact.type !== 'list' && fact.type !== 'objects') return this.scalar(node, path, fact.type);
    if (node.kind !== 'list') return void this.mismatch(path, 'a list', node);
    const items: Json[] = [];
    let unknown: Unknown | null = null;
    let wrong = false;
    for (const [index, item] of node.items.entries()) {
      const place = `${path}[${index}]`;
      const value = fact.type === 'list' ? this.element(item, place, fact) : this.elementObject(item, place, path);
      if (value === undefined) wrong = true;
      else if (value.known) items.push(value.json);
      else unknown ??= value.unknown;
    }
    if (wrong) return undefined;
    return unknown ? { known: false, unknown } : { known: true, json: items };
  }

  private element(node: SourceNode, path: string, fact: FieldFact): LeafSetting['value'] | undefined {
    switch (fact.values) {
      case 'strings':
        if (node.kind === 'null') return { known: true, json: null };
        return this.value(node, path, { type: 'list', values: 'string' });
      case 'bool':
        return node.kind === 'null' ? { known: true, json: false } : this.scalar(node, path, 'bool');
      case 'int32':
        return node.kind === 'null' ? { known: true, json: 0 } : this.scalar(node, path, 'int32');
      case 'quantity':
        return node.kind === 'null' ? { known: true, json: '0' } : this.scalar(node, path, 'quantity');
      default:
        return node.kind === 'null' ? { known: true, json: '' } : this.scalar(node, path, 'string');
    }
  }

  private elementObject(node: SourceNode, place: string, path: string): LeafSetting['value'] | undefined {
    if (node.kind === 'unknown') return { known: false, unknown: node.unknown };
    if (node.kind !== 'map' && node.kind !== 'null') return void this.mismatch(place, 'a mapping', node);
    const inner = new Decoder(this.options);
    if (node.kind === 'map') {
      if (node.open) return { known: false, unknown: node.open };
      for (const entry of inner.entriesOf(node)) {
        const name = inner.fieldName(entry, `${path}[].`);
        const shown = `${place}.${name ?? entry.key}`;
        if (name === null) {
          this.unknownFields.push({ path: shown, message: `unknown field "${shown}"`, node: entry.value, entry });
        } else inner.field(entry.value, name, inner.fact(`${path}[].${name}`)!);
      }
    }
    this.fatal.push(
      ...inner.fatal.map(fault => ({ ...fault, path: `${place}.${fault.path}`, message: `${place}.${fault.message}` })),
    );
    if (inner.fatal.length > 0) return undefined;
    const json: Record<string, Json> = {};
    for (const [name, fact] of this.elementFields(path)) {
      const setting = inner.settings.get(name);
      const value = setting ? wholeValue(setting) : { known: true as const, json: zeroValue(fact) };
      if (!value.known) return value;
      if (!fact.omitEmpty || (value.json !== null && value.json !== '')) json[name] = value.json;
    }
    return { known: true, json };
  }

  private elementFields(path: string): readonly (readonly [string, FieldFact])[] {
    const prefix = `${path}[].`;
    return Object.entries(this.options.facts.fields)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, fact]) => [name.slice(prefix.length), fact] as const);
  }

  private scalar(node: SourceNode, path: string, type: FieldFact['type']): LeafSetting['value'] | undefined {
    if (node.kind === 'unknown') return { known: false, unknown: node.unknown };
    const json = decodeScalar(node, type);
    if (json === undefined) return void this.mismatch(path, WANTED[type] ?? type, node);
    return { known: true, json };
  }

  private entriesOf(node: Extract<SourceNode, { kind: 'map' }>): readonly SourceEntry[] {
    if (this.options.duplicates === 'merge') return node.entries;
    return [...new Map(node.entries.map(entry => [entry.key, entry])).values()];
  }

  private fieldName(entry: SourceEntry, factPrefix: string): string | null {
    if (this.fact(factPrefix + entry.key)) return entry.key;
    if (this.options.keys === 'exact') return null;
    const folded = foldName(entry.key);
    for (const path of Object.keys(this.options.facts.fields)) {
      if (!path.startsWith(factPrefix)) continue;
      const name = path.slice(factPrefix.length);
      if (!/[.[]/.test(name) && foldName(name) === folded && this.fact(path)) return name;
    }
    return null;
  }

  private fact(path: string): FieldFact | undefined {
    const fact = Object.hasOwn(this.options.facts.fields, path) ? this.options.facts.fields[path] : undefined;
    return fact && (!fact.since || atLeast(this.options.minor, fact.since)) ? fact : undefined;
  }
}

const WANTED: Readonly<Record<string, string>> = {
  bool: 'a boolean',
  string: 'a string',
  int32: 'a 32-bit integer',
  int64: 'a 64-bit integer',
  uint32: 'an unsigned 32-bit integer',
  float64: 'a number',
  duration: 'a duration such as "5m"',
  'duration-or-nanoseconds': 'a duration such as "5s", or nanoseconds as an integer',
  quantity: 'a quantity such as 1Gi',
  time: 'an RFC 3339 time',
};

const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
};

/** One scalar by its Go type as JSON, or undefined when Go's decoder refuses it. */
function decodeScalar(node: SourceNode, type: FieldFact['type']): Json | undefined {
  switch (type) {
    case 'bool':
      return node.kind === 'bool' ? node.value : undefined;
    case 'string':
      return node.kind === 'string' ? node.value : undefined;
    case 'int32':
    case 'int64':
    case 'uint32':
      return node.kind === 'number' ? integer(node.text, type) : undefined;
    case 'float64':
      return node.kind === 'number' && Number.isFinite(Number(node.text)) ? Number(node.text) : undefined;
    case 'duration':
      return node.kind === 'string' ? duration(node.value) : undefined;
    case 'duration-or-nanoseconds':
      if (node.kind === 'number') return integer(node.text, 'int64');
      return node.kind === 'string' ? duration(node.value) : undefined;
    case 'quantity': {
      const text = quantityText(node);
      const quantity = text === null ? null : parseQuantity(text);
      if (text === null || quantity === null) return undefined;
      return canonicalQuantity(text, quantity);
    }
    case 'time':
      if (node.kind !== 'string') return undefined;
      return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)$/.test(node.value) ? node.value : undefined;
    default:
      return undefined;
  }
}

function quantityText(node: SourceNode): string | null {
  return node.kind === 'string' ? goTrimSpace(node.value) : node.kind === 'number' ? node.text : null;
}

function integer(text: string, type: string): number | undefined {
  if (!/^-?\d{1,25}$/.test(text) || (type === 'uint32' && text.startsWith('-'))) return undefined;
  const value = BigInt(text);
  const [least, most] = RANGES[type] ?? [0n, 0n];
  return value >= least && value <= most ? Number(value) : undefined;
}

function duration(text: string): string | undefined {
  const value = parseGoDuration(text);
  return value === null ? undefined : formatGoDuration(value);
}
