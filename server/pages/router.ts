import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import { loadChange, loadChanges } from '../api/changes.ts';
import { loadExceptions } from '../api/exceptions.ts';
import { loadLog } from '../api/log.ts';
import { loadField, loadNode, loadNodes } from '../api/nodes.ts';
import { changesQuery, idOf, nameOf, nodeQuery, nodesQuery, noQuery, parseQuery, runsQuery } from '../api/query.ts';
import { ReadError } from '../api/read-error.ts';
import { loadRun, loadRuns } from '../api/runs.ts';
import type { Sources } from '../api/sources.ts';
import { changePage } from './change.ts';
import { changeListPage } from './change-list.ts';
import { exceptionsPage } from './exceptions.ts';
import { fieldPage } from './field.ts';
import { logPage } from './log.ts';
import { messagePage } from './message.ts';
import { nodePage } from './node.ts';
import { nodeListPage } from './node-list.ts';
import type { GivenFilter } from './pager.ts';
import { runPage } from './run.ts';
import { runListPage } from './run-list.ts';
import { STYLE } from './style.ts';

/** Nothing but our own stylesheet loads, nothing runs, nothing frames the page. */
const CONTENT_POLICY =
  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** `GET /style.css`: holds nothing worth guarding, and the sign-in page needs it. */
export const stylesheet: RequestHandler = (_request, response) => {
  response.set('Cache-Control', 'max-age=3600').type('css').send(STYLE);
};

/** The pages for people, below `/`. Whoever mounts it decides who may read, and mounts it last: what it does not know is 404. */
export function pagesRouter(sources: Sources): Router {
  const { serverUrl, publicUrl } = sources;
  const router = Router();
  const page = (path: string, render: (request: Request) => Promise<string>) => {
    router.get(path, async (request, response) => send(response, 200, await render(request)));
  };
  page('/', async request => {
    const query = parseQuery(changesQuery, request.query);
    return changeListPage({ list: await loadChanges(sources, query), filter: given(request.query), serverUrl });
  });
  page('/changes/:id', async request => {
    parseQuery(noQuery, request.query);
    return changePage({ change: await loadChange(sources, idOf(request.params['id'], 'change')), serverUrl });
  });
  page('/nodes', async request => {
    const query = parseQuery(nodesQuery, request.query);
    return nodeListPage({ ...(await loadNodes(sources, query)), filter: given(request.query) });
  });
  page('/nodes/:name', async request => {
    const { at } = parseQuery(nodeQuery, request.query);
    const node = await loadNode(sources, nameOf(request.params['name'], 'node'), at ?? sources.now());
    return nodePage({ node, asked: given(request.query)['at'] ?? null, serverUrl });
  });
  page('/nodes/:name/fields/:path', async request => {
    parseQuery(noQuery, request.query);
    const { name, path } = request.params;
    return fieldPage({ field: await loadField(sources, nameOf(name, 'node'), nameOf(path, 'field')), serverUrl });
  });
  page('/runs', async request => {
    const query = parseQuery(runsQuery, request.query);
    return runListPage({ list: await loadRuns(sources, query), filter: given(request.query), serverUrl });
  });
  page('/runs/:id', async request => {
    parseQuery(noQuery, request.query);
    return runPage({ run: await loadRun(sources, nameOf(request.params['id'], 'run')), serverUrl });
  });
  page('/exceptions', async request => {
    parseQuery(noQuery, request.query);
    return exceptionsPage({ list: await loadExceptions(sources), serverUrl });
  });
  page('/log', async request => {
    parseQuery(noQuery, request.query);
    return logPage({ log: await loadLog(sources), publicUrl });
  });
  router.use((_request, _response, next) => next(new ReadError(404, 'there is no such page')));
  router.use(readErrors);
  return router;
}

/** The parameters that are given and not empty, as text: what forms show again and links carry on. */
function given(query: Request['query']): GivenFilter {
  const entries = Object.entries(query).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].trim() !== '',
  );
  return Object.fromEntries(entries);
}

const readErrors: ErrorRequestHandler = (error, _request, response, next) => {
  if (!(error instanceof ReadError)) return next(error);
  const title = error.status === 404 ? 'Not found' : 'This question cannot be answered';
  send(response, error.status, messagePage({ title, message: error.message }));
};

function send(response: Response, status: number, page: string): void {
  response
    .status(status)
    .set('Content-Security-Policy', CONTENT_POLICY)
    .set('Cache-Control', 'private, no-cache')
    .type('html')
    .send(page);
}
