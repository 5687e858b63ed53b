import type { Account, App, Installation, Repository, Role, World } from '../world.ts';

/** The App's own page, which check runs link to unless told otherwise. */
export const APP_PAGE = 'https://example.com/kubelet-gate';

export const nodeId = (kind: string, id: number) => Buffer.from(`${kind}:${id}`).toString('base64url');

/** `simple-user` of the description. */
export function userShape(world: World, account: Account) {
  const url = `${world.apiUrl}/users/${encodeURIComponent(account.login)}`;
  const bot = account.type === 'Bot';
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type, account.id),
    avatar_url: `${world.serverUrl}/avatars/${account.id}`,
    gravatar_id: '',
    url,
    html_url: bot
      ? `${world.serverUrl}/apps/${account.login.replace(/\[bot\]$/, '')}`
      : `${world.serverUrl}/${encodeURIComponent(account.login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    site_admin: false,
  };
}

/** `integration`: a GitHub App. */
export function appShape(world: World, app: App, owner: Account) {
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId('App', app.id),
    owner: userShape(world, owner),
    name: app.name,
    description: null,
    external_url: APP_PAGE,
    html_url: `${world.serverUrl}/apps/${app.slug}`,
    created_at: app.createdAt,
    updated_at: app.createdAt,
    permissions: app.permissions,
    events: app.events,
  };
}

export function appOwner(world: World): Account {
  const first = [...world.installations.values()][0];
  return first?.account ?? world.app.bot;
}

export function installationShape(world: World, installation: Installation) {
  return {
    id: installation.id,
    account: userShape(world, installation.account),
    repository_selection: 'selected',
    access_tokens_url: `${world.apiUrl}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${world.apiUrl}/installation/repositories`,
    html_url: `${world.serverUrl}/organizations/${installation.account.login}/settings/installations/${installation.id}`,
    app_id: world.app.id,
    app_slug: world.app.slug,
    target_id: installation.account.id,
    target_type: installation.account.type,
    permissions: world.app.permissions,
    events: world.app.events,
    created_at: installation.createdAt,
    updated_at: installation.createdAt,
    single_file_name: null,
    suspended_by: installation.suspendedAt === null ? null : userShape(world, installation.account),
    suspended_at: installation.suspendedAt,
  };
}

/** The role as `permission` (folded) and `role_name` (real). */
export function permissionShape(world: World, account: Account, role: Role) {
  const folded = role === 'maintain' ? 'write' : role === 'triage' ? 'read' : role;
  const rank = ['none', 'read', 'triage', 'write', 'maintain', 'admin'].indexOf(role);
  return {
    permission: folded,
    role_name: role,
    user: {
      ...userShape(world, account),
      role_name: role,
      permissions: { pull: rank >= 1, triage: rank >= 2, push: rank >= 3, maintain: rank >= 4, admin: rank >= 5 },
    },
  };
}

/** What `author_association` says of an account in a repository. */
export function associationOf(repository: Repository, account: Account): string {
  if (repository.owner.login === account.login) return 'OWNER';
  const role = repository.roles.get(account.login);
  return role === undefined || role === 'none' || role === 'read' ? 'NONE' : 'COLLABORATOR';
}
