import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { claimDirectory, type EmbeddedClaim } from '../../../adapters/store/embedded-claim.ts';
import { type Child, startChild } from '../../support/child.ts';
import { temporaryDirectory } from '../../support/services.ts';

const children: Child[] = [];
const claims: EmbeddedClaim[] = [];

afterEach(async () => {
  for (const claim of claims.splice(0)) claim.release();
  for (const child of children.splice(0)) await child.kill('SIGKILL');
});

function claimElsewhere(directory: string): Child {
  const child = startChild(new URL('./claim.program.ts', import.meta.url), { directory });
  children.push(child);
  return child;
}

async function claim(directory: string, silenceMs?: number): Promise<EmbeddedClaim> {
  const claimed = await claimDirectory(directory, silenceMs);
  claims.push(claimed);
  return claimed;
}

function forge(directory: string, claimed: object | string): string {
  const path = join(directory, 'forged.claim');
  writeFileSync(path, typeof claimed === 'string' ? claimed : JSON.stringify(claimed));
  return path;
}

function readOwnClaim(directory: string): string {
  return readdirSync(directory).find(name => name.endsWith('.claim')) ?? '';
}

describe('the claim on the embedded store', () => {
  test('a second process is refused, naming who has it and where', async () => {
    const directory = temporaryDirectory();
    const holder = claimElsewhere(directory);
    expect(await holder.nextLine()).toBe('claimed');
    const refused = await claimDirectory(directory).catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: 'StoreError', code: 'in-use' });
    expect(String(refused)).toContain(`process ${holder.pid} on `);
    expect(String(refused)).toContain(join(directory, readOwnClaim(directory)));
    expect(String(refused)).toContain('DATABASE_URL');
  });

  test('this process does not open it twice either, and can open it again after a release', async () => {
    const directory = temporaryDirectory();
    const first = await claim(directory);
    await expect(claimDirectory(directory)).rejects.toMatchObject({ code: 'in-use' });
    first.release();
    expect(readdirSync(directory)).toEqual([]);
    await claim(directory);
  });

  test('the claim of a killed process is taken over at once', async () => {
    const directory = temporaryDirectory();
    const holder = claimElsewhere(directory);
    await holder.nextLine();
    await holder.kill('SIGKILL');
    expect(readdirSync(directory)).toHaveLength(1);
    await claim(directory, 3_600_000);
    expect(readdirSync(directory)).toHaveLength(1);
  });

  test('a living process that merely got the pid of a dead one does not count', async () => {
    const directory = temporaryDirectory();
    const holder = claimElsewhere(directory);
    await holder.nextLine();
    const own = JSON.parse(readFileSync(join(directory, readOwnClaim(directory)), 'utf8')) as object;
    await holder.kill('SIGKILL');
    forge(directory, { ...own, pid: process.pid, startedAt: '1' });
    await claim(directory, 3_600_000);
  });

  test('a claim from another host holds as long as its heartbeat moves, and not longer', async () => {
    const directory = temporaryDirectory();
    const path = forge(directory, { pid: 1, startedAt: '1', machine: 'another boot', host: 'node-7' });
    let beats = 0;
    const heart = setInterval(() => utimesSync(path, 1, (beats += 1)), 100);
    await expect(claimDirectory(directory, 60_000)).rejects.toThrow('process 1 on node-7');
    clearInterval(heart);
    await claim(directory, 1_500);
    expect(existsSync(path)).toBe(false);
  });

  test.each([
    ['half a claim', '{"pid":1'],
    ['an empty file', ''],
    ['something else', '[]'],
  ])('%s without a heartbeat is taken over', async (_name, text) => {
    const directory = temporaryDirectory();
    forge(directory, text);
    await claim(directory, 1_000);
  });

  test('a living claim beats', async () => {
    const directory = temporaryDirectory();
    await claim(directory);
    const path = join(directory, readOwnClaim(directory));
    const first = statSync(path).mtimeMs;
    while (statSync(path).mtimeMs === first) await new Promise(resolve => setTimeout(resolve, 50));
  });

  test('of four processes that start together at most one gets it, and one that tries later does', async () => {
    const directory = temporaryDirectory();
    const answers = await Promise.all(Array.from({ length: 4 }, () => claimElsewhere(directory).nextLine()));
    const winners = answers.filter(answer => answer === 'claimed').length;
    expect(winners).toBeLessThanOrEqual(1);
    expect(answers.filter(answer => answer === 'in-use')).toHaveLength(4 - winners);
    for (const child of children.splice(0)) await child.kill('SIGKILL');
    expect(await claimElsewhere(directory).nextLine()).toBe('claimed');
  });
});
