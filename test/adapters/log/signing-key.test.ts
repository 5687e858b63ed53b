import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openSigningKey } from '../../../adapters/log/signing-key.ts';
import { encodeVkey, verifierOf } from '../../../core/log/note.ts';

const directories: string[] = [];
let file: string;
beforeEach(() => {
  directories.push(mkdtempSync(join(tmpdir(), 'kubelet-gate-key-')));
  file = join(directories.at(-1)!, 'data', 'log.pem');
});
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});
const open = (create = true) => openSigningKey(file, { name: 'gate.example/log', create });

describe('the signing key', () => {
  test('the first start makes it, closed to others, and leaves nothing else behind', async () => {
    expect((await open()).created).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(readdirSync(join(file, '..'))).toEqual(['log.pem']);
  });

  test('later starts use the same key', async () => {
    const first = encodeVkey(verifierOf(await open()));
    const second = await open();
    expect(second.created).toBe(false);
    expect(encodeVkey(verifierOf(second))).toBe(first);
  });

  test('processes that start together agree on one key', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => open()));
    expect(new Set(keys.map(key => encodeVkey(verifierOf(key)))).size).toBe(1);
  });

  test('a missing key of a log that has entries is not replaced', async () => {
    await expect(open(false)).rejects.toThrow(`${file} is missing`);
    expect(existsSync(file)).toBe(false);
  });

  test.each([0o644, 0o622, 0o660, 0o601])('a key with mode %o is refused', async mode => {
    await open();
    chmodSync(file, mode);
    await expect(open()).rejects.toThrow('must be closed to others');
  });

  test('a key a group may read is accepted, as mounted secrets are', async () => {
    await open();
    chmodSync(file, 0o440);
    expect((await open()).created).toBe(false);
  });

  test.each([
    ['nothing', ''],
    ['half a key', '-----BEGIN PRIVATE KEY-----\nMC4CAQAw'],
    [
      'a key of another kind',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ],
  ])('a file that holds %s is refused and kept', async (_, content) => {
    await open();
    writeFileSync(file, content);
    await expect(open()).rejects.toMatchObject({ code: 'bad-key' });
    expect(readFileSync(file, 'utf8')).toBe(content);
  });
});
