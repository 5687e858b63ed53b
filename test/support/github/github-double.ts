import type { FileContent, Person } from './bare-repository.ts';
import type { Fault } from './faults.ts';
import type { editPull, mergePull } from './pulls.ts';
import type { ReviewInput } from './reviews.ts';
import type { Recorded } from './server.ts';
import type { Delivery } from './webhooks.ts';
import type {
  CheckRun,
  IssueComment,
  Membership,
  Protection,
  PullRequest,
  Review,
  ReviewComment,
  Role,
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
