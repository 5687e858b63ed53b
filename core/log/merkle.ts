import { createHash } from 'node:crypto';

/** Length in bytes of every hash of the tree. */
export const HASH_BYTES = 32;

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

const LEAF_PREFIX = Uint8Array.of(0x00);
const NODE_PREFIX = Uint8Array.of(0x01);

/** Hash of one entry, with the prefix that keeps leaves and nodes apart. RFC 6962, section 2.1. */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(LEAF_PREFIX, entry);
}

/** Hash of two subtrees. RFC 6962, section 2.1. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE_PREFIX, left, right);
}

/** Root of a tree without entries: SHA-256 of nothing. RFC 6962, section 2.1. */
export function emptyRoot(): Uint8Array {
  return sha256();
}

/** Byte equality of two hashes. Hashes of the log are public: no constant time is needed. */
export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
