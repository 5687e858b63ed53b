import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Everything the environment decides, typed. Secrets never reach a log: pass single fields on, not the whole. */
export type Settings = Readonly<{
  host: string;
  port: number;
  /** Where people reach the service, without a trailing slash. */
  publicUrl: string;
  /** Embedded store, mirrors and the log key live below it. Absolute. */
  dataDir: string;
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  github: Readonly<{
    appId: number;
    /** PEM. */
    privateKey: string;
    /** Accepted webhook secrets, newest first; more than one while a secret is being rotated. */
    webhookSecrets: readonly string[];
    apiUrl: string;
    serverUrl: string;
  }>;
  log: Readonly<{ origin: string; signingKeyFile: string; public: boolean }>;
  /** Bearer token of Ansible reporters. */
  runsToken: string | undefined;
  /** Bearer token of readers. */
  auditToken: string | undefined;
  logLevel: string;
  /** An operator's own baseline and policy directory; the shipped config/ when absent. */
  configDir: string | undefined;
  /** An operator's file that adds to the baseline and tightens it. */
  baselineFile?: string;
}>;

/** A missing or unsafe setting: the message is one line that names the variable. */
export class SettingsError extends Error {
  readonly variable: string;
  constructor(variable: string, message: string) {
    super(`${variable}: ${message}`);
    this.name = 'SettingsError';
    this.variable = variable;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where this machine's commands are, for a child that otherwise gets an environment of its own. */
export function commandPath(env: Environment = process.env): Readonly<{ PATH: string | undefined }> {
  return { PATH: env['PATH'] };
}

const KNOWN_SECRETS = new Set(['development', 'secret', 'changeme', 'password', 'test']);

/**
 * The settings of the service. This file is the one place that reads the environment.
 * @throws SettingsError for the first setting that is missing or unsafe.
 */
export function readSettings(env: Environment = process.env): Settings {
  const port = whole(env, 'PORT', 8080, 0, 65535);
  const host = env['HOST'] ?? '127.0.0.1';
  const dataDir = resolve(env['DATA_DIR'] ?? '.kubelet-gate');
  const publicUrl = url(env, 'PUBLIC_URL', `http://localhost:${port}`);
  return {
    host,
    port,
    publicUrl,
    dataDir,
    databaseUrl: optionalUrl(env, 'DATABASE_URL', ['postgres:', 'postgresql:']),
    redisUrl: optionalUrl(env, 'REDIS_URL', ['redis:', 'rediss:', 'unix:']),
    github: {
      appId: required(env, 'GITHUB_APP_ID', value => {
        const id = Number(value);
        if (!Number.isSafeInteger(id) || id <= 0) throw new SettingsError('GITHUB_APP_ID', 'is not a whole number');
        return id;
      }),
      privateKey: privateKey(env),
      webhookSecrets: webhookSecrets(env),
      apiUrl: url(env, 'GITHUB_API_URL', 'https://api.github.com'),
      serverUrl: url(env, 'GITHUB_SERVER_URL', 'https://github.com'),
    },
    log: {
      origin: logOrigin(env, publicUrl),
      signingKeyFile: resolve(env['LOG_SIGNING_KEY_FILE'] ?? `${dataDir}/log-signing-key.pem`),
      public: flag(env, 'LOG_PUBLIC'),
    },
    runsToken: token(env, 'RUNS_TOKEN'),
    auditToken: token(env, 'AUDIT_TOKEN'),
    logLevel: oneOf(env, 'LOG_LEVEL', 'info', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    configDir: env['CONFIG_DIR'] === undefined ? undefined : resolve(env['CONFIG_DIR']),
    ...(env['BASELINE_FILE'] ? { baselineFile: resolve(env['BASELINE_FILE']) } : {}),
  };
}

/** NAME, or the trimmed content of the file NAME_FILE points at. Both set is an error: which one holds is a guess. */
function secret(env: Environment, name: string): string | undefined {
  const value = env[name];
  const file = env[`${name}_FILE`];
  if (value !== undefined && value !== '' && file !== undefined && file !== '')
    throw new SettingsError(name, `is set, and so is ${name}_FILE; keep one`);
  if (file === undefined || file === '') return value === '' ? undefined : value;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new SettingsError(`${name}_FILE`, `cannot be read: ${file}`);
  }
}

function required<T>(env: Environment, name: string, parse: (value: string) => T): T {
  const value = env[name];
  if (value === undefined || value === '') throw new SettingsError(name, 'is not set');
  return parse(value);
}

function privateKey(env: Environment): string {
  const pem = secret(env, 'GITHUB_PRIVATE_KEY')?.replaceAll('\\n', '\n');
  if (pem === undefined) throw new SettingsError('GITHUB_PRIVATE_KEY', 'is not set (nor GITHUB_PRIVATE_KEY_FILE)');
  if (!pem.includes('PRIVATE KEY-----')) throw new SettingsError('GITHUB_PRIVATE_KEY', 'is not a PEM private key');
  return pem;
}

function webhookSecrets(env: Environment): readonly string[] {
  const secrets = (secret(env, 'GITHUB_WEBHOOK_SECRET') ?? '')
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '');
  if (secrets.length === 0)
    throw new SettingsError(
      'GITHUB_WEBHOOK_SECRET',
      'is not set (nor GITHUB_WEBHOOK_SECRET_FILE); without it anyone could post events',
    );
  for (const [index, value] of secrets.entries()) {
    if (KNOWN_SECRETS.has(value.toLowerCase()) || Buffer.byteLength(value) < 32 || new Set(value).size < 8)
      throw new SettingsError(
        'GITHUB_WEBHOOK_SECRET',
        `secret ${index + 1} is guessable: use at least 32 random bytes (openssl rand -hex 32)`,
      );
  }
  return secrets;
}

function token(env: Environment, name: string): string | undefined {
  const value = secret(env, name);
  if (value !== undefined && Buffer.byteLength(value) < 24)
    throw new SettingsError(name, 'is shorter than 24 bytes (openssl rand -hex 32)');
  return value;
}

function url(env: Environment, name: string, fallback: string): string {
  const value = env[name];
  if (value === undefined || value === '') return fallback;
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
    throw new SettingsError(name, 'is not an http(s) URL');
  return value.replace(/\/+$/, '');
}

function optionalUrl(env: Environment, name: string, protocols: readonly string[]): string | undefined {
  const value = env[name];
  if (value === undefined || value === '') return undefined;
  const protocol = /^([a-z]+:)/.exec(value)?.[1];
  if (protocol === undefined || !protocols.includes(protocol))
    throw new SettingsError(name, `does not start with ${protocols.map(known => `${known}//`).join(' or ')}`);
  return value;
}

function logOrigin(env: Environment, publicUrl: string): string {
  const origin = env['LOG_ORIGIN'] ?? `${new URL(publicUrl).host}/kubelet-gate`;
  if (!/^[^\s+]+$/.test(origin)) throw new SettingsError('LOG_ORIGIN', 'must not hold spaces or a plus sign');
  return origin;
}

function whole(env: Environment, name: string, fallback: number, least: number, most: number): number {
  const value = env[name];
  if (value === undefined || value === '') return fallback;
  const number = Number(value);
  if (!Number.isInteger(number) || number < least || number > most)
    throw new SettingsError(name, `is not a whole number from ${least} to ${most}`);
  return number;
}

function flag(env: Environment, name: string): boolean {
  return oneOf(env, name, 'false', ['true', 'false']) === 'true';
}

function oneOf(env: Environment, name: string, fallback: string, known: readonly string[]): string {
  const value = env[name] ?? fallback;
  if (!known.includes(value)) throw new SettingsError(name, `is none of ${known.join(', ')}`);
  return value;
}
