import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { RunEventOf, RunEventType } from '../../core/apply/run-event.ts';
import { eventsOf, type RunReport, readRunReport } from '../../core/apply/run-report.ts';
import { ansibleInstalled, Fixture, Gate } from './ansible-runs.ts';

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const CONFIG = (port: number) =>
  `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: ${port}\n`;

(ansibleInstalled() ? describe : describe.skip)('the Ansible callback', () => {
  const gate = new Gate();
  let fixture: Fixture;
  beforeAll(() => gate.start());
  afterAll(() => gate.stop());
  beforeEach(() => {
    fixture = new Fixture();
    gate.questions.length = 0;
    gate.answer = {
      status: 200,
      body: {
        verdict: 'approved',
        reason: null,
        change: 'acme/nodes#12',
        pr: 12,
        approvers: ['hubot'],
        digests: { cp1: { [fixture.config('cp1')]: sha256(CONFIG(0)) } },
      },
    };
  });
  afterEach(() => fixture.remove());

  const approve = () => ({ ...gate.answer });
  const deny = (reason: string) => ({ status: 200, body: { verdict: 'denied', reason } });
  const applied = () => existsSync(fixture.config('cp1'));
  /** The one report that came in since the gate was asked last. */
  function lastReport(): RunReport {
    return readRunReport([...gate.runs().values()].at(-1)!);
  }
  function dataOf<T extends RunEventType>(report: RunReport, type: T): RunEventOf<T>['data'][] {
    return eventsOf(report.events, type).map(({ data }) => data as RunEventOf<T>['data']);
  }
  const onlyTask = (report: RunReport, host: string, task: string) =>
    dataOf(report, 'task.result').find(data => data.host === host && data.task.endsWith(task));

  describe('before the first task', () => {
    test('asks the gate for exactly the commit and tree that is checked out', async () => {
      expect(await fixture.play(gate)).toMatchObject({ code: 0 });
      const commit = fixture.git('rev-parse', 'HEAD');
      const tree = fixture.git('rev-parse', 'HEAD^{tree}');
      expect(gate.questions).toEqual([{ repo: 'acme/nodes', commit, tree, token: 'Bearer runs-token' }]);
      expect(applied()).toBe(true);
    });

    test('a denied run ends with exit code 3 and no task, says why, and is reported', async () => {
      gate.answer = deny('commit is not on main');
      const { code, output } = await fixture.play(gate);
      expect(code).toBe(3);
      expect(output).toContain('kubelet-gate: run refused: commit is not on main');
      expect(output).not.toContain('TASK [');
      expect(applied()).toBe(false);
      const report = lastReport();
      expect(report.problems).toEqual([]);
      expect(dataOf(report, 'run.gate')).toMatchObject([{ verdict: 'denied', reason: 'commit is not on main' }]);
      expect(dataOf(report, 'run.end')).toMatchObject([{ status: 'refused' }]);
      expect(fixture.spooled()).toEqual([]);
    });

    const dirt: readonly (readonly [string, () => void, string])[] = [
      ['a changed file', () => fixture.write('group_vars/all.yml', 'read_only_port: 10255\n'), 'group_vars/all.yml'],
      ['a new file', () => fixture.write('host_vars/cp1.yml', 'read_only_port: 10255\n'), 'host_vars/cp1.yml'],
      ['a deleted file', () => rmSync(join(fixture.repository, 'group_vars/all.yml')), 'group_vars/all.yml'],
      [
        'a staged change',
        () => {
          fixture.write('group_vars/all.yml', 'read_only_port: 10255\n');
          fixture.git('add', '--all');
        },
        'group_vars/all.yml',
      ],
      ...['--assume-unchanged', '--skip-worktree'].map(
        flag =>
          [
            `a change hidden by ${flag}`,
            () => {
              fixture.git('update-index', flag, 'group_vars/all.yml');
              fixture.write('group_vars/all.yml', 'read_only_port: 10255\n');
            },
            'a change the index hides',
          ] as const,
      ),
    ];
    test.each(dirt)('%s in the work tree refuses the run without a question', async (_, soil, shown) => {
      soil();
      const { code, output } = await fixture.play(gate);
      expect(code).toBe(3);
      expect(output).toContain(`the work tree differs from commit`);
      expect(output).toContain(shown);
      expect(gate.questions).toEqual([]);
      expect(applied()).toBe(false);
    });

    test('the look at the work tree leaves the repository as it was', async () => {
      fixture.write('.gitignore', '__pycache__/\n');
      fixture.commit();
      fixture.write('group_vars/all.yml', 'read_only_port: 10255\n');
      const state = () => fixture.git('count-objects', '-v') + fixture.git('status', '--porcelain');
      const before = state();
      await fixture.play(gate);
      expect(state()).toBe(before);
    });

    test('a playbook outside Git is refused', async () => {
      rmSync(join(fixture.repository, '.git'), { recursive: true });
      const { code, output } = await fixture.play(gate);
      expect(code).toBe(3);
      expect(output).toContain('the playbook is not part of a Git commit');
      expect(applied()).toBe(false);
    });

    test('a playbook Git ignores is refused', async () => {
      fixture.write('ignored/site.yml', readFileSync(join(fixture.repository, 'site.yml'), 'utf8'));
      const { code, output } = await fixture.play(gate, ['ignored/site.yml'], {
        ANSIBLE_CALLBACK_PLUGINS: join(fixture.repository, 'callback_plugins'),
        ANSIBLE_ROLES_PATH: join(fixture.repository, 'roles'),
      });
      expect(code).toBe(3);
      expect(output).toContain('does not hold the playbook ignored/site.yml');
      expect(applied()).toBe(false);
    });

    test("another repository in Git's environment does not answer for this one", async () => {
      const other = new Fixture();
      fixture.write('group_vars/all.yml', 'read_only_port: 10255\n');
      const { code } = await fixture.play(gate, ['site.yml'], {
        GIT_DIR: join(other.repository, '.git'),
        GIT_WORK_TREE: other.repository,
      });
      other.remove();
      expect(code).toBe(3);
      expect(gate.questions).toEqual([]);
    });

    test.each([
      ['no address', { KUBELET_GATE_URL: '' }, 'KUBELET_GATE_URL is not set'],
      ['an address that is none', { KUBELET_GATE_URL: 'file:///etc/passwd' }, 'KUBELET_GATE_URL is not set'],
      ['a misspelt mode', { KUBELET_GATE_ON_UNREACHABLE: 'allow' }, 'neither refuse nor record'],
      ['a spool it cannot write', { KUBELET_GATE_SPOOL: '/dev/null/spool' }, 'the run cannot be recorded'],
      [
        'a token file that is missing',
        { KUBELET_GATE_TOKEN: '', KUBELET_GATE_TOKEN_FILE: '/nowhere' },
        'cannot be reached',
      ],
    ])('with %s the run is refused', async (_, environment, said) => {
      const { code, output } = await fixture.play(gate, ['site.yml'], environment);
      expect(code).toBe(3);
      expect(output).toContain(said);
      expect(applied()).toBe(false);
    });

    test.each<[string, Gate['answer'], string]>([
      ['a token it does not know', { status: 401, body: {} }, 'does not accept the token'],
      ['an unknown path', { status: 404, body: 'no' }, 'HTTP 404'],
      ['a redirect', { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } }, 'HTTP 302'],
      ['its own failure', { status: 500, body: {} }, 'HTTP 500'],
      ['a page of something else', { status: 200, body: '<html>' }, 'is not kubelet-gate'],
      ['a verdict nobody knows', { status: 200, body: { verdict: 'ok' } }, 'is not kubelet-gate'],
    ])('a gate that answers with %s refuses the run', async (_, answer, said) => {
      gate.answer = answer;
      const { code, output } = await fixture.play(gate);
      expect(code).toBe(3);
      expect(output).toContain(said);
      expect(applied()).toBe(false);
    });

    test('what refuses cannot be turned into going on by asking to record unreachable gates', async () => {
      gate.answer = { status: 401, body: {} };
      const { code } = await fixture.play(gate, ['site.yml'], { KUBELET_GATE_ON_UNREACHABLE: 'record' });
      expect(code).toBe(3);
      expect(applied()).toBe(false);
    });
  });

  describe('while the gate is down', () => {
    const down = new Gate();
    beforeEach(async () => {
      await down.start();
      await down.stop();
    });

    test('a run is refused, and its record waits in the spool until it can be flushed', async () => {
      const { code, output } = await fixture.play(down);
      expect(code).toBe(3);
      expect(output).toContain('the gate cannot be reached');
      expect(applied()).toBe(false);
      expect(fixture.spooled()).toHaveLength(1);

      expect(await fixture.recorder(down, 'flush')).toMatchObject({ code: 1 });
      expect(fixture.spooled()).toHaveLength(1);
      expect(await fixture.recorder(gate, 'flush')).toMatchObject({ code: 0, output: '1 record(s) delivered\n' });
      expect(fixture.spooled()).toEqual([]);
      expect(dataOf(lastReport(), 'run.gate')).toMatchObject([{ verdict: 'unreachable' }]);
    });

    test('a run may go on where the operator says so: loudly, and recorded as not approved', async () => {
      const { code, output } = await fixture.play(down, ['site.yml'], { KUBELET_GATE_ON_UNREACHABLE: 'record' });
      expect(code).toBe(0);
      expect(output).toContain('recorded as not approved');
      expect(applied()).toBe(true);
      expect(fixture.spooled()).toHaveLength(1);

      await fixture.play(gate);
      expect(fixture.spooled()).toEqual([]);
      const verdicts = [...gate.runs().values()].slice(-2).map(lines => dataOf(readRunReport(lines), 'run.gate')[0]);
      expect(new Set(verdicts.map(data => data?.verdict))).toEqual(new Set(['approved', 'unreachable']));
    });

    test('a record the gate refuses for ever is set aside for a person and blocks nothing', async () => {
      await fixture.play(down);
      gate.answer = { ...approve(), reports: 422 };
      const { code, output } = await fixture.recorder(gate, 'flush');
      expect(code).toBe(1);
      expect(output).toContain('it needs a person');
      expect(fixture.spooled()).toEqual([expect.stringMatching(/\.rejected$/)]);
    });
  });

  describe('the record of an approved run', () => {
    test('is a whole chain with the SHA-256 of governed files before and after', async () => {
      const { code } = await fixture.play(gate);
      expect(code).toBe(0);
      const report = lastReport();
      expect(report.problems).toEqual([]);
      expect(onlyTask(report, 'cp1', 'Write the kubelet configuration')).toMatchObject({
        action: 'template',
        role: 'kubelet',
        changed: true,
        dest: fixture.config('cp1'),
        before_exists: false,
        sha256: sha256(readFileSync(fixture.config('cp1'))),
        mode: '0600',
        notify: ['restart kubelet'],
      });
      expect(sha256(readFileSync(fixture.config('cp1')))).toBe(sha256(CONFIG(0)));
      expect(onlyTask(report, 'cp1', 'restart kubelet')).toMatchObject({ handler: ['restart kubelet'], changed: true });
      expect(dataOf(report, 'file.state')).toMatchObject([
        { host: 'cp1', when: 'before', exists: false, sha256: null },
        { host: 'cp1', when: 'after', exists: true, sha256: sha256(CONFIG(0)) },
      ]);
      expect(dataOf(report, 'role.coverage').map(({ host, role, complete }) => [host, role, complete])).toEqual(
        expect.arrayContaining([
          ['cp1', 'os-hardening', true],
          ['gpu1', 'kubelet', true],
        ]),
      );
      expect(dataOf(report, 'run.end')).toMatchObject([
        { status: 'ok', check: false, pending_restart: {}, unapproved_inputs: [], recorder_fault: null },
      ]);
      expect(fixture.spooled()).toEqual([]);
    });

    test('of a repetition says that nothing changed', async () => {
      await fixture.play(gate);
      await fixture.play(gate);
      const report = lastReport();
      expect(dataOf(report, 'run.end')).toMatchObject([{ changed: 0 }]);
      expect(onlyTask(report, 'cp1', 'Write the kubelet configuration')).toMatchObject({
        changed: false,
        sha256: sha256(CONFIG(0)),
      });
      expect(dataOf(report, 'file.state').map(state => state.sha256)).toEqual([sha256(CONFIG(0)), sha256(CONFIG(0))]);
    });

    test('shows that somebody changed a file by hand', async () => {
      await fixture.play(gate);
      writeFileSync(fixture.config('cp1'), CONFIG(10255));
      await fixture.play(gate);
      expect(dataOf(lastReport(), 'file.state')[0]).toMatchObject({ when: 'before', sha256: sha256(CONFIG(10255)) });
      expect(onlyTask(lastReport(), 'cp1', 'Write the kubelet configuration')).toMatchObject({
        changed: true,
        before_sha256: sha256(CONFIG(10255)),
        sha256: sha256(CONFIG(0)),
      });
    });

    test('of a run by --tags says that roles did not run through', async () => {
      fixture.write('roles/kubelet/tasks/more.yml', '- ansible.builtin.debug: {msg: hello}\n');
      fixture.write(
        'roles/kubelet/tasks/main.yml',
        `${readFileSync(join(fixture.repository, 'roles/kubelet/tasks/main.yml'), 'utf8')}  tags: config
- ansible.builtin.import_tasks: more.yml
- name: Only when asked for
  ansible.builtin.debug: {msg: hello}
  tags: never
`,
      );
      fixture.commit();
      await fixture.play(gate, ['site.yml', '--skip-tags', 'config']);
      const coverage = dataOf(lastReport(), 'role.coverage').filter(
        ({ host, role }) => host === 'cp1' && role === 'kubelet',
      );
      expect(coverage).toMatchObject([{ complete: false, missing: [expect.stringContaining('Write the kubelet')] }]);
      await fixture.play(gate);
      expect(dataOf(lastReport(), 'role.coverage').every(({ complete }) => complete)).toBe(true);
    });

    test('of check mode says so, and claims no content', async () => {
      await fixture.play(gate, ['site.yml', '--check', '--skip-tags', 'none', '--limit', 'cp1']);
      const report = lastReport();
      expect(dataOf(report, 'run.start')).toMatchObject([{ cli: { check: true } }]);
      expect(dataOf(report, 'play.start')).toMatchObject([{ targets: ['cp1'], left_out_by_limit: ['gpu1'] }]);
      expect(dataOf(report, 'run.end')).toMatchObject([{ check: true }]);
      expect(dataOf(report, 'file.state').map(({ exists }) => exists)).toEqual([false, false]);
    });

    test('names the inputs the commit does not hold', async () => {
      fixture.write('ignored/vars.yml', 'read_only_port: 10255\n');
      fixture.write(
        'site.yml',
        `${readFileSync(join(fixture.repository, 'site.yml'), 'utf8')}  vars_files: [ignored/vars.yml]\n`,
      );
      fixture.commit();
      await fixture.play(gate);
      expect(dataOf(lastReport(), 'run.end')).toMatchObject([{ unapproved_inputs: [{ path: 'ignored/vars.yml' }] }]);
    });

    test('of a failing run says which task failed', async () => {
      fixture.write(
        'roles/kubelet/tasks/main.yml',
        '- name: Fail\n  ansible.builtin.fail: {msg: "no\\nmore"}\n  when: inventory_hostname == "gpu1"\n',
      );
      fixture.commit();
      expect((await fixture.play(gate)).code).toBe(2);
      const report = lastReport();
      expect(onlyTask(report, 'gpu1', 'Fail')).toMatchObject({ status: 'failed', msg: 'no' });
      expect(dataOf(report, 'run.end')).toMatchObject([{ status: 'failed', hosts: { gpu1: { failures: 1 } } }]);
    });

    test('holds no secret: no arguments, no hidden results, no values of extra variables', async () => {
      fixture.write(
        'roles/kubelet/tasks/main.yml',
        `- name: Hidden
  ansible.builtin.copy: {content: "token-{{ secret }}", dest: "{{ target }}/kubelet-token"}
  no_log: true
- name: Hidden in a loop
  ansible.builtin.copy: {content: "token-{{ secret }}{{ item }}", dest: "{{ target }}/kubelet-token-{{ item }}"}
  no_log: true
  loop: [1, 2]
- name: Shown
  ansible.builtin.copy: {content: "token-{{ secret }}", dest: "{{ target }}/kubelet-plain"}
- name: An argument
  ansible.builtin.command: {cmd: "true token-{{ secret }}"}
`,
      );
      fixture.commit();
      expect((await fixture.play(gate, ['site.yml', '--diff', '-e', 'secret=s3cr3t-value'])).code).toBe(0);
      const text = [...gate.runs().values()].at(-1)!.join('\n');
      expect(text).not.toContain('s3cr3t');
      expect(text).not.toContain('secret-in-url');
      expect(text).toContain('"names":["secret"]');
      expect(onlyTask(lastReport(), 'cp1', 'Hidden')).toMatchObject({ no_log: true, changed: true });
    });

    test('of two playbooks in one command is two records', async () => {
      const before = gate.runs().size;
      expect((await fixture.play(gate, ['site.yml', 'site.yml'])).code).toBe(0);
      const reports = [...gate.runs().values()].slice(before).map(readRunReport);
      expect(reports.map(({ problems }) => problems)).toEqual([[], []]);
      expect(gate.questions).toHaveLength(2);
    });
  });

  describe('on a host that is not this machine', () => {
    beforeEach(() => {
      fixture.write(
        'connection_plugins/elsewhere.py',
        `from ansible.plugins.connection.local import Connection as Local
DOCUMENTATION = """
name: elsewhere
short_description: a connection that is not called local
description: [It behaves like local.]
extends_documentation_fragment: [connection_pipelining]
"""
class Connection(Local):
    transport = "elsewhere"
`,
      );
      fixture.commit();
    });
    const elsewhere = ['site.yml', '-e', 'ansible_connection=elsewhere'];

    test('only the SHA-1 Ansible reports is known', async () => {
      expect((await fixture.play(gate, elsewhere)).code).toBe(0);
      const report = lastReport();
      const sha1 = createHash('sha1').update(CONFIG(0)).digest('hex');
      expect(onlyTask(report, 'cp1', 'Write the kubelet configuration')).toMatchObject({ sha1, sha256: null });
      expect(dataOf(report, 'file.state')).toEqual([]);
    });

    test('--diff shows the content, and so its SHA-256', async () => {
      await fixture.play(gate, [...elsewhere, '--diff']);
      expect(onlyTask(lastReport(), 'cp1', 'Write the kubelet configuration')).toMatchObject({
        sha256: sha256(CONFIG(0)),
        before_exists: false,
      });
    });

    test('the attest role of the collection reads the SHA-256 there', async () => {
      const collection = fixture.installCollection();
      fixture.write(
        'site.yml',
        `${readFileSync(join(fixture.repository, 'site.yml'), 'utf8')}  post_tasks:
    - ansible.builtin.include_role: {name: kubelet_gate.gate.attest}
      vars: {attest_files: ["{{ target }}/var/lib/kubelet/config.yaml", "{{ target }}/kubelet-absent"]}
`,
      );
      fixture.commit();
      const { code, output } = await fixture.play(gate, elsewhere, collection);
      expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
      const seen = dataOf(lastReport(), 'task.result').filter(
        ({ action, host }) => action === 'stat' && host === 'cp1',
      );
      expect(seen).toMatchObject([
        { dest: fixture.config('cp1'), exists: true, sha256: sha256(CONFIG(0)) },
        { dest: join(fixture.target('cp1'), 'kubelet-absent'), exists: false, sha256: null },
      ]);
    });
  });

  test('from the collection it works like beside the playbook', async () => {
    fixture.git('rm', '-q', '-r', 'callback_plugins');
    fixture.commit();
    const environment = { ...fixture.installCollection(), ANSIBLE_CALLBACKS_ENABLED: 'kubelet_gate.gate.kubelet_gate' };
    gate.answer = deny('not yet');
    expect((await fixture.play(gate, ['site.yml'], environment)).code).toBe(3);
    expect(applied()).toBe(false);
    gate.answer = { status: 200, body: { verdict: 'approved' } };
    expect((await fixture.play(gate, ['site.yml'], environment)).code).toBe(0);
    expect(lastReport().problems).toEqual([]);
  });

  test('beside the playbook it cannot be switched off by the environment', async () => {
    gate.answer = deny('not yet');
    const off = { ANSIBLE_CALLBACKS_ENABLED: '', ANSIBLE_CALLBACK_PLUGINS: '/nonexistent' };
    expect((await fixture.play(gate, ['site.yml'], off)).code).toBe(3);
    expect(applied()).toBe(false);
  });

  test('a killed run leaves what it did in the spool, and the next run delivers it as incomplete', async () => {
    fixture.write(
      'roles/kubelet/tasks/wait.yml',
      '- name: Wait\n  ansible.builtin.wait_for: {path: "{{ target }}/never", timeout: 300}\n',
    );
    const main = readFileSync(join(fixture.repository, 'roles/kubelet/tasks/main.yml'), 'utf8');
    fixture.write('roles/kubelet/tasks/main.yml', `${main}- ansible.builtin.import_tasks: wait.yml\n`);
    fixture.commit();
    await fixture.playKilled(gate, () =>
      fixture.spooledText().includes('"dest":'.concat(JSON.stringify(fixture.config('gpu1')))),
    );
    expect(fixture.spooled()).toHaveLength(1);

    gate.answer = { ...approve() };
    fixture.git('revert', '--no-edit', 'HEAD');
    await fixture.play(gate);
    expect(fixture.spooled()).toEqual([]);
    const reports = [...gate.runs().values()].slice(-2).map(readRunReport);
    const killed = reports.find(({ events }) => eventsOf(events, 'run.end').length === 0)!;
    expect(killed.problems).toMatchObject([{ code: 'no-end' }]);
    expect(onlyTask(killed, 'cp1', 'Write the kubelet configuration')).toMatchObject({ sha256: sha256(CONFIG(0)) });
    expect(reports.find(report => report !== killed)!.problems).toEqual([]);
  });

  test('a recorder that cannot write any more says so and lets the run end', async () => {
    fixture.write(
      'site.yml',
      `- hosts: cp1
  gather_facts: false
  tasks:
    - ansible.builtin.debug: {msg: "{{ item }}"}
      changed_when: true
      loop: "{{ range(60) }}"
`,
    );
    fixture.commit();
    const { code, output } = await fixture.limited(gate, 16);
    expect(output).toContain('this run will count as not fully recorded');
    expect(code).toBe(0);
    expect(lastReport().problems).toMatchObject([{ code: 'no-end' }]);
  });

  test('an unknown command of the recorder explains itself', async () => {
    expect(await fixture.recorder(gate)).toEqual({ code: 2, output: 'usage: python3 kubelet_gate.py flush\n' });
  });
});
