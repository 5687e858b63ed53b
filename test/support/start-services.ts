import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/**
 * Real services for the tests, one of each per jest run, on unix sockets in a temporary directory. A missing program is said once and its suites do not run; with REQUIRE_SERVICES=1
 * it is an error instead.
 */
export type Services = Readonly<{
  directory: string;
  /** Connection string of a superuser on a fresh cluster, database `postgres`; absent when PostgreSQL is missing. */
  postgresql?: string | undefined;
  /** Path of Redis' socket, as ioredis takes it; absent when Redis is missing. */
  redis?: string | undefined;
}>;

/** The variable through which the run's services reach the processes that run tests. */
export const SERVICES_VARIABLE = 'KUBELET_GATE_TEST_SERVICES';

/** Running services, as jest's global setup hands them to its teardown. */
export type StartedServices = Readonly<{ services: Services; stop(): Promise<void> }>;

/** Jest's global setup. */
export default async function start(): Promise<void> {
  (globalThis as { startedServices?: StartedServices }).startedServices = await startServices();
}

/** Starts what is installed. Looks for every program before it starts any, so that a refusal leaves nothing behind. */
async function startServices(): Promise<StartedServices> {
  const postgresqlBinaries = findPostgresql();
  const redisServer = findProgram('redis-server');
  const missing = [
    ...(postgresqlBinaries === undefined ? ['postgresql (initdb, postgres)'] : []),
    ...(redisServer === undefined ? ['redis-server'] : []),
  ];
  for (const name of missing) console.warn(`NOT RUN: ${name} is not installed; suites that need it are left out.`);
  if (missing.length > 0 && process.env['REQUIRE_SERVICES'] === '1') {
    throw new Error(`REQUIRE_SERVICES=1, but not installed: ${missing.join(', ')}`);
  }
  const directory = mkdtempSync(join(tmpdir(), 'kubelet-gate-services-'));
  chmodSync(directory, 0o755);
  const children: ChildProcess[] = [];
  const stop = async () => {
    for (const child of children) await end(child);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const [postgresql, redis] = await Promise.all([
      postgresqlBinaries && startPostgresql(postgresqlBinaries, directory, children),
      redisServer && startRedis(redisServer, directory, children),
    ]);
    const started = { directory, postgresql, redis };
    process.env[SERVICES_VARIABLE] = JSON.stringify(started);
    return { services: started, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function findProgram(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':');
  return folders.map(folder => join(folder, name)).find(path => existsSync(path));
}

/** The folder with `initdb` and `postgres`: Debian keeps them out of PATH, one folder per major version. */
function findPostgresql(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const majors = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...majors.map(major => join(debian, major, 'bin')), ...(process.env['PATH'] ?? '').split(':')];
  return folders.find(folder => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** The user to run as: PostgreSQL refuses root. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function startPostgresql(binaries: string, directory: string, children: ChildProcess[]): Promise<string> {
  const user = unprivileged();
  const home = join(directory, 'postgresql');
  mkdirSync(home, { mode: 0o700 });
  if (user !== undefined) chownSync(home, user.uid, user.gid);
  const data = join(home, 'data');
  const asUser = { ...user, cwd: home };
  execFileSync(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--no-instructions'],
    { ...asUser, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const settings = [`unix_socket_directories=${home}`, 'listen_addresses=', 'max_connections=300', 'fsync=off'];
  const child = spawnTethered(
    [join(binaries, 'postgres'), '-D', data, ...settings.flatMap(setting => ['-c', setting])],
    asUser,
  );
  children.push(child);
  const url = `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(home)}`;
  await answers('postgres', child, async () => {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
    } finally {
      await client.end();
    }
  });
  return url;
}

async function startRedis(program: string, directory: string, children: ChildProcess[]): Promise<string> {
  const socket = join(directory, 'redis.sock');
  const settings = { port: '0', unixsocket: socket, save: '', appendonly: 'no', databases: '1000' };
  const child = spawnTethered(
    [program, '--dir', directory, ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])],
    {},
  );
  children.push(child);
  await answers('redis-server', child, async () => {
    if (!existsSync(socket)) throw new Error('no socket yet');
  });
  return socket;
}

async function answers(name: string, child: ChildProcess, ask: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode} instead of starting.`);
    try {
      return await ask();
    } catch (error) {
      if (attempt === 200) throw new Error(`${name} did not start.`, { cause: error });
      await sleep(50);
    }
  }
}

/**
 * Starts a service that ends when this process does, however that happens: a shell waits for the end of its input and
 * then interrupts the service (PostgreSQL's fast shutdown, Redis' clean one).
 */
function spawnTethered(command: readonly string[], options: SpawnOptions): ChildProcess {
  const script = '"$@" & service=$!; cat; kill -INT $service; wait $service';
  return spawn('sh', ['-c', script, 'sh', ...command], {
    ...options,
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>(resolve => {
    child.once('exit', () => resolve());
  });
  child.stdin?.end();
  await ended;
}
