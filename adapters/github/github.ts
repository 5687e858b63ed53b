import type { Person, Review } from '../../core/approval/types.ts';

/** An account as GitHub shows it. `type` is `User`, `Bot`, ...; only `User` is a person. */
export type Account = Readonly<{ login: string; type: string }>;

export type Pull = Readonly<{
  /** `owner/name`. */
  repository: string;
  number: number;
  url: string;
  title: string;
  state: 'open' | 'closed';
  draft: boolean;
  author: Account;
  headSha: string;
  headRef: string;
  /** Repository the head branch is in; null when it was deleted. */
  headRepository: string | null;
  baseSha: string;
  baseRef: string;
  /** Null while GitHub is still computing it. */
  mergeable: boolean | null;
  /** What is on the base branch after the merge; null before. */
  merged: Readonly<{ sha: string; by: string; at: string }> | null;
  commits: number;
  changedFiles: number;
  updatedAt: string;
}>;

/** What lists of pull requests give. */
export type PullSummary = Readonly<Pick<Pull, 'number' | 'headSha' | 'baseRef' | 'updatedAt' | 'draft'>>;

export type PullFile = Readonly<{
  path: string;
  /** The other name of a rename or copy. */
  previousPath: string | null;
  status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed' | 'unchanged';
  additions: number;
  deletions: number;
}>;

export type CommitPerson = Readonly<{
  name: string;
  email: string;
  /** Null when the address maps to no account. */
  account: Account | null;
}>;

export type PullCommit = Readonly<{
  sha: string;
  message: string;
  author: CommitPerson;
  committer: CommitPerson;
  /** From Co-authored-by trailers; an account only where the address is GitHub's own no-reply form. */
  coAuthors: readonly CommitPerson[];
  /** Whether GitHub verified the signature. */
  verified: boolean;
}>;

export type Comparison = Readonly<{ mergeBase: string; aheadBy: number; behindBy: number }>;

export type Annotation = Readonly<{
  path: string;
  startLine: number;
  endLine: number;
  level: 'notice' | 'warning' | 'failure';
  message: string;
  title?: string;
}>;

export type CheckRunInput = Readonly<{
  name: string;
  headSha: string;
  /** Our own id of this attempt: finds the run again after a crash. */
  externalId: string;
  state:
    | Readonly<{ status: 'queued' | 'in_progress' }>
    | Readonly<{
        status: 'completed';
        conclusion: 'success' | 'failure' | 'action_required' | 'cancelled' | 'timed_out' | 'neutral';
      }>;
  detailsUrl?: string;
  title: string;
  /** Markdown. Cut at GitHub's 65535 characters. */
  summary: string;
  text?: string;
  /** In an order that is the same at every attempt: what GitHub already has is counted, not compared. */
  annotations: readonly Annotation[];
  actions?: readonly Readonly<{ label: string; description: string; identifier: string }>[];
}>;

export type CheckRun = Readonly<{
  id: number;
  url: string;
  headSha: string;
  externalId: string | null;
  status: string;
  conclusion: string | null;
  annotations: number;
}>;

export type ReviewInput = Readonly<{
  /** The head the review is about. */
  commitId: string;
  event: 'COMMENT' | 'REQUEST_CHANGES' | 'APPROVE';
  body: string;
  /** From `hiddenMarker`; equal markers are one review. */
  marker: string;
  comments: readonly Readonly<{
    path: string;
    body: string;
    line: number;
    side: 'LEFT' | 'RIGHT';
    /** First line when the comment spans several; before `line` and in the same hunk. */
    startLine?: number;
  }>[];
}>;

export type CommentInput = Readonly<{
  body: string;
  /** From `hiddenMarker`; finds our comment when its id was lost. */
  marker: string;
  /** Id from an earlier upsert. */
  knownId?: number;
  /** When given, the comment is only written while the pull request has this head. */
  expectHead?: string;
}>;

/** What was written, and whether this call did it. */
export type Written = Readonly<{ id: number; url: string; action: 'created' | 'updated' | 'unchanged' }>;

export type Protection = Readonly<{
  /** `appId` null: any account with write access can set the check. */
  checks: readonly Readonly<{ name: string; appId: number | null; from: 'branch protection' | 'ruleset' }>[];
  approvals: number;
  enforceAdmins: boolean;
}>;

