import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { proveRun } from '../../core/apply/prove-run.ts';
import { eventsOf, type RunReport, readRunReport } from '../../core/apply/run-report.ts';
import { ansibleInstalled, CONFIG, dataOf, Fixture, Gate, lastReport, sha256 } from './ansible-runs.ts';

jest.setTimeout(300_000);

(ansibleInstalled() ? describe : describe.skip)('the record of an Ansible run', () => {
  const gate = new Gate();
  let fixture: Fixture;
  beforeAll(() => gate.start());
  afterAll(() => gate.stop());
  beforeEach(() => {
    fixture = new Fixture();
    gate.questions.length = 0;
    gate.answer = fixture.approval();
  });
  afterEach(() => fixture.remove());

  const onlyTask = (report: RunReport, host: string, task: string) =>
    dataOf(report, 'task.result').find(data => data.host === host && data.task.endsWith(task));

  describe('of an approved run', () => {
    test('is a whole chain with the SHA-256 of governed files before and after', async () => {
      const { code } = await fixture.play(gate);
      expect(code).toBe(0);
      const report = lastReport(gate);
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

      const [commit, tree] = [fixture.git('rev-parse', 'HEAD'), fixture.git('rev-parse', 'HEAD^{tree}')];
      const digests = (port: number) => ({ [fixture.config('cp1')]: sha256(CONFIG(port)) });
      const prove = (hostDigests: Readonly<Record<string, Readonly<Record<string, string>>>>) =>
        proveRun(lastReport(gate), { commit, tree, hostDigests }, { attestations: [], hosts: {}, trees: [] }).hosts;
      expect(prove({ cp1: digests(0) })).toMatchObject([
        { host: 'cp1', outcome: 'applied-as-approved', reasons: [], live: true, osFirst: true },
        { host: 'gpu1', outcome: 'not-proven', reasons: ['no file was approved for this host'] },
      ]);
      expect(prove({ cp1: digests(10255) })).toMatchObject([{ host: 'cp1', outcome: 'differs' }, {}]);
    });

    test('of repetitions says that nothing changed, and then that somebody changed a file by hand', async () => {
      await fixture.play(gate);
      await fixture.play(gate);
      const repeated = lastReport(gate);
      expect(dataOf(repeated, 'run.end')).toMatchObject([{ changed: 0 }]);
      expect(onlyTask(repeated, 'cp1', 'Write the kubelet configuration')).toMatchObject({
        changed: false,
        sha256: sha256(CONFIG(0)),
      });
      expect(dataOf(repeated, 'file.state').map(state => state.sha256)).toEqual([sha256(CONFIG(0)), sha256(CONFIG(0))]);

      writeFileSync(fixture.config('cp1'), CONFIG(10255));
      await fixture.play(gate);
      const corrected = lastReport(gate);
      expect(dataOf(corrected, 'file.state')[0]).toMatchObject({ when: 'before', sha256: sha256(CONFIG(10255)) });
      expect(onlyTask(corrected, 'cp1', 'Write the kubelet configuration')).toMatchObject({
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
      const coverage = dataOf(lastReport(gate), 'role.coverage').filter(
        ({ host, role }) => host === 'cp1' && role === 'kubelet',
      );
      expect(coverage).toMatchObject([{ complete: false, missing: [expect.stringContaining('Write the kubelet')] }]);
      await fixture.play(gate);
      expect(dataOf(lastReport(gate), 'role.coverage').every(({ complete }) => complete)).toBe(true);
    });

    test('of check mode says so, and claims no content', async () => {
      await fixture.play(gate, ['site.yml', '--check', '--skip-tags', 'none', '--limit', 'cp1']);
      const report = lastReport(gate);
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
      expect(dataOf(lastReport(gate), 'run.end')).toMatchObject([
        { unapproved_inputs: [{ path: 'ignored/vars.yml' }] },
      ]);
    });

    test('of a failing run says which task failed', async () => {
      fixture.write(
        'roles/kubelet/tasks/main.yml',
        '- name: Fail\n  ansible.builtin.fail: {msg: "no\\nmore"}\n  when: inventory_hostname == "gpu1"\n',
      );
      fixture.commit();
      expect((await fixture.play(gate)).code).toBe(2);
      const report = lastReport(gate);
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
      expect(onlyTask(lastReport(gate), 'cp1', 'Hidden')).toMatchObject({ no_log: true, changed: true });
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
      const report = lastReport(gate);
      const sha1 = createHash('sha1').update(CONFIG(0)).digest('hex');
      expect(onlyTask(report, 'cp1', 'Write the kubelet configuration')).toMatchObject({ sha1, sha256: null });
      expect(dataOf(report, 'file.state')).toEqual([]);
    });

    test('--diff shows the content, and so its SHA-256', async () => {
      await fixture.play(gate, [...elsewhere, '--diff']);
      expect(onlyTask(lastReport(gate), 'cp1', 'Write the kubelet configuration')).toMatchObject({
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
      const seen = dataOf(lastReport(gate), 'task.result').filter(
        ({ action, host }) => action === 'stat' && host === 'cp1',
      );
      expect(seen).toMatchObject([
        { dest: fixture.config('cp1'), exists: true, sha256: sha256(CONFIG(0)) },
        { dest: join(fixture.target('cp1'), 'kubelet-absent'), exists: false, sha256: null },
      ]);
    });
  });

  test('a killed run leaves what it did in the spool, and the next run delivers it as incomplete', async () => {
    fixture.write(
      'roles/kubelet/tasks/wait.yml',
      '- name: Wait\n  ansible.builtin.wait_for: {path: "{{ target }}/never", timeout: 300}\n',
    );
    const main = readFileSync(join(fixture.repository, 'roles/kubelet/tasks/main.yml'), 'utf8');
    fixture.write('roles/kubelet/tasks/main.yml', `${main}- ansible.builtin.import_tasks: wait.yml\n`);
    fixture.commit();
    const recorded = (host: string) =>
      fixture.spooledText().includes(`"dest":${JSON.stringify(fixture.config(host))},"exists":true`);
    await fixture.playKilled(gate, () => recorded('cp1') && recorded('gpu1'));
    expect(fixture.spooled()).toHaveLength(1);

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
    expect(lastReport(gate).problems).toMatchObject([{ code: 'no-end' }]);
  });
});
