import { randomUUID } from 'node:crypto';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe } from '@jest/globals';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { openQueue } from '../../adapters/queue/open-queue.ts';
import { openStore, type StoreOptions } from '../../adapters/store/open-store.ts';
import { SERVICES_VARIABLE, type Services } from './start-services.ts';

/** Where a suite keeps its data. */
export type StoreKind = 'embedded' | 'postgresql';

/** What carries a suite's jobs: BullMQ on the embedded store, on PostgreSQL, or on Redis. */
export type QueueKind = StoreKind | 'redis';

/** Options for `openStore` and `openQueue` over services of one suite's own. */
export type QueueServices = Readonly<{ store: StoreOptions; redisUrl?: string }>;

/** The services of this jest run. */
export function services(): Services {
  const text = process.env[SERVICES_VARIABLE];
  if (text === undefined) throw new Error('No services: this runs under jest, with test/support/start-services.ts.');
  return JSON.parse(text) as Services;
}

/** The stores a suite can run on here: the embedded one always, PostgreSQL when installed. */
export function storeVariants(): StoreKind[] {
  return services().postgresql === undefined ? ['embedded'] : ['embedded', 'postgresql'];
}

/** The queues a suite can run on here. */
export function queueVariants(): QueueKind[] {
  return services().redis === undefined ? storeVariants() : [...storeVariants(), 'redis'];
}

/**
 * Declares a suite once per store. `fresh` makes options for a new, empty store; whoever opens one closes it, the data
 * is removed after the suite.
 */
export function describeOnEveryStore(
  name: string,
  suite: (fresh: () => Promise<StoreOptions>, kind: StoreKind) => void,
): void {
  for (const kind of storeVariants()) {
    describe(`${name} (${kind})`, () => {
      noteRan(`store ${kind}`);
      suite(() => freshStore(kind), kind);
    });
  }
}

/** Declares a suite once per queue; Redis runs beside PostgreSQL where there is one, else beside the embedded store. */
export function describeOnEveryQueue(
  name: string,
  suite: (fresh: () => Promise<QueueServices>, kind: QueueKind) => void,
): void {
  for (const kind of queueVariants()) {
    describe(`${name} (${kind})`, () => {
      noteRan(`queue ${kind}`);
      suite(async () => {
        if (kind !== 'redis') return { store: await freshStore(kind) };
        return { store: await freshStore(storeVariants().at(-1)!), redisUrl: await freshRedis() };
      }, kind);
    });
  }
}

/** A directory of the test's own, removed when its file is through. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'kubelet-gate-test-'));
  doomed.push(directory);
  return directory;
}

/** Options for an embedded store in a directory of its own, made from a template with every migration done. */
export async function freshEmbedded(): Promise<StoreOptions & { dataDir: string }> {
  const dataDir = temporaryDirectory();
  cpSync(await embeddedTemplate(), dataDir, { recursive: true });
  return { dataDir, log: () => {} };
}

const doomed: string[] = [];
let counter = 0;

afterAll(() => {
  for (const directory of doomed.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function noteRan(what: string): void {
  appendFileSync(join(services().directory, 'ran'), `${what}\n`);
}

/** Options for a new, empty store of that kind. */
export async function freshStore(kind: StoreKind): Promise<StoreOptions> {
  return kind === 'embedded' ? freshEmbedded() : freshPostgresql();
}

async function freshPostgresql(): Promise<StoreOptions> {
  const { postgresql } = services();
  if (postgresql === undefined) throw new Error('PostgreSQL is not installed here.');
  const database = `test_${randomUUID().replaceAll('-', '')}`;
  const client = new Client({ connectionString: postgresql });
  await client.connect();
  await client.query(`create database ${database}`);
  await client.end();
  return { databaseUrl: postgresql.replace('/postgres?', `/${database}?`), log: () => {} };
}

async function freshRedis(): Promise<string> {
  const { redis } = services();
  if (redis === undefined) throw new Error('Redis is not installed here.');
  const worker = Number(process.env['JEST_WORKER_ID'] ?? '1');
  const url = `${redis}?db=${worker * 100 + ((counter += 1) % 100)}`;
  const client = new Redis(url);
  await client.flushdb();
  client.disconnect();
  return url;
}

/** Creating a PGlite takes seconds, copying one does not: the first suite of the run that needs one makes it. */
async function embeddedTemplate(): Promise<string> {
  const template = join(services().directory, 'embedded-template');
  if (existsSync(template)) return template;
  const lock = `${template}.lock`;
  try {
    mkdirSync(lock);
  } catch {
    while (!existsSync(template)) await sleep(50);
    return template;
  }
  const making = `${template}.making`;
  const store = await openStore({ dataDir: making });
  const queue = await openQueue({ store });
  await queue.close();
  await store.close();
  renameSync(making, template);
  return template;
}
