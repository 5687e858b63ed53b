import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { readRunReport } from '../../core/apply/run-report.ts';
import { ansibleInstalled, dataOf, Fixture, Gate, lastReport } from './ansible-runs.ts';

jest.setTimeout(300_000);

(ansibleInstalled() ? describe : describe.skip)('the gate before an Ansible run', () => {
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

  const deny = (reason: string) => ({ status: 200, body: { verdict: 'denied', reason } });
  const applied = () => existsSync(fixture.config('cp1'));

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
      const report = lastReport(gate);
      expect(report.problems).toEqual([]);
      expect(dataOf(report, 'run.gate')).toMatchObject([{ verdict: 'denied', reason: 'commit is not on main' }]);
      expect(dataOf(report, 'run.end')).toMatchObject([{ status: 'refused' }]);
      expect(fixture.spooled()).toEqual([]);
    });

    const dirt: readonly (readonly [string, () => void, readonly string[]])[] = [
      ['a changed file', () => fixture.write('group_vars/all.yml', 'read_only_port: 10255\n'), ['group_vars/all.yml']],
      ['a new file', () => fixture.write('host_vars/cp1.yml', 'read_only_port: 10255\n'), ['host_vars/cp1.yml']],
      ['a deleted file', () => rmSync(join(fixture.repository, 'group_vars/all.yml')), ['group_vars/all.yml']],
      [
        'a staged change',
        () => {
          fixture.write('group_vars/all.yml', 'read_only_port: 10255\n');
          fixture.git('add', '--all');
        },
        ['group_vars/all.yml'],
      ],
      ...['--assume-unchanged', '--skip-worktree'].map(
        flag =>
          [
            `a change hidden by ${flag}`,
            () => {
              fixture.git('update-index', flag, 'group_vars/all.yml');
              fixture.write('group_vars/all.yml', 'read_only_port: 10255\n');
            },
            [],
          ] as const,
      ),
    ];
    test.each(dirt)('%s makes the work tree one that is not approved', async (_, soil, shown) => {
      soil();
      const facts = await fixture.plugin<{ dirty: boolean; dirty_paths: string[] }>(
        gate,
        "WorkTree('site.yml').facts()",
      );
      expect(facts).toMatchObject({ dirty: true, dirty_paths: shown });
    });

    test('a change the index hides refuses the run without a question', async () => {
      fixture.git('update-index', '--assume-unchanged', 'group_vars/all.yml');
      fixture.write('group_vars/all.yml', 'read_only_port: 10255\n');
      const { code, output } = await fixture.play(gate);
      expect(code).toBe(3);
      expect(output).toContain('the work tree differs from commit');
      expect(output).toContain('a change the index hides');
      expect(gate.questions).toEqual([]);
      expect(applied()).toBe(false);
    });

    test('the look at the work tree leaves the repository as it was', async () => {
      fixture.write('.gitignore', '__pycache__/\n');
      fixture.commit();
      fixture.write('group_vars/all.yml', 'read_only_port: 10255\n');
      const state = () => fixture.git('count-objects', '-v') + fixture.git('status', '--porcelain');
      const before = state();
      await fixture.plugin(gate, "WorkTree('site.yml').facts()");
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
      const elsewhere = { GIT_DIR: join(other.repository, '.git'), GIT_WORK_TREE: other.repository };
      const facts = await fixture.plugin<{ root: string }>(gate, "WorkTree('site.yml').facts()", elsewhere);
      other.remove();
      expect(facts.root).toBe(fixture.repository);
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

    const denials: readonly (readonly [string, Gate['answer'], string])[] = [
      [
        'a token it does not know',
        { status: 401, body: {} },
        'denied: the gate does not accept the token of this run (HTTP 401)',
      ],
      ['an unknown path', { status: 404, body: 'no' }, 'denied: the gate answered HTTP 404'],
      [
        'a redirect',
        { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } },
        'denied: the gate answered HTTP 302',
      ],
      ['its own failure', { status: 500, body: {} }, 'unreachable: the gate answered HTTP 500'],
      [
        'a page of something else',
        { status: 200, body: '<html>' },
        'unreachable: what answers at KUBELET_GATE_URL is not kubelet-gate',
      ],
      [
        'a verdict nobody knows',
        { status: 200, body: { verdict: 'ok' } },
        'unreachable: what answers at KUBELET_GATE_URL is not kubelet-gate',
      ],
      ['no reason', { status: 200, body: { verdict: 'denied' } }, 'denied: the gate gave no reason'],
    ];
    test.each(denials)('a gate that answers with %s does not approve', async (_, answer, expected) => {
      gate.answer = answer;
      expect(await fixture.plugin(gate, "asked('acme/nodes', 'c', 't')")).toBe(expected);
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
      expect(dataOf(lastReport(gate), 'run.gate')).toMatchObject([{ verdict: 'unreachable' }]);
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
      gate.answer = { ...gate.answer, reports: 422 };
      const { code, output } = await fixture.recorder(gate, 'flush');
      expect(code).toBe(1);
      expect(output).toContain('it needs a person');
      expect(fixture.spooled()).toEqual([expect.stringMatching(/\.rejected$/)]);
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
    expect(lastReport(gate).problems).toEqual([]);
  });

  test('beside the playbook it cannot be switched off by the environment', async () => {
    gate.answer = deny('not yet');
    const off = { ANSIBLE_CALLBACKS_ENABLED: '', ANSIBLE_CALLBACK_PLUGINS: '/nonexistent' };
    expect((await fixture.play(gate, ['site.yml'], off)).code).toBe(3);
    expect(applied()).toBe(false);
  });

  test('an unknown command of the recorder explains itself', async () => {
    expect(await fixture.recorder(gate)).toEqual({ code: 2, output: 'usage: python3 kubelet_gate.py flush\n' });
  });
});
