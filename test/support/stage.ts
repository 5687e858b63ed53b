import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';
import { type GitHubDouble, startGitHubDouble } from './github/double.ts';
import { accessSettings, askAsAuditor, freshAccess, type ServiceAccess } from './service-access.ts';

/** The service as its own process, beside a GitHub double that sends it webhooks. */
export type Stage = ServiceAccess &
  Readonly<{
    double: GitHubDouble;
    /** Where the service answers. */
    url: string;
    directory: string;
    /** What the service wrote to standard error so far. */
    output(): string;
    /** Starts the service (again) and resolves when it is ready. */
    start(): Promise<void>;
    /** Ends the service; SIGKILL unless told. Resolves when the process is gone. */
    stop(signal?: NodeJS.Signals): Promise<void>;
    /** Asks the service as an auditor. */
    ask(path: string): Promise<unknown>;
    close(): Promise<void>;
  }>;

export type StageOptions = Readonly<{
  /** On top of the service's settings: DATABASE_URL, REDIS_URL, ... */
  environment?: Readonly<Record<string, string>>;
  port?: number;
  githubPort?: number;
}>;

/** Starts a double and, on `start`, the compiled service against it. Everything lies in one temporary directory. */
export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'kubelet-gate-stage-'));
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const access = freshAccess();
  const double = await startGitHubDouble({
    webhookUrl: `${url}/webhooks/github`,
    webhookSecret: access.webhookSecret,
    ...(options.githubPort === undefined ? {} : { port: options.githubPort }),
  });
  const environment = {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: directory,
    PORT: String(port),
    PUBLIC_URL: url,
    DATA_DIR: join(directory, 'data'),
    ...accessSettings(double, access),
    LOG_ORIGIN: 'kubelet-gate.example/log',
    ...options.environment,
  };
  let child: ChildProcess | null = null;
  let output = '';

  const stop: Stage['stop'] = async (signal = 'SIGKILL') => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    await new Promise<void>(gone => {
      running.once('exit', () => gone());
      running.kill(signal);
    });
  };
  return {
    double,
    url,
    directory,
    ...access,
    output: () => output,
    async start() {
      const started = spawn(process.execPath, [program(), 'serve'], {
        env: environment,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      child = started;
      started.stderr.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
      });
      await eventually(
        async () => {
          if (started.exitCode !== null) throw new Error(`the service ended with ${started.exitCode}:\n${output}`);
          return (await fetch(`${url}/readyz`).catch(() => null))?.status === 200;
        },
        () => `the service does not get ready:\n${output}`,
      );
    },
    stop,
    ask: path => askAsAuditor(url, path, access),
    async close() {
      await stop('SIGTERM');
      await double.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The compiled command line, whether this file runs compiled or from source. */
export function program(): string {
  const beside = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', () => listening()));
  const address = server.address();
  await new Promise<void>(closed => server.close(() => closed()));
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}
