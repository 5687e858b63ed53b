import { Refusal } from '../refusal.ts';
import { type Caller, mayAccess } from '../tokens.ts';
import type { WebhookSender } from '../webhooks.ts';
import type { Account, PullRequest, Repository, World } from '../world.ts';

export type RestRequest = Readonly<{
  world: World;
  webhooks: WebhookSender;
  caller: Caller;
  parameters: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** Absolute URL of the request, for Link headers. */
  url: string;
  body: unknown;
}>;

export type RestAnswer = Readonly<{ status: number; body?: unknown; headers?: Readonly<Record<string, string>> }>;

export type Route = Readonly<{
  /** `app`: needs the App's JWT. Otherwise the permission an installation token needs, and its level. */
  needs: 'app' | 'anyone' | readonly [permission: string, level: 'read' | 'write'];
  handle(request: RestRequest): Promise<RestAnswer> | RestAnswer;
}>;

/** @throws Refusal 401, 403 or 404 */
export function authorize(route: Route, request: RestRequest): void {
  const { caller } = request;
  if (route.needs === 'anyone') return;
  if (route.needs === 'app') {
    if (caller.kind !== 'app') throw new Refusal(401, 'A JSON web token could not be decoded');
    return;
  }
  if (caller.kind !== 'token') throw new Refusal(401, 'Requires authentication');
  const [permission, level] = route.needs;
  const { token } = caller;
  if (token.installation) {
    const granted = token.permissions[permission];
    if (granted === undefined || (level === 'write' && granted === 'read')) {
      throw new Refusal(403, 'Resource not accessible by integration');
    }
  }
}

export function repositoryOf(request: RestRequest): Repository {
  const { owner = '', repo = '' } = request.parameters;
  const repository = request.world.repositories.get(`${owner}/${repo}`.toLowerCase());
  const { caller } = request;
  if (!repository || (caller.kind === 'token' && !mayAccess(repository, caller.token, 'read'))) {
    throw new Refusal(404, 'Not Found');
  }
  return repository;
}

export function pullOf(
  request: RestRequest,
  parameter = 'pull_number',
): Readonly<{ repository: Repository; pull: PullRequest }> {
  const repository = repositoryOf(request);
  const pull = repository.pulls.get(Number(request.parameters[parameter]));
  if (!pull) throw new Refusal(404, 'Not Found');
  return { repository, pull };
}

/** The account behind the token. */
export function actorOf(request: RestRequest): Account {
  if (request.caller.kind !== 'token') throw new Refusal(401, 'Requires authentication');
  return request.caller.token.actor;
}

/** One page of a list with its Link header. `wrap` puts the page into its envelope. */
export function paged<T>(
  request: RestRequest,
  items: readonly T[],
  wrap: (page: readonly T[]) => unknown = page => page,
): RestAnswer {
  const size = Math.min(100, Math.max(1, Number(request.query.get('per_page') ?? 30) || 30));
  const page = Math.max(1, Number(request.query.get('page') ?? 1) || 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const to = (number: number, rel: string) => {
    const url = new URL(request.url);
    url.searchParams.set('page', String(number));
    return `<${url.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [to(page - 1, 'prev')] : []),
    ...(page < last ? [to(page + 1, 'next'), to(last, 'last')] : []),
    ...(page > 1 ? [to(1, 'first')] : []),
  ];
  return {
    status: 200,
    body: wrap(items.slice((page - 1) * size, page * size)),
    ...(links.length > 0 ? { headers: { link: links.join(', ') } } : {}),
  };
}
