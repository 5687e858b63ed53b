import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { JobQueue } from '../adapters/queue/job-queue.ts';
import { storeDelivery } from '../adapters/store/deliveries.ts';
import type { Store } from '../adapters/store/open-store.ts';
import type { Settings } from '../config/settings.ts';
import type { Signer } from '../core/log/note.ts';
import { apiRouter } from './api/router.ts';
import type { Sources } from './api/sources.ts';
import { hasBearer, isLoopback, readersOnly, signInRouter } from './auth.ts';
import { gateRoute } from './gate-route.ts';
import { logRoute } from './log-route.ts';
import type { Metrics } from './metrics.ts';
import { pagesRouter, stylesheet } from './pages/router.ts';
import { runsRoute } from './runs-route.ts';
import { webhookRoute } from './webhook.ts';

export type AppOptions = Readonly<{
  settings: Settings;
  store: Store;
  queue: JobQueue;
  signer: Signer;
  sources: Sources;
  metrics: Metrics;
  now: () => Date;
  log: (line: string, details?: Readonly<Record<string, unknown>>) => void;
}>;

/** Every route of the service. Verifies, stores, answers; the work is done by the workers. */
export function createApp(options: AppOptions): Express {
  const { settings, store, queue, signer, sources, metrics, now, log } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
          baseUri: ["'none'"],
        },
      },
      strictTransportSecurity: settings.publicUrl.startsWith('https:'),
    }),
  );

  app.post(
    '/webhooks/github',
    webhookRoute({
      secrets: settings.github.webhookSecrets,
      store: delivery => storeDelivery(store.db, delivery),
      observe: ({ status, event, guid, reason }) => {
        metrics.webhook.inc({ status: String(status) });
        if (status >= 400) log('webhook refused', { status, event, guid, reason });
      },
    }),
  );

  app.get('/favicon.ico', (_request, response) => {
    response.status(204).end();
  });
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.get('/readyz', async (_request, response) => {
    const [storeReady, queueReady] = await Promise.all([storeAnswers(store), queue.ready()]);
    response.status(storeReady && queueReady ? 200 : 503).json({ store: storeReady, queue: queueReady });
  });
  app.get(
    '/metrics',
    only(request => isLoopback(request) || hasBearer(request, settings.auditToken)),
    async (_request, response) => {
      response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
    },
  );

  const reporters = only(request => hasBearer(request, settings.runsToken));
  app.get(
    '/api/v1/gate',
    reporters,
    gateRoute({ db: store.db, signer, now, observe: verdict => metrics.refused.inc({ verdict }) }),
  );
  app.post('/api/v1/runs', reporters, runsRoute({ store, queue, now }));

  const readers = readersOnly(settings.auditToken, now);
  if (settings.log.public) app.get(/^\/log\/.+/, logAt(store));
  else app.get(/^\/log\/.+/, readers, logAt(store));
  app.use(signInRouter(settings.auditToken, settings.publicUrl.startsWith('https:'), now));
  app.get('/style.css', stylesheet);
  app.use(readers, apiRouter(sources), pagesRouter(sources));
  app.use(failure(log));
  return app;
}

function logAt(store: Store): RequestHandler {
  const route = logRoute(store.db);
  return (request, response, next) => {
    request.url = request.url.replace(/^\/log/, '');
    return route(request, response, next);
  };
}

function only(allowed: (request: express.Request) => boolean): RequestHandler {
  return (request, response, next) => {
    if (allowed(request)) return next();
    response.status(401).set('WWW-Authenticate', 'Bearer').json({ error: 'a bearer token is needed' });
  };
}

async function storeAnswers(store: Store): Promise<boolean> {
  try {
    await store.pool.query('select 1');
    return true;
  } catch {
    return false;
  }
}

/** The last resort: the request gets a plain 500, the log gets the error. */
function failure(log: AppOptions['log']): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const { status, statusCode } = error as { status?: number; statusCode?: number };
    const code = status ?? statusCode ?? 500;
    if (code >= 500) log('request failed', { method: request.method, path: request.path, error: String(error) });
    if (response.headersSent) return next(error);
    response.status(code).json({ error: code >= 500 ? 'internal error' : String((error as Error).message) });
  };
}
