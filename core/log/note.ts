import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { LogError } from './error.ts';
import { sameHash } from './merkle.ts';

const ED25519 = 0x01;
const KEY_ID_BYTES = 4;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const SIGNATURE_PREFIX = '— ';
const MAX_NOTE_BYTES = 1_000_000;
const MAX_SIGNATURES = 100;

/** Who signs a note: the key's name and an Ed25519 private key. */
export type Signer = Readonly<{ name: string; privateKey: KeyObject }>;

/** Whose signature is believed: the name, the first four bytes of the key's hash and the raw Ed25519 public key. */
export type Verifier = Readonly<{ name: string; keyId: Uint8Array; publicKey: Uint8Array }>;

/** One signature line: who says to have signed, with which key id, and the bytes that should prove it. */
export type NoteSignature = Readonly<{ name: string; keyId: Uint8Array; signature: Uint8Array }>;

/** A signed note: the text that was signed (it ends in a newline) and its signature lines. */
export type Note = Readonly<{ text: string; signatures: readonly NoteSignature[] }>;

/** First four bytes of SHA-256(name || 0x0A || 0x01 || public key). C2SP signed-note, Ed25519. */
function keyIdOf(name: string, publicKey: Uint8Array): Uint8Array {
  const hash = createHash('sha256').update(`${name}\n`).update(Uint8Array.of(ED25519)).update(publicKey).digest();
  return new Uint8Array(hash.subarray(0, KEY_ID_BYTES));
}

function checkName(name: string): void {
  if (!/^[^\s+]+$/u.test(name)) throw new LogError('bad-key', `"${name}" cannot name a key: no spaces, no plus sign`);
}

/**
 * The verifier of a signer's public half.
 *
 * @throws LogError `bad-key` when the key is not Ed25519 or the name holds a space or plus sign.
 */
export function verifierOf({ name, privateKey }: Signer): Verifier {
  checkName(name);
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new LogError('bad-key', 'the log signs with Ed25519 keys only');
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const publicKey = new Uint8Array(spki.subarray(-KEY_BYTES));
  return { name, keyId: keyIdOf(name, publicKey), publicKey };
}

/** `<name>+<key id in hex>+<base64 of 0x01 || public key>`: what an auditor is given. C2SP signed-note. */
export function encodeVkey({ name, keyId, publicKey }: Verifier): string {
  const key = Buffer.concat([Uint8Array.of(ED25519), publicKey]);
  return `${name}+${Buffer.from(keyId).toString('hex')}+${key.toString('base64')}`;
}

/**
 * The verifier a vkey stands for.
 *
 * @throws LogError `bad-key` when it is malformed, not Ed25519, or its key id does not belong to the key.
 */
export function parseVkey(vkey: string): Verifier {
  const [, name = '', id = '', encoded = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(vkey.trim()) ?? [];
  const key = decodeBase64(encoded);
  if (key === null || key.length !== 1 + KEY_BYTES || key[0] !== ED25519)
    throw new LogError(
      'bad-key',
      'this is not a verifier key: expected <name>+<8 hex digits>+<base64 of an Ed25519 key>',
    );
  const publicKey = key.subarray(1);
  const keyId = keyIdOf(name, publicKey);
  if (!sameHash(keyId, Buffer.from(id, 'hex')))
    throw new LogError('bad-key', `${id} is not the key id of this verifier key`);
  return { name, keyId, publicKey };
}

/**
 * Signs a text. C2SP signed-note: the text, a blank line, one signature line.
 *
 * @throws LogError `bad-note` when the text does not end in a newline, holds a control character or is not Unicode.
 */
export function signNote(text: string, signer: Signer): string {
  if (!text.endsWith('\n') || !isNoteText(text)) throw new LogError('bad-note', 'this text cannot be signed as a note');
  const { name, keyId } = verifierOf(signer);
  const signature = sign(null, Buffer.from(text), signer.privateKey);
  return `${text}\n${SIGNATURE_PREFIX}${name} ${Buffer.concat([keyId, signature]).toString('base64')}\n`;
}

/**
 * Splits a signed note into text and signatures without believing any of them.
 *
 * @throws LogError `bad-note`.
 */
export function parseNote(note: string): Note {
  if (note.length > MAX_NOTE_BYTES || !isNoteText(note)) throw new LogError('bad-note', 'this is not a signed note');
  const blank = note.lastIndexOf('\n\n');
  if (blank < 0 || !note.endsWith('\n')) throw new LogError('bad-note', 'the note has no signatures');
  const lines = note.slice(blank + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES)
    throw new LogError('bad-note', `the note has more than ${MAX_SIGNATURES} signatures`);
  return { text: note.slice(0, blank + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const [, name = '', encoded = ''] = /^— ([^\s+]+) (\S+)$/u.exec(line) ?? [];
  const bytes = decodeBase64(encoded);
  if (bytes === null || bytes.length <= KEY_ID_BYTES)
    throw new LogError('bad-note', 'the note has a malformed signature line');
  return { name, keyId: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) };
}

/**
 * The text of a note that the verifier's key signed; signatures of other keys are ignored.
 *
 * @throws LogError `bad-note` for a malformed note, `bad-signature` when the key did not sign it.
 */
export function openNote(note: string, verifier: Verifier): string {
  const { text, signatures } = parseNote(note);
  const own = signatures.filter(({ name, keyId }) => name === verifier.name && sameHash(keyId, verifier.keyId));
  if (own.length === 0) throw new LogError('bad-signature', `the note is not signed by ${verifier.name}`);
  const key = publicKeyOf(verifier);
  const message = Buffer.from(text);
  if (!own.every(({ signature }) => signature.length === SIGNATURE_BYTES && verify(null, message, key, signature)))
    throw new LogError('bad-signature', `the signature of ${verifier.name} does not belong to this text`);
  return text;
}

function publicKeyOf({ publicKey }: Verifier): KeyObject {
  const x = Buffer.from(publicKey).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

function isNoteText(text: string): boolean {
  return !/[\u0000-\u0009\u000b-\u001f\p{Surrogate}]/u.test(text);
}

/** Bytes of standard base64 with padding, or null for anything a strict decoder refuses. */
export function decodeBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : null;
}
