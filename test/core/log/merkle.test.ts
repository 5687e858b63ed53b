import { describe, expect, test } from '@jest/globals';
import { emptyRange, growRange, rootOf } from '../../../core/log/compact-range.ts';
import { emptyRoot, leafHash } from '../../../core/log/merkle.ts';
import {
  consistencyProof,
  inclusionProof,
  type ReadTileHashes,
  verifyConsistency,
  verifyInclusion,
} from '../../../core/log/proof.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const unhex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

/** The tree every Certificate Transparency implementation tests with. */
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  entry => leafHash(unhex(entry)),
);
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** A log in memory: reads the tile hashes `growRange` answered. */
function memoryOf(count: number): { read: ReadTileHashes; rootAt: (size: number) => Uint8Array; leaf: Uint8Array[] } {
  const leaf = Array.from({ length: count }, (_, index) => leafHash(Buffer.from(`entry ${index}`)));
  const levels: Uint8Array[][] = [];
  for (const { level, index, hash } of growRange(emptyRange, leaf).tileHashes) (levels[level] ??= [])[index] = hash;
  return {
    leaf,
    read: async (level, index, count) => levels[level]!.slice(index, index + count),
    rootAt: size => rootOf(growRange(emptyRange, leaf.slice(0, size)).range),
  };
}

describe('the Merkle tree of RFC 6962', () => {
  test('an empty tree has the hash of nothing as its root', () => {
    expect(hex(rootOf(emptyRange))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(rootOf(emptyRange)).toEqual(emptyRoot());
  });

  test.each(roots.map((root, index) => [index + 1, root] as const))(
    '%i leaves give the published root',
    (size, root) => {
      expect(hex(rootOf(growRange(emptyRange, leaves.slice(0, size)).range))).toBe(root);
    },
  );

  test('growing leaf by leaf gives the same edge and the same tile hashes as growing at once', () => {
    const leaf = memoryOf(700).leaf;
    const atOnce = growRange(emptyRange, leaf);
    let range = emptyRange;
    const tileHashes = leaf.flatMap(hash => {
      const grown = growRange(range, [hash]);
      range = grown.range;
      return grown.tileHashes;
    });
    expect(range).toEqual(atOnce.range);
    expect(tileHashes).toEqual(atOnce.tileHashes);
    expect(tileHashes.filter(({ level }) => level === 1).map(({ index }) => index)).toEqual([0, 1]);
  });

  test('an edge that does not belong to its size is refused', () => {
    expect(() => growRange({ size: 3, hashes: [leaves[0]!] }, [])).toThrow('an edge of 2 hashes, not 1');
  });
});

describe('proofs', () => {
  test('the audit path of the first of eight leaves is the published one', async () => {
    const levels = [leaves];
    const read: ReadTileHashes = async (level, index, count) => levels[level]!.slice(index, index + count);
    expect((await inclusionProof(read, 0, 8)).map(hex)).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
  });

  test('every leaf of every small tree is proven, and no other leaf or place is', async () => {
    const { read, rootAt, leaf } = memoryOf(40);
    for (let size = 1; size <= 40; size++) {
      const root = rootAt(size);
      for (let index = 0; index < size; index++) {
        const proof = await inclusionProof(read, index, size);
        expect(verifyInclusion(leaf[index]!, index, size, proof, root)).toBe(true);
        expect(verifyInclusion(leafHash(Buffer.from('forged')), index, size, proof, root)).toBe(false);
        if (size > 1) expect(verifyInclusion(leaf[index]!, (index + 1) % size, size, proof, root)).toBe(false);
        expect(verifyInclusion(leaf[index]!, index, size, [...proof, root], root)).toBe(false);
      }
    }
  });

  test('every small tree is shown to begin with every smaller one, and with no other', async () => {
    const { read, rootAt } = memoryOf(40);
    for (let size = 1; size <= 40; size++) {
      for (let old = 0; old <= size; old++) {
        const proof = await consistencyProof(read, old, size);
        expect(verifyConsistency(old, rootAt(old), size, rootAt(size), proof)).toBe(true);
        if (old > 0) expect(verifyConsistency(old, leafHash(Buffer.from('x')), size, rootAt(size), proof)).toBe(false);
        if (old > 0 && old < size)
          expect(verifyConsistency(old, rootAt(old), size, rootAt(size), proof.slice(1))).toBe(false);
      }
    }
  });

  test('proofs over several tile levels hold', async () => {
    const { read, rootAt, leaf } = memoryOf(66_000);
    const root = rootAt(66_000);
    for (const index of [0, 255, 256, 65_535, 65_536, 65_999])
      expect(verifyInclusion(leaf[index]!, index, 66_000, await inclusionProof(read, index, 66_000), root)).toBe(true);
    for (const old of [1, 257, 65_536])
      expect(verifyConsistency(old, rootAt(old), 66_000, root, await consistencyProof(read, old, 66_000))).toBe(true);
  });

  test.each([
    [-1, 4],
    [4, 4],
    [0, 0],
    [Number.NaN, 4],
  ])('leaf %d of a tree of %d has no proof', async (index, size) => {
    const { read } = memoryOf(4);
    await expect(inclusionProof(read, index, size)).rejects.toThrow('is not in a tree');
    expect(verifyInclusion(leaves[0]!, index, size, [], leaves[0]!)).toBe(false);
  });

  test('a larger tree is never the beginning of a smaller one', async () => {
    const { read } = memoryOf(4);
    await expect(consistencyProof(read, 5, 4)).rejects.toThrow('does not begin with');
    expect(verifyConsistency(5, leaves[0]!, 4, leaves[0]!, [])).toBe(false);
  });
});
