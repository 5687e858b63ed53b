import { posix } from 'node:path';
import { readText } from '../kubelet/read-text.ts';
import type { SourceNode } from '../kubelet/source-node.ts';
import { type RenderedText, unknownToken } from '../source/rope.ts';
import { joinTexts, literalText, sliceText } from './rendered-text.ts';

/** `kubeletconfiguration[suffix][+patchtype].extension`, as kubeadm names its patches. */
const PATCH_NAME = /^kubeletconfiguration([^+/]*?)(?:\+(strategic|merge|json))?\.(?:ya?ml|json)$/;

const HEADER = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';

/** Whether a file is a kubeadm patch of the kubelet's configuration: by its type, or by its directory. */
export function isPatchName(path: string, directories: readonly string[] = []): boolean {
  const match = PATCH_NAME.exec(posix.basename(path));
  return match !== null && (match[2] !== undefined || directories.includes(posix.dirname(path)));
}

/**
 * A patch as a document to be merged over the configuration, which is what kubeadm does with it: strategic and merge
 * patches of a KubeletConfiguration replace lists, merge mappings and remove what is null. Operations of a JSON patch
 * that name one field become such a document; any other makes the whole result unknown.
 */
export function patchText(path: string, text: RenderedText): RenderedText | null {
  if (text.text.trim() === '') return null;
  const read = readText({ name: path, text: text.text, unknowns: text.unknowns }, 'drop-in', path);
  if (!read.ok) return text;
  if (read.root.kind === 'list') return operationsText(path, text, read.root.items);
  if (read.root.kind !== 'map') return text;
  const keys = new Set(read.root.entries.map(({ key }) => key));
  if (keys.has('$patch') || /["']?\$(?:patch|retainKeys|deleteFromPrimitiveList)/.test(text.text))
    return undecided(path);
  if (keys.has('kind') && keys.has('apiVersion')) return text;
  if (/^\s*\{/.test(text.text)) return text;
  const missing = HEADER.split('\n').filter(line => line !== '' && !keys.has(line.slice(0, line.indexOf(':'))));
  return joinTexts([literalText(`${missing.join('\n')}\n`), text]);
}

type Tree = Map<string, Tree | RenderedText>;

function operationsText(path: string, text: RenderedText, operations: readonly SourceNode[]): RenderedText {
  const root: Tree = new Map();
  for (const operation of operations) {
    const kind = memberOf(operation, 'op');
    const field = memberOf(operation, 'path');
    if (kind?.kind !== 'string' || field?.kind !== 'string') return undecided(path);
    if (kind.value === 'test') continue;
    const names = field.value
      .split('/')
      .slice(1)
      .map(name => name.replaceAll('~1', '/').replaceAll('~0', '~'));
    const written = kind.value === 'remove' ? literalText('null') : valueText(text, memberOf(operation, 'value'));
    if (!/^(?:add|replace|remove)$/.test(kind.value) || !written || !place(root, names, written))
      return undecided(path);
  }
  const lines = [...root].flatMap(([name, value]) => [literalText(`${name}: `), treeText(value), literalText('\n')]);
  return joinTexts([literalText(HEADER), ...lines]);
}

/** Puts a value where the names lead; false when that is inside a list or inside a value of another operation. */
function place(root: Tree, names: readonly string[], value: RenderedText): boolean {
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

function treeText(value: Tree | RenderedText): RenderedText {
  if (!(value instanceof Map)) return value;
  const entries = [...value].flatMap(([name, inner], index) => [
    literalText(`${index === 0 ? '' : ', '}${JSON.stringify(name)}: `),
    treeText(inner),
  ]);
  return joinTexts([literalText('{'), ...entries, literalText('}')]);
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
  return oneLine && !/^[|>&*!]/.test(written.text) ? written : null;
}

/** The patch may have set anything. */
function undecided(path: string): RenderedText {
  const id = '9a7c4000';
  const why = `${path} patches the kubelet configuration in a way the gate does not apply`;
  return { ...literalText(unknownToken(id)), unknowns: new Map([[id, { key: `patch ${path}`, why: [why] }]]) };
}
