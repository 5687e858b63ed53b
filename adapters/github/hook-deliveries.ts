import type { Client } from './client.ts';
import type { GitHub, HookDelivery } from './github.ts';

type RestDelivery = Readonly<{
  id: number;
  guid: string;
  event: string;
  action: string | null;
  status_code: number;
  redelivery: boolean;
  delivered_at: string;
  repository_id: number | null;
}>;

const hookDelivery = (data: RestDelivery): HookDelivery => ({
  id: data.id,
  guid: data.guid,
  event: data.event,
  action: data.action,
  statusCode: data.status_code,
  redelivery: data.redelivery,
  deliveredAt: data.delivered_at,
  repositoryId: data.repository_id,
});

export function hookDeliveries(client: Client): Pick<GitHub, 'hookDeliveries' | 'hookDelivery' | 'redeliver'> {
  return {
    hookDeliveries: since =>
      client.asApp('listing webhook deliveries', async octokit => {
        const found: HookDelivery[] = [];
        const pages = octokit.paginate.iterator(octokit.rest.apps.listWebhookDeliveries, { per_page: 100 });
        for await (const { data } of pages) {
          const recent = data.filter(one => Date.parse(one.delivered_at) >= since.getTime());
          found.push(...recent.map(hookDelivery));
          if (recent.length < data.length) break;
        }
        return found;
      }),
    hookDelivery: id =>
      client.asApp(`reading webhook delivery ${id}`, async octokit => {
        const { data } = await octokit.rest.apps.getWebhookDelivery({ delivery_id: id });
        return { ...hookDelivery(data), payload: data.request.payload };
      }),
    redeliver: id =>
      client.asApp(`redelivering webhook ${id}`, async octokit => {
        await octokit.rest.apps.redeliverWebhookDelivery({ delivery_id: id });
      }),
  };
}
