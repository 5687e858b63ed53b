import { createVerify, randomBytes } from 'node:crypto';
import { Refusal } from './refusal.ts';
import type { Account, Installation, Repository, Token, World } from './world.ts';

/** Who calls: the App itself (JWT), somebody with a token, or nobody. */
export type Caller =
  | Readonly<{ kind: 'app' }>
  | Readonly<{ kind: 'token'; token: Token }>
  | Readonly<{ kind: 'nobody' }>;

const HOUR = 3_600_000;

export function issueInstallationToken(
  world: World,
  installation: Installation,
  narrowed: Readonly<{ repositories: readonly string[] | null; permissions: Readonly<Record<string, string>> }>,
): Readonly<{ value: string; expiresAt: string }> {
  const value = `ghs_${randomBytes(27).toString('base64url').replace(/[-_]/g, 'x')}`;
  const token: Token = { actor: world.app.bot, installation, ...narrowed, expiresAt: Date.now() + HOUR };
  world.tokens.set(value, token);
  return { value, expiresAt: new Date(token.expiresAt).toISOString().replace(/\.\d+Z$/, 'Z') };
}

export function issueUserToken(world: World, account: Account): string {
  const value = `ghp_${randomBytes(27).toString('base64url').replace(/[-_]/g, 'x')}`;
  world.tokens.set(value, {
    actor: account,
    installation: null,
    repositories: null,
    permissions: {},
    expiresAt: Infinity,
  });
  return value;
}

function verifiedJwt(world: World, jwt: string): boolean {
  const [header = '', payload = '', signature = ''] = jwt.split('.');
  const part = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>;
  try {
    if (part(header)['alg'] !== 'RS256') return false;
    const valid = createVerify('RSA-SHA256')
      .update(`${header}.${payload}`)
      .verify(world.app.publicKey, Buffer.from(signature, 'base64url'));
    const claims = part(payload);
    const now = Date.now() / 1000;
    const expires = Number(claims['exp']);
    return (
      valid &&
      String(claims['iss']) === String(world.app.id) &&
      expires > now &&
      expires <= now + 600 &&
      Number(claims['iat']) <= now
    );
  } catch {
    return false;
  }
}

function byToken(world: World, value: string): Caller {
  const token = world.tokens.get(value);
  if (!token || token.expiresAt <= Date.now()) throw new Refusal(401, 'Bad credentials');
  if (token.installation?.suspendedAt) throw new Refusal(403, 'This installation has been suspended');
  return { kind: 'token', token };
}

/** @throws Refusal 401 on credentials that are there but wrong */
export function callerOf(world: World, authorization: string | undefined): Caller {
  if (authorization === undefined) return { kind: 'nobody' };
  const [scheme = '', value = ''] = authorization.split(' ');
  if (scheme.toLowerCase() === 'basic') {
    const password = Buffer.from(value, 'base64').toString('utf8').split(':').slice(1).join(':');
    return byToken(world, password);
  }
  if (value.split('.').length === 3) {
    if (!verifiedJwt(world, value)) throw new Refusal(401, 'A JSON web token could not be decoded');
    return { kind: 'app' };
  }
  return byToken(world, value);
}

/** Whether the token's holder may read the repository, or write to it. */
export function mayAccess(repository: Repository, token: Token, level: 'read' | 'write'): boolean {
  if (token.installation) {
    const covered = token.repositories === null || token.repositories.includes(repository.fullName);
    return repository.installed && covered && token.installation.account.id === repository.owner.id;
  }
  const role = repository.roles.get(token.actor.login) ?? 'none';
  return role !== 'none' && (level === 'read' || ['write', 'maintain', 'admin'].includes(role));
}
