import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { branches } from './bare-repository.ts';
import type { FaultPlan } from './faults.ts';
import { ContractBreach, checkExchange, operationOf } from './openapi/contract.ts';
import { page } from './pages/page.ts';
import { announceBranchMoves } from './pulls.ts';
import { Refusal } from './refusal.ts';
import { authorize, type RestAnswer } from './routes/route.ts';
import { ROUTES } from './routes.ts';
import { gitRequestOf, serveGit } from './smart-http.ts';
import { type Caller, callerOf, mayAccess } from './tokens.ts';
import type { WebhookSender } from './webhooks.ts';
import type { World } from './world.ts';

/** One request that reached the double, for tests that count calls. */
export type Recorded = Readonly<{
  method: string;
  path: string;
  body: unknown;
  status: number;
  caller: Caller['kind'];
}>;

export type Exclusive = <T>(task: () => Promise<T> | T) => Promise<T>;

type Site = Readonly<{
  world: World;
  webhooks: WebhookSender;
  faults: FaultPlan;
  requests: Recorded[];
  breaches: string[];
  exclusive: Exclusive;
}>;

const BODY_LIMIT = 32 * 1024 * 1024;
const RATE_LIMIT = 5000;
const API = '/api/v3';

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new Refusal(413, 'Payload too large');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Refusal(400, 'Problems parsing JSON');
  }
}

function refused(refusal: Refusal): RestAnswer {
  return {
    status: refusal.status,
    body: {
      message: refusal.title,
      ...(refusal.errors ? { errors: refusal.errors } : {}),
      documentation_url: 'https://docs.github.com/rest',
      status: String(refusal.status),
    },
  };
}

function faulty(kind: '500' | '502' | '404' | 'secondary-limit' | 'rate-limit'): RestAnswer {
  switch (kind) {
    case '404':
      return refused(new Refusal(404, 'Not Found'));
    case '500':
      return refused(new Refusal(500, 'Server Error'));
    case '502':
      return refused(new Refusal(502, 'Server Error'));
    case 'secondary-limit':
      return {
        ...refused(
          new Refusal(403, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'),
        ),
        headers: { 'retry-after': '2' },
      };
    case 'rate-limit':
      return {
        ...refused(new Refusal(403, 'API rate limit exceeded for installation.')),
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 60) },
      };
  }
}

/** Answers one REST request and checks both directions against the description. */
async function rest(site: Site, request: IncomingMessage, url: URL, lostReply: boolean): Promise<RestAnswer> {
  const { world, webhooks } = site;
  const method = request.method ?? 'GET';
  const path = `${url.pathname}${url.search}`;
  let body: unknown;
  let answer: RestAnswer;
  let caller: Caller = { kind: 'nobody' };
  try {
    body = await bodyOf(request);
    caller = callerOf(world, request.headers.authorization);
    const operation = operationOf(method, url.pathname);
    const route = operation ? ROUTES[operation.name] : undefined;
    if (!operation || !route) throw new ContractBreach(`${method} ${path}: the double has no such operation`);
    const call = {
      world,
      webhooks,
      caller,
      parameters: operation.parameters,
      query: url.searchParams,
      url: url.href,
      body,
    };
    authorize(route, call);
    const handle = async () => route.handle(call);
    answer = method === 'GET' ? await handle() : await site.exclusive(handle);
  } catch (error) {
    if (error instanceof Refusal) answer = refused(error);
    else answer = broken(site, error);
  }
  if (answer.status !== 500) {
    try {
      checkExchange(method, path, body, answer.status, answer.body);
    } catch (error) {
      answer = broken(site, error);
    }
  }
  site.requests.push({
    method,
    path: path.slice(API.length),
    body,
    status: lostReply ? 0 : answer.status,
    caller: caller.kind,
  });
  return answer;
}

function broken(site: Site, error: unknown): RestAnswer {
  const message = error instanceof Error ? error.message : String(error);
  site.breaches.push(
    error instanceof ContractBreach ? message : `double: ${error instanceof Error ? error.stack : message}`,
  );
  return refused(new Refusal(500, message));
}

