import type { Direction } from '../review/types.ts';

/** A review as GitHub keeps it; state in upper case as REST gives it. */
export type Review = Readonly<{
  id: number;
  login: string;
  /** `User`, `Bot`, ... */
  type: string;
  state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING';
  /** null when the commit was collected. */
  commitId: string | null;
  submittedAt: string;
}>;

/** Who took part in writing a change: none of them can approve it. */
export type Participants = Readonly<{
  author: string;
  /** GitHub logins of committers and commit authors. */
  committers: readonly string[];
  /** From Co-authored-by trailers: logins where GitHub maps them. */
  coAuthors: readonly string[];
  /** E-mail addresses on governed commits that map to no account: four eyes cannot be shown. */
  unmapped: readonly string[];
}>;

export type Person = Readonly<{
  login: string;
  role: 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';
  teams: readonly string[];
}>;

export type ApprovalInput = Readonly<{
  head: string;
  digest: string;
  /** Earlier heads of this pull request whose verdict had the same digest. */
  equalHeads: readonly string[];
  conclusion: 'pass' | 'fail' | 'undecided' | 'not-applicable';
  direction: Direction;
  severities: readonly string[];
  paths: readonly string[];
  reviews: readonly Review[];
  participants: Participants;
  people: readonly Person[];
}>;

export type Decision = Readonly<{
  state: 'approved' | 'needs-approval' | 'blocked' | 'not-needed';
  /** Sentences for people: whose approval is missing, or what blocks. */
  reasons: readonly string[];
  approvers: readonly string[];
  /** Approvals that do not count, with the reason. */
  discarded: readonly Readonly<{ login: string; reason: string }>[];
  /** Names of policy rules that still need approvals, with how many and from whom. */
  needs: readonly Readonly<{ rule: string; count: number; from: readonly string[] }>[];
}>;
