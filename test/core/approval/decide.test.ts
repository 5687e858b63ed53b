import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../core/approval/decide.ts';
import { type ApprovalRule, POLICY_PATH, type Policy } from '../../../core/approval/policy.ts';
import { readOperatorPolicy } from '../../../core/approval/read-policy.ts';
import type { ApprovalInput, Decision, Person, Review, Touched } from '../../../core/approval/types.ts';

const HEAD = 'a'.repeat(40);
const EQUAL = 'b'.repeat(40);
const OTHER = 'c'.repeat(40);

let nextId = 1;
const review = (login: string, more: Partial<Review> = {}): Review => ({
  id: nextId++,
  login,
  type: 'User',
  state: 'APPROVED',
  commitId: HEAD,
  submittedAt: `2026-01-01T00:00:${String(nextId % 60).padStart(2, '0')}Z`,
  ...more,
});
const person = (login: string, role: Person['role'] = 'write', teams: readonly string[] = []): Person => ({
  login,
  role,
  teams,
});
const weakening: Touched = { path: 'authorization.mode', direction: 'weakens', severity: 'critical', group: 'workers' };
const neutral: Touched = { path: 'maxPods', direction: 'neutral', severity: null, group: 'gpu' };
const policyFile: Touched = { path: POLICY_PATH, direction: 'neutral', severity: null, group: null };

const input = (more: Partial<ApprovalInput> = {}): ApprovalInput => ({
  head: HEAD,
  digest: `sha256:${'0'.repeat(64)}`,
  equalHeads: [EQUAL],
  conclusion: 'pass',
  touched: [neutral],
  because: [],
  reviews: [],
  participants: { author: 'author', committers: ['committer'], coAuthors: ['helper'], unmapped: [] },
  people: [
    person('alice'),
    person('bob', 'maintain', ['org/sec']),
    person('root', 'admin'),
    person('reader', 'read'),
    person('triager', 'triage'),
    person('author', 'admin'),
    person('committer', 'admin'),
    person('helper', 'admin'),
    person('robot', 'admin'),
  ],
  ...more,
});
const anyone: ApprovalRule = { name: 'every change', requires: { count: 1 } };
const policy = (...rules: readonly ApprovalRule[]): Policy => ({
  governed: {},
  rules: rules.length > 0 ? rules : [anyone],
  waivers: [],
  unreadable: [],
});
const approve = (...logins: readonly string[]) => logins.map(login => review(login));
const stateOf = (more: Partial<ApprovalInput>, ...rules: readonly ApprovalRule[]): Decision['state'] =>
  decide(input(more), policy(...rules)).state;

describe('the conclusion', () => {
  test.each([
    ['not-applicable', [], [], 'not-needed'],
    ['not-applicable', [neutral], [], 'not-needed'],
    ['pass', [], [], 'not-needed'],
    ['pass', [neutral], [], 'needs-approval'],
    ['pass', [neutral], ['alice'], 'approved'],
    ['undecided', [neutral], [], 'needs-approval'],
    ['undecided', [neutral], ['alice'], 'approved'],
    ['undecided', [], [], 'needs-approval'],
    ['fail', [neutral], ['alice', 'bob', 'root'], 'blocked'],
    ['fail', [], [], 'blocked'],
  ] as const)('%s with %j and approvals of %j is %s%#', (conclusion, touched, by, state) => {
    expect(stateOf({ conclusion, touched, reviews: approve(...by), because: ['x'] })).toBe(state);
  });

  test('a failing verdict gives its reasons, and one even when none is named', () => {
    expect(decide(input({ conclusion: 'fail', because: ['f.yml:3: broken'] }), policy()).reasons[0]).toBe(
      'f.yml:3: broken',
    );
    expect(decide(input({ conclusion: 'fail' }), policy()).reasons[0]).toBe('the verdict is fail');
  });

  test('what is undecided is told with an approval as well as without', () => {
    const undecided = { conclusion: 'undecided' as const, because: ['KG-1 cannot be decided from Git'] };
    expect(decide(input(undecided), policy()).reasons).toContain('KG-1 cannot be decided from Git');
    expect(decide(input({ ...undecided, reviews: approve('alice') }), policy()).reasons).toEqual(undecided.because);
  });
});

