import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LogError } from '../../core/log/error.ts';
import { type Signer, verifierOf } from '../../core/log/note.ts';

/** Bits of a file's mode that let others use or replace the key; a group may read it, as mounted secrets need. */
const TOO_OPEN = 0o037;

/**
 * The key that signs the log: Ed25519 as PKCS #8 PEM. Made on the first start when `create` is set, mode 0600, whole on
 * the disk before this returns.
 *
 * @param options.name name of the key, which is the origin of the log.
 * @param options.create whether a missing key is made. Not for a log that has entries: a new key starts a new history.
 * @throws LogError `bad-key`, in one line for the operator, when the file is missing, no such key, or open to others.
 */
export async function openSigningKey(
  file: string,
  options: Readonly<{ name: string; create: boolean }>,
): Promise<Signer & { created: boolean }> {
  const present = await readKey(file);
  if (present === null && !options.create)
    throw new LogError('bad-key', `${file} is missing: put back the key that signed the log so far`);
  if (present === null) await createKey(file);
  const pem = present ?? (await readKey(file));
  const signer = { name: options.name, privateKey: parseKey(file, pem ?? '') };
  verifierOf(signer);
  return { ...signer, created: present === null };
}

async function readKey(file: string): Promise<string | null> {
  try {
    const { mode } = await stat(file);
    if ((mode & TOO_OPEN) !== 0)
      throw new LogError(
        'bad-key',
        `${file} has mode ${(mode & 0o777).toString(8)}: it must be closed to others (chmod 600)`,
      );
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof LogError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new LogError('bad-key', `${file} cannot be read: ${message}`);
  }
}

/** Writes a new key beside its place and links it in: another process that starts at the same time wins or loses whole. */
async function createKey(file: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const draft = `${file}.${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  const directory = await open(dirname(file), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function parseKey(file: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new LogError('bad-key', `${file} holds no private key in PEM form`);
  }
}
