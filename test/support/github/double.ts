import { createPublicKey, generateKeyPair } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commitFiles, createBareRepository, type FileContent, type Person, resolve } from './bare-repository.ts';
import { announceCheckRun } from './checks.ts';
import { addComment, editComment } from './comments.ts';
import { type Fault, faultPlan } from './faults.ts';
import { afterPush, editPull, mergePull, openPull } from './pulls.ts';
import { dismissReview, type ReviewInput, submitReview } from './reviews.ts';
import { listen, type Recorded, serve } from './server.ts';
import { installationShape, nodeId, userShape } from './shapes/account.ts';
import { issueInstallationToken, issueUserToken } from './tokens.ts';
import { type Delivery, webhookSender } from './webhooks.ts';
import type {
  Account,
  CheckRun,
  Installation,
  IssueComment,
  Membership,
  Protection,
  PullRequest,
  Repository,
  Review,
  ReviewComment,
  Role,
  World,
} from './world.ts';

export type { FileContent } from './bare-repository.ts';
export type { Fault, FaultKind } from './faults.ts';
export type { Delivery } from './webhooks.ts';
export type { CheckRun, IssueComment, PullRequest, Review, ReviewComment, Role } from './world.ts';

export type DoubleOptions = Readonly<{
  /** Port on 127.0.0.1; any free one by default. */
  port?: number;
  /** Where webhooks go; none are sent while it is unset (see `setWebhookUrl`). */
  webhookUrl?: string;
  webhookSecret: string;
  appId?: number;
  appSlug?: string;
  /** Permissions of the App; read and write as kubelet-gate's manifest asks by default. */
  permissions?: Readonly<Record<string, string>>;
}>;

type Files = Readonly<Record<string, FileContent>>;

/**
 * A GitHub of its own on 127.0.0.1: state, real repositories, REST, git over HTTP, webhooks, pages. It answers from this
 * process, so a synchronous child process that talks to it (`execFileSync('git', ['clone', ...])`) waits for ever.
 */
export type GitHubDouble = Readonly<{
  /** Web and git root: GITHUB_SERVER_URL. */
  url: string;
  /** REST root: GITHUB_API_URL. */
  apiUrl: string;
  appId: number;
  appSlug: string;
  /** PEM of the App's private key. */
  privateKey: string;
  /** Clone URL of `owner/name`. */
  gitUrl(repository: string): string;
  /** Directory of the bare repository of `owner/name`. */
  directory(repository: string): string;

  createUser(
    login: string,
    options?: Readonly<{ type?: 'User' | 'Bot' | 'Organization'; name?: string; emails?: readonly string[] }>,
  ): void;
  setRole(repository: string, login: string, role: Role): void;
  addToTeam(organization: string, slug: string, login: string, membership?: Membership): void;
  /** A personal token, for pushing over HTTP as a user. */
  userToken(login: string): string;
  /** An installation token for a repository's owner, as the App would get. */
  installationToken(repository: string): string;
  /** Ends every token's life at once. */
  expireTokens(): void;

  /** A repository with one commit on its default branch `main`. Organization accounts are made as needed. */
  createRepository(
    owner: string,
    name: string,
    options?: Readonly<{
      files?: Files;
      message?: string;
      private?: boolean;
      author?: Person;
      /** Whether the App is installed on it; true unless told. */
      installed?: boolean;
    }>,
  ): Promise<string>;
  /** Installs the App on a repository or takes it off, with the webhook GitHub sends. */
  setInstalled(repository: string, installed: boolean): Promise<void>;
  suspend(owner: string, suspended: boolean): Promise<void>;
  /** Removes the App from an account, or installs it anew under another installation id. */
  uninstall(owner: string): Promise<void>;
  install(owner: string): Promise<void>;
  protect(repository: string, branch: string, protection: Partial<Protection>): void;

  /** Commits files on a branch, made from the default branch when new, and pushes as the author. Gives the commit id. */
  commit(
    repository: string,
    branch: string,
    files: Files,
    options?: Readonly<{
      message?: string;
      /** Login of a user, or a name and address GitHub may not know. */
      author?: string | Person;
      committer?: string | Person;
      /** Commit to build on instead of the branch's tip: a force push. */
      parent?: string;
      /** Login of the one who pushes; the author by default. */
      pusher?: string;
    }>,
  ): Promise<string>;
  openPullRequest(
    repository: string,
    input: Readonly<{ head: string; base?: string; title: string; body?: string; user: string; draft?: boolean }>,
  ): Promise<number>;
  /** Commits on the head branch of a pull request. */
  pushToPull(
    repository: string,
    number: number,
    files: Files,
    options?: Parameters<GitHubDouble['commit']>[3],
  ): Promise<string>;
  editPull(repository: string, number: number, by: string, change: Parameters<typeof editPull>[4]): Promise<void>;
  closePull(repository: string, number: number, by: string): Promise<void>;
  reopenPull(repository: string, number: number, by: string): Promise<void>;
  /** Merges as a user and gives the commit that is on the base branch now. */
  merge(repository: string, number: number, by: string, options?: Parameters<typeof mergePull>[4]): Promise<string>;
  review(repository: string, number: number, by: string, input: ReviewInput): Promise<number>;
  dismissReview(repository: string, number: number, id: number, by: string): Promise<void>;
  comment(repository: string, number: number, by: string, body: string): Promise<number>;
  editComment(repository: string, number: number, id: number, by: string, body: string): Promise<void>;
  deleteComment(repository: string, number: number, id: number): void;
  /** Somebody presses "Re-run" on a check run. */
  rerequest(repository: string, checkRun: number, by: string): Promise<void>;

  pull(repository: string, number: number): PullRequest;
  /** Tip of a branch. @throws Error when there is none */
  head(repository: string, branch: string): Promise<string>;
  checkRuns(repository: string, sha: string): readonly CheckRun[];
  reviews(repository: string, number: number): readonly Review[];
  reviewComments(repository: string, number: number): readonly ReviewComment[];
  comments(repository: string, number: number): readonly IssueComment[];

  /** Sends a ping. */
  ping(): void;
  setWebhookUrl(url: string | null): void;
  deliveries: readonly Delivery[];
  redeliver(id: number): Promise<Delivery>;
  /** Resolves when every webhook so far was delivered. */
  settled(): Promise<void>;

  fault(fault: Fault): void;
  clearFaults(): void;
  /** Every REST request so far, in order of answer. */
  requests: readonly Recorded[];
  /** What broke GitHub's published description. Tests expect it to be empty. */
  breaches: readonly string[];
  close(): Promise<void>;
}>;

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
