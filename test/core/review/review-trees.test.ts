import { existsSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { approvalInput, reasonsOf } from '../../../core/approval/approval-input.ts';
import { summaryComment } from '../../../core/report/summary-comment.ts';
import { decided, nowhere } from '../report/verdicts.ts';
import { type Files, filesBelow, reviewFiles } from './repositories.ts';

const TEMPLATE = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authorization:
  mode: {{ kubelet_authorization_mode }}
readOnlyPort: {{ kubelet_read_only_port }}
`;
const SITE: Files = {
  'site.yml': '- hosts: all\n  roles: [kubelet]\n',
  'hosts.ini': '[workers]\nw1\nw2\n\n[gpu]\ng1\n',
  'roles/kubelet/defaults/main.yml': 'kubelet_authorization_mode: Webhook\nkubelet_read_only_port: 0\n',
  'roles/kubelet/tasks/main.yml':
    '- name: configure the kubelet\n  template:\n    src: kubelet.yaml.j2\n    dest: /etc/kubernetes/kubelet.yaml\n    mode: "0600"\n    owner: root\n    group: root\n',
  'roles/kubelet/templates/kubelet.yaml.j2': TEMPLATE,
  'README.md': 'How we run our nodes.\n',
};
const change = (changed: Files) => reviewFiles(SITE, { ...SITE, ...changed });
const without = (path: string): Files => Object.fromEntries(Object.entries(SITE).filter(([name]) => name !== path));
const changesOf = (verdict: ReturnType<typeof change>) =>
  verdict.changes.map(({ path, hosts, direction, at }) => [
    path,
    hosts.join(),
    direction,
    `${at[0]?.file}:${at[0]?.line}`,
  ]);

describe('a small site', () => {
  test('whose default opens authorization fails on every node, at the variable’s line', () => {
    const verdict = change({
      'roles/kubelet/defaults/main.yml': 'kubelet_authorization_mode: AlwaysAllow\nkubelet_read_only_port: 0\n',
    });
    expect(verdict).toMatchObject({ conclusion: 'fail', direction: 'weakens', hostCount: 3, problems: [] });
    expect(changesOf(verdict)).toEqual([
      ['authorization.mode', 'w1,w2', 'weakens', 'roles/kubelet/defaults/main.yml:1'],
      ['authorization.mode', 'g1', 'weakens', 'roles/kubelet/defaults/main.yml:1'],
    ]);
    const [line] = summaryComment(verdict, decided('blocked'), nowhere).split('\n');
    expect(line).toBe('**Weakens authorization on every node (3):** `authorization.mode: Webhook -> AlwaysAllow`');
  });

  test('whose group variable opens a port fails on that group alone', () => {
    const verdict = change({ 'group_vars/gpu.yml': 'kubelet_read_only_port: 10255\n' });
    expect(verdict.conclusion).toBe('fail');
    expect(changesOf(verdict)).toEqual([['readOnlyPort', 'g1', 'weakens', 'group_vars/gpu.yml:1']]);
  });

  test('whose file mode opens fails at the task', () => {
    const tasks = (SITE['roles/kubelet/tasks/main.yml'] ?? '').replace('0600', '0666');
    const verdict = change({ 'roles/kubelet/tasks/main.yml': tasks });
    expect(verdict).toMatchObject({ conclusion: 'fail', direction: 'weakens' });
    expect(new Set(verdict.changes.map(({ path }) => path))).toEqual(new Set(['/etc/kubernetes/kubelet.yaml#mode']));
  });

  test.each([
    ['an unrelated file', { 'README.md': 'Other words.\n' }, 'not-applicable'],
    [
      'a comment in a variable file',
      { 'roles/kubelet/defaults/main.yml': `# why\n${SITE['roles/kubelet/defaults/main.yml']}` },
      'pass',
    ],
    [
      'a comment in a task file',
      { 'roles/kubelet/tasks/main.yml': `# why\n${SITE['roles/kubelet/tasks/main.yml']}` },
      'pass',
    ],
    ['a comment in the template', { 'roles/kubelet/templates/kubelet.yaml.j2': `${TEMPLATE}# why\n` }, 'pass'],
    ['a value moved to where it wins anyway', { 'group_vars/all.yml': 'kubelet_read_only_port: 0\n' }, 'pass'],
  ])('that changes %s has nothing to approve', (_, changed, conclusion) => {
    const verdict = change(changed);
    expect(verdict).toMatchObject({ conclusion, changes: [] });
    const people = {
      equalHeads: [],
      reviews: [],
      participants: { author: 'a', committers: [], coAuthors: [], unmapped: [] },
      people: [],
    };
    expect(approvalInput(verdict, people).touched).toEqual([]);
  });

  test('that loses its template is not silent', () => {
    const verdict = reviewFiles(SITE, without('roles/kubelet/templates/kubelet.yaml.j2'));
    expect(verdict).toMatchObject({ conclusion: 'fail', direction: 'weakens' });
    expect(verdict.problems[0]?.file).toBe('roles/kubelet/tasks/main.yml');
  });

  test('that no longer runs the role weakens what the nodes had', () => {
    const verdict = change({ 'site.yml': '- hosts: all\n  roles: []\n' });
    expect(verdict.changes.length + verdict.problems.length).toBeGreaterThan(0);
    expect(verdict.procedures).toContain('site.yml');
  });

  test.each([
    ['broken YAML in a variable file', { 'group_vars/all.yml': 'a: "x\n' }, 'group_vars/all.yml'],
    [
      'a broken template',
      { 'roles/kubelet/templates/kubelet.yaml.j2': '{% if %}\n' },
      'roles/kubelet/templates/kubelet.yaml.j2',
    ],
    ['an unknown policy key', { '.kubelet-gate.yaml': 'approvers: []\n' }, '.kubelet-gate.yaml'],
    [
      'a field no kubelet knows',
      { 'roles/kubelet/templates/kubelet.yaml.j2': `${TEMPLATE}readonlyPort: 1\n` },
      'roles/kubelet/templates/kubelet.yaml.j2',
    ],
  ])('with %s fails and names the file', (_, changed, file) => {
    const verdict = change(changed as unknown as Files);
    expect(verdict.conclusion).toBe('fail');
    expect(verdict.problems.map(problem => problem.file)).toContain(file);
  });

  test('has one digest for two ways to the same effect and another for another effect', () => {
    const viaDefault = change({
      'roles/kubelet/defaults/main.yml': 'kubelet_authorization_mode: Webhook\nkubelet_read_only_port: 10255\n',
    });
    const viaGroup = change({ 'group_vars/all.yml': 'kubelet_read_only_port: 10255\n' });
    const other = change({ 'group_vars/all.yml': 'kubelet_read_only_port: 10256\n' });
    expect(viaGroup.digest).toBe(viaDefault.digest);
    expect(other.digest).not.toBe(viaDefault.digest);
  });

  test('that existed with a violation is judged by what changes', () => {
    const open = { ...SITE, 'group_vars/all.yml': 'kubelet_read_only_port: 10255\n' };
    const verdict = reviewFiles(open, { ...open, 'README.md': 'Other words.\n' });
    expect(verdict.conclusion).toBe('not-applicable');
    expect(verdict.findings.filter(({ status }) => status !== 'existing')).toEqual([]);
    expect(verdict.findings.map(({ control }) => control)).toContain('KG-API-01');
  });

  test('shows a flag the kubelet refuses as what it is, with its place among several', () => {
    const flags = (gates: string): Files => ({
      ...SITE,
      'roles/kubelet/tasks/main.yml': `${SITE['roles/kubelet/tasks/main.yml']}- copy:\n    dest: /etc/default/kubelet\n    content: |\n      KUBELET_EXTRA_ARGS=--max-pods=80 --no-such-flag=1 ${gates}\n`,
    });
    const verdict = reviewFiles(flags('--feature-gates=NoSuchGate=true'), flags(''));
    const change = verdict.changes.find(({ path }) => path === '--feature-gates');
    expect(change).toMatchObject({ before: { value: 'NoSuchGate=true' }, after: { state: 'absent' } });
    expect(verdict.changes.map(({ path }) => path)).not.toContain('--max-pods');
  });

  test('whose evaluation was over a limit before never passes a governed change unseen', () => {
    const ways = Array.from({ length: 7 }, (_, n) => `{% if fact${n} is defined and fact${n} %}${n}{% endif %}`).join(
      '',
    );
    const facts = Array.from({ length: 7 }, (_, n) => `- command: /bin/fact ${n}\n  register: fact${n}\n`).join('');
    const site = {
      ...SITE,
      'roles/kubelet/tasks/main.yml': `${facts}- set_fact:\n    seen: "${ways}"\n${SITE['roles/kubelet/tasks/main.yml']}`,
    };
    const verdict = reviewFiles(site, { ...site, 'group_vars/gpu.yml': 'kubelet_read_only_port: 10255\n' });
    expect(verdict.existingProblems.map(({ code, file }) => [code, file])).toContainEqual([
      'over-limit',
      'roles/kubelet/tasks/main.yml',
    ]);
    expect(verdict).toMatchObject({ conclusion: 'undecided', procedures: ['group_vars/gpu.yml'] });
    expect(reasonsOf(verdict).join()).toContain('roles/kubelet/tasks/main.yml:');
    const [line] = summaryComment(verdict, decided('needs-approval'), nowhere).split('\n');
    expect(line).toContain('**Cannot be seen in full; a person has to judge:**');
    expect(reviewFiles(site, { ...site, 'README.md': 'Other words.\n' }).conclusion).toBe('not-applicable');
  });
});

