import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { signCheckpoint } from '../../../core/log/checkpoint.ts';
import { emptyRange, growRange, rootOf } from '../../../core/log/compact-range.ts';
import { encodeEntry, entryOf } from '../../../core/log/entry.ts';
import { leafHash } from '../../../core/log/merkle.ts';
import { encodeVkey, verifierOf } from '../../../core/log/note.ts';
import { encodeBundle, levelSize, tilePath, tilesOfLevel } from '../../../core/log/tile.ts';
import { verifyLog } from '../../../core/log/verify.ts';

const signer = { name: 'gate.example/log', privateKey: generateKeyPairSync('ed25519').privateKey };
const vkey = encodeVkey(verifierOf(signer));
const at = new Date('2026-11-25T01:02:03.004Z');
const entryNumber = (index: number) =>
  encodeEntry(
    entryOf('run.gate', at, {
      run: `run-${index}`,
      repo: null,
      commit: null,
      tree: null,
      verdict: 'denied',
      reason: '',
      change: null,
      check: false,
    }),
  );

type Files = Map<string, Uint8Array>;

/** All resources of the log over these entries. */
function publish(entries: readonly Uint8Array[], leaves = entries.map(leafHash)): Files {
  const { range, tileHashes } = growRange(emptyRange, leaves);
  const files: Files = new Map([
    ['checkpoint', Buffer.from(signCheckpoint({ size: range.size, root: rootOf(range) }, signer))],
  ]);
  for (const tile of tilesOfLevel('entries', range.size))
    files.set(tilePath(tile), encodeBundle(entries.slice(tile.index * 256, tile.index * 256 + tile.width)));
  for (let level = 0; levelSize(level, range.size) > 0; level++) {
    const hashes = tileHashes.filter(tileHash => tileHash.level === level).map(({ hash }) => hash);
    for (const tile of tilesOfLevel(level, range.size))
      files.set(tilePath(tile), Buffer.concat(hashes.slice(tile.index * 256, tile.index * 256 + tile.width)));
  }
  return files;
}

const verify = (files: Files, options: { from?: string } = {}) =>
  verifyLog(async path => files.get(path) ?? null, vkey, options);
const checkpointOf = (files: Files) => Buffer.from(files.get('checkpoint')!).toString();
function flip(files: Files, path: string, offset: number): Files {
  const bytes = Uint8Array.from(files.get(path)!);
  bytes[offset]! ^= 1;
  return new Map(files).set(path, bytes);
}

