import { describe, expect, test } from '@jest/globals';
import type { NodeGroup } from '../../../core/ansible/types.ts';
import { play, problemsOf, puts, templates } from './play.ts';

/** Each setting as `value (file)`, unknown ones as `? reason`; several of one name in order. */
function sysctls(group: NodeGroup): Record<string, string> {
  const found = new Map<string, string[]>();
  for (const { name, value, file } of group.sysctls.settings) {
    const shown = value.value.known ? value.value.json : `? ${value.value.unknown.why.join('; ')}`;
    found.set(name, [...(found.get(name) ?? []), `${shown} (${file ?? 'running'})`]);
  }
  return Object.fromEntries([...found].map(([name, all]) => [name, all.join(', ')]));
}

const places = (group: NodeGroup, name: string) =>
  group.sysctls.settings
    .filter(one => one.name === name)
    .flatMap(({ value }) => value.origins.map(at => `${at.kind} ${at.file}:${at.line}`));

describe('kernel settings of a host', () => {
  test('come from a file, with the line of the variable', () => {
    const group = play(templates('/etc/sysctl.d/90-kubelet.conf', 's.j2'), {
      'templates/s.j2':
        '# kernel\n; more\nkernel.panic = {{ panic }}\nvm/overcommit_memory=1\n-net.ipv4.conf.eth0/1.forwarding = 1\n\n',
      'group_vars/all.yml': 'panic: 10\n',
    });
    expect(sysctls(group)).toEqual({
      'kernel.panic': '10 (/etc/sysctl.d/90-kubelet.conf)',
      'vm.overcommit_memory': '1 (/etc/sysctl.d/90-kubelet.conf)',
      'net.ipv4.conf.eth0/1.forwarding': '1 (/etc/sysctl.d/90-kubelet.conf)',
    });
    expect(places(group, 'kernel.panic')).toEqual(['variable group_vars/all.yml:1', 'template templates/s.j2:3']);
    expect(group.sysctls.open).toBeNull();
    expect([group.files, group.supporting].map(files => files.map(({ kind }) => kind))).toEqual([
      ['sysctl'],
      ['sysctl'],
    ]);
  });

  test.each([
    [
      'by the name of the file, whatever the folder',
      ['/etc/sysctl.d/10-a.conf', 'a=1'],
      ['/usr/lib/sysctl.d/50-b.conf', 'a=2'],
      '2 (/usr/lib/sysctl.d/50-b.conf)',
    ],
    [
      'a file in /etc hides one of its name',
      ['/usr/lib/sysctl.d/50-b.conf', 'a=1'],
      ['/etc/sysctl.d/50-b.conf', 'b=2'],
      undefined,
    ],
    [
      '/etc/sysctl.conf comes as 99-sysctl.conf',
      ['/etc/sysctl.d/90-a.conf', 'a=1'],
      ['/etc/sysctl.conf', 'a=2'],
      '2 (/etc/sysctl.conf)',
    ],
    [
      'and before what has a later name',
      ['/etc/sysctl.conf', 'a=1'],
      ['/etc/sysctl.d/99-z.conf', 'a=2'],
      '2 (/etc/sysctl.d/99-z.conf)',
    ],
    [
      'a folder of its own is not read',
      ['/etc/sysctl.d/10-a.conf', 'a=1'],
      ['/etc/sysctl.d/50-b.txt', 'a=2'],
      '1 (/etc/sysctl.d/10-a.conf)',
    ],
  ] as const)('count in the order systemd reads them: %s', (_, [first, one], [second, two], expected) => {
    expect(sysctls(play(puts(second, `${two}\n`) + puts(first, `${one}\n`))).a).toBe(expected);
  });

  test.each([
    ['ansible.posix.sysctl', '- ansible.posix.sysctl: { name: kernel.panic, value: 10 }\n', '10 (/etc/sysctl.conf)'],
    [
      'its file',
      '- sysctl: { name: kernel/panic, value: "10", sysctl_file: /etc/sysctl.d/1.conf }\n',
      '10 (/etc/sysctl.d/1.conf)',
    ],
    ['a word for true', '- sysctl: { name: kernel.panic, value: yes }\n', '1 (/etc/sysctl.conf)'],
    [
      'a file nobody reads at boot',
      '- sysctl: { name: kernel.panic, value: 10, sysctl_file: /etc/mine }\n',
      '10 (running)',
    ],
    [
      'taken away again',
      '- sysctl: { name: kernel.panic, value: 1 }\n- sysctl: { name: kernel.panic, state: absent }\n',
      undefined,
    ],
    [
      'the later task',
      '- sysctl: { name: kernel.panic, value: 1 }\n- sysctl: { name: kernel.panic, value: 2 }\n',
      '2 (/etc/sysctl.conf)',
    ],
    [
      'a loop',
      '- sysctl: { name: "{{ item.key }}", value: "{{ item.value }}" }\n  with_dict: { kernel.panic: 10, a.b: 1 }\n',
      '10 (/etc/sysctl.conf)',
    ],
    [
      'an unknown condition',
      '- sysctl: { name: kernel.panic, value: 10 }\n  when: ansible_x\n',
      '? fact ansible_x (/etc/sysctl.conf)',
    ],
    ['a fact', '- sysctl: { name: kernel.panic, value: "{{ ansible_x }}" }\n', '? fact ansible_x (/etc/sysctl.conf)'],
    ['a command', '- command: sysctl -w kernel.panic=10\n', '10 (running)'],
    ['a command without -w', '- command: /usr/sbin/sysctl -q kernel.panic=10 a.b=2\n', '10 (running)'],
    ['a shell', '- shell: echo 10 > /proc/sys/kernel/panic\n', '10 (running)'],
    [
      'a line of a file',
      "- lineinfile: { path: /etc/sysctl.conf, line: 'kernel.panic = 10' }\n",
      '10 (/etc/sysctl.conf)',
    ],
    ['a command that reads files', '- command: sysctl -p /etc/x.conf\n', undefined],
    [
      'a file, and another value for now',
      `${puts('/etc/sysctl.d/1.conf', 'kernel.panic=10\n')}- command: sysctl -w kernel.panic=0\n`,
      '10 (/etc/sysctl.d/1.conf), 0 (running)',
    ],
    [
      'a file, and the same value for now',
      `${puts('/etc/sysctl.d/1.conf', 'kernel.panic=10\n')}- command: sysctl -w kernel.panic=10\n`,
      '10 (/etc/sysctl.d/1.conf)',
    ],
    [
      'a file that is perhaps not written over another',
      `${puts('/etc/sysctl.d/1.conf', 'kernel.panic=10\n')}${puts('/etc/sysctl.d/2.conf', 'kernel.panic=0\n').trimEnd()}\n  when: ansible_x\n`,
      '? fact ansible_x (/etc/sysctl.d/2.conf)',
    ],
  ])('are set by %s', (_, tasks, expected) => {
    const group = play(tasks);
    expect(sysctls(group)['kernel.panic']).toBe(expected);
    expect(problemsOf(group)).toEqual([]);
  });

  test.each([
    ['lines nobody can see', "- lineinfile: { path: /etc/sysctl.conf, line: 'a=1' }\n", {}],
    [
      'a line that is unknown',
      templates('/etc/sysctl.d/1.conf', 's.j2'),
      { 'templates/s.j2': '{{ ansible_x }}\na=1\n' },
    ],
    ['a template that is broken', templates('/etc/sysctl.d/1.conf', 's.j2'), { 'templates/s.j2': '{{ a\n' }],
  ])('may be more where a file has %s', (_, tasks, files) => {
    const group = play(tasks, files);
    expect(group.sysctls.open).not.toBeNull();
    expect(problemsOf(group)).toEqual([]);
  });
});

describe('files beside the kubelet', () => {
  test('are told apart from its own', () => {
    const group = play(
      puts('/etc/kubernetes/manifests/kube-apiserver.yaml', 'kind: Pod\n') +
        puts('/etc/modules-load.d/k8s.conf', 'br_netfilter\n') +
        puts('/etc/containerd/config.toml', 'version = 2\n') +
        puts('/etc/crio/crio.conf.d/10.conf', '[crio]\n') +
        puts('/etc/apparmor.d/profile', 'profile x {}\n'),
    );
    expect(group.supporting.map(({ dest, kind }) => [dest.value.known && dest.value.json, kind])).toEqual([
      ['/etc/kubernetes/manifests/kube-apiserver.yaml', 'static-pod'],
      ['/etc/modules-load.d/k8s.conf', 'kernel-modules'],
    ]);
    expect(group.files.map(({ dest }) => dest.value.known && dest.value.json)).toEqual([
      '/etc/containerd/config.toml',
      '/etc/crio/crio.conf.d/10.conf',
      '/etc/apparmor.d/profile',
    ]);
  });
});