describe('an approval', () => {
  const cases: readonly (readonly [string, readonly Review[], Decision['state'], string?])[] = [
    ['of someone with write access on the head counts', [review('alice')], 'approved'],
    ['counts whatever the case of the login', [review('ALICE')], 'approved'],
    ['on an earlier head with the same digest counts', [review('alice', { commitId: EQUAL })], 'approved'],
    [
      'on another commit does not count',
      [review('alice', { commitId: OTHER })],
      'needs-approval',
      'does something else',
    ],
    [
      'on a commit GitHub has collected does not count',
      [review('alice', { commitId: null })],
      'needs-approval',
      'no longer names',
    ],
    ['of the author does not count', [review('author')], 'needs-approval', 'took part'],
    ['of a committer does not count', [review('Committer')], 'needs-approval', 'took part'],
    ['of a co-author does not count', [review('helper')], 'needs-approval', 'took part'],
    ['of a bot does not count', [review('robot', { type: 'Bot' })], 'needs-approval', 'is no person but a Bot'],
    ['of a reader does not count', [review('reader')], 'needs-approval', 'no write access (read)'],
    ['of a triager does not count', [review('triager')], 'needs-approval', 'no write access (triage)'],
    [
      'of someone whose access is not known does not count',
      [review('stranger')],
      'needs-approval',
      'could not be read',
    ],
    ['that was dismissed does not count', [review('alice', { state: 'DISMISSED' })], 'needs-approval'],
    [
      'given and later dismissed does not count',
      [review('alice'), review('alice', { state: 'DISMISSED' })],
      'needs-approval',
    ],
    ['followed by a comment still counts', [review('alice'), review('alice', { state: 'COMMENTED' })], 'approved'],
    ['followed by a draft still counts', [review('alice'), review('alice', { state: 'PENDING' })], 'approved'],
    [
      'followed by a request for changes does not count',
      [review('alice'), review('alice', { state: 'CHANGES_REQUESTED' })],
      'blocked',
    ],
    [
      'after a request for changes of the same person counts',
      [review('alice', { state: 'CHANGES_REQUESTED' }), review('alice')],
      'approved',
    ],
    [
      'on the head does not outlive a later one on another commit',
      [review('alice'), review('alice', { commitId: OTHER })],
      'needs-approval',
      'does something else',
    ],
    [
      'a request for changes of someone else blocks',
      [review('alice'), review('bob', { state: 'CHANGES_REQUESTED' })],
      'blocked',
    ],
    [
      'a request for changes of a reader does not block',
      [review('alice'), review('reader', { state: 'CHANGES_REQUESTED' })],
      'approved',
    ],
    [
      'a request for changes of a bot does not block',
      [review('alice'), review('robot', { type: 'Bot', state: 'CHANGES_REQUESTED' })],
      'approved',
    ],
    [
      'a request for changes of someone whose access is not known blocks',
      [review('alice'), review('stranger', { state: 'CHANGES_REQUESTED' })],
      'blocked',
    ],
    ['no review at all', [], 'needs-approval'],
  ];
  test.each(cases.map(([name, ...rest]) => ({ name, rest })))('$name', ({ rest: [reviews, state, discarded] }) => {
    const decision = decide(input({ reviews }), policy());
    expect(decision.state).toBe(state);
    expect(decision.discarded.map(({ reason }) => reason)).toEqual(
      discarded === undefined ? [] : [expect.stringContaining(discarded)],
    );
  });

  test('is ordered by when it was submitted, not by when its draft was begun', () => {
    const reviews = [
      review('alice', { id: 1, submittedAt: '2026-01-01T00:02:00Z' }),
      review('alice', { id: 2, state: 'CHANGES_REQUESTED', submittedAt: '2026-01-01T00:01:00Z' }),
    ];
    expect(stateOf({ reviews })).toBe('approved');
  });

  test('of one person counts once', () => {
    const two: ApprovalRule = { name: 'two', requires: { count: 2 } };
    expect(stateOf({ reviews: [review('alice'), review('Alice')] }, two)).toBe('needs-approval');
    expect(stateOf({ reviews: approve('alice', 'bob') }, two)).toBe('approved');
  });

  test('cannot stand in for four eyes when a governed commit has an unknown author', () => {
    const participants = { author: 'author', committers: [], coAuthors: [], unmapped: ['x@example.org'] };
    const decision = decide(input({ participants, reviews: approve('alice') }), policy());
    expect(decision.state).toBe('blocked');
    expect(decision.reasons[0]).toContain('x@example.org');
  });
});

