import { LogError } from './error.ts';
import { nodeHash, sameHash } from './merkle.ts';

/** Reads `count` hashes of a tile level from hash `index` on. */
export type ReadTileHashes = (level: number, index: number, count: number) => Promise<readonly Uint8Array[]>;

/**
 * Hash of the leaves [start, end) of a log, from as few tile hashes as possible. `start` must be where RFC 6962 would
 * split a tree, which holds for every subtree a proof names.
 */
async function subtreeHash(read: ReadTileHashes, start: number, end: number): Promise<Uint8Array> {
  const width = end - start;
  const height = Math.floor(Math.log2(width));
  if (2 ** height === width) {
    const level = Math.floor(height / 8);
    const count = 2 ** (height % 8);
    return perfectRoot(await read(level, start / 256 ** level, count));
  }
  const middle = start + splitPoint(width);
  return nodeHash(await subtreeHash(read, start, middle), await subtreeHash(read, middle, end));
}

function perfectRoot(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1)
    row = Array.from({ length: row.length / 2 }, (_, index) => nodeHash(row[2 * index]!, row[2 * index + 1]!));
  return row[0]!;
}

/** Largest power of two smaller than n (n > 1). */
function splitPoint(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/**
 * Audit path of leaf `index` in the tree of the first `size` leaves, leaf to root. RFC 6962, section 2.1.1.
 *
 * @throws LogError `bad-proof` when the leaf is outside the tree.
 */
export async function inclusionProof(read: ReadTileHashes, index: number, size: number): Promise<Uint8Array[]> {
  if (!(index >= 0 && index < size)) throw new LogError('bad-proof', `leaf ${index} is not in a tree of ${size}`);
  const proof: Uint8Array[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    const left = index < middle;
    proof.push(left ? await subtreeHash(read, middle, end) : await subtreeHash(read, start, middle));
    if (left) end = middle;
    else start = middle;
  }
  return proof.reverse();
}

/**
 * Proof that the tree of `size` leaves begins with the tree of `oldSize`. RFC 6962, section 2.1.2. Empty for an empty
 * old tree and for equal sizes.
 *
 * @throws LogError `bad-proof` when the old tree is larger than the new one.
 */
export async function consistencyProof(read: ReadTileHashes, oldSize: number, size: number): Promise<Uint8Array[]> {
  if (oldSize < 0 || oldSize > size)
    throw new LogError('bad-proof', `a tree of ${size} does not begin with ${oldSize}`);
  if (oldSize === 0 || oldSize === size) return [];
  const proof: Uint8Array[] = [];
  let [start, end] = [0, size];
  while (oldSize !== end) {
    const middle = start + splitPoint(end - start);
    const left = oldSize <= middle;
    proof.push(left ? await subtreeHash(read, middle, end) : await subtreeHash(read, start, middle));
    if (left) end = middle;
    else start = middle;
  }
  if (start !== 0) proof.push(await subtreeHash(read, start, end));
  return proof.reverse();
}

/** Whether `proof` shows that leaf `index` with this hash is in the tree with this size and root. RFC 9162, section 2.1.3.2. */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) return false;
  let [node, last] = [index, size - 1];
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && sameHash(hash, root);
}

/** Whether `proof` shows that the tree (size, root) begins with the tree (oldSize, oldRoot). RFC 9162, section 2.1.4.2. */
export function verifyConsistency(
  oldSize: number,
  oldRoot: Uint8Array,
  size: number,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!(Number.isSafeInteger(oldSize) && Number.isSafeInteger(size) && oldSize >= 0 && oldSize <= size)) return false;
  if (oldSize === size) return proof.length === 0 && sameHash(oldRoot, root);
  if (oldSize === 0) return proof.length === 0;
  let [node, last] = [oldSize - 1, size - 1];
  while (node % 2 === 1) [node, last] = [(node - 1) / 2, Math.floor(last / 2)];
  const path = node === 0 ? [oldRoot, ...proof] : [...proof];
  const first = path.shift();
  if (first === undefined) return false;
  let [oldHash, newHash] = [first, first];
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && sameHash(oldHash, oldRoot) && sameHash(newHash, root);
}