describe('verifying a log from outside', () => {
  const entries = Array.from({ length: 600 }, (_, index) => entryNumber(index));
  let files: Files;
  beforeAll(() => {
    files = publish(entries);
  });

  test.each([1, 255, 256, 257, 512, 600])('a log of %i entries verifies', async size => {
    expect(await verify(publish(entries.slice(0, size)))).toMatchObject({ ok: true, size, problems: [] });
  });

  test('an empty log verifies', async () => {
    expect(await verify(publish([]))).toMatchObject({ ok: true, size: 0 });
  });

  test.each([1, 256, 300, 600])('it begins with its own checkpoint of size %i', async size => {
    const from = checkpointOf(publish(entries.slice(0, size)));
    expect(await verify(files, { from })).toMatchObject({ ok: true });
  });

  test('a full tile stands in for a partial one that was deleted', async () => {
    const grown = publish(Array.from({ length: 768 }, (_, index) => entryNumber(index)));
    const kept = ['checkpoint', 'tile/1/000.p/2'].map(path => [path, files.get(path)!] as const);
    const full = new Map([...grown, ...kept]);
    expect(full.has('tile/0/002.p/88')).toBe(false);
    expect(await verify(full)).toMatchObject({ ok: true, size: 600 });
  });

  const attacks: readonly (readonly [string, () => Files, RegExp])[] = [
    ['one bit of an entry', () => flip(files, 'tile/entries/001', 40), /^tile\/entries\/001: entry 256 is not the one/],
    ['one bit of a leaf hash', () => flip(files, 'tile/0/001', 64), /^tile\/entries\/001: entry 258 is not the one/],
    ['one bit of a hash tile', () => flip(files, 'tile/1/000.p/2', 33), /^tile\/1\/000.p\/2: the tile holds hashes/],
    ['one bit of the checkpoint', () => flip(files, 'checkpoint', 21), /^checkpoint: the signature/],
    ['a missing bundle', () => without('tile/entries/001'), /^tile\/entries\/001: the log does not have these entries/],
    ['a missing tile', () => without('tile/0/002.p/88'), /^tile\/0\/002: the log does not have this tile/],
    ['a missing upper tile', () => without('tile/1/000.p/2'), /^tile\/1\/000: the log does not have this tile/],
    ['a missing checkpoint', () => without('checkpoint'), /^checkpoint: the log has no checkpoint/],
    [
      'a truncated tile',
      () => new Map(files).set('tile/0/000', new Uint8Array(31)),
      /^tile\/0\/000: the tile has 31 bytes/,
    ],
    [
      'a bundle of fewer entries',
      () => new Map(files).set('tile/entries/000', encodeBundle(entries.slice(0, 9))),
      /holds 9 entries, not 256/,
    ],
    [
      'a broken bundle',
      () => new Map(files).set('tile/entries/000', Uint8Array.of(9)),
      /the bundle ends inside a length/,
    ],
    [
      'an event twice',
      () => publish([...entries.slice(0, 4), entries[1]!]),
      /entry 4 records again what entry 1 records: run.gate\/run-1/,
    ],
    [
      'an entry that is no entry',
      () => publish([Buffer.from('{"v":1}')]),
      /entry 0 cannot be read: its envelope is wrong/,
    ],
    [
      'an entry swapped under its old hash',
      () => publish([entries[1]!], [leafHash(entries[0]!)]),
      /entry 0 is not the one/,
    ],
  ];
  const without = (path: string) => new Map([...files].filter(([name]) => name !== path));

  test.each(attacks)('%s is found', async (_, attack, expected) => {
    const { ok, problems } = await verify(attack());
    expect(ok).toBe(false);
    expect(problems.map(({ path, message }) => `${path}: ${message}`)).toContainEqual(expect.stringMatching(expected));
  });

  test('a rewritten entry below an older checkpoint is found, although the log itself is in order', async () => {
    const from = checkpointOf(publish(entries.slice(0, 300)));
    const rewritten = publish(entries.with(7, entryNumber(7_000)));
    expect(await verify(rewritten)).toMatchObject({ ok: true });
    const { ok, problems } = await verify(rewritten, { from });
    expect(ok).toBe(false);
    expect(problems[0]?.message).toContain('history was rewritten');
  });

  test('entries that were taken away are found with an older checkpoint', async () => {
    const { ok, problems } = await verify(publish(entries.slice(0, 299)), { from: checkpointOf(files) });
    expect(ok).toBe(false);
    expect(problems[0]?.message).toBe('the log has 299 entries, it once had 600: entries were taken away');
  });

  test('an older checkpoint another key signed proves nothing', async () => {
    const other = { ...signer, privateKey: generateKeyPairSync('ed25519').privateKey };
    const from = signCheckpoint({ size: 1, root: leafHash(entries[0]!) }, other);
    expect(await verify(files, { from })).toMatchObject({ ok: false, problems: [{ path: 'older checkpoint' }] });
  });

  test('a log that cannot be reached is not said to be wrong', async () => {
    const read = async () => {
      throw new Error('connection refused');
    };
    await expect(verifyLog(read, vkey)).rejects.toThrow('connection refused');
  });

  test('a vkey that is none is refused before anything is read', async () => {
    await expect(verifyLog(async () => null, 'nonsense')).rejects.toThrow('this is not a verifier key');
  });
});
