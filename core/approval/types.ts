import type { Severity } from '../baseline/types.ts';
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

/** One thing a rule can ask about: a field that changes, or a governed file that says what Ansible does. */
export type Touched = Readonly<{
  path: string;
  direction: Direction;
  severity: Severity | null;
  /** Node group; null for a file. */
  group: string | null;
}>;

/** What the decision rests on. `approvalInput` (core/approval/approval-input) takes the verdict's part from a verdict. */
export type ApprovalInput = Readonly<{
  head: string;
  digest: string;
  /** Earlier heads of this pull request whose verdict had the same digest. */
  equalHeads: readonly string[];
  conclusion: 'pass' | 'fail' | 'undecided' | 'not-applicable';
  /** Empty: nothing a person would have to approve. */
  touched: readonly Touched[];
  /** Why the conclusion is `fail` or `undecided`, one sentence each. */
  because: readonly string[];
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
