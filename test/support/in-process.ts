import { readSettings } from '../../config/settings.ts';
import { type Service, serve } from '../../server/serve.ts';
import { type GitHubDouble, startGitHubDouble } from './github/double.ts';
import { accessSettings, askAsAuditor, freshAccess, type ServiceAccess } from './service-access.ts';
import { type QueueServices, temporaryDirectory } from './services.ts';

/** The whole service in this process, beside a GitHub double that sends it webhooks. Evaluations run from dist. */
export type InProcess = ServiceAccess &
  Readonly<{
    double: GitHubDouble;
    /** Where the service answers. */
    url: string;
    /** Verifier key of its log. */
    vkey: string;
    /** JSON of a path, asked as an auditor. */
    ask(path: string): Promise<unknown>;
    /** Ends the service and starts it again on the same data, under the same address. */
    restart(): Promise<void>;
    close(): Promise<void>;
  }>;

/** Starts a double and the service against it, composed as `serve` composes it, on the given store and queue. */
export async function openInProcess({ store, redisUrl }: QueueServices): Promise<InProcess> {
  const access = freshAccess();
  const double = await startGitHubDouble({ webhookSecret: access.webhookSecret });
  const environment: Record<string, string> = {
    PORT: '0',
    PUBLIC_URL: 'https://gate.example',
    DATA_DIR: store.dataDir ?? temporaryDirectory(),
    ...accessSettings(double, access),
    LOG_ORIGIN: 'gate.example/log',
    LOG_LEVEL: 'silent',
    ...(store.databaseUrl === undefined ? {} : { DATABASE_URL: store.databaseUrl }),
    ...(redisUrl === undefined ? {} : { REDIS_URL: `unix://${redisUrl}` }),
  };
  let service: Service = await serve(readSettings(environment), 'all');
  const url = service.url ?? '';
  double.setWebhookUrl(`${url}/webhooks/github`);
  return {
    double,
    url,
    vkey: service.vkey,
    ...access,
    ask: path => askAsAuditor(url, path, access),
    async restart() {
      await service.close();
      service = await serve(readSettings({ ...environment, PORT: new URL(url).port }), 'all');
    },
    async close() {
      await double.close();
      await service.close();
    },
  };
}
