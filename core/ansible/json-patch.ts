import { readText } from '../kubelet/read-text.ts';
import type { SourceNode } from '../kubelet/source-node.ts';
import type { RenderedText } from '../source/rope.ts';
import { HEADER } from './kubelet-header.ts';
import { joinTexts, literalText, sliceText } from './rendered-text.ts';

/** A value an operation has put somewhere: one text, the items of a list, or what is below it. */
type Part = RenderedText | RenderedText[] | Tree;
type Tree = Map<string, Part>;

/** A value as the configuration has it: as it is written, item by item when it is a list; null: it is not there. */
type Current = RenderedText | RenderedText[] | null;

type Patch = Readonly<{ text: RenderedText; before: readonly RenderedText[]; root: Tree }>;

/**
 * A JSON patch (RFC 6902) of a KubeletConfiguration as a document to be merged over it. Operations that speak of items
 * of a list, or move, copy and test values, need what stands before them. null where that cannot be seen, where a value
 * cannot stand in the middle of a line, and where kubeadm would fail.
 */
export function jsonPatchText(
  text: RenderedText,
  operations: readonly SourceNode[],
  before: readonly RenderedText[],
): RenderedText | null {
  const patch: Patch = { text, before, root: new Map() };
  if (!operations.every(operation => apply(patch, operation))) return null;
  const lines = [...patch.root].flatMap(([name, value]) => [
    literalText(`${name}: `),
    partText(value),
    literalText('\n'),
  ]);
  return joinTexts([literalText(HEADER), ...lines]);
}

/** Whether an operation could be applied. */
function apply(patch: Patch, operation: SourceNode): boolean {
  const path = pointer(memberOf(operation, 'path'));
  const from = pointer(memberOf(operation, 'from'));
  const kind = memberOf(operation, 'op');
  if (!path || kind?.kind !== 'string') return false;
  const given = valueText(patch.text, memberOf(operation, 'value'));
  switch (kind.value) {
    case 'add':
    case 'replace':
      return given !== null && put(patch, path, given, kind.value);
    case 'remove':
      return remove(patch, path);
    case 'move':
    case 'copy': {
      const value = from ? current(patch, from) : undefined;
      if (!from || !value) return false;
      return (kind.value === 'copy' || remove(patch, from)) && put(patch, path, partText(value), 'add');
    }
    case 'test': {
      const value = current(patch, path);
      return given !== null && value !== undefined && value !== null && isSame(partText(value), given);
    }
    default:
      return false;
  }
}

function put(patch: Patch, path: readonly string[], value: RenderedText, kind: 'add' | 'replace'): boolean {
  const item = listAround(patch, path);
  if (item === 'unseen') return false;
  if (item === null) return place(patch.root, path, value);
  const { items, index } = item;
  const isEnd = index === '-' || Number(index) === items.length;
  if (isEnd ? kind === 'replace' : !/^\d+$/.test(index) || Number(index) > items.length) return false;
  items.splice(isEnd ? items.length : Number(index), kind === 'replace' ? 1 : 0, value);
  return place(patch.root, path.slice(0, -1), items);
}

function remove(patch: Patch, path: readonly string[]): boolean {
  const item = listAround(patch, path);
  if (item === 'unseen') return false;
  if (item === null) return place(patch.root, path, literalText('null'));
  const { items, index } = item;
  if (!/^\d+$/.test(index) || Number(index) >= items.length) return false;
  items.splice(Number(index), 1);
  return place(patch.root, path.slice(0, -1), items);
}

/** The list a path names an item of, and which; null when it names a field. */
function listAround(patch: Patch, path: readonly string[]): { items: RenderedText[]; index: string } | null | 'unseen' {
  const index = path.at(-1) ?? '';
  if (!/^(?:-|\d+)$/.test(index)) return null;
  const list = current(patch, path.slice(0, -1));
  return Array.isArray(list) ? { items: [...list], index } : 'unseen';
}

