import { randomBytes } from 'node:crypto';
import type { GitHubDouble } from './github/double.ts';

/** The secrets one service under test is run with. */
export type ServiceAccess = Readonly<{ auditToken: string; runsToken: string; webhookSecret: string }>;

export function freshAccess(): ServiceAccess {
  return { auditToken: secret(), runsToken: secret(), webhookSecret: secret() };
}

/** The settings that let a service work with a GitHub double, and callers with the service. */
export function accessSettings(double: GitHubDouble, access: ServiceAccess): Readonly<Record<string, string>> {
  return {
    GITHUB_APP_ID: String(double.appId),
    GITHUB_PRIVATE_KEY: double.privateKey,
    GITHUB_WEBHOOK_SECRET: access.webhookSecret,
    GITHUB_API_URL: double.apiUrl,
    GITHUB_SERVER_URL: double.url,
    AUDIT_TOKEN: access.auditToken,
    RUNS_TOKEN: access.runsToken,
  };
}

/** JSON of a path of the service, asked as an auditor. */
export async function askAsAuditor(url: string, path: string, { auditToken }: ServiceAccess): Promise<unknown> {
  const response = await fetch(`${url}${path}`, {
    headers: { authorization: `Bearer ${auditToken}`, accept: 'application/json' },
  });
  return response.json();
}

function secret(): string {
  return randomBytes(32).toString('hex');
}
