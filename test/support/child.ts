import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A TypeScript program of the tests in a process of its own. */
export type Child = Readonly<{
  pid: number;
  /** Lines it has printed so far; grows. */
  lines: readonly string[];
  /** Waits for the next line, undefined when it ended instead. */
  nextLine(): Promise<string | undefined>;
  /** Waits for its end; answers the exit code, null when it was killed. */
  ended: Promise<number | null>;
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}>;

const LOADER = new URL('./typescript.mjs', import.meta.url).href;

/** Starts `program` (a URL of a .ts file) with `argument` as JSON. */
export function startChild(program: URL, argument: unknown): Child {
  const child = spawn(process.execPath, ['--import', LOADER, fileURLToPath(program), JSON.stringify(argument)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const lines: string[] = [];
  const waiting: (() => void)[] = [];
  const wake = () => waiting.splice(0).forEach(resolve => resolve());
  const state = { over: false };
  createInterface({ input: child.stdout }).on('line', line => {
    lines.push(line);
    wake();
  });
  const ended = new Promise<number | null>(resolve => {
    child.once('close', code => {
      state.over = true;
      wake();
      resolve(code);
    });
  });
  let read = 0;
  return {
    pid: child.pid ?? 0,
    lines,
    ended,
    nextLine: async () => {
      while (read === lines.length && !state.over) await new Promise<void>(resolve => waiting.push(resolve));
      return lines[read++];
    },
    kill: signal => {
      child.kill(signal);
      return ended;
    },
  };
}