/** What stands at a path now; undefined where that cannot be seen. */
function current({ before, root }: Patch, path: readonly string[]): Current | undefined {
  const index = path.at(-1) ?? '';
  if (/^\d+$/.test(index)) {
    const list = current({ before, root, text: literalText('') }, path.slice(0, -1));
    return Array.isArray(list) ? (list[Number(index)] ?? null) : undefined;
  }
  const placed = placedAt(root, path);
  if (placed !== undefined) return placed instanceof Map ? undefined : isNull(placed) ? null : placed;
  for (const text of before.toReversed()) {
    const found = writtenAt(text, path);
    if (found !== null) return found;
  }
  return null;
}

/** What operations have put at a path or around it; undefined: nothing. */
function placedAt(root: Tree, path: readonly string[]): Part | undefined {
  let part: Part | undefined = root;
  for (const name of path) {
    if (!(part instanceof Map)) return part;
    part = part.get(name);
  }
  return part;
}

function isNull(part: RenderedText | RenderedText[]): boolean {
  return !Array.isArray(part) && part.text === 'null';
}

/** What a document says at a path: null when it says nothing of it, undefined when that cannot be seen. */
function writtenAt(text: RenderedText, path: readonly string[]): Current | undefined {
  const read = readText({ name: '', text: text.text, unknowns: text.unknowns }, 'config', '');
  if (!read.ok) return undefined;
  let node: SourceNode | undefined = read.root;
  for (const name of path) {
    if (node.kind !== 'map' || node.open) return undefined;
    node = node.entries.findLast(({ key }) => key === name)?.value;
    if (!node) return null;
  }
  if (node.kind === 'list') {
    const items = node.items.map(item => valueText(text, item));
    return items.every(item => item !== null) ? items : undefined;
  }
  return node.kind === 'map' || node.kind === 'null' ? undefined : (valueText(text, node) ?? undefined);
}

/** Puts a value where the names lead; false when that is inside a list or a value of another operation. */
function place(root: Tree, names: readonly string[], value: Part): boolean {
  if (names.length === 0 || names.some(name => !/^[A-Za-z][\w.-]*$/.test(name))) return false;
  let tree = root;
  for (const name of names.slice(0, -1)) {
    let inner = tree.get(name);
    if (inner === undefined) tree.set(name, (inner = new Map()));
    if (!(inner instanceof Map)) return false;
    tree = inner;
  }
  tree.set(names.at(-1) ?? '', value);
  return true;
}

function partText(part: Part): RenderedText {
  if (Array.isArray(part)) {
    const items = part.flatMap((item, index) => (index === 0 ? [item] : [literalText(', '), item]));
    return joinTexts([literalText('['), ...items, literalText(']')]);
  }
  if (!(part instanceof Map)) return part;
  const entries = [...part].flatMap(([name, inner], index) => [
    literalText(`${index === 0 ? '' : ', '}${JSON.stringify(name)}: `),
    partText(inner),
  ]);
  return joinTexts([literalText('{'), ...entries, literalText('}')]);
}

/** Whether two values are the same, however they are quoted. */
function isSame(a: RenderedText, b: RenderedText): boolean {
  const plain = ({ text }: RenderedText) => text.trim().replace(/^(["'])(.*)\1$/, '$2');
  return !a.text.includes('\uE000') && !b.text.includes('\uE000') && plain(a) === plain(b);
}

/** `/a/b~1c/0` as its parts (RFC 6901); null when there is none. */
function pointer(node: SourceNode | undefined): readonly string[] | null {
  if (node?.kind !== 'string' || !node.value.startsWith('/')) return null;
  return node.value
    .split('/')
    .slice(1)
    .map(name => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function memberOf(node: SourceNode, name: string): SourceNode | undefined {
  return node.kind === 'map' ? node.entries.findLast(({ key }) => key === name)?.value : undefined;
}

/** A value as it is written, when it can stand in the middle of a line. */
function valueText(text: RenderedText, node: SourceNode | undefined): RenderedText | null {
  const span = node?.origin.span;
  if (!node || !span) return null;
  const written = sliceText(text, span.start, span.end);
  const oneLine = !written.text.trimEnd().includes('\n');
  if (node.kind === 'map' || node.kind === 'list') return oneLine && /^[[{]/.test(written.text) ? written : null;
  return oneLine && !/^[|>&*!]/.test(written.text) && !/[,\]}]\s/.test(written.text) ? written : null;
}