const corpus = new URL('../../../../shared/corpus/cases/', import.meta.url).pathname;
const cases = ['005', '029', '035', '043'].filter(id => existsSync(`${corpus}${id}/meta.json`));
if (cases.length < 4) console.log(`real changes: ${cases.length} of 4 cases are at ${corpus}; the others are not run`);

describe('real changes of public projects', () => {
  test.each([
    ['005', 'fail', [['authorization.mode', 'weakens', 'roles/kubespray-defaults/defaults/main.yaml']]],
    ['029', 'fail', [['readOnlyPort', 'weakens', 'roles/kube-node/templates/kubelet-config.yaml.j2']]],
    ['035', 'fail', [['tlsCipherSuites', 'weakens', 'files/kubelet-config.json']]],
    ['043', 'pass', []],
  ] as const)('case %s is %s', (id, conclusion, expected) => {
    if (!cases.includes(id)) return;
    const verdict = reviewFiles(filesBelow(`${corpus}${id}/base`), filesBelow(`${corpus}${id}/head`));
    const changes = verdict.changes.map(({ path, direction, at }) => [path, direction, at[0]?.file]);
    expect([...new Set(changes.map(row => row.join(' ')))]).toEqual(expected.map(row => row.join(' ')));
    expect(verdict.conclusion).toBe(conclusion);
    expect(verdict.procedures).toEqual([]);
  });
});
