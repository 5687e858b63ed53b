import { LogError } from './error.ts';
import { emptyRoot, nodeHash } from './merkle.ts';
import type { TileHash } from './tile.ts';

/**
 * The right edge of a tree: the hashes of the perfect subtrees that make up its first `size` leaves, largest first
 * (one per set bit of `size`). All a writer needs to keep to grow the tree.
 */
export type CompactRange = Readonly<{ size: number; hashes: readonly Uint8Array[] }>;

export const emptyRange: CompactRange = { size: 0, hashes: [] };

/**
 * Adds leaf hashes to the right of a tree. Besides the new edge, answers every hash the tiles of the log gain by it:
 * the leaves themselves (level 0) and each subtree of height 8, 16, … that became complete (level 1, 2, …).
 *
 * @throws LogError `bad-proof` when the range has not one hash per set bit of its size.
 */
export function growRange(
  range: CompactRange,
  leaves: readonly Uint8Array[],
): { range: CompactRange; tileHashes: TileHash[] } {
  checkRange(range);
  const hashes = [...range.hashes];
  const tileHashes: TileHash[] = [];
  let size = range.size;
  for (const leaf of leaves) {
    let hash = leaf;
    let index = size;
    tileHashes.push({ level: 0, index, hash });
    for (let height = 1; index % 2 === 1; height++) {
      hash = nodeHash(hashes.pop()!, hash);
      index = (index - 1) / 2;
      if (height % 8 === 0) tileHashes.push({ level: height / 8, index, hash });
    }
    hashes.push(hash);
    size++;
  }
  return { range: { size, hashes }, tileHashes };
}

/** Root of the tree whose right edge this is. RFC 6962, section 2.1. */
export function rootOf(range: CompactRange): Uint8Array {
  checkRange(range);
  const [smallest, ...larger] = [...range.hashes].reverse();
  if (smallest === undefined) return emptyRoot();
  return larger.reduce((right, left) => nodeHash(left, right), smallest);
}

function checkRange({ size, hashes }: CompactRange): void {
  let bits = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2;
  if (!Number.isSafeInteger(size) || size < 0 || bits !== hashes.length)
    throw new LogError('bad-proof', `a tree of ${size} leaves has an edge of ${bits} hashes, not ${hashes.length}`);
}
