import { createPublicKey, generateKeyPair } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commitFiles, createBareRepository, type Person, resolve } from './bare-repository.ts';
import { announceCheckRun } from './checks.ts';
import { addComment, editComment } from './comments.ts';
import { faultPlan } from './faults.ts';
import type { DoubleOptions, GitHubDouble } from './github-double.ts';
import { afterPush, editPull, mergePull, openPull } from './pulls.ts';
import { dismissReview, submitReview } from './reviews.ts';
import { listen, type Recorded, serve } from './server.ts';
import { installationShape, nodeId, userShape } from './shapes/account.ts';
import { issueInstallationToken, issueUserToken } from './tokens.ts';
import { webhookSender } from './webhooks.ts';
import type { Account, Installation, Membership, Repository, World } from './world.ts';

export type { DoubleOptions, GitHubDouble } from './github-double.ts';

const PERMISSIONS = {
  metadata: 'read',
  contents: 'read',
  pull_requests: 'write',
  checks: 'write',
  issues: 'write',
  members: 'read',
  administration: 'read',
} as const;
const EVENTS = [
  'check_run',
  'issue_comment',
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'push',
] as const;

export async function startGitHubDouble(options: DoubleOptions): Promise<GitHubDouble> {
  const root = await mkdtemp(join(tmpdir(), 'github-double-'));
  const { server, port } = await listen(options.port ?? 0);
  const keys = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const serverUrl = `http://127.0.0.1:${port}`;
  const breaches: string[] = [];
  const requests: Recorded[] = [];
  const faults = faultPlan();
  let lastId = 1000;
  const nextId = () => ++lastId;
  const now = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const appId = options.appId ?? 424_242;
  const slug = options.appSlug ?? 'kubelet-gate';
  const webhooks = webhookSender({
    url: options.webhookUrl ?? null,
    secret: options.webhookSecret,
    appId,
    nextId,
    onBreach: message => breaches.push(message),
  });
  const bot: Account = {
    id: nextId(),
    login: `${slug}[bot]`,
    type: 'Bot',
    name: slug,
    emails: [`${appId}+${slug}[bot]@users.noreply.github.com`],
  };
  const world: World = {
    serverUrl,
    apiUrl: `${serverUrl}/api/v3`,
    app: {
      id: appId,
      slug,
      name: slug,
      publicKey: createPublicKey(keys.publicKey),
      permissions: options.permissions ?? PERMISSIONS,
      events: EVENTS,
      createdAt: now(),
      bot,
    },
    accounts: new Map([[bot.login.toLowerCase(), bot]]),
    repositories: new Map(),
    installations: new Map(),
    teams: new Map(),
    tokens: new Map(),
    signedByGitHub: new Set(),
    nextId,
    now,
    send(event, action, payload, about) {
      const installation = about ? world.installations.get(about.owner.login) : undefined;
      if (about && !about.installed) return;
      webhooks.send(
        event,
        action,
        installation && payload['installation'] === undefined
          ? { ...payload, installation: { id: installation.id, node_id: nodeId('Installation', installation.id) } }
          : payload,
        { repositoryId: about?.id ?? null, installationId: installation?.id ?? null },
      );
    },
  };

  let tail: Promise<unknown> = Promise.resolve();
  const exclusive = <T>(task: () => Promise<T> | T): Promise<T> => {
    const result = tail.then(task);
    tail = result.catch(() => undefined);
    return result;
  };

  const account = (login: string): Account => {
    const found = world.accounts.get(login.toLowerCase());
    if (!found) throw new Error(`the double has no account ${login}`);
    return found;
  };
  const addAccount = (
    login: string,
    input: Readonly<{ type?: Account['type']; name?: string; emails?: readonly string[] }> = {},
  ): Account => {
    const id = nextId();
    const made: Account = {
      id,
      login,
      type: input.type ?? 'User',
      name: input.name ?? login,
      emails: [...(input.emails ?? [`${login}@example.com`]), `${id}+${login}@users.noreply.github.com`],
    };
    world.accounts.set(login.toLowerCase(), made);
    return made;
  };
  addAccount('web-flow', { name: 'GitHub', emails: ['noreply@github.com'] });
  const repositoryOf = (fullName: string): Repository => {
    const found = world.repositories.get(fullName.toLowerCase());
    if (!found) throw new Error(`the double has no repository ${fullName}`);
    return found;
  };
  const pullOf = (fullName: string, number: number) => {
    const repository = repositoryOf(fullName);
    const pull = repository.pulls.get(number);
    if (!pull) throw new Error(`${fullName} has no pull request ${number}`);
    return { repository, pull };
  };
  const person = (who: string | Person): Person =>
    typeof who === 'string' ? { name: account(who).name, email: account(who).emails[0] ?? '' } : who;
  const installationFor = (owner: Account) => {
    let installation = world.installations.get(owner.login);
    if (!installation) {
      installation = { id: nextId(), account: owner, createdAt: now(), suspendedAt: null };
      world.installations.set(owner.login, installation);
    }
    return installation;
  };

  const repositoryName = (repository: Repository) => ({
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: repository.fullName,
    private: repository.private,
  });
  const sendInstallation = (action: 'created' | 'deleted' | 'suspend' | 'unsuspend', installation: Installation) => {
    const own = [...world.repositories.values()].filter(one => one.installed && one.owner === installation.account);
    world.send('installation', action, {
      installation: installationShape(world, installation),
      repositories: own.map(repositoryName),
      ...(action === 'created' ? {} : { requester: null }),
      sender: userShape(world, installation.account),
    });
  };

  const commit: GitHubDouble['commit'] = (fullName, branch, files, input = {}) =>
    exclusive(async () => {
      const repository = repositoryOf(fullName);
      const tip = await resolve(repository.git, `refs/heads/${branch}`);
      const parent = input.parent ?? tip ?? (await resolve(repository.git, `refs/heads/${repository.defaultBranch}`));
      const author = input.author ?? repository.owner.login;
      const sha = await commitFiles(repository.git, branch, {
        files,
        message: input.message ?? `Change ${Object.keys(files).join(', ')}`,
        author: person(author),
        ...(input.committer === undefined ? {} : { committer: person(input.committer) }),
        ...(parent === null ? {} : { parent }),
      });
      const pusher = input.pusher ?? (typeof author === 'string' ? author : repository.owner.login);
      await afterPush(world, repository, branch, tip, sha, account(pusher));
      return sha;
    });

  serve(server, { world, webhooks, faults, requests, breaches, exclusive });

  return {
    url: serverUrl,
    apiUrl: world.apiUrl,
    appId,
    appSlug: slug,
    privateKey: keys.privateKey,
    gitUrl: fullName => `${serverUrl}/${fullName}.git`,
    directory: fullName => repositoryOf(fullName).git.directory,

    createUser(login, input) {
      addAccount(login, input);
    },
    setRole(fullName, login, role) {
      repositoryOf(fullName).roles.set(account(login).login, role);
    },
    addToTeam(organization, team, login, membership = { role: 'member', state: 'active' }) {
      const key = `${organization}/${team}`;
      const members = world.teams.get(key) ?? new Map<string, Membership>();
      members.set(login.toLowerCase(), membership);
      world.teams.set(key, members);
    },
    userToken: login => issueUserToken(world, account(login)),
    installationToken: fullName =>
      issueInstallationToken(world, installationFor(repositoryOf(fullName).owner), {
        repositories: null,
        permissions: world.app.permissions,
      }).value,
    expireTokens() {
      for (const token of world.tokens.values()) token.expiresAt = 0;
    },

    createRepository: (ownerLogin, name, input = {}) =>
      exclusive(async () => {
        const owner = world.accounts.get(ownerLogin.toLowerCase()) ?? addAccount(ownerLogin, { type: 'Organization' });
        const fullName = `${ownerLogin}/${name}`;
        const bare = await createBareRepository(join(root, `${ownerLogin}__${name}.git`), 'main');
        const sha = await commitFiles(bare, 'main', {
          files: input.files ?? { 'README.md': `# ${name}\n` },
          message: input.message ?? 'Start',
          author: input.author ?? { name: owner.name, email: owner.emails[0] ?? '' },
        });
        if ((input.installed ?? true) && !world.installations.has(owner.login)) installationFor(owner);
        world.repositories.set(fullName.toLowerCase(), {
          id: nextId(),
          owner,
          name,
          fullName,
          private: input.private ?? true,
          defaultBranch: 'main',
          git: bare,
          createdAt: now(),
          pushedAt: now(),
          installed: input.installed ?? true,
          roles: new Map(),
          protections: new Map(),
          pulls: new Map(),
          checkRuns: [],
          checkSuites: new Map(),
        });
        return sha;
      }),
    setInstalled: (fullName, installed) =>
      exclusive(() => {
        const repository = repositoryOf(fullName);
        const installation = installationFor(repository.owner);
        repository.installed = installed;
        const named = repositoryName(repository);
        world.send('installation_repositories', installed ? 'added' : 'removed', {
          installation: installationShape(world, installation),
          repository_selection: 'selected',
          repositories_added: installed ? [named] : [],
          repositories_removed: installed ? [] : [named],
          requester: null,
          sender: userShape(world, repository.owner),
        });
      }),
    suspend: (owner, suspended) =>
      exclusive(() => {
        const installation = installationFor(account(owner));
        installation.suspendedAt = suspended ? now() : null;
        sendInstallation(suspended ? 'suspend' : 'unsuspend', installation);
      }),
    uninstall: owner =>
      exclusive(() => {
        const installation = installationFor(account(owner));
        world.installations.delete(installation.account.login);
        for (const [value, token] of world.tokens) if (token.installation === installation) world.tokens.delete(value);
        sendInstallation('deleted', installation);
      }),
    install: owner =>
      exclusive(() => {
        sendInstallation('created', installationFor(account(owner)));
      }),
    protect(fullName, branch, protection) {
      repositoryOf(fullName).protections.set(branch, { checks: [], approvals: 0, enforceAdmins: true, ...protection });
    },

    commit,
    openPullRequest: (fullName, input) =>
      exclusive(async () => {
        const repository = repositoryOf(fullName);
        const pull = await openPull(world, repository, account(input.user), {
          base: repository.defaultBranch,
          ...input,
        });
        return pull.number;
      }),
    pushToPull: (fullName, number, files, input) =>
      commit(fullName, pullOf(fullName, number).pull.headRef, files, {
        author: pullOf(fullName, number).pull.user.login,
        ...input,
      }),
    editPull: (fullName, number, by, change) =>
      exclusive(() => {
        const { repository, pull } = pullOf(fullName, number);
        return editPull(world, repository, pull, account(by), change);
      }),
    closePull: (fullName, number, by) =>
      exclusive(() => {
        const { repository, pull } = pullOf(fullName, number);
        return editPull(world, repository, pull, account(by), { state: 'closed' });
      }),
    reopenPull: (fullName, number, by) =>
      exclusive(() => {
        const { repository, pull } = pullOf(fullName, number);
        return editPull(world, repository, pull, account(by), { state: 'open' });
      }),
    merge: (fullName, number, by, input) =>
      exclusive(() => {
        const { repository, pull } = pullOf(fullName, number);
        return mergePull(world, repository, pull, account(by), input);
      }),
    review: (fullName, number, by, input) =>
      exclusive(async () => {
        const { repository, pull } = pullOf(fullName, number);
        return (await submitReview(world, repository, pull, account(by), input)).id;
      }),
    dismissReview: (fullName, number, id, by) =>
      exclusive(() => {
        const { repository, pull } = pullOf(fullName, number);
        const review = pull.reviews.find(one => one.id === id);
        if (!review) throw new Error(`no review ${id}`);
        return dismissReview(world, repository, pull, review, account(by));
      }),
    comment: (fullName, number, by, body) =>
      exclusive(() => {
        const { repository, pull } = pullOf(fullName, number);
        return addComment(world, repository, pull, account(by), body).id;
      }),
    editComment: (fullName, number, id, by, body) =>
      exclusive(() => {
        const { repository, pull } = pullOf(fullName, number);
        const comment = pull.comments.find(one => one.id === id);
        if (!comment) throw new Error(`no comment ${id}`);
        editComment(world, repository, pull, comment, account(by), body);
      }),
    deleteComment(fullName, number, id) {
      const { comments } = pullOf(fullName, number).pull;
      const index = comments.findIndex(one => one.id === id);
      if (index < 0) throw new Error(`no comment ${id}`);
      comments.splice(index, 1);
    },
    rerequest: (fullName, id, by) =>
      exclusive(() => {
        const repository = repositoryOf(fullName);
        const run = repository.checkRuns.find(one => one.id === id);
        if (!run) throw new Error(`no check run ${id}`);
        announceCheckRun(world, repository, run, account(by), 'rerequested');
      }),

    pull: (fullName, number) => pullOf(fullName, number).pull,
    async head(fullName, branch) {
      const sha = await resolve(repositoryOf(fullName).git, `refs/heads/${branch}`);
      if (sha === null) throw new Error(`${fullName} has no branch ${branch}`);
      return sha;
    },
    checkRuns: (fullName, sha) => repositoryOf(fullName).checkRuns.filter(run => run.headSha === sha),
    reviews: (fullName, number) => pullOf(fullName, number).pull.reviews,
    reviewComments: (fullName, number) => pullOf(fullName, number).pull.reviews.flatMap(review => review.comments),
    comments: (fullName, number) => pullOf(fullName, number).pull.comments,

    ping() {
      world.send('ping', null, {
        zen: 'Design for failure.',
        hook_id: 292_430_182,
        hook: {
          active: true,
          app_id: appId,
          config: { content_type: 'json', insecure_ssl: '0', secret: '********', url: options.webhookUrl ?? serverUrl },
          created_at: now(),
          deliveries_url: `${world.apiUrl}/app/hook/deliveries`,
          events: EVENTS,
          id: 292_430_182,
          name: 'web',
          type: 'App',
          updated_at: now(),
        },
      });
    },
    setWebhookUrl: url => webhooks.setUrl(url),
    deliveries: webhooks.deliveries,
    redeliver: id => webhooks.redeliver(id),
    async settled() {
      await tail;
      await webhooks.settled();
    },

    fault: fault => faults.add(fault),
    clearFaults: () => faults.clear(),
    requests,
    breaches,
    async close() {
      await webhooks.close();
      await new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await tail;
      await rm(root, { recursive: true, force: true });
    },
  };
}
