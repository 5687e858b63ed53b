import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { GitError } from './git-error.ts';

const WAIT_MS = 180_000;
const POLL_MS = 50;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const holderOf = async (path: string) => Number(await readFile(path, 'utf8').catch(() => '0'));

/**
 * Takes a lock file that holds our process id and gives the function that frees it. The file appears with its content at
 * once; one whose process is gone, or is an earlier life of ours, is taken over. Callers in one process must queue
 * themselves. Between machines it does not work: a mirror belongs to one machine.
 * @throws GitError `unavailable` after three minutes
 */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  const deadline = Date.now() + WAIT_MS;
  const own = `${path}.${randomUUID()}`;
  await writeFile(own, String(process.pid));
  try {
    for (;;) {
      try {
        await link(own, path);
        return () => rm(path, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = await holderOf(path);
      if (holder === 0) continue;
      if (holder === process.pid || !alive(holder)) {
        const aside = `${own}.stale`;
        await rename(path, aside).catch(() => undefined);
        // Somebody else may have taken it over in between: then it is theirs again.
        const taken = await holderOf(aside);
        if (taken !== 0 && taken !== holder) await link(aside, path).catch(() => undefined);
        await rm(aside, { force: true });
      } else if (Date.now() > deadline) {
        throw new GitError('unavailable', `the mirror is locked by process ${holder}`);
      } else {
        await wait(POLL_MS);
      }
    }
  } finally {
    await rm(own, { force: true });
  }
}
