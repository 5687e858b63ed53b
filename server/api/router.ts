import { type ErrorRequestHandler, type Request, Router } from 'express';
import { loadChange, loadChanges } from './changes.ts';
import { loadExceptions } from './exceptions.ts';
import { loadLog } from './log.ts';
import { loadField, loadNode, loadNodes } from './nodes.ts';
import { openApi } from './openapi.ts';
import { loadPerson } from './people.ts';
import { changesQuery, idOf, nameOf, nodeQuery, nodesQuery, noQuery, parseQuery, runsQuery } from './query.ts';
import { ReadError } from './read-error.ts';
import { loadRun, loadRuns } from './runs.ts';
import type { Sources } from './sources.ts';

/**
 * The read API below `/api/v1`, all GET, all JSON. Whoever mounts it decides who may read, and mounts it after all
 * other routes below `/api/v1`: what it does not know is 404. A malformed question is 400 `{error}`, an unknown thing 404
 * `{error}`; other failures go to the application's error handler.
 */
export function apiRouter(sources: Sources): Router {
  const router = Router();
  const answer = (path: string, load: (request: Request) => Promise<unknown>) => {
    router.get(`/api/v1${path}`, async (request, response) => {
      const body = await load(request);
      response.set('Cache-Control', 'private, no-cache').json(body);
    });
  };
  answer('/changes', request => loadChanges(sources, parseQuery(changesQuery, request.query)));
  answer('/changes/:id', request => {
    parseQuery(noQuery, request.query);
    return loadChange(sources, idOf(request.params['id'], 'change'));
  });
  answer('/nodes', request => loadNodes(sources, parseQuery(nodesQuery, request.query)));
  answer('/nodes/:name', request => {
    const { at } = parseQuery(nodeQuery, request.query);
    return loadNode(sources, nameOf(request.params['name'], 'node'), at ?? sources.now());
  });
  answer('/nodes/:name/fields/:path', request => {
    parseQuery(noQuery, request.query);
    return loadField(sources, nameOf(request.params['name'], 'node'), nameOf(request.params['path'], 'field'));
  });
  answer('/runs', request => loadRuns(sources, parseQuery(runsQuery, request.query)));
  answer('/runs/:id', request => {
    parseQuery(noQuery, request.query);
    return loadRun(sources, nameOf(request.params['id'], 'run'));
  });
  answer('/exceptions', request => {
    parseQuery(noQuery, request.query);
    return loadExceptions(sources);
  });
  answer('/people/:login', request => {
    parseQuery(noQuery, request.query);
    return loadPerson(sources, nameOf(request.params['login'], 'person'));
  });
  answer('/log', request => {
    parseQuery(noQuery, request.query);
    return loadLog(sources);
  });
  answer('/openapi.json', async () => openApi(sources.publicUrl));
  router.use('/api/v1', (request, _response, next) => {
    next(new ReadError(404, `there is no ${request.method} /api/v1${request.path}`));
  });
  router.use('/api/v1', readErrors);
  return router;
}

const readErrors: ErrorRequestHandler = (error, _request, response, next) => {
  if (error instanceof ReadError) response.status(error.status).json({ error: error.message });
  else next(error);
};
