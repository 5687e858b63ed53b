import { covers } from './glob.ts';
import { type ApprovalRule, POLICY_PATH, type Policy, type RuleCondition } from './policy.ts';
import type { ApprovalInput, Decision, Participants, Person, Review, Touched } from './types.ts';

/**
 * Whether a change may be merged: the conclusion, the policy's rules and the reviews, nothing else. Clocks and the
 * order of events on GitHub play no part; what cannot be shown does not count.
 *
 * - Nothing governed, or nothing a person would have to approve: `not-needed`.
 * - `blocked`, whatever the approvals: a failing verdict, an unmapped author of a governed commit, requested changes of
 *   someone with write access, a base policy that cannot be read (but for the change that mends it).
 * - Else every rule that covers something touched must be met by approvals that count: given by a person, with write
 *   access or more, who took no part in writing the change, as their latest say, on the head or on an earlier head
 *   whose verdict has the same digest.
 */
export function decide(input: ApprovalInput, policy: Policy): Decision {
  const { conclusion, touched } = input;
  if (conclusion === 'not-applicable' || (conclusion === 'pass' && touched.length === 0)) {
    return { state: 'not-needed', reasons: [notNeeded(conclusion)], approvers: [], discarded: [], needs: [] };
  }
  const mends = touched.some(({ path }) => path === POLICY_PATH);
  const rules = [...policy.rules, ...(policy.unreadable.length > 0 && mends ? [MENDING] : [])].filter(rule =>
    appliesTo(rule.if, touched),
  );
  const latest = latestReviews(input.reviews);
  const { valid, discarded } = weigh(latest, input);
  const counted = rules.map(rule => ({ rule, by: valid.filter(person => isAskedBy(rule, person)) }));
  const needs = counted
    .filter(({ rule, by }) => by.length < rule.requires.count)
    .map(({ rule, by }) => ({ rule: rule.name, count: rule.requires.count - by.length, from: askedOf(rule) }));
  const asked = new Set(counted.flatMap(({ by }) => by));
  const blocks = blockers(input, policy, objectors(latest, input.people), mends);
  return {
    state: blocks.length > 0 ? 'blocked' : needs.length > 0 ? 'needs-approval' : 'approved',
    reasons: [
      ...blocks,
      ...(conclusion === 'undecided' ? input.because : []),
      ...needs.map(({ rule, count, from }) => `${rule}: ${approvals(count)} from ${from.join(' or ')}`),
    ],
    approvers: [...asked].map(({ login }) => login),
    discarded: [
      ...discarded,
      ...valid
        .filter(person => !asked.has(person))
        .map(({ login }) => ({ login, reason: 'no rule asks for their approval' })),
    ],
    needs,
  };
}

/** Who must approve the change that mends a policy nobody can read. */
const MENDING: ApprovalRule = {
  name: 'mends an unreadable policy',
  if: { paths: [POLICY_PATH] },
  requires: { count: 1, roles: ['admin'] },
};

function notNeeded(conclusion: ApprovalInput['conclusion']): string {
  return conclusion === 'not-applicable'
    ? 'nothing that kubelets run with is touched'
    : 'governed files change, but nothing on any node does';
}

function blockers(
  { conclusion, because, participants }: ApprovalInput,
  policy: Policy,
  objecting: readonly string[],
  mends: boolean,
): readonly string[] {
  const reasons: string[] = [];
  if (conclusion === 'fail') reasons.push(...(because.length > 0 ? because : ['the verdict is fail']));
  for (const email of participants.unmapped) {
    reasons.push(`four eyes cannot be shown: ${email} wrote a governed commit and belongs to no GitHub account`);
  }
  if (policy.unreadable.length > 0 && !mends) {
    const [first] = policy.unreadable;
    reasons.push(
      `the policy on the base branch must be mended first: ${first?.file}:${first?.line}: ${first?.message}`,
    );
  }
  return [...reasons, ...objecting.map(login => `${login} asks for changes`)];
}

