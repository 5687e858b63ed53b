import { describe, expect, test } from '@jest/globals';
import { blockAt } from '../../../core/review/review-problems.ts';
import type { Problem, ProblemCode } from '../../../core/source/problem.ts';
import { type SourceTree, sourceTree, treeOf } from '../../../core/source/tree.ts';
import { group, inventory, rendering, reviewOf } from './build.ts';

const problem = (
  file: string,
  line: number,
  message = 'a shell task is not evaluated',
  code: ProblemCode = 'not-evaluated',
): Problem => ({ file, line, code, message });
const nodes = (problems: readonly Problem[], read: readonly string[] = []) =>
  rendering([inventory([{ hosts: ['n1'] }])], { read, problems });
const tasks = (command: string) => `- name: before
  copy: a

- name: run
  shell: ${command}
  args:
    chdir: /
- name: after
  copy: b
`;
const editing = (line: number) => `diff --git a/t.yml b/t.yml
--- a/t.yml
+++ b/t.yml
@@ -${line} +${line} @@
-old
+new
`;

describe('a problem', () => {
  test.each([
    ['that appears fails the verdict', [], [problem('t.yml', 4)], '', ['introduced']],
    ['that was there is listed and does not fail', [problem('t.yml', 4)], [problem('t.yml', 4)], '', ['existing']],
    ['that goes is no longer told', [problem('t.yml', 4)], [], '', []],
    ['whose lines moved was there', [problem('t.yml', 2)], [problem('t.yml', 4)], '', ['existing']],
    [
      'that appears a second time is new',
      [problem('t.yml', 4)],
      [problem('t.yml', 1), problem('t.yml', 4)],
      '',
      ['existing', 'introduced'],
    ],
    [
      'whose task is edited is new: it must not change unjudged',
      [problem('t.yml', 4)],
      [problem('t.yml', 4)],
      editing(5),
      ['introduced'],
    ],
    [
      'is new when a later key of its task is edited',
      [problem('t.yml', 5)],
      [problem('t.yml', 5)],
      editing(7),
      ['introduced'],
    ],
    [
      'is not new when the task after it is edited',
      [problem('t.yml', 4)],
      [problem('t.yml', 4)],
      editing(9),
      ['existing'],
    ],
    [
      'of a whole file is new when the file is edited',
      [problem('t.yml', 0)],
      [problem('t.yml', 0)],
      editing(9),
      ['introduced'],
    ],
  ])('%s', (_, before, after, diff, expected) => {
    const verdict = reviewOf({
      base: nodes(before),
      head: nodes(after),
      baseTree: treeOf({ 't.yml': tasks('x') }),
      headTree: treeOf({ 't.yml': tasks('y') }),
      diff,
    });
    const found = [...verdict.existingProblems.map(() => 'existing'), ...verdict.problems.map(() => 'introduced')];
    expect(found).toEqual(expected);
    expect(verdict.conclusion === 'fail').toBe(expected.includes('introduced'));
  });

  test.each([
    ['another command', 'shell: x', 'shell: y', 'introduced'],
    ['another condition', 'shell: x\n  when: a', 'shell: x\n  when: b', 'introduced'],
    ['another source', 'template: { src: a, dest: b }', 'template: { src: c, dest: b }', 'introduced'],
    ['a comment', 'shell: x', '# why\n  shell: x', 'existing'],
    ['quotes and order', 'shell: x\n  become: yes', 'become: true\n  shell: "x"', 'existing'],
    ['a full name', 'template: { src: a, dest: b }', 'ansible.builtin.template: { dest: b, src: a }', 'existing'],
    ['a backup and a mode', 'template: { src: a, backup: "yes" }', 'template: { src: a, mode: "0600" }', 'existing'],
    ['tags and a name', 'name: run\n  shell: x', 'name: Run\n  tags: t\n  shell: x', 'existing'],
    [
      'other variables',
      'template: { src: a }\n  vars: { mode: 1 }',
      'template: { src: a }\n  vars: { mode: 2 }',
      'introduced',
    ],
    ['what is no YAML any more', 'shell: x', 'shell: "x', 'introduced'],
  ] as const)('whose task is edited to %s is judged by what it says', (_, before, after, expected) => {
    const known = nodes([problem('t.yml', 2)]);
    const treeWith = (task: string) => treeOf({ 't.yml': `- debug: msg=x\n- ${task}\n` });
    const verdict = reviewOf({
      base: known,
      head: known,
      baseTree: treeWith(before),
      headTree: treeWith(after),
      diff: editing(2),
    });
    expect(verdict[expected === 'existing' ? 'existingProblems' : 'problems']).toHaveLength(1);
  });

  test('is followed through a rename', () => {
    const diff = 'diff --git a/old.yml b/new.yml\nsimilarity index 100%\nrename from old.yml\nrename to new.yml\n';
    const verdict = reviewOf({ base: nodes([problem('old.yml', 4)]), head: nodes([problem('new.yml', 4)]), diff });
    expect(verdict.problems).toEqual([]);
    expect(verdict.existingProblems).toHaveLength(1);
  });

  test('the caller finds fails the verdict too', () => {
    const policy = problem('.kubelet-gate.yaml', 3, 'unknown key', 'policy-invalid');
    expect(reviewOf({ base: nodes([]), head: nodes([]), headProblems: [policy] })).toMatchObject({
      conclusion: 'fail',
      problems: [policy],
    });
  });
});

