import { describe, expect, test } from '@jest/globals';
import { POLICY_PATH, policyFor } from '../../../core/approval/policy.ts';
import { readOperatorPolicy, readRepositoryPolicy } from '../../../core/approval/read-policy.ts';
import { ProblemError } from '../../../core/source/problem.ts';
import { sourceTree, treeOf } from '../../../core/source/tree.ts';

const read = (text: string) => readRepositoryPolicy(treeOf({ [POLICY_PATH]: text }));

test('a policy says what is governed, who approves what, and what is waived', () => {
  const { policy, problems } = read(`governed:
  inventories: [inventories/prod/hosts.yaml]
  playbooks: [site.yml]
  kubernetes: "1.34"
approvals:
  - name: gpu nodes
    if: { groups: 'gpu*', direction: [weakens, neutral] }
    requires: { count: 2, teams: [org/gpu], roles: [admin] }
waivers:
  - control: KG-ANON-01
    groups: [lab]
    reason: The lab has no users.
    ticket: SEC-12
    approver: alice
    expires: 2027-01-31
`);
  expect(problems).toEqual([]);
  expect(policy).toEqual({
    governed: { inventories: ['inventories/prod/hosts.yaml'], playbooks: ['site.yml'], kubernetes: '1.34' },
    approvals: [
      {
        name: 'gpu nodes',
        if: { groups: ['gpu*'], direction: ['weakens', 'neutral'] },
        requires: { count: 2, teams: ['org/gpu'], roles: ['admin'] },
      },
    ],
    waivers: [
      {
        control: 'KG-ANON-01',
        groups: ['lab'],
        reason: 'The lab has no users.',
        ticket: 'SEC-12',
        approver: 'alice',
        expires: '2027-01-31',
      },
    ],
  });
});

test.each([
  ['no file', treeOf({})],
  ['an empty file', treeOf({ [POLICY_PATH]: '' })],
  ['comments alone', treeOf({ [POLICY_PATH]: '# nothing yet\n' })],
])('%s is an empty policy', (_, tree) => {
  expect(readRepositoryPolicy(tree)).toEqual({ policy: {}, problems: [] });
});

describe('a policy with something wrong in it is none', () => {
  test.each([
    ['an unknown key', 'governed: {}\napprovers: []\n', 2, 'unknown key `approvers`'],
    [
      'an unknown key deep inside',
      'approvals:\n  - name: a\n    requires:\n      count: 1\n      team: [x]\n',
      5,
      'unknown key `team` in `approvals[0].requires`',
    ],
    [
      'an unknown role',
      'approvals:\n  - name: a\n    requires: {count: 1, roles: [owner]}\n',
      3,
      '`approvals[0].requires.roles[0]`',
    ],
    ['a count of zero', 'approvals:\n  - name: a\n    requires:\n      count: 0\n', 4, '`approvals[0].requires.count`'],
    [
      'an empty list of teams',
      'approvals:\n  - name: a\n    requires: {count: 1, teams: []}\n',
      3,
      '`approvals[0].requires.teams`',
    ],
    ['a rule that asks for nothing', 'approvals:\n  - name: a\n', 2, '`approvals[0].requires`'],
    [
      'two rules of one name',
      'approvals:\n  - {name: a, requires: {count: 1}}\n  - {name: a, requires: {count: 1}}\n',
      1,
      'a name of its own',
    ],
    [
      'an inventory without hosts',
      'governed:\n  inventories:\n    - path: aws_ec2.yml\n',
      3,
      '`governed.inventories[0].hosts`',
    ],
    [
      'a group without hosts',
      'governed:\n  inventories:\n    - path: aws_ec2.yml\n      hosts:\n        workers: []\n',
      5,
      '`governed.inventories[0].hosts.workers`',
    ],
    [
      'a range nobody can count',
      'governed:\n  inventories:\n    - path: aws_ec2.yml\n      hosts:\n        workers: ["n[3:1]"]\n',
      5,
      'no host range Ansible accepts',
    ],
    [
      'several names in one',
      'governed:\n  inventories:\n    - path: aws_ec2.yml\n      hosts:\n        workers: ["n1, n2"]\n',
      5,
      'must be one host name',
    ],
    [
      'an unknown direction',
      'approvals:\n  - name: a\n    if:\n      direction: down\n    requires: {count: 1}\n',
      4,
      '`approvals[0].if.direction`',
    ],
    ['a Kubernetes minor without quotes', 'governed:\n  kubernetes: 1.30\n', 2, 'in quotes'],
    ['a Kubernetes minor nobody knows', 'governed:\n  kubernetes: "1.99"\n', 2, 'must be one of'],
    ['an ansible-core without quotes', 'governed:\n  ansible: 2.17\n', 2, 'in quotes'],
    ['the version of the ansible package', 'governed:\n  ansible: "10.7.0"\n', 2, 'must be one of'],
    ['a path out of the repository', 'governed:\n  playbooks:\n    - ../site.yml\n', 3, 'inside the repository'],
    ['an absolute path', 'governed:\n  playbooks: [/site.yml]\n', 2, 'inside the repository'],
    ['a waiver without an end', 'waivers:\n  - {control: a, reason: b, approver: c}\n', 2, '`waivers[0].expires`'],
    [
      'a waiver until no day',
      'waivers:\n  - {control: a, reason: b, approver: c, expires: 2026-02-30}\n',
      2,
      'YYYY-MM-DD',
    ],
    ['a list', '- a\n', 0, 'the policy: '],
    ['a scalar', 'approve everything\n', 0, 'the policy: '],
    ['broken YAML', 'governed:\n  playbooks: [a\n', 3, ''],
    ['a key given twice', 'waivers: []\nwaivers: []\n', 2, 'unique'],
    ['a tag', 'waivers: !vault x\n', 1, 'tag'],
    ['two documents', 'waivers: []\n---\nwaivers: []\n', 2, 'multiple documents'],
    ['an alias', 'waivers: &a []\napprovals: *a\n', 0, 'aliases'],
    ['a merge conflict', '<<<<<<< HEAD\nwaivers: []\n=======\n>>>>>>> x\n', 1, 'merge conflict'],
    ['a thousand brackets', `waivers: ${'['.repeat(1000)}`, 1, 'nests deeper'],
    ['a file too large', `# ${'x'.repeat(70_000)}`, 1, 'is larger'],
  ])('%s', (_, text, line, message) => {
    const { policy, problems } = read(text);
    expect(policy).toBeNull();
    expect(problems[0]).toMatchObject({ file: POLICY_PATH, line, code: 'policy-invalid' });
    expect(problems[0]?.message).toContain(message);
  });

  test('every mistake is told, up to a number', () => {
    expect(read('a: 1\nb: 2\n').problems.map(({ line }) => line)).toEqual([1, 2]);
    expect(read(Array.from({ length: 99 }, (_, index) => `k${index}: 1\n`).join('')).problems).toHaveLength(20);
  });

  test.each([
    ['120000', 'symlink'],
    ['160000', 'submodule'],
  ] as const)('a policy of mode %s is a %s', (mode, code) => {
    const tree = sourceTree('a'.repeat(40), [{ path: POLICY_PATH, mode, oid: '1'.repeat(40), size: 9 }], () => null);
    expect(readRepositoryPolicy(tree)).toMatchObject({ policy: null, problems: [{ code }] });
  });

  test('a directory in its place', () => {
    expect(readRepositoryPolicy(treeOf({ [`${POLICY_PATH}/x`]: '' })).policy).toBeNull();
  });

  test('a file that cannot be read', () => {
    const tree = sourceTree(
      'a'.repeat(40),
      [{ path: POLICY_PATH, mode: '100644', oid: '1'.repeat(40), size: 9 }],
      path => {
        throw new ProblemError({ file: path, line: 0, code: 'unreadable', message: 'is not UTF-8' });
      },
    );
    expect(readRepositoryPolicy(tree)).toMatchObject({ policy: null, problems: [{ code: 'unreadable' }] });
  });
});