function send(request: IncomingMessage, response: ServerResponse, answer: RestAnswer, used: Map<string, number>): void {
  const text = answer.body === undefined ? '' : JSON.stringify(answer.body);
  const etag = `W/"${createHash('sha256').update(text).digest('hex')}"`;
  const fresh = request.method === 'GET' && answer.status === 200 && request.headers['if-none-match'] === etag;
  const key = request.headers.authorization ?? '';
  if (!fresh) used.set(key, (used.get(key) ?? 0) + 1);
  const spent = used.get(key) ?? 0;
  response.writeHead(fresh ? 304 : answer.status, {
    'content-type': 'application/json; charset=utf-8',
    'x-github-request-id': randomUUID().replaceAll('-', '').slice(0, 24).toUpperCase(),
    'x-ratelimit-limit': String(RATE_LIMIT),
    'x-ratelimit-remaining': String(Math.max(0, RATE_LIMIT - spent)),
    'x-ratelimit-used': String(spent),
    'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 3600),
    'x-ratelimit-resource': 'core',
    ...(request.method === 'GET' && answer.status === 200 ? { etag } : {}),
    ...answer.headers,
  });
  response.end(fresh ? '' : text);
}

async function git(site: Site, request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
  const asked = gitRequestOf(request.method ?? 'GET', url);
  if (!asked) return false;
  const { world } = site;
  const write = asked.service === 'git-receive-pack';
  const deny = (status: number, text: string) => {
    response.writeHead(status, {
      'content-type': 'text/plain',
      ...(status === 401 ? { 'www-authenticate': 'Basic realm="GitHub"' } : {}),
    });
    response.end(text);
    return true;
  };
  let caller: Caller;
  try {
    caller = callerOf(world, request.headers.authorization);
  } catch {
    return deny(401, 'Bad credentials');
  }
  const repository = world.repositories.get(asked.fullName.toLowerCase());
  if (caller.kind !== 'token') {
    if (!repository || repository.private || write) return deny(401, 'Authentication required');
  } else {
    const { token } = caller;
    if (!repository || !mayAccess(repository, token, 'read')) return deny(404, 'Repository not found.');
    const contents = token.installation ? token.permissions['contents'] : 'write';
    const allowed = write ? mayAccess(repository, token, 'write') && contents === 'write' : contents !== undefined;
    if (!allowed) return deny(403, 'Write access to repository not granted.');
  }
  if (write && !asked.advertise && caller.kind === 'token') {
    const { actor } = caller.token;
    await site.exclusive(async () => {
      const before = await branches(repository.git);
      await serveGit(repository.git, asked.service, asked.advertise, request, response);
      await announceBranchMoves(world, repository, before, actor);
    });
  } else {
    await serveGit(repository.git, asked.service, asked.advertise, request, response);
  }
  return true;
}

/** Starts the HTTP side on 127.0.0.1. `listen` resolves with the port; the site is built afterwards because URLs need it. */
export async function listen(port: number): Promise<Readonly<{ server: Server; port: number }>> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { server, port: (server.address() as AddressInfo).port };
}

export function serve(server: Server, site: Site): void {
  const used = new Map<string, number>();
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', site.world.serverUrl);
    const api = url.pathname.startsWith(`${API}/`);
    const name = `${request.method} ${api ? url.pathname.slice(API.length) : url.pathname}`;
    const fault = site.faults.next(name);
    if (fault === 'reset') {
      request.socket.destroy();
      return;
    }
    if (fault === 'timeout') return;
    if (fault !== null && fault !== 'reply-lost') {
      if (api)
        site.requests.push({
          method: request.method ?? '',
          path: name.split(' ')[1] ?? '',
          body: undefined,
          status: 0,
          caller: 'nobody',
        });
      send(request, response, faulty(fault), used);
      return;
    }
    if (api) {
      const answer = await rest(site, request, url, fault === 'reply-lost');
      if (fault === 'reply-lost') request.socket.destroy();
      else send(request, response, answer, used);
      return;
    }
    if (await git(site, request, response, url)) return;
    const html = await page(site.world, decodeURIComponent(url.pathname));
    response.writeHead(html === null ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(html ?? '<!doctype html><title>Not found</title><h1>404</h1>');
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch((error: unknown) => {
      send(request, response, broken(site, error), used);
    });
  });
}