export type AppIdentity = Readonly<{
  id: number;
  slug: string;
  /** Login the App's reviews and comments carry: `slug[bot]`. */
  botLogin: string;
  permissions: Readonly<Record<string, string>>;
  events: readonly string[];
}>;

export type Repository = Readonly<{ id: number; fullName: string; defaultBranch: string; private: boolean }>;

export type HookDelivery = Readonly<{
  id: number;
  guid: string;
  event: string;
  action: string | null;
  /** 0 when the receiver did not answer. */
  statusCode: number;
  redelivery: boolean;
  deliveredAt: string;
  repositoryId: number | null;
}>;

/**
 * Everything kubelet-gate asks of GitHub and tells it. `repository` is always `owner/name`. Every function throws
 * GitHubError and nothing else. Writes are never repeated blindly: each one first looks for what an earlier attempt left.
 */
export type GitHub = Readonly<{
  /** `https` clone URL of a repository. */
  gitUrl(repository: string): string;
  app(): Promise<AppIdentity>;
  /** A token for reading one repository's contents over git, good for at least a minute; a `fresh` one when the last was refused. Never log or store it. */
  installationToken(repository: string, wanted?: 'any' | 'fresh'): Promise<string>;
  installedRepositories(): Promise<readonly Repository[]>;
  repository(repository: string): Promise<Repository>;
  /** Commit at the tip of a branch. */
  branchHead(repository: string, branch: string): Promise<string>;
  /** @throws GitHubError `forbidden` when the App lacks administration:read */
  branchProtection(repository: string, branch: string): Promise<Protection | null>;

  pull(repository: string, number: number): Promise<Pull>;
  listOpenPulls(repository: string): Promise<readonly PullSummary[]>;
  /** Numbers of the pull requests a commit belongs to. */
  pullsOfCommit(repository: string, sha: string): Promise<readonly number[]>;
  /** @throws GitHubError `incomplete` when GitHub lists fewer files than it counts (more than 3000) */
  pullFiles(pull: Pull): Promise<readonly PullFile[]>;
  /** @throws GitHubError `incomplete` when GitHub lists fewer commits than it counts (more than 250) */
  pullCommits(pull: Pull): Promise<readonly PullCommit[]>;
  compare(repository: string, base: string, head: string): Promise<Comparison>;
  /** Oldest first. */
  reviews(repository: string, number: number): Promise<readonly Review[]>;
  /** The real role in the repository, not the folded permission. */
  permission(repository: string, login: string): Promise<Person['role']>;
  /** Asked with the installation on `repository`. Members of child teams count. */
  teamMembership(
    repository: string,
    organization: string,
    slug: string,
    login: string,
  ): Promise<'active' | 'pending' | 'none'>;
  /** Role and which of the teams (`organization/slug`, or `slug` of the owner) the login is an active member of. */
  person(repository: string, login: string, teams: readonly string[]): Promise<Person>;

  /** Our check run with this external id on a commit. */
  findCheckRun(repository: string, name: string, headSha: string, externalId: string): Promise<CheckRun | null>;
  /** Creates the check run or goes on with the one an earlier attempt left; annotations go out 50 at a time. */
  createCheckRun(repository: string, input: CheckRunInput): Promise<CheckRun>;
  /** Updates a run we own; annotations it already has are not sent again. */
  updateCheckRun(repository: string, id: number, input: CheckRunInput): Promise<CheckRun>;
  /** @throws GitHubError `head-moved`, or `invalid` when GitHub refuses (one line outside the diff refuses all) */
  createReview(repository: string, number: number, input: ReviewInput): Promise<Written>;
  dismissReview(repository: string, number: number, id: number, message: string): Promise<void>;
  upsertComment(repository: string, number: number, input: CommentInput): Promise<Written>;

  /** The App's webhook deliveries since a time, newest first. */
  hookDeliveries(since: Date): Promise<readonly HookDelivery[]>;
  /** The payload of one delivery, for catching up over the API. */
  hookDelivery(id: number): Promise<HookDelivery & Readonly<{ payload: unknown }>>;
  redeliver(id: number): Promise<void>;
}>;
