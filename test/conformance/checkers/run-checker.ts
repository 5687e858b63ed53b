import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { commandPath } from '../../../config/settings.ts';

/** Runs `use` with a new empty folder that is gone afterwards. */
export function inScratch<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'kubelet-gate-checkers-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Standard output of a checker, which sees an empty home and nothing else of this process. Exit code 1 is theirs for
 * findings.
 * @throws Error when it ends otherwise, or prints nothing
 */
export function runChecker(program: string, args: readonly string[], input = ''): string {
  return inScratch(home => {
    const { status, stdout, stderr } = spawnSync(program, args, {
      input,
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      env: { ...commandPath(), HOME: home, LC_ALL: 'C.UTF-8' },
    });
    if ((status !== 0 && status !== 1) || stdout === '')
      throw new Error(`${program} ended with ${status} and this message: ${stderr}`);
    return stdout;
  });
}

/** Writes a file and the folders above it. */
export function writeBelow(folder: string, path: string, text: string): void {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
}