test.each([
  [1, [1, 3]],
  [4, [4, 7]],
  [5, [4, 7]],
  [7, [4, 7]],
  [9, [8, 10]],
])('line %i stands in the task of lines %j', (line, block) => {
  expect(blockAt(tasks('x').split('\n'), line)).toEqual(block);
});

describe('a kubelet that does not start', () => {
  const refusing = {
    kubeletProblems: [{ path: 'readOnlyPort', message: 'must be a port' }],
    values: { readOnlyPort: { value: -1, at: ['g.yml:4'] } },
  };
  const at = (...groups: readonly object[]) =>
    rendering([inventory(groups.map((sketch, index) => ({ hosts: [`n${index}`], ...sketch })))]);

  test('fails the verdict at the place the value was written, with the number of nodes', () => {
    expect(reviewOf({ base: at({}, {}), head: at(refusing, refusing) })).toMatchObject({
      conclusion: 'fail',
      problems: [
        {
          file: 'g.yml',
          line: 4,
          code: 'kubelet-refuses',
          message: 'the kubelet 1.34 does not start with readOnlyPort: must be a port (2 nodes)',
        },
      ],
    });
  });

  test('on one group is new when another group had it', () => {
    const verdict = reviewOf({ base: at(refusing, {}), head: at(refusing, refusing) });
    expect(verdict.problems.map(({ message }) => message)).toEqual([expect.stringContaining('(1 node)')]);
    expect(verdict.existingProblems).toHaveLength(1);
  });

  test('before and after alike does not fail', () => {
    expect(reviewOf({ base: at(refusing), head: at(refusing) }).conclusion).not.toBe('fail');
  });

  test('and has no configuration is not compared field by field', () => {
    const verdict = reviewOf({ base: at({}), head: at({ refused: true, kubeletProblems: [{ stage: 'decode' }] }) });
    expect(verdict.changes).toEqual([]);
    expect(verdict.conclusion).toBe('fail');
  });

  test('keys it ignores count as well', () => {
    const ignoring = {
      kubeletProblems: [{ effect: 'ignores' as const, path: 'readonlyPort', message: 'unknown field' }],
    };
    expect(reviewOf({ base: at({}), head: at(ignoring) }).problems[0]?.message).toContain('ignores readonlyPort');
  });
});

describe('links on governed paths', () => {
  const linked = (path: string, mode: '120000' | '160000'): SourceTree =>
    sourceTree('a'.repeat(40), [{ path, mode, oid: '1'.repeat(40), size: 1 }], () => null);
  const change = (path: string) => [
    { path, status: 'changed' as const, hunks: [], addedLines: new Set<number>(), removedLines: new Set<number>() },
  ];
  const governing = nodes([], ['roles/kubelet/defaults/main.yml']);

  test.each([
    ['a variable file becomes a symlink', 'roles/kubelet/defaults/main.yml', '120000', 'symlink'],
    ['a role directory becomes a symlink', 'roles/kubelet', '120000', 'symlink'],
    ['a role becomes a submodule', 'roles/kubelet', '160000', 'submodule'],
  ] as const)('%s', (_, path, mode, code) => {
    const verdict = reviewOf({ base: governing, head: nodes([]), headTree: linked(path, mode), changes: change(path) });
    expect(verdict).toMatchObject({ conclusion: 'fail', governed: [path], problems: [{ file: path, code }] });
  });

  test('a symlink elsewhere is nobody’s business', () => {
    const verdict = reviewOf({
      base: governing,
      head: governing,
      headTree: linked('docs', '120000'),
      changes: change('docs'),
    });
    expect(verdict.conclusion).toBe('not-applicable');
  });

  test('a link the rendering reports itself is told once', () => {
    const reported = problem('roles/kubelet', 0, 'is a symlink', 'symlink');
    const verdict = reviewOf({
      base: governing,
      head: nodes([reported], []),
      headTree: linked('roles/kubelet', '120000'),
      changes: change('roles/kubelet'),
    });
    expect(verdict.problems).toEqual([reported]);
  });
});

test('problems of groups and inventories are told once however many groups have them', () => {
  const shared = problem('t.yml', 4);
  const groups = [group({ hosts: ['n1'], problems: [shared] }), group({ hosts: ['n2'], problems: [shared] })];
  const hosts = { inventory: 'hosts.ini', hosts: ['n1', 'n2'], roleGroups: [], dynamic: [] };
  const head = rendering([{ ...hosts, groups, problems: [shared] }]);
  expect(reviewOf({ base: nodes([]), head }).problems).toEqual([shared]);
});
