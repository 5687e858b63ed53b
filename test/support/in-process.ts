import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSettings } from '../../config/settings.ts';
import { type Service, serve } from '../../server/serve.ts';
import { type GitHubDouble, startGitHubDouble } from './github/double.ts';
import { type QueueServices, temporaryDirectory } from './services.ts';

/** The whole service in this process, beside a GitHub double that sends it webhooks. Evaluations run from dist. */
export type InProcess = Readonly<{
  double: GitHubDouble;
  /** Where the service answers. */
  url: string;
  /** Verifier key of its log. */
  vkey: string;
  auditToken: string;
  runsToken: string;
  webhookSecret: string;
  /** JSON of a path, asked as an auditor. */
  ask(path: string): Promise<unknown>;
  /** Ends the service and starts it again on the same data, under the same address. */
  restart(): Promise<void>;
  close(): Promise<void>;
}>;

/** Starts a double and the service against it, composed as `serve` composes it, on the given store and queue. */
export async function openInProcess({ store, redisUrl }: QueueServices): Promise<InProcess> {
  const [auditToken, runsToken, webhookSecret] = [secret(), secret(), secret()];
  const double = await startGitHubDouble({ webhookSecret });
  const environment: Record<string, string> = {
    PORT: '0',
    PUBLIC_URL: 'https://gate.example',
    DATA_DIR: store.dataDir ?? temporaryDirectory(),
    GITHUB_APP_ID: String(double.appId),
    GITHUB_PRIVATE_KEY: double.privateKey,
    GITHUB_WEBHOOK_SECRET: webhookSecret,
    GITHUB_API_URL: double.apiUrl,
    GITHUB_SERVER_URL: double.url,
    AUDIT_TOKEN: auditToken,
    RUNS_TOKEN: runsToken,
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
    auditToken,
    runsToken,
    webhookSecret,
    async ask(path) {
      const response = await fetch(`${url}${path}`, {
        headers: { authorization: `Bearer ${auditToken}`, accept: 'application/json' },
      });
      return response.json();
    },
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

/** How long something may take on a busy machine before a test says what is there instead. */
const PATIENCE_MS = 200_000;

/**
 * What `look` finds, as soon as it finds something.
 * @throws Error with `otherwise()` when it never does
 */
export async function eventually<T>(
  look: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  otherwise: () => unknown,
): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > end) throw new Error(`it never came; instead: ${JSON.stringify(await otherwise(), null, 1)}`);
    await sleep(30);
  }
}

function secret(): string {
  return randomBytes(32).toString('hex');
}
