import { spawn } from 'node:child_process';
import { redact } from '../github/redact.ts';
import { GitError } from './git-error.ts';

export type GitRun = Readonly<{
  /** Written to standard input. */
  input?: string;
  /** Milliseconds before git is ended and the run counts as unavailable; 60 s unless told. */
  timeoutMs?: number;
  /** Sent as `x-access-token`, by environment only: never in arguments, URLs or files. */
  token?: string;
  /** On top of a bare environment: PATH where git is elsewhere, proxies, certificates. */
  environment?: Readonly<Record<string, string>>;
}>;

/** No file on this machine and nothing in a repository can change what git does; no helper, hook or prompt is started. */
const CONFIG: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.quotePath': 'false',
  'credential.helper': '',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'protocol.version': '2',
  'http.followRedirects': 'false',
  'http.lowSpeedLimit': '1000',
  'http.lowSpeedTime': '30',
};

function environmentOf(run: GitRun): Record<string, string> {
  const config = Object.entries(CONFIG);
  if (run.token !== undefined) {
    const basic = Buffer.from(`x-access-token:${run.token}`).toString('base64');
    config.push(['http.extraHeader', `Authorization: Basic ${basic}`]);
  }
  const counted = config.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    ...run.environment,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'http:https:file',
    GIT_CONFIG_COUNT: String(config.length),
    ...(Object.fromEntries(counted) as Record<string, string>),
  };
}

function failure(stderr: string): GitError {
  const text = redact(stderr)
    .replace(/\s*\n\s*/g, '; ')
    .trim()
    .slice(0, 500);
  const says = (pattern: RegExp) => pattern.test(stderr);
  if (
    says(
      /not our ref|couldn't find remote ref|no such remote ref|missing commit|bad object|unknown revision|Not a valid (object|commit)|not a tree object|Needed a single revision|bad revision|ambiguous argument/i,
    )
  ) {
    return new GitError('not-found', text);
  }
  if (
    says(
      /Authentication failed|could not read (Username|Password)|returned error: 40[13]|repository .* not found|does not appear to be a git repository|dubious ownership|Permission denied/i,
    )
  ) {
    return new GitError('forbidden', text);
  }
  return new GitError('unavailable', text === '' ? 'git gave no reason' : text);
}

/** A child that ignores the polite signal is killed after this. */
const GRACE_MS = 2000;

/**
 * Runs git on a bare repository, without a shell, and gives its standard output.
 * @throws GitError
 */
export function runGit(gitDirectory: string, args: readonly string[], run: GitRun = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [`--git-dir=${gitDirectory}`, ...args], {
      cwd: '/',
      env: environmentOf(run),
      stdio: ['pipe', 'pipe', 'pipe'],
      // A process group of its own: the transport helpers git starts end with it.
      detached: true,
    });
    const end = (signal: NodeJS.Signals) => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, signal);
      } catch {
        child.kill(signal);
      }
    };
    const out: Buffer[] = [];
    let err = '';
    let late = false;
    const timeoutMs = run.timeoutMs ?? 60_000;
    let killer: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => {
      late = true;
      end('SIGTERM');
      killer = setTimeout(() => end('SIGKILL'), GRACE_MS);
    }, timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      err = (err + chunk.toString('utf8')).slice(-4000);
    });
    child.stdin.on('error', () => undefined);
    child.on('error', error => {
      clearTimeout(timer);
      reject(new GitError('unavailable', `git could not be started: ${error.message}`));
    });
    child.on('close', code => {
      clearTimeout(timer);
      clearTimeout(killer);
      if (late) reject(new GitError('unavailable', `git ${args[0] ?? ''} took longer than ${timeoutMs} ms`));
      else if (code === 0) resolve(Buffer.concat(out));
      else reject(failure(err));
    });
    child.stdin.end(run.input ?? '');
  });
}
