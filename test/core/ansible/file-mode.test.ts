import { describe, expect, test } from '@jest/globals';
import { play, playFiles, problemsOf, puts, templates } from './play.ts';
import { render } from './render.ts';

const KUBELET = '/etc/kubernetes/kubelet.env';

/** Problems of a task that writes a file of the kubelet; the mode is on line 6. */
function toldOf(mode: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  return problemsOf(play(`- copy:\n    dest: ${KUBELET}\n    content: A=1\n    mode: ${mode}\n`, files));
}

describe('a mode nobody can have meant is a problem at its line', () => {
  test.each([
    ['075', '0075, in which the group may do what the owner may not'],
    ["'0046'", '0046, in which the group may do what the owner may not'],
    ["'0604'", null],
    ["'0407'", '0407, in which others may do what the owner may not'],
    ['644', '1204, in which the owner may write but not read; if 0644 is meant, quote it: "0644"'],
    ['640', '1200, in which the owner may write but not read; if 0640 is meant, quote it: "0640"'],
    ['600', '1130, in which the group may do what the owner may not; if 0600 is meant, quote it: "0600"'],
    ['400', '0620, in which the group may write but not read; if 0400 is meant, quote it: "0400"'],
    ['0644', null],
    ["'644'", null],
    ["'0600'", null],
    ['u=rw,g=r,o=', null],
    ['g=rw', '0060, in which the group may do what the owner may not'],
    ['preserve', null],
    ["'{{ ansible_mode }}'", null],
  ])('mode: %s', (mode, said) => {
    expect(toldOf(mode)).toEqual(said === null ? [] : [`site.yml:6 ${KUBELET} gets the mode ${said}.`]);
  });

  test('in the variable it comes from', () => {
    const vars = { 'group_vars/all.yml': 'other: 1\nkubelet_mode: 644\n' };
    expect(toldOf("'{{ kubelet_mode }}'", vars)).toEqual([
      `group_vars/all.yml:2 ${KUBELET} gets the mode 1204, in which the owner may write but not read; if 0644 is meant, quote it: "0644".`,
    ]);
  });

  test('when a template makes the text 420 of an unquoted 0644', () => {
    const vars = { 'group_vars/all.yml': 'kubelet_mode: 0644\n' };
    expect(toldOf("'{{ kubelet_mode | default(omit) }}'", vars)).toEqual([
      expect.stringContaining(
        'the mode 0420, in which the group may do what the owner may not; if 0644 is meant, quote it',
      ),
    ]);
  });

  test.each([
    ['/etc/kubernetes', 1],
    ['/etc/rancher/rke2/', 1],
    ['/var/lib/kubelet', 1],
    ['/etc/cni/net.d', 1],
    ['/opt/app', 0],
  ])('of the directory %s', (path, problems) => {
    expect(problemsOf(play(`- file: { path: ${path}, state: directory, mode: 075 }\n`))).toHaveLength(problems);
  });
});

describe('write-kubeconfig-mode of k3s and rke2', () => {
  const CONFIG = '/etc/rancher/rke2/config.yaml';
  const SAID =
    'write-kubeconfig-mode is 0416, in which the group may do what the owner may not; if 0640 is meant, quote it: "0640".';

  test.each([
    ['write-kubeconfig-mode: 0640\n', [`site.yml:7 ${SAID}`]],
    ['write-kubeconfig-mode: "0640"\n', []],
    ['write-kubeconfig-mode: 640\n', []],
    [
      'write-kubeconfig-mode: 489\n',
      ['site.yml:7 write-kubeconfig-mode is 489, which is no octal number; if 0751 is meant, quote it: "0751".'],
    ],
  ])('%s', (text, said) => {
    expect(problemsOf(play(puts(CONFIG, `node-name: a\n${text}`)))).toEqual(said);
  });

  test('of a variable a template dumps', () => {
    const group = play(templates(CONFIG, 'c.j2'), {
      'templates/c.j2': '{{ rke2_config | to_nice_yaml }}',
      'host_vars/n1.yml': 'rke2_config:\n  write-kubeconfig-mode: 0640\n',
    });
    expect(problemsOf(group)).toEqual([`host_vars/n1.yml:2 ${SAID}`]);
  });

  test('of a variable no task of the repository reads', () => {
    const { problems } = render(
      playFiles('- debug: { msg: hello }\n', {
        'group_vars/all.yml': 'a:\n  # write-kubeconfig-mode: 0640\n  write-kubeconfig-mode: 0640 # group\n',
      }),
    );
    expect(problems).toEqual([{ file: 'group_vars/all.yml', line: 3, code: 'mode-invalid', message: SAID }]);
  });
});
