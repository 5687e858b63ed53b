import { LogError } from './error.ts';
import { HASH_BYTES } from './merkle.ts';
import { decodeBase64, openNote, parseNote, type Signer, signNote, type Verifier } from './note.ts';

/** What a log commits to: its name, how many entries it has, and the root of the tree over them. C2SP tlog-checkpoint. */
export type Checkpoint = Readonly<{ origin: string; size: number; root: Uint8Array }>;

/** Text of a checkpoint: origin, decimal size, base64 root, a line each. */
export function encodeCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;
}

/** Signed checkpoint of the tree; the origin is the signer's name. */
export function signCheckpoint(tree: Readonly<{ size: number; root: Uint8Array }>, signer: Signer): string {
  return signNote(encodeCheckpoint({ origin: signer.name, ...tree }), signer);
}

/**
 * Reads a checkpoint without checking its signatures. Extension lines are ignored, as the specification asks.
 *
 * @throws LogError `bad-note` or `bad-checkpoint`.
 */
export function parseCheckpoint(note: string): Checkpoint {
  return parseCheckpointText(parseNote(note).text);
}

/**
 * Reads a checkpoint that the verifier's key signed and whose origin is that key's name.
 *
 * @throws LogError `bad-note`, `bad-signature` or `bad-checkpoint`.
 */
export function openCheckpoint(note: string, verifier: Verifier): Checkpoint {
  const checkpoint = parseCheckpointText(openNote(note, verifier));
  if (checkpoint.origin !== verifier.name)
    throw new LogError('bad-checkpoint', `the checkpoint is of log ${checkpoint.origin}, the key of ${verifier.name}`);
  return checkpoint;
}

function parseCheckpointText(text: string): Checkpoint {
  const [origin = '', size = '', encoded = ''] = text.split('\n');
  const root = decodeBase64(encoded);
  if (origin === '') throw new LogError('bad-checkpoint', 'the checkpoint names no log');
  if (!/^(0|[1-9]\d*)$/.test(size) || !Number.isSafeInteger(Number(size)))
    throw new LogError('bad-checkpoint', `the checkpoint has no usable size: "${size.slice(0, 40)}"`);
  if (root === null || root.length !== HASH_BYTES)
    throw new LogError('bad-checkpoint', 'the checkpoint has no root hash of 32 bytes');
  return { origin, size: Number(size), root };
}
