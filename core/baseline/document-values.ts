import { readText } from '../kubelet/read-text.ts';
import type { SourceNode } from '../kubelet/source-node.ts';
import type { Json } from '../kubelet/types.ts';
import { type Origin, originsAt, type RenderedText, type Unknown } from '../source/rope.ts';

/** What a document holds at a path; `unknown`: why there may be more, or something else. */
export type Found = Readonly<{ nodes: readonly SourceNode[]; unknown: Unknown | null }>;

/** Reads a JSON or YAML text, or says in one sentence why it is neither. */
export function rootOf(text: RenderedText): SourceNode | string {
  const read = readText({ name: '', text: text.text, unknowns: text.unknowns }, 'config', '');
  return read.ok ? read.root : read.message;
}

/** The values at a path of keys, `[]` after a key for every item of its list: `plugins[].type`. Null counts as not set. */
export function valuesAt(root: SourceNode, path: string): Found {
  let found: Found = { nodes: [root], unknown: null };
  for (const part of path.split('.')) {
    const key = part.replace(/\[\]$/, '');
    found = stepInto(found, node => entryOf(node, key));
    if (part.endsWith('[]')) found = stepInto(found, itemsOf);
  }
  const open = found.nodes.find(node => node.kind === 'unknown');
  return {
    nodes: found.nodes.filter(({ kind }) => kind !== 'unknown' && kind !== 'null'),
    unknown: open?.kind === 'unknown' ? open.unknown : found.unknown,
  };
}

function stepInto({ nodes, unknown }: Found, step: (node: SourceNode) => Found): Found {
  const steps = nodes.map(node => (node.kind === 'unknown' ? { nodes: [node], unknown: null } : step(node)));
  return {
    nodes: steps.flatMap(one => one.nodes),
    unknown: steps.find(one => one.unknown !== null)?.unknown ?? unknown,
  };
}

function entryOf(node: SourceNode, key: string): Found {
  if (node.kind !== 'map') return { nodes: [], unknown: null };
  const value = node.entries.findLast(entry => entry.key === key)?.value;
  return value ? { nodes: [value], unknown: null } : { nodes: [], unknown: node.open };
}

function itemsOf(node: SourceNode): Found {
  return { nodes: node.kind === 'list' ? node.items : [], unknown: null };
}

/** A single value as JSON data; null for lists and mappings. */
export function scalarOf(node: SourceNode): Json {
  if (node.kind === 'string' || node.kind === 'bool') return node.value;
  return node.kind === 'number' ? Number(node.text) : null;
}

/** Where a value stands. */
export function evidenceOf(text: RenderedText, node: SourceNode): readonly Origin[] {
  const { span } = node.origin;
  return span ? originsAt(text, span.start, span.end).slice(0, 4) : [];
}
