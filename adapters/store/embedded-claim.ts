import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from './store-error.ts';

/** Who has the directory open. `startedAt` tells a process from a later one that was given the same pid. */
type Claim = Readonly<{ pid: number; startedAt: string; machine: string; host: string }>;

/** The directory is ours until `release`. */
export type EmbeddedClaim = Readonly<{ release(): void }>;

const HEARTBEAT_MS = 1_000;
/** How long a claim made where its pid cannot be checked must stay without a heartbeat to count as left behind. */
const SILENCE_MS = 15_000;
const ATTEMPTS = 5;

/**
 * Claims `directory` for this process. PGlite does not refuse a second opener and would silently lose its rows.
 *
 * Every opener first writes its own claim file, then looks at the others, and withdraws when one of them is alive: two
 * openers can refuse each other but never both go on. A claim is alive when the process that wrote it runs (pid and
 * start time); a claim from another host or container is alive when its heartbeat moves.
 *
 * @throws StoreError `in-use`, naming pid and path.
 */
export async function claimDirectory(directory: string, silenceMs = SILENCE_MS): Promise<EmbeddedClaim> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (let attempt = 1; ; attempt += 1) {
    const mine = writeClaim(directory);
    const other = await findLiveClaim(directory, mine, silenceMs);
    if (other === undefined) return hold(join(directory, mine));
    rmSync(join(directory, mine), { force: true });
    if (attempt === ATTEMPTS || other.claim?.pid === process.pid) throw inUse(directory, other);
    await sleep(50 + Math.random() * 200);
  }
}

function hold(path: string): EmbeddedClaim {
  const heartbeat = setInterval(() => {
    const now = new Date();
    if (existsSync(path)) utimesSync(path, now, now);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    release: () => {
      clearInterval(heartbeat);
      rmSync(path, { force: true });
    },
  };
}

function inUse(directory: string, { name, claim }: Found): StoreError {
  const holder = claim === undefined ? 'an unreadable claim' : `process ${claim.pid} on ${claim.host}`;
  return new StoreError(
    'in-use',
    `The embedded store in ${directory} is already open (${holder}, ${join(directory, name)}). ` +
      'Stop that process, or set DATABASE_URL to share a PostgreSQL between processes.',
  );
}

/** Written aside and renamed, so that nobody reads half a claim. */
function writeClaim(directory: string): string {
  const name = `${process.pid}-${randomUUID()}.claim`;
  const claim: Claim = {
    pid: process.pid,
    startedAt: startOf(process.pid) ?? '',
    machine: machine(),
    host: hostname(),
  };
  writeFileSync(join(directory, `${name}.new`), `${JSON.stringify(claim)}\n`, { mode: 0o600 });
  renameSync(join(directory, `${name}.new`), join(directory, name));
  return name;
}

type Found = Readonly<{ name: string; claim: Claim | undefined }>;

/** The first claim of somebody alive; claims of the dead are removed on the way. */
async function findLiveClaim(directory: string, mine: string, silenceMs: number): Promise<Found | undefined> {
  for (const name of readdirSync(directory)) {
    if (name === mine || !name.endsWith('.claim')) continue;
    const claim = readClaim(join(directory, name));
    if (claim === 'gone') continue;
    const checkable = claim !== undefined && claim.machine === machine();
    const alive = checkable ? startOf(claim.pid) === claim.startedAt : await beats(join(directory, name), silenceMs);
    if (alive) return { name, claim };
    rmSync(join(directory, name), { force: true });
  }
  return undefined;
}

function readClaim(path: string): Claim | 'gone' | undefined {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as Partial<Claim> | null;
    const { pid, startedAt, machine, host } = value ?? {};
    if (typeof pid !== 'number' || typeof startedAt !== 'string' || typeof machine !== 'string') return undefined;
    return { pid, startedAt, machine, host: String(host) };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : undefined;
  }
}

async function beats(path: string, silenceMs: number): Promise<boolean> {
  const first = beat(path);
  for (const end = performance.now() + silenceMs; performance.now() < end; ) {
    await sleep(HEARTBEAT_MS / 2);
    const now = beat(path);
    if (now === undefined) return false;
    if (now !== first) return true;
  }
  return false;
}

function beat(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/** Where a pid means the same process: one boot and pid namespace on Linux, else the host. */
function machine(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** When the process started, in whatever words the system has; undefined when no such process runs. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22 of proc(5); the command in field 2 may hold spaces and parentheses. A zombie holds no files.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    if (process.platform === 'linux') return undefined;
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
