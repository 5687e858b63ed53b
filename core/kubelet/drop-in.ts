import type { KubeletFacts } from './facts.ts';
import { isZero, type LeafSetting, type Setting, type Settings } from './settings.ts';
import type { SourceEntry, SourceNode, SourceOrigin } from './source-node.ts';
import type { Json } from './types.ts';

type MapNode = Extract<SourceNode, { kind: 'map' }>;

const BUILT: SourceOrigin = { from: 'default', in: '', span: null };

/**
 * Merges drop-ins onto defaulted settings as the kubelet does: an RFC 7386 merge patch per file on the JSON of
 * the base, keys sorted at the end. The result still has to be decoded ignoring case.
 */
export function mergeDropIns(settings: Settings, patches: readonly MapNode[], facts: KubeletFacts): MapNode {
  let merged = settingsAsDocument(settings, facts);
  for (const patch of patches) merged = mergePatch(merged, patch);
  return sortKeys(merged);
}

/** RFC 7386 on nodes that keep where each value stands. */
export function mergePatch(target: MapNode, patch: MapNode): MapNode {
  const entries = new Map(target.entries.map(entry => [entry.key, entry]));
  for (const entry of patch.entries) {
    const { key, value } = entry;
    if (value.kind === 'null') {
      entries.delete(key);
    } else if (value.kind === 'map') {
      const before = entries.get(key)?.value;
      const base: MapNode =
        before?.kind === 'map' ? before : { kind: 'map', entries: [], open: null, origin: value.origin };
      entries.set(key, { ...entry, value: mergePatch(base, value) });
    } else {
      entries.set(key, { ...entry, value: asMerged(value) });
    }
  }
  return { ...target, entries: [...entries.values()], open: patch.open ?? target.open };
}

/**
 * The merge library takes nulls out of mappings inside lists, too; list elements that are null stay. Floats are written
 * anew: `5.0` of a JSON drop-in is the integer 5.
 */
function asMerged(node: SourceNode): SourceNode {
  if (node.kind === 'number' && /[.eE]/.test(node.text)) return { ...node, text: String(Number(node.text)) };
  if (node.kind === 'list') return { ...node, items: node.items.map(asMerged) };
  if (node.kind !== 'map') return node;
  const entries = node.entries
    .filter(({ value }) => value.kind !== 'null')
    .map(entry => ({ ...entry, value: asMerged(entry.value) }));
  return { ...node, entries };
}

/** Settings as the versioned JSON the kubelet marshals: empty values that Go omits are left out. */
function settingsAsDocument(settings: Settings, facts: KubeletFacts): MapNode {
  const root: Tree = new Map();
  for (const [path, setting] of settings) {
    const fact = facts.fields[path];
    if (!fact || isOmitted(path, setting, facts)) continue;
    let level = root;
    const names = fact.type === 'object' ? [...path.split('.'), ''] : path.split('.');
    for (const name of names.slice(0, -1)) {
      let next = level.get(name);
      if (!(next instanceof Map)) level.set(name, (next = new Map()));
      level = next;
    }
    if (fact.type !== 'object') level.set(names.at(-1) ?? '', nodeOf(setting));
  }
  return treeAsNode(root);
}

/** Fields whose Go tag has no `omitempty`. */
const ALWAYS_WRITTEN: ReadonlySet<string> = new Set(['logging.verbosity', 'containerRuntimeEndpoint']);

/** Whether Go's `omitempty` leaves a value out: zero scalars, empty lists and maps, but no pointer and no struct. */
export function isOmitted(path: string, setting: Setting, facts: KubeletFacts): boolean {
  const fact = facts.fields[path];
  if (!fact) return true;
  if (setting.kind === 'map') return setting.entries.size === 0 && setting.open === null;
  if (!setting.value.known) return false;
  const { json } = setting.value;
  if (json === null) return true;
  if (fact.pointer || ALWAYS_WRITTEN.has(path)) return false;
  if (fact.type === 'duration' || fact.type === 'duration-or-nanoseconds' || fact.type === 'quantity') return false;
  return isZero(fact, json);
}

type Tree = Map<string, Tree | SourceNode>;

function treeAsNode(tree: Tree): MapNode {
  const entries = [...tree].map(
    ([key, value]): SourceEntry => ({ key, keySpan: null, value: value instanceof Map ? treeAsNode(value) : value }),
  );
  return { kind: 'map', entries, open: null, origin: BUILT };
}

function nodeOf(setting: Setting): SourceNode {
  if (setting.kind === 'leaf') return leafNode(setting);
  const entries = [...setting.entries].map(
    ([key, value]): SourceEntry => ({ key, keySpan: null, value: leafNode(value) }),
  );
  return { kind: 'map', entries, open: setting.open, origin: setting.origin };
}

function leafNode({ value, origin }: LeafSetting): SourceNode {
  return value.known ? jsonNode(value.json, origin) : { kind: 'unknown', unknown: value.unknown, origin };
}

function jsonNode(json: Json, origin: SourceOrigin): SourceNode {
  if (json === null) return { kind: 'null', origin };
  if (typeof json === 'boolean') return { kind: 'bool', value: json, origin };
  if (typeof json === 'number') return { kind: 'number', text: numberText(json), origin };
  if (typeof json === 'string') return { kind: 'string', value: json, origin };
  if (Array.isArray(json))
    return { kind: 'list', items: (json as readonly Json[]).map(item => jsonNode(item, origin)), origin };
  const entries = Object.entries(json).map(
    ([key, value]): SourceEntry => ({ key, keySpan: null, value: jsonNode(value, origin) }),
  );
  return { kind: 'map', entries, open: null, origin };
}

/** Whole numbers keep their digits; the largest 64-bit integer does not fit a JavaScript number and is clamped back. */
function numberText(value: number): string {
  if (!Number.isInteger(value)) return String(value);
  const exact = BigInt(value);
  return (exact === 2n ** 63n ? exact - 1n : exact).toString();
}

function sortKeys(node: MapNode): MapNode {
  const entries = node.entries
    .map(entry => (entry.value.kind === 'map' ? { ...entry, value: sortKeys(entry.value) } : entry))
    .sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
  return { ...node, entries };
}

/**
 * The files of a --config-dir that count, in the kubelet's order: directories are walked name by name, and only names
 * that end in `.conf` are read.
 */
export function readableDropIns<File extends Readonly<{ name: string }>>(files: readonly File[]): readonly File[] {
  return [...new Map(files.map(file => [file.name, file])).values()]
    .filter(({ name }) => name.endsWith('.conf'))
    .map(file => ({ file, parts: file.name.split('/') }))
    .sort((left, right) => byParts(left.parts, right.parts))
    .map(({ file }) => file);
}

function byParts(left: readonly string[], right: readonly string[]): number {
  const at = left.findIndex((part, index) => part !== right[index]);
  if (at < 0) return left.length - right.length;
  return (left[at] ?? '') < (right[at] ?? '') ? -1 : 1;
}
