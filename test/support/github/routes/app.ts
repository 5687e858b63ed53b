import { Refusal } from '../refusal.ts';
import { appOwner, appShape, installationShape } from '../shapes/account.ts';
import { repositoryShape } from '../shapes/repository.ts';
import { issueInstallationToken } from '../tokens.ts';
import type { Delivery } from '../webhooks.ts';
import type { Installation } from '../world.ts';
import { paged, type RestRequest, type Route, repositoryOf } from './route.ts';

function installationOf(request: RestRequest): Installation {
  const id = Number(request.parameters['installation_id']);
  const installation = [...request.world.installations.values()].find(one => one.id === id);
  if (!installation) throw new Refusal(404, 'Not Found');
  return installation;
}

function deliveryItem(delivery: Delivery) {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: delivery.deliveredAt,
    redelivery: delivery.redelivery,
    duration: delivery.duration,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

function deliveryOf(request: RestRequest): Delivery {
  const id = Number(request.parameters['delivery_id']);
  const delivery = request.webhooks.deliveries.find(one => one.id === id);
  if (!delivery) throw new Refusal(404, 'Not Found');
  return delivery;
}

export const appRoutes: Readonly<Record<string, Route>> = {
  'GET /app': {
    needs: 'app',
    handle: ({ world }) => ({ status: 200, body: appShape(world, world.app, appOwner(world)) }),
  },
  'GET /app/hook/config': {
    needs: 'app',
    handle: () => ({ status: 200, body: { content_type: 'json', insecure_ssl: '0', secret: '********' } }),
  },
  'GET /app/hook/deliveries': {
    needs: 'app',
    handle(request) {
      const size = Math.min(100, Number(request.query.get('per_page') ?? 30));
      const cursor = request.query.get('cursor');
      const status = request.query.get('status');
      const newestFirst = [...request.webhooks.deliveries]
        .reverse()
        .filter(one => cursor === null || one.id < Number(cursor.replace(/^v1_/, '')))
        .filter(one => status === null || (one.status === 'OK') === (status === 'success'));
      const page = newestFirst.slice(0, size);
      const next = new URL(request.url);
      next.searchParams.set('cursor', `v1_${page.at(-1)?.id ?? 0}`);
      return {
        status: 200,
        body: page.map(deliveryItem),
        ...(newestFirst.length > size ? { headers: { link: `<${next.href}>; rel="next"` } } : {}),
      };
    },
  },
  'GET /app/hook/deliveries/{delivery_id}': {
    needs: 'app',
    handle(request) {
      const delivery = deliveryOf(request);
      return {
        status: 200,
        body: {
          ...deliveryItem(delivery),
          url: '',
          request: { headers: delivery.headers, payload: JSON.parse(delivery.body) as unknown },
          response: { headers: delivery.response.headers, payload: delivery.response.body },
        },
      };
    },
  },
  'POST /app/hook/deliveries/{delivery_id}/attempts': {
    needs: 'app',
    handle(request) {
      const { id } = deliveryOf(request);
      request.webhooks.redeliver(id).catch(() => undefined);
      return { status: 202, body: {} };
    },
  },
  'GET /app/installations': {
    needs: 'app',
    handle: request =>
      paged(request, [...request.world.installations.values()], page =>
        page.map(installation => installationShape(request.world, installation)),
      ),
  },
  'GET /app/installations/{installation_id}': {
    needs: 'app',
    handle: request => ({ status: 200, body: installationShape(request.world, installationOf(request)) }),
  },
  'POST /app/installations/{installation_id}/access_tokens': {
    needs: 'app',
    handle(request) {
      const { world } = request;
      const installation = installationOf(request);
      if (installation.suspendedAt !== null) throw new Refusal(403, 'This installation has been suspended');
      const input = (request.body ?? {}) as {
        repositories?: string[];
        repository_ids?: number[];
        permissions?: Record<string, string>;
      };
      const own = [...world.repositories.values()].filter(
        repository => repository.installed && repository.owner.id === installation.account.id,
      );
      const wanted = own.filter(
        one => input.repositories?.includes(one.name) === true || input.repository_ids?.includes(one.id) === true,
      );
      const asked = (input.repositories?.length ?? 0) + (input.repository_ids?.length ?? 0);
      if (wanted.length < asked) {
        throw new Refusal(
          422,
          'There is at least one repository that does not exist or is not accessible to the parent installation.',
        );
      }
      for (const [permission, level] of Object.entries(input.permissions ?? {})) {
        const granted = world.app.permissions[permission];
        if (granted === undefined || (level === 'write' && granted === 'read')) {
          throw new Refusal(422, 'The permissions requested are not granted to this installation.');
        }
      }
      const permissions = input.permissions ?? world.app.permissions;
      const { value, expiresAt } = issueInstallationToken(world, installation, {
        repositories: asked > 0 ? wanted.map(one => one.fullName) : null,
        permissions: { metadata: 'read', ...permissions },
      });
      return {
        status: 201,
        body: { token: value, expires_at: expiresAt, permissions, repository_selection: 'selected' },
      };
    },
  },
  'GET /repos/{owner}/{repo}/installation': {
    needs: 'app',
    handle(request) {
      const repository = repositoryOf(request);
      const installation = request.world.installations.get(repository.owner.login);
      if (!installation || !repository.installed) throw new Refusal(404, 'Not Found');
      return { status: 200, body: installationShape(request.world, installation) };
    },
  },
  'GET /installation/repositories': {
    needs: ['metadata', 'read'],
    handle(request) {
      const { world, caller } = request;
      if (caller.kind !== 'token' || !caller.token.installation)
        throw new Refusal(403, 'Must authenticate as an installation');
      const { installation, repositories } = caller.token;
      const visible = [...world.repositories.values()].filter(
        one =>
          one.installed &&
          one.owner.id === installation.account.id &&
          (repositories === null || repositories.includes(one.fullName)),
      );
      return paged(request, visible, page => ({
        total_count: visible.length,
        repository_selection: 'selected',
        repositories: page.map(one => repositoryShape(world, one)),
      }));
    },
  },
};
