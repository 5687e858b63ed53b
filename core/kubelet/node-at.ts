import type { SourceNode } from './source-node.ts';

/** What stands at a path of keys below a mapping; the last of equal keys counts. Undefined where nothing does. */
export function nodeAt(root: SourceNode, path: readonly string[]): SourceNode | undefined {
  let node: SourceNode | undefined = root;
  for (const name of path) {
    node = node?.kind === 'map' ? node.entries.findLast(({ key }) => key === name)?.value : undefined;
  }
  return node;
}

/** The text at a path of keys; '' where there is none. */
export function textAt(root: SourceNode, path: readonly string[]): string {
  const node = nodeAt(root, path);
  return node?.kind === 'string' ? node.value : '';
}
