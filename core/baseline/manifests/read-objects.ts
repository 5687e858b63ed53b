import { nodeAt, textAt } from '../../kubelet/node-at.ts';
import { readText } from '../../kubelet/read-text.ts';
import type { SourceNode } from '../../kubelet/source-node.ts';
import { type Origin, originsAt, type RenderedText, type Unknown } from '../../source/rope.ts';
import { depthAt, type MaskedText } from './mask-template.ts';

/**
 * One Kubernetes object as written. `root` is null when the text cannot be read. Parts that hang on a condition of a
 * template are unknown nodes; `open` says why keys or objects may be missing.
 */
export type KubernetesObject = Readonly<{
  root: SourceNode | null;
  /** Why it cannot be read; '' when it can. */
  fault: string;
  /** `NetworkPolicy deny-all`; '' of one that cannot be read. */
  name: string;
  /** Why it may not be there at all. */
  when: string | null;
  open: string | null;
  /** Where a node of it stands. */
  originsOf: (node: SourceNode) => readonly Origin[];
  /** A node as it is written, unknowns as their tokens. */
  textOf: (node: SourceNode) => string;
}>;

/** What a task gives Kubernetes: its objects, or why they are not known. */
export type Given = Readonly<{ objects: readonly KubernetesObject[] }> | Readonly<{ unknown: string }>;

/** A text that stands where its origins say. */
export function plain(text: string, origins: readonly Origin[]): RenderedText {
  return { text, segments: [{ length: text.length, origins }], unknowns: new Map() };
}

/** Documents of one text, at most; more are not told apart. */
const MAX_DOCUMENTS = 500;
const CONDITION = 'a condition of the template';

/** The objects of a rendered text. */
export function objectsIn(text: RenderedText): readonly KubernetesObject[] {
  return readObjects({ text, depths: [], includes: false });
}

/** The objects of a template that is not rendered. */
export function readObjects(masked: MaskedText): readonly KubernetesObject[] {
  const { text, includes } = masked;
  const found: KubernetesObject[] = [];
  let offset = 0;
  for (const part of text.text.split(/^(?=---(?:[ \t]|\r?$))/m)) {
    if (found.length >= MAX_DOCUMENTS) return [...found, unreadable('more objects than are looked at', text, offset)];
    if (/^(?!---|[ \t]*(?:#|\r?$)).+|^---[ \t]+[^#\s]/m.test(part)) found.push(...objectsOf(masked, part, offset));
    offset += part.length;
  }
  return includes ? found.map(one => ({ ...one, open: 'text the template includes' })) : found;
}

function objectsOf(masked: MaskedText, part: string, offset: number): readonly KubernetesObject[] {
  const { text } = masked;
  const read = readText({ name: '', text: part, unknowns: text.unknowns }, 'config', '');
  if (!read.ok) return [unreadable(read.message, text, offset)];
  const start = offset + (read.root.origin.span?.start ?? 0);
  const depth = depthAt(masked, start);
  const conditional = masked.depths.some(
    one => one.offset >= start && one.offset <= offset + part.length && one.depth > depth,
  );
  const root = conditional ? withoutConditional(read.root, masked, offset, depth) : read.root;
  const one = (node: SourceNode): KubernetesObject => ({
    root: node,
    fault: '',
    name: nameOf(node),
    when: depth > 0 ? CONDITION : null,
    open: conditional ? CONDITION : null,
    originsOf: ({ origin: { span } }) =>
      (span ? originsAt(text, offset + span.start, offset + span.end) : []).slice(0, 4),
    textOf: ({ origin: { span } }) => (span ? part.slice(span.start, span.end) : ''),
  });
  return itemsOf(root).map(one);
}

function unreadable(fault: string, text: RenderedText, offset: number): KubernetesObject {
  return {
    root: null,
    fault,
    name: '',
    when: null,
    open: null,
    originsOf: () => originsAt(text, offset, offset + 1),
    textOf: () => '',
  };
}

/** Objects in a list of objects, or the one a document is. */
function itemsOf(root: SourceNode): readonly SourceNode[] {
  if (root.kind === 'list') return root.items;
  const items = textAt(root, ['kind']).endsWith('List') ? nodeAt(root, ['items']) : undefined;
  return items?.kind === 'list' ? items.items : [root];
}

/** The same with every part unknown that stands in more blocks than its document does. */
function withoutConditional(node: SourceNode, masked: MaskedText, offset: number, depth: number): SourceNode {
  const span = node.origin.span;
  const inBlock = (at: number) => depthAt(masked, offset + at) > depth;
  const unknown = (one: SourceNode, why: Unknown): SourceNode => ({
    kind: 'unknown',
    unknown: why,
    origin: one.origin,
  });
  const child = (one: SourceNode, at: number | undefined): SourceNode =>
    at !== undefined && inBlock(at) ? unknown(one, HANGS) : withoutConditional(one, masked, offset, depth);
  switch (node.kind) {
    case 'map':
      return {
        ...node,
        entries: node.entries.map(entry => ({ ...entry, value: child(entry.value, entry.keySpan?.start) })),
      };
    case 'list':
      return { ...node, items: node.items.map(item => child(item, item.origin.span?.start)) };
    default: {
      if (!span) return node;
      const changes = masked.depths.some(one => one.offset > offset + span.start && one.offset < offset + span.end);
      return changes || inBlock(span.start) ? unknown(node, HANGS) : node;
    }
  }
}

const HANGS: Unknown = { key: CONDITION, why: [CONDITION] };

/** Whether a node is unknown because a condition of its template decides whether it is there. */
export function isConditional(node: SourceNode): boolean {
  return node.kind === 'unknown' && node.unknown === HANGS;
}

function nameOf(node: SourceNode): string {
  const kind = textAt(node, ['kind']);
  const name = textAt(node, ['metadata', 'name']) || textAt(node, ['metadata', 'generateName']);
  return [kind === '' ? 'an object' : kind, name].filter(part => part !== '').join(' ');
}
