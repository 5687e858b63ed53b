import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { encodeCheckpoint, openCheckpoint, parseCheckpoint, signCheckpoint } from '../../../core/log/checkpoint.ts';
import { emptyRoot } from '../../../core/log/merkle.ts';
import { encodeVkey, openNote, parseNote, parseVkey, signNote, verifierOf } from '../../../core/log/note.ts';

/** The example of the documentation of golang.org/x/mod/sumdb/note. */
const neumann = {
  vkey: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  seed: 'YEsIDvTFYZiSTcCiTHLmJFBAPNMsdpwfPtHdJtCYBz0=',
  text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
  signature:
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
};
const neumannNote = `${neumann.text}\n${neumann.signature}`;
const signer = (name = 'gate.example/log') => ({ name, privateKey: generateKeyPairSync('ed25519').privateKey });

describe('signed notes', () => {
  test('the published example verifies with its published key', () => {
    expect(openNote(neumannNote, parseVkey(neumann.vkey))).toBe(neumann.text);
  });

  test('a vkey is written as it was read', () => {
    expect(encodeVkey(parseVkey(neumann.vkey))).toBe(neumann.vkey);
  });

  test('what we sign opens with our vkey', () => {
    const ours = signer();
    expect(openNote(signNote('hello\n', ours), parseVkey(encodeVkey(verifierOf(ours))))).toBe('hello\n');
  });

  test('signatures of other keys beside ours are ignored', () => {
    const ours = signer();
    const both = `${signNote('hello\n', ours)}${signNote('hello\n', signer('witness')).split('\n\n')[1]}`;
    expect(parseNote(both).signatures).toHaveLength(2);
    expect(openNote(both, verifierOf(ours))).toBe('hello\n');
  });

  test('a key of the same name that did not sign is not believed', () => {
    expect(() => openNote(signNote('hello\n', signer()), verifierOf(signer()))).toThrow('is not signed by');
  });

  test('a changed text is not believed', () => {
    expect(() => openNote(neumannNote.replace('answer', 'ANSWER'), parseVkey(neumann.vkey))).toThrow(
      'does not belong to this text',
    );
  });

  test.each([
    ['no signature', 'hello\n'],
    ['no blank line', `hello\n${neumann.signature}`],
    ['a hyphen for the dash', neumannNote.replace('—', '-')],
    ['base64 that is none', neumannNote.replace('x08g', '!!!!')],
    ['a signature without bytes', 'hello\n\n— a AAAA\n'],
    ['a control character', `a\u0000${neumannNote}`],
    ['a carriage return', neumannNote.replaceAll('\n', '\r\n')],
    ['an unfinished last line', neumannNote.slice(0, -1)],
    ['more signatures than anyone needs', `hello\n\n${neumann.signature.repeat(101)}`],
  ])('a note with %s is refused', (_, note) => {
    expect(() => openNote(note, parseVkey(neumann.vkey))).toThrow(/note/);
  });

  test.each([
    ['the key id of another key', neumann.vkey.replace('c74f20a3', 'c74f20a4')],
    ['another algorithm', neumann.vkey.replace('+AR', '+AB')],
    ['a truncated key', neumann.vkey.slice(0, -4)],
    ['no plus signs', 'PeterNeumann'],
    ['nothing at all', ''],
  ])('a vkey with %s is refused', (_, vkey) => {
    expect(() => parseVkey(vkey)).toThrow(/key/);
  });

  test('a name with a space or plus sign cannot sign', () => {
    expect(() => signNote('hello\n', signer('two words'))).toThrow('cannot name a key');
    expect(() => signNote('hello\n', signer('a+b'))).toThrow('cannot name a key');
  });

  test('a text without a last newline cannot be signed', () => {
    expect(() => signNote('hello', signer())).toThrow('cannot be signed');
  });

  test('only Ed25519 keys sign', () => {
    const privateKey = createPrivateKey(
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' }),
    );
    expect(() => verifierOf({ name: 'a', privateKey })).toThrow('Ed25519 keys only');
  });
});

describe('checkpoints', () => {
  test('a checkpoint is origin, size and root, a line each', () => {
    expect(encodeCheckpoint({ origin: 'gate.example/log', size: 0, root: emptyRoot() })).toBe(
      'gate.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n',
    );
  });

  test('what we sign opens as the same checkpoint', () => {
    const ours = signer();
    const tree = { size: 20_852_163, root: emptyRoot() };
    expect(openCheckpoint(signCheckpoint(tree, ours), verifierOf(ours))).toEqual({ origin: ours.name, ...tree });
  });

  test('extension lines are ignored', () => {
    const ours = signer();
    const note = signNote(`${encodeCheckpoint({ origin: ours.name, size: 1, root: emptyRoot() })}extra\n`, ours);
    expect(openCheckpoint(note, verifierOf(ours)).size).toBe(1);
  });

  test('a checkpoint of another log is not believed, even when our key signed it', () => {
    const ours = signer();
    const note = signNote(encodeCheckpoint({ origin: 'other.example', size: 1, root: emptyRoot() }), ours);
    expect(() => openCheckpoint(note, verifierOf(ours))).toThrow('of log other.example');
  });

  test.each(['-1', '01', '1.5', '1e3', '', '9007199254740993', ' 1'])('a size of "%s" is refused', size => {
    const note = signNote(`log\n${size}\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n`, signer('log'));
    expect(() => parseCheckpoint(note)).toThrow('no usable size');
  });

  test.each(['', 'AAAA', '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU'])('a root of "%s" is refused', root => {
    expect(() => parseCheckpoint(signNote(`log\n1\n${root}\n`, signer('log')))).toThrow('root hash of 32 bytes');
  });
});