describe('a rule', () => {
  const asks = (requires: ApprovalRule['requires'], condition?: ApprovalRule['if']): ApprovalRule => ({
    name: 'r',
    ...(condition ? { if: condition } : {}),
    requires,
  });
  test.each([
    ['a team', { count: 1, teams: ['org/sec'] }, ['alice'], false],
    ['a team', { count: 1, teams: ['Org/Sec'] }, ['bob'], true],
    ['a team by its slug', { count: 1, teams: ['sec'] }, ['bob'], true],
    ['another organisation’s team', { count: 1, teams: ['other/sec'] }, ['bob'], false],
    ['a user', { count: 1, users: ['Alice'] }, ['alice'], true],
    ['a user', { count: 1, users: ['alice'] }, ['bob'], false],
    ['a role', { count: 1, roles: ['maintain'] }, ['alice'], false],
    ['a role, met by a higher one', { count: 1, roles: ['maintain'] }, ['root'], true],
    ['alternatives', { count: 2, users: ['alice'], teams: ['org/sec'] }, ['alice', 'bob'], true],
    ['a participant by name, who still may not', { count: 1, users: ['author'] }, ['author'], false],
  ] as const)('that asks for %s: %j with %j', (_, requires, by, met) => {
    const rule = asks(requires as unknown as ApprovalRule['requires']);
    expect(stateOf({ reviews: approve(...by) }, rule)).toBe(met ? 'approved' : 'needs-approval');
  });

  test.each([
    ['no condition', undefined, [neutral], true],
    ['a direction', { direction: ['weakens'] }, [weakening], true],
    ['a direction', { direction: ['weakens'] }, [neutral], false],
    ['a severity', { severity: ['critical', 'high'] }, [weakening], true],
    ['a severity nothing has', { severity: ['critical'] }, [neutral], false],
    ['a path', { paths: ['authorization.*'] }, [weakening], true],
    ['a parent path', { paths: ['authorization'] }, [weakening], true],
    ['a prefix that is no parent', { paths: ['author'] }, [weakening], false],
    ['a group', { groups: ['gpu*'] }, [neutral], true],
    ['a group', { groups: ['gpu*'] }, [weakening, policyFile], false],
    ['conditions met by different things', { direction: ['weakens'], groups: ['gpu'] }, [weakening, neutral], false],
    ['every host that joins', { paths: ['*'] }, [{ ...neutral, path: '' }], true],
  ] as const)('with %s %j applies to %j: %s', (_, condition, touched, applies) => {
    const rule = asks({ count: 2 }, condition as unknown as ApprovalRule['if']);
    expect(stateOf({ touched, reviews: approve('alice') }, anyone, rule)).toBe(applies ? 'needs-approval' : 'approved');
  });

  test('says how many approvals it still needs and from whom', () => {
    const rule = asks({ count: 3, teams: ['org/sec'], roles: ['admin'] });
    const decision = decide(input({ reviews: approve('bob', 'alice') }), policy(rule));
    expect(decision.needs).toEqual([{ rule: 'r', count: 2, from: ['team org/sec', 'anyone with admin access'] }]);
    expect(decision.reasons).toEqual(['r: 2 more approvals from team org/sec or anyone with admin access']);
    expect(decision.approvers).toEqual(['bob']);
    expect(decision.discarded).toEqual([{ login: 'alice', reason: 'no rule asks for their approval' }]);
  });
});

describe('a base policy nobody can read', () => {
  const unreadable: Policy = {
    ...policy(),
    unreadable: [{ file: POLICY_PATH, line: 2, code: 'policy-invalid', message: 'unknown key `x`' }],
  };
  test('blocks every change', () => {
    const decision = decide(input({ reviews: approve('alice', 'root') }), unreadable);
    expect(decision.state).toBe('blocked');
    expect(decision.reasons[0]).toContain(`${POLICY_PATH}:2`);
  });
  test('can be mended with the approval of an administrator', () => {
    const mending = { touched: [policyFile] };
    expect(decide(input({ ...mending, reviews: approve('alice', 'bob') }), unreadable).state).toBe('needs-approval');
    expect(decide(input({ ...mending, reviews: approve('root') }), unreadable).state).toBe('approved');
  });
  test('does not hold up what touches nothing governed', () => {
    expect(decide(input({ conclusion: 'not-applicable', touched: [] }), unreadable).state).toBe('not-needed');
  });
});

describe('the shipped floor', () => {
  const path = new URL('../../../config/policy.yaml', import.meta.url).pathname;
  const floor = readOperatorPolicy('config/policy.yaml', readFileSync(path, 'utf8'));
  const shipped: Policy = { governed: {}, rules: floor.approvals, waivers: [], unreadable: [] };
  test.each([
    ['one approval for a change', [neutral], ['alice'], 'approved'],
    ['two for weakening a critical control', [weakening], ['alice'], 'needs-approval'],
    ['two for weakening a critical control', [weakening], ['alice', 'bob'], 'approved'],
    ['a maintainer for a change of the policy', [policyFile], ['alice'], 'needs-approval'],
    ['a maintainer for a change of the policy', [policyFile], ['bob'], 'approved'],
  ] as const)('asks for %s: %j with %j is %s', (_, touched, by, state) => {
    expect(decide(input({ touched, reviews: approve(...by) }), shipped).state).toBe(state);
  });
});