/** A rule without a condition applies to whatever is touched; all conditions must hold for one touched thing. */
function appliesTo(condition: RuleCondition | undefined, touched: readonly Touched[]): boolean {
  if (condition === undefined) return true;
  const { direction, severity, paths, groups } = condition;
  return touched.some(
    thing =>
      (direction === undefined || direction.includes(thing.direction)) &&
      (severity === undefined || (thing.severity !== null && severity.includes(thing.severity))) &&
      (paths === undefined || paths.some(pattern => covers(pattern, thing.path))) &&
      (groups === undefined || (thing.group !== null && groups.some(pattern => covers(pattern, thing.group ?? '')))),
  );
}

/** Each person's latest say; comments and drafts say nothing. Reviews of bots and readers are kept for `weigh`. */
function latestReviews(reviews: readonly Review[]): readonly Review[] {
  const said = reviews.filter(({ state }) => state !== 'COMMENTED' && state !== 'PENDING');
  const inOrder = [...said].sort((a, b) => compare(a.submittedAt, b.submittedAt) || a.id - b.id);
  return [...new Map(inOrder.map(review => [lower(review.login), review])).values()];
}

/** People with write access whose latest say asks for changes. Someone whose access could not be read counts as well. */
function objectors(latest: readonly Review[], people: readonly Person[]): readonly string[] {
  return latest
    .filter(({ state, type }) => state === 'CHANGES_REQUESTED' && type === 'User')
    .map(({ login }) => login)
    .filter(login => {
      const person = people.find(known => lower(known.login) === lower(login));
      return person === undefined || canWrite(person);
    });
}

/** The people whose approval counts, and why the other approvals do not. */
function weigh(
  latest: readonly Review[],
  input: ApprovalInput,
): { valid: readonly Person[]; discarded: Decision['discarded'] } {
  const valid: Person[] = [];
  const discarded: { login: string; reason: string }[] = [];
  const bound = new Set([input.head, ...input.equalHeads]);
  const writers = new Set(writersOf(input.participants).map(lower));
  for (const review of latest) {
    if (review.state !== 'APPROVED') continue;
    const person = input.people.find(known => lower(known.login) === lower(review.login));
    const reason = whyNot(review, person, bound, writers);
    if (reason !== null) discarded.push({ login: review.login, reason });
    else if (person !== undefined) valid.push(person);
  }
  return { valid, discarded };
}

function writersOf({ author, committers, coAuthors }: Participants): readonly string[] {
  return [author, ...committers, ...coAuthors];
}

function whyNot(
  { login, type, commitId }: Review,
  person: Person | undefined,
  bound: ReadonlySet<string>,
  writers: ReadonlySet<string>,
): string | null {
  if (type !== 'User') return `is no person but a ${type}`;
  if (writers.has(lower(login))) return 'took part in writing this change';
  if (person === undefined) return 'their access to the repository could not be read';
  if (!canWrite(person)) return `has no write access (${person.role})`;
  if (commitId === null) return 'approved a commit GitHub no longer names';
  return bound.has(commitId) ? null : `approved ${commitId.slice(0, 12)}, which does something else`;
}

const ROLES = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const satisfies readonly Person['role'][];
const canWrite = ({ role }: Person): boolean => ROLES.indexOf(role) >= ROLES.indexOf('write');

/** Teams, users and roles of a rule are alternatives; a rule that names none asks for anyone with write access. */
function isAskedBy({ requires }: ApprovalRule, person: Person): boolean {
  const { teams, users, roles } = requires;
  if (!teams && !users && !roles) return true;
  return (
    (users ?? []).some(login => lower(login) === lower(person.login)) ||
    (roles ?? []).some(role => ROLES.indexOf(person.role) >= ROLES.indexOf(role)) ||
    (teams ?? []).some(team => person.teams.some(theirs => isTeam(team, theirs)))
  );
}

/** A team may be written with or without its organisation. */
function isTeam(asked: string, theirs: string): boolean {
  const [wanted, actual] = [lower(asked), lower(theirs)];
  return wanted === actual || (!wanted.includes('/') && actual.endsWith(`/${wanted}`));
}

function askedOf({ requires }: ApprovalRule): readonly string[] {
  const { teams = [], users = [], roles = [] } = requires;
  const named = [...teams.map(team => `team ${team}`), ...users, ...roles.map(role => `anyone with ${role} access`)];
  return named.length > 0 ? named : ['anyone with write access'];
}

const approvals = (count: number): string => (count === 1 ? '1 more approval' : `${count} more approvals`);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const lower = (login: string): string => login.toLowerCase();
