import type { KeyObject } from 'node:crypto';
import type { BareRepository } from './bare-repository.ts';

/** The state of the GitHub double. Mutable on purpose: this is the one place where "GitHub" keeps what it knows. */
export type World = {
  /** `http://127.0.0.1:PORT`, no trailing slash. */
  serverUrl: string;
  /** The REST root, `${serverUrl}/api/v3` as on GitHub Enterprise Server. */
  apiUrl: string;
  app: App;
  accounts: Map<string, Account>;
  repositories: Map<string, Repository>;
  installations: Map<string, Installation>;
  /** `org/slug` -> login -> membership. */
  teams: Map<string, Map<string, Membership>>;
  tokens: Map<string, Token>;
  /** Commits GitHub made itself and signed as web-flow. */
  signedByGitHub: Set<string>;
  nextId(): number;
  /** Seconds precision, as GitHub prints times. */
  now(): string;
  /** Queues a webhook; see webhooks.ts. */
  send(event: string, action: string | null, payload: Readonly<Record<string, unknown>>, about?: Repository): void;
};

export type App = Readonly<{
  id: number;
  slug: string;
  name: string;
  publicKey: KeyObject;
  permissions: Readonly<Record<string, string>>;
  events: readonly string[];
  createdAt: string;
  /** The account reviews and comments of the App are made with: `slug[bot]`. */
  bot: Account;
}>;

export type Role = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

export type Account = Readonly<{
  id: number;
  login: string;
  type: 'User' | 'Bot' | 'Organization';
  name: string;
  emails: readonly string[];
}>;

export type Installation = {
  readonly id: number;
  readonly account: Account;
  readonly createdAt: string;
  suspendedAt: string | null;
};

export type Membership = Readonly<{ role: 'member' | 'maintainer'; state: 'active' | 'pending' }>;

export type Token = {
  readonly actor: Account;
  /** Null for a user's own token. */
  readonly installation: Installation | null;
  /** Full names the token is narrowed to; null is all of the installation. */
  readonly repositories: readonly string[] | null;
  readonly permissions: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  expiresAt: number;
};

export type Protection = Readonly<{
  checks: readonly Readonly<{ context: string; appId: number | null }>[];
  approvals: number;
  enforceAdmins: boolean;
}>;

export type Repository = {
  readonly id: number;
  readonly owner: Account;
  readonly name: string;
  readonly fullName: string;
  readonly private: boolean;
  readonly defaultBranch: string;
  readonly git: BareRepository;
  readonly createdAt: string;
  pushedAt: string;
  /** Whether the App is installed on it. */
  installed: boolean;
  readonly roles: Map<string, Role>;
  readonly protections: Map<string, Protection>;
  readonly pulls: Map<number, PullRequest>;
  readonly checkRuns: CheckRun[];
  readonly checkSuites: Map<string, number>;
};

export type PullRequest = {
  readonly id: number;
  readonly number: number;
  readonly user: Account;
  readonly createdAt: string;
  readonly headRef: string;
  title: string;
  body: string | null;
  baseRef: string;
  /** Tip of the base branch when the head was last pushed or the base last changed. */
  baseSha: string;
  headSha: string;
  draft: boolean;
  state: 'open' | 'closed';
  updatedAt: string;
  closedAt: string | null;
  merged: Readonly<{ by: Account; at: string; sha: string }> | null;
  /** The test merge; null while it conflicts. */
  testMerge: string | null;
  readonly reviews: Review[];
  readonly comments: IssueComment[];
};

export type Side = 'LEFT' | 'RIGHT';

export type ReviewComment = Readonly<{
  id: number;
  path: string;
  line: number;
  side: Side;
  startLine: number | null;
  startSide: Side | null;
  position: number;
  diffHunk: string;
  body: string;
  commitId: string;
  createdAt: string;
}>;

export type ReviewState = 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED';

export type Review = {
  readonly id: number;
  readonly user: Account;
  readonly body: string;
  readonly commitId: string;
  readonly submittedAt: string;
  readonly comments: readonly ReviewComment[];
  state: ReviewState;
};

export type IssueComment = {
  readonly id: number;
  readonly user: Account;
  readonly viaApp: boolean;
  readonly createdAt: string;
  body: string;
  updatedAt: string;
};

export type Annotation = Readonly<{
  path: string;
  start_line: number;
  end_line: number;
  start_column?: number;
  end_column?: number;
  annotation_level: 'notice' | 'warning' | 'failure';
  message: string;
  title?: string;
  raw_details?: string;
}>;

export type CheckRun = {
  readonly id: number;
  readonly suite: number;
  readonly name: string;
  readonly headSha: string;
  externalId: string;
  detailsUrl: string | null;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
  startedAt: string;
  completedAt: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  actions: readonly Readonly<{ label: string; description: string; identifier: string }>[];
  readonly annotations: Annotation[];
};
