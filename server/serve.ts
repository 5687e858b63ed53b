import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { pino } from 'pino';
import { openEvaluator } from '../adapters/evaluation/evaluator.ts';
import { githubApp } from '../adapters/github/github-app.ts';
import { redact } from '../adapters/github/redact.ts';
import { openSigningKey } from '../adapters/log/signing-key.ts';
import { openQueue } from '../adapters/queue/open-queue.ts';
import { deadLetters, oldestUnfinishedAge } from '../adapters/store/deliveries.ts';
import { appendEntries, logSize, signCheckpoint } from '../adapters/store/log.ts';
import { openStore } from '../adapters/store/open-store.ts';
import { countPublications } from '../adapters/store/publications.ts';
import { readBaseline } from '../config/baseline.ts';
import { packageRoot } from '../config/package-root.ts';
import type { Settings } from '../config/settings.ts';
import { readOperatorPolicy } from '../core/approval/read-policy.ts';
import { MINORS } from '../core/kubelet/types.ts';
import { entryOf } from '../core/log/entry.ts';
import { encodeVkey, verifierOf } from '../core/log/note.ts';
import { startWorkers } from '../workers/start-workers.ts';
import type { WorkerContext } from '../workers/worker-context.ts';
import { createApp } from './app.ts';
import { openMetrics } from './metrics.ts';
import { sourcesOf } from './sources.ts';

/** `server`: webhooks, reports and pages only. `worker`: jobs only. Both on the embedded store, which one process owns. */
export type Part = 'server' | 'worker' | 'all';

export type Service = Readonly<{
  /** Where it listens; null for a worker. */
  url: string | null;
  vkey: string;
  close(): Promise<void>;
}>;

/**
 * Starts the service: settings are checked before it is called, then baseline and policy, store, log key, queue,
 * workers and at last the port, so that nothing is answered which cannot be kept.
 * @throws the first thing that is wrong, as an error whose message is one line for the operator.
 */
export async function serve(settings: Settings, part: Part): Promise<Service> {
  if (part !== 'all' && settings.databaseUrl === undefined)
    throw new Error('--only needs DATABASE_URL: the embedded store belongs to one process');
  const logger = pino({ level: settings.logLevel, redact: ['token', 'authorization'] }, pino.destination(2));
  const log: WorkerContext['log'] = (line, details) => logger.info(redacted(details), redact(line));
  const now = () => new Date();
  const { floor, baselineDigest } = readRules(settings);

  const store = await openStore({
    ...(settings.databaseUrl === undefined ? { dataDir: settings.dataDir } : { databaseUrl: settings.databaseUrl }),
    log,
  });
  const signer = await openSigningKey(settings.log.signingKeyFile, {
    name: settings.log.origin,
    create: (await logSize(store.db)) === 0,
  });
  const vkey = encodeVkey(verifierOf(signer));
  await store.db.transaction().execute(trx => appendEntries(trx, [entryOf('key', now(), { vkey, previous: null })]));
  await signCheckpoint(store, signer, now());
  const queue = await openQueue({
    store,
    ...(settings.redisUrl === undefined ? {} : { redisUrl: settings.redisUrl }),
    log,
  });

  const closers: (() => Promise<void>)[] = [];
  if (part !== 'server') {
    const evaluator = openEvaluator({ size: 2, heapMiB: 1024, timeoutMs: 120_000 });
    const workers = await startWorkers({
      store,
      queue,
      github: githubApp({
        appId: settings.github.appId,
        privateKey: settings.github.privateKey,
        apiUrl: settings.github.apiUrl,
        serverUrl: settings.github.serverUrl,
        pacing: !/^http:\/\/127\.0\.0\.1[:/]/.test(settings.github.apiUrl),
      }),
      evaluator,
      mirrors: join(settings.dataDir, 'mirrors'),
      signer,
      markerSecret: markerSecret(signer.privateKey.export({ type: 'pkcs8', format: 'der' })),
      floor,
      baselineDigest,
      configDir: settings.configDir,
      ...(settings.baselineFile === undefined ? {} : { baselineFile: settings.baselineFile }),
      minor: MINORS[MINORS.length - 1]!,
      publicUrl: settings.publicUrl,
      now,
      log,
    });
    closers.push(
      () => workers.stop(),
      () => evaluator.close(),
    );
  }

  let url: string | null = null;
  if (part !== 'worker') {
    const metrics = openMetrics(async () => {
      const counts = Object.values(await queue.counts());
      const { pending, dead } = await countPublications(store.db);
      return {
        waitingJobs: counts.reduce((sum, { waiting, delayed }) => sum + waiting + delayed, 0),
        pendingPublications: pending,
        deadLetters: dead + (await deadLetters(store.db, 1000)).length,
        oldestDeliverySeconds: (await oldestUnfinishedAge(store.db)) / 1000,
      };
    });
    const sources = sourcesOf({ store, settings, vkey, now });
    const app = createApp({ settings, store, queue, signer, sources, metrics, now, log });
    const server = await listen(app.listen.bind(app), settings);
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : settings.port;
    url = `http://${settings.host}:${port}`;
    closers.unshift(() => stopListening(server));
  }
  log('kubelet-gate is ready', { part, url, store: store.kind, queue: queue.backend });

  return {
    url,
    vkey,
    async close() {
      for (const close of closers) await close();
      await queue.close();
      await store.close();
    },
  };
}

/** The operator's rules: nothing starts on half a baseline or an unreadable policy. */
function readRules({ configDir, baselineFile }: Settings) {
  const directory = configDir ?? join(packageRoot(), 'config');
  const file = join(directory, 'policy.yaml');
  return {
    floor: readOperatorPolicy(file, readFileSync(file, 'utf8')),
    baselineDigest: readBaseline(join(directory, 'baseline'), baselineFile).digest,
  };
}

/** Derived from the log's key, so that it outlives a rotation of the webhook secret. */
function markerSecret(key: Buffer): string {
  return createHmac('sha256', key).update('kubelet-gate hidden markers').digest('hex');
}

function listen(
  start: (port: number, host: string, started: (error?: Error) => void) => Server,
  { port, host }: Settings,
) {
  return new Promise<Server>((resolve, reject) => {
    const server = start(port, host, error => (error ? reject(error) : resolve(server)));
    server.once('error', reject);
  });
}

function stopListening(server: Server): Promise<void> {
  return new Promise(closed => {
    server.close(() => closed());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 2_000).unref();
  });
}

/** Credentials never reach the log, whatever error carried them. */
function redacted(details: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(details ?? {}).map(([name, value]) => [name, typeof value === 'string' ? redact(value) : value]),
  );
}
