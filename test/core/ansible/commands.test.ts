import { describe, expect, test } from '@jest/globals';
import type { NodeGroup } from '../../../core/ansible/types.ts';
import { effective, onlyGroup, places, render } from './render.ts';

/** A repository whose one play runs these tasks on one host. */
function play(tasks: string, files: Readonly<Record<string, string>> = {}): NodeGroup {
  return onlyGroup(render({ hosts: '[all]\nn1\n', 'site.yml': `- hosts: all\n  tasks:\n${tasks}`, ...files }));
}

const flagsOf = (group: NodeGroup): Record<string, string> =>
  Object.fromEntries(
    group.flags.map(({ name, value }) => [name, value.value.known ? value.value.json : `? ${value.value.unknown.why}`]),
  );
const problemsOf = (group: NodeGroup): readonly string[] =>
  group.problems.map(({ file, line, message }) => `${file}:${line} ${message}`);

describe('a command that writes a whole file is applied', () => {
  test.each([
    ['echo', `    - shell: echo 'KUBELET_EXTRA_ARGS=--max-pods=7' > /etc/default/kubelet\n`],
    ['printf', `    - shell: printf '%s\\n' 'KUBELET_EXTRA_ARGS=--max-pods=7' > /etc/default/kubelet\n`],
    ['tee', `    - shell: echo "KUBELET_EXTRA_ARGS=--max-pods=7" | sudo tee /etc/default/kubelet\n`],
    [
      'a variable',
      `    - shell: |\n        F=/etc/default/kubelet\n        echo KUBELET_EXTRA_ARGS=--max-pods=7 > $F\n`,
    ],
    [
      'a here-document',
      `    - shell: |\n        cat <<EOF > /etc/default/kubelet\n        KUBELET_EXTRA_ARGS=--max-pods=7\n        EOF\n`,
    ],
    [
      'a here-document of tee',
      `    - shell: |\n        sudo tee /etc/default/kubelet > /dev/null <<'EOF'\n        KUBELET_EXTRA_ARGS=--max-pods=7\n        EOF\n`,
    ],
    [
      'a shell in a command',
      `    - command: bash -c "echo KUBELET_EXTRA_ARGS=--max-pods={{ pods }} > /etc/default/kubelet"\n      vars: { pods: 7 }\n`,
    ],
  ])('%s', (_, tasks) => {
    const group = play(tasks);
    expect(flagsOf(group)).toEqual({ '--max-pods': '7' });
    expect(problemsOf(group)).toEqual([]);
  });

  test('with the line of the flag and of its variable', () => {
    const group = play(
      `    - shell: |\n        cat <<EOF > /etc/default/kubelet\n        KUBELET_EXTRA_ARGS=--max-pods={{ pods }}\n        EOF\n`,
      {
        'group_vars/all.yml': 'pods: 7\n',
      },
    );
    expect(places(group, 'maxPods')).toEqual(expect.arrayContaining(['variable group_vars/all.yml:1']));
  });
});

describe('of any other command one problem says that its effect cannot be known', () => {
  const WRITTEN = `    - copy:\n        content: "KUBELET_EXTRA_ARGS=--max-pods=7\\n"\n        dest: /etc/default/kubelet\n`;
  test.each([
    ['sed -i', `    - shell: sed -i 's/7/8/' /etc/default/kubelet\n`],
    ['perl -pi', `    - command: perl -pi -e 's/7/8/' /etc/default/kubelet\n`],
    ['cp', `    - command: cp /tmp/kubelet /etc/default/kubelet\n`],
    ['a redirection of what another command prints', `    - shell: make-args > /etc/default/kubelet\n`],
    ['text the shell fills in', `    - shell: echo "KUBELET_EXTRA_ARGS=$ARGS" > /etc/default/kubelet\n`],
    ['a write that only happens sometimes', `    - shell: grep -q x /y || echo A=1 > /etc/default/kubelet\n`],
    ['creates', `    - shell: echo A=1 > /etc/default/kubelet\n      args: { creates: /y }\n`],
    ['argv', `    - command: { argv: [crudini, --set, /etc/default/kubelet, '', A, b] }\n`],
    ['a script of the repository', `    - script: files/set.sh\n`],
  ])('%s', (_, tasks) => {
    const group = play(`${WRITTEN}${tasks}`, { 'files/set.sh': '#!/bin/sh\nsed -i s/7/8/ /etc/default/kubelet\n' });
    expect(problemsOf(group)).toEqual([
      expect.stringMatching(
        /^(?:site\.yml:6|files\/set\.sh:2) This command changes \/etc\/default\/kubelet on the node/,
      ),
    ]);
    expect(effective(group, 'maxPods')).toMatch(/^\? /);
  });

  test.each([
    ['kubelet', 'kubelet --max-pods=9', /starts a kubelet with flags of its own/],
    ['kubectl', 'kubectl -n kube-system patch cm kubelet-config -p x', /changes the kubelet configuration kept in the/],
    ['systemctl edit', 'systemctl edit kubelet --stdin', /changes \/etc\/systemd\/system\/kubelet\.service\.d/],
  ])('%s', (_, command, said) => {
    expect(problemsOf(play(`${WRITTEN}    - command: ${command}\n`))).toEqual([expect.stringMatching(said)]);
  });

  test.each([
    'systemctl restart kubelet',
    'cat /etc/default/kubelet',
    'kubelet --version',
    'kubeadm init --config /etc/kubernetes/kubeadm.yaml',
    'grep -c max-pods /etc/default/kubelet > /tmp/count',
  ])('nothing is said of %s', command => {
    const group = play(`${WRITTEN}    - shell: ${command}\n`);
    expect(problemsOf(group)).toEqual([]);
    expect(flagsOf(group)).toEqual({ '--max-pods': '7' });
  });
});

test('chmod and chown set mode and owner of a file', () => {
  const group = play(
    `    - copy: { content: "a", dest: /var/lib/kubelet/config.yaml, mode: '0644' }\n    - command: chmod 600 /var/lib/kubelet/config.yaml\n    - command: chown root:wheel /var/lib/kubelet/config.yaml\n`,
  );
  expect(group.files[0]).toMatchObject({
    mode: { value: { json: '0600' } },
    owner: { value: { json: 'root' } },
    group: { value: { json: 'wheel' } },
  });
});

describe('the installer of k3s puts its arguments into the service', () => {
  test.each([
    [
      'a variable before the shell',
      `    - shell: curl -sfL https://get.k3s.io | INSTALL_K3S_EXEC="{{ extra }}" sh -\n`,
    ],
    ['arguments of the shell', `    - shell: curl -sfL https://get.k3s.io | sh -s - server {{ extra }}\n`],
    [
      'the environment of the task',
      `    - command: /usr/local/bin/k3s-install.sh\n      environment: { INSTALL_K3S_EXEC: "server {{ extra }}" }\n`,
    ],
  ])('%s', (_, tasks) => {
    const group = play(tasks, { 'group_vars/all.yml': `extra: "--kubelet-arg=max-pods=7 --disable traefik"\n` });
    expect(flagsOf(group)).toEqual({ '--max-pods': '7' });
    expect(effective(group, 'maxPods')).toBe(7);
    expect(places(group, 'maxPods')[0]).toBe('variable group_vars/all.yml:1');
    expect(effective(group, 'authorization.mode')).toBe('Webhook');
  });
});
