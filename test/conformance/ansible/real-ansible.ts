import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../../config/package-root.ts';
import { cacheFolder } from '../cache.ts';
import type { RepositoryCase } from './repository-case.ts';

/** What `ansible-inventory --list` prints. */
export type ListedInventory = Readonly<{
  hostvars: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  groups: Readonly<Record<string, Readonly<{ hosts?: readonly string[]; children?: readonly string[] }>>>;
}>;

export type TaskResult = Readonly<{
  host: string;
  /** `file:line` of the task. */
  at: string;
  action: string;
  skipped: boolean;
  failed: boolean;
  message: string;
  /** Messages of the loop items that failed; null without a loop. */
  items: readonly string[] | null;
}>;

export type FileWritten = Readonly<{
  host: string;
  dest: string;
  text: string;
  mode: string | number | null;
  at: string;
}>;

export type RealAnswer = Readonly<{
  inventory: ListedInventory | null;
  /** Why the run ended early, such as a playbook Ansible refuses. */
  error: string | null;
  results: readonly TaskResult[];
  writes: readonly FileWritten[];
}>;

/** Ansible itself went down on a repository; the next one is asked of a new process. */
export class AnsibleEnded extends Error {}

/** A running driver of one Ansible installation. */
export type RealAnsible = Readonly<{
  version: string;
  answer: (one: RepositoryCase) => Promise<RealAnswer>;
  close: () => void;
}>;

/** `ansible` programs to compare with: on the search path, and those `test/conformance/ansible/environments` made. */
export function installedAnsibles(): readonly string[] {
  const cache = cacheFolder('ansible');
  const made = existsSync(cache)
    ? readdirSync(cache)
        .sort()
        .map(version => join(cache, version, 'bin/ansible'))
    : [];
  const onPath = (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, 'ansible'));
  return [onPath.find(existsSync), ...made].filter(path => path !== undefined && existsSync(path)) as string[];
}

/**
 * Starts the driver with the Python of an `ansible` program.
 * @throws Error when that Ansible does not start
 */
export async function startAnsible(program: string): Promise<RealAnsible> {
  const python = /^#!\s*(\S+)/.exec(readFileSync(program, 'utf8'))?.[1];
  if (python === undefined) throw new Error(`${program} does not say which Python runs it`);
  const scratch = mkdtempSync(join(tmpdir(), 'kubelet-gate-ansible-'));
  const driver = join(packageRoot(), 'test/conformance/ansible/driver.py');
  const launch = async () => {
    const child = spawn(python, [driver, join(scratch, 'home')], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH, HOME: scratch, LC_ALL: 'C.UTF-8', PYTHONHASHSEED: '0' },
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async <T>(): Promise<T> => {
      const { value, done } = await lines.next();
      if (done) throw new AnsibleEnded(`${program} ended`);
      return JSON.parse(value) as T;
    };
    return { child, next, version: (await next<{ version: string }>()).version };
  };
  let running = await launch();
  const { version } = running;
  let count = 0;
  let last: Promise<unknown> = Promise.resolve();
  const ask = async (one: RepositoryCase): Promise<RealAnswer> => {
    const root = join(scratch, `case${count++}`);
    writeFiles(root, one.files);
    running.child.stdin.write(`${JSON.stringify({ root, inventories: [one.inventory], playbook: one.playbook })}\n`);
    try {
      return await running.next<RealAnswer>();
    } catch (error) {
      if (error instanceof AnsibleEnded) running = await launch();
      throw error;
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  };
  return {
    version,
    answer: one => {
      const answer = last.then(() => ask(one));
      last = answer.catch(() => undefined);
      return answer;
    },
    close: () => end(running.child, scratch),
  };
}

function end(child: ChildProcess, scratch: string): void {
  child.stdin?.end();
  child.kill();
  rmSync(scratch, { recursive: true, force: true });
}

function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}