describe('the operator’s floor', () => {
  const floor = readOperatorPolicy('policy.yaml', 'approvals:\n  - {name: every change, requires: {count: 1}}\n');

  test('needs a rule that always holds, so that no change needs nobody', () => {
    const text = 'approvals:\n  - {name: a, if: {direction: weakens}, requires: {count: 1}}\n';
    expect(() => readOperatorPolicy('policy.yaml', text)).toThrow('policy.yaml:1: `approvals`: one rule without `if`');
    expect(() => readOperatorPolicy('policy.yaml', '')).toThrow(ProblemError);
  });

  test('stays whole under a repository’s policy, which only adds to it', () => {
    const repository = read('approvals:\n  - {name: more, requires: {count: 2}}\ngoverned: {playbooks: [b.yml]}\n');
    const policy = policyFor({ ...floor, governed: { playbooks: ['a.yml'], kubernetes: '1.33' } }, repository);
    expect(policy.rules.map(({ name }) => name)).toEqual(['every change', 'more']);
    expect(policy.governed).toEqual({ playbooks: ['a.yml', 'b.yml'], kubernetes: '1.33' });
  });

  test('judges alone while the repository’s policy cannot be read', () => {
    const policy = policyFor(floor, read('nonsense: 1\n'));
    expect(policy.rules).toEqual(floor.approvals);
    expect(policy.unreadable).toHaveLength(1);
  });
});

describe('hosts declared for inventories that are programs', () => {
  const governedBy = (text: string) =>
    policyFor({ approvals: [] }, read(`governed:\n  inventories:\n${text}`)).governed;

  test('make their source an inventory of its own', () => {
    const { inventories, declaredHosts } = governedBy('    - hosts.ini\n    - {path: ec2.yml, hosts: {w: [n1, n2]}}\n');
    expect(inventories).toEqual(['hosts.ini', 'ec2.yml']);
    expect(declaredHosts).toEqual(new Map([['ec2.yml', new Map([['w', ['n1', 'n2']]])]]));
  });

  test('belong to the folder when that is named too', () => {
    const { inventories } = governedBy('    - inventory\n    - {path: inventory/ec2.yml, hosts: {w: [n1]}}\n');
    expect(inventories).toEqual(['inventory']);
  });
});
