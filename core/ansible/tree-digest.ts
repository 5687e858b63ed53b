import { createHash } from 'node:crypto';
import type { SourceTree } from '../source/tree.ts';

const known = new WeakMap<SourceTree, string>();

/** sha256 over every path, mode and object id of a tree: equal exactly when nothing in the repository differs. */
export function treeDigest(tree: SourceTree): string {
  let digest = known.get(tree);
  if (digest === undefined) {
    const hash = createHash('sha256');
    for (const { path, mode, oid } of tree.entries()) hash.update(`${mode} ${oid} ${path}\0`);
    known.set(tree, (digest = hash.digest('hex')));
  }
  return digest;
}
