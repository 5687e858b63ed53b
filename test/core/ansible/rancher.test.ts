import { describe, expect, test } from '@jest/globals';
import { flagsOf, play, problemsOf, puts, templates } from './play.ts';
import { effective, places } from './render.ts';

const CONFIG = '/etc/rancher/k3s/config.yaml';

describe('kubelet-arg of the configuration file', () => {
  test.each([
    ['a list', 'kubelet-arg:\n  - max-pods=7\n  - "read-only-port=10255"\n'],
    ['with dashes', 'kubelet-arg:\n- --max-pods=7\n- --read-only-port=10255\n'],
    ['JSON', '{"kubelet-arg": ["max-pods=7", "read-only-port=10255"]}\n'],
  ])('%s', (_, text) => {
    expect(flagsOf(play(puts(CONFIG, text)))).toEqual({ '--max-pods': '7', '--read-only-port': '10255' });
  });

  test('one text', () => {
    expect(flagsOf(play(puts('/etc/rancher/rke2/config.yaml', 'kubelet-arg: "max-pods=7"\n')))).toEqual({
      '--max-pods': '7',
    });
  });

  test.each([
    ['rke2', { '--protect-kernel-defaults': 'true', profile: 'cis' }],
    ['k3s', {}],
  ])('the profile of %s is told beside the flags where there is one', (program, flags) => {
    expect(flagsOf(play(puts(`/etc/rancher/${program}/config.yaml`, 'profile: cis\n')))).toEqual(flags);
  });

  test('of a dictionary dumped as YAML knows the line of the variable', () => {
    const group = play(templates('/etc/rancher/rke2/config.yaml', 'config.j2'), {
      'templates/config.j2': '{{ rke2_config | to_nice_yaml }}',
      'group_vars/all.yml':
        'rke2_config:\n  profile: cis\n  kubelet-arg:\n    - max-pods=7\n    - "protect-kernel-defaults={{ protect }}"\nprotect: true\n',
    });
    expect([effective(group, 'maxPods'), effective(group, 'protectKernelDefaults')]).toEqual([7, true]);
    expect(places(group, 'maxPods')[0]).toBe('variable group_vars/all.yml:4');
    expect(places(group, 'protectKernelDefaults')).toEqual(
      expect.arrayContaining(['variable group_vars/all.yml:5', 'variable group_vars/all.yml:6']),
    );
  });

  test('of config.yaml.d: a later file replaces a key, key+ adds to it', () => {
    const group = play(
      puts(CONFIG, 'kubelet-arg: [max-pods=1, v=3]\n') +
        puts('/etc/rancher/k3s/config.yaml.d/20-b.yaml', 'kubelet-arg+: [read-only-port=0]\n') +
        puts('/etc/rancher/k3s/config.yaml.d/10-a.yaml', 'kubelet-arg: [max-pods=2]\n') +
        puts('/etc/rancher/k3s/config.yaml.d/ignored.txt', 'kubelet-arg: [max-pods=9]\n'),
    );
    expect(flagsOf(group)).toEqual({ '--max-pods': '2', '--read-only-port': '0' });
  });

  test('one that is unknown leaves the others known', () => {
    const group = play(templates(CONFIG, 'c.j2'), {
      'templates/c.j2': 'kubelet-arg:\n  - node-ip={{ ansible_default_ipv4.address }}\n  - max-pods=7\n',
    });
    expect(flagsOf(group)).toEqual({ '--node-ip': '? fact ansible_default_ipv4', '--max-pods': '7' });
    expect(effective(group, 'maxPods')).toBe(7);
  });

  test('a whole file that is unknown leaves nothing known', () => {
    const group = play(templates(CONFIG, 'c.j2'), { 'templates/c.j2': '{{ ansible_local.k3s | to_nice_yaml }}\n' });
    expect(effective(group, 'readOnlyPort')).toMatch(/^\? /);
  });

  test('broken YAML is a problem at its line', () => {
    const group = play(templates(CONFIG, 'c.j2'), { 'templates/c.j2': 'kubelet-arg:\n  - a\n - b\n' });
    expect(problemsOf(group)).toEqual([expect.stringMatching(/^templates\/c\.j2:3 .*would not be valid YAML/)]);
  });
});

describe("the command line of k3s and rke2 is not the kubelet's", () => {
  test.each([
    ['--kubelet-arg=NAME=VALUE', '--data-dir /d --token x --kubelet-arg=max-pods=7 --disable traefik'],
    ['--kubelet-arg NAME=VALUE', "--kubelet-arg 'max-pods=7' --flannel-backend none"],
    ['an environment variable of the unit', '$ARGS'],
  ])('%s', (_, line) => {
    const unit = `[Service]\nEnvironment="ARGS=--kubelet-arg=max-pods=7"\nExecStart=/usr/local/bin/k3s server ${line}\n`;
    const group = play(puts('/etc/systemd/system/k3s.service', unit));
    expect(flagsOf(group)).toEqual({ '--max-pods': '7' });
    expect(group.kubelet?.accepted).toBe(true);
  });

  test('an environment file counts, and its arguments add to those of the configuration file', () => {
    const group = play(
      puts(
        '/etc/systemd/system/k3s-agent.service',
        '[Service]\nEnvironmentFile=/etc/default/k3s\nExecStart=/usr/local/bin/k3s agent $K3S_ARGS\n',
      ) +
        puts('/etc/default/k3s', 'K3S_ARGS="--kubelet-arg=max-pods=7"\n') +
        puts(CONFIG, 'kubelet-arg: [read-only-port=0]\n'),
    );
    expect(flagsOf(group)).toEqual({ '--read-only-port': '0', '--max-pods': '7' });
  });
});

describe('another configuration file', () => {
  const unit = (line: string, more = '') =>
    puts('/etc/systemd/system/k3s.service', `[Service]\n${more}ExecStart=/usr/local/bin/k3s server ${line}\n`);
  const files =
    puts(CONFIG, 'kubelet-arg: [max-pods=1]\n') +
    puts('/opt/k3s.yaml', 'kubelet-arg: [max-pods=2]\n') +
    puts('/opt/k3s.yaml.d/10.yml', 'kubelet-arg+: [v=4]\n') +
    puts('/opt/k3s.yaml.d/20.txt', 'kubelet-arg: [max-pods=9]\n');

  test.each([
    ['--config FILE', '--config /opt/k3s.yaml', '', { '--max-pods': '2', '--v': '4' }],
    ['-c=FILE', '-c=/opt/k3s.yaml', '', { '--max-pods': '2', '--v': '4' }],
    ['the environment', '', 'Environment=K3S_CONFIG_FILE=/opt/k3s.yaml\n', { '--max-pods': '2', '--v': '4' }],
    [
      'the environment, which beats --config',
      `--config ${CONFIG}`,
      'Environment=K3S_CONFIG_FILE=/opt/k3s.yaml\n',
      { '--max-pods': '2', '--v': '4' },
    ],
    ['an empty variable, which names none', '', 'Environment=K3S_CONFIG_FILE=\n', { '--max-pods': '1' }],
    ['the command line adds', '--config /opt/k3s.yaml --kubelet-arg=v=5', '', { '--max-pods': '2', '--v': '5' }],
  ])('is named by %s', (_, line, more, expected) => {
    expect(flagsOf(play(files + unit(line, more)))).toEqual(expected);
  });

  test('that is not in the repository may say anything', () => {
    const group = play(files + unit('--config /etc/other.yaml --kubelet-arg=max-pods=7'));
    expect(effective(group, 'protectKernelDefaults')).toMatch(/^\? .*\/etc\/other\.yaml/);
    const bare = play(files + unit('--config /etc/other.yaml'));
    expect(effective(bare, 'maxPods')).toMatch(/^\? .*\/etc\/other\.yaml/);
  });

  test('is handed to the service by the installer', () => {
    const install = `- shell: curl -sfL https://get.k3s.io | sh -s - --node-label role=agent\n  environment: { K3S_CONFIG_FILE: /opt/k3s.yaml, INSTALL_K3S_EXEC: server }\n`;
    const group = play(files + install);
    expect(flagsOf(group)).toEqual({ '--max-pods': '2', '--v': '4' });
    expect(group.files.map(({ dest }) => dest.value)).toContainEqual({
      known: true,
      json: '/etc/systemd/system/k3s.service',
    });
  });
});

describe('a switch of k3s takes no value from the next word', () => {
  test.each([
    ['= false', '--protect-kernel-defaults=false --kubelet-arg=max-pods=7', 'false', '7'],
    ['false, which ends the options', '--protect-kernel-defaults false --kubelet-arg=max-pods=7', 'true', undefined],
    ['nothing', '--debug --protect-kernel-defaults --kubelet-arg=max-pods=7', 'true', '7'],
    ['-- before a word', '--kubelet-arg max-pods=7 --protect-kernel-defaults', 'true', '7'],
  ])('%s', (_, line, protect, pods) => {
    const flags = flagsOf(
      play(puts('/etc/systemd/system/k3s.service', `[Service]\nExecStart=/usr/local/bin/k3s server ${line}\n`)),
    );
    expect([flags['--protect-kernel-defaults'], flags['--max-pods']]).toEqual([protect, pods]);
  });
});

describe('what k3s and rke2 set themselves', () => {
  test.each(['1.31', '1.32', '1.36'] as const)(
    "acts in %s where nobody else sets it, and is nobody's change",
    minor => {
      const group = play(puts(CONFIG, 'kubelet-arg: [anonymous-auth=true]\n'), {}, minor);
      const of = (path: string) => [effective(group, path), group.kubelet?.values.get(path)?.from];
      expect(of('authentication.anonymous.enabled')).toEqual([true, 'flag']);
      expect(of('authorization.mode')).toEqual(['Webhook', 'distribution']);
      expect(of('readOnlyPort')).toEqual([0, 'distribution']);
      expect(of('authentication.x509.clientCAFile')).toEqual([
        '/var/lib/rancher/k3s/agent/client-ca.crt',
        'distribution',
      ]);
      expect(of('evictionHard.nodefs.available')).toEqual(['5%', 'distribution']);
      expect(of('failSwapOn')).toEqual([false, 'distribution']);
      expect(places(group, 'authorization.mode')).toEqual([]);
    },
  );

  test('lies in the data directory they are given', () => {
    const group = play(puts('/etc/rancher/rke2/config.yaml', 'data-dir: /data\n'));
    expect(effective(group, 'tlsCertFile')).toBe('/data/agent/serving-kubelet.crt');
  });

  test.each([
    ['protect-kernel-defaults of k3s', CONFIG, 'protect-kernel-defaults: true\n', true],
    ['a CIS profile of rke2', '/etc/rancher/rke2/config.yaml', 'profile: cis-1.23\n', true],
    [
      'a kubelet-arg beats both',
      CONFIG,
      'protect-kernel-defaults: true\nkubelet-arg: protect-kernel-defaults=false\n',
      false,
    ],
    ['neither', CONFIG, 'token: x\n', false],
  ])('protectKernelDefaults comes from %s', (_, path, text, expected) => {
    const group = play(puts(path, text));
    expect(effective(group, 'protectKernelDefaults')).toBe(expected);
    if (expected) expect(places(group, 'protectKernelDefaults')).toEqual([expect.stringMatching(/site\.yml:\d+$/)]);
  });

  test('a flag of 1.31 beats the configuration file of a user, from 1.32 on the file wins', () => {
    const tasks =
      puts(CONFIG, 'kubelet-arg: [config=/etc/k.yaml]\n') +
      puts(
        '/etc/k.yaml',
        'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: 10255\nmaxPods: 9\n',
      );
    expect(effective(play(tasks, {}, '1.31'), 'readOnlyPort')).toBe(0);
    const group = play(tasks, {}, '1.34');
    expect([effective(group, 'readOnlyPort'), effective(group, 'maxPods')]).toEqual([10255, 9]);
  });

  test('a configuration file nobody names is not read', () => {
    const group = play(
      puts(CONFIG, 'token: x\n') +
        puts(
          '/etc/rancher/k3s/kubelet.yaml',
          'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: 10255\n',
        ),
    );
    expect(effective(group, 'readOnlyPort')).toBe(0);
  });

  test('drop-ins are read from the directory of the distribution and from config-dir', () => {
    const dropIn = (text: string) => `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n${text}`;
    const group = play(
      puts(CONFIG, 'kubelet-arg: [config-dir=/etc/rancher/kubelet.d]\n') +
        puts('/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/50-x.conf', dropIn('maxPods: 9\n')) +
        puts('/etc/rancher/kubelet.d/10.conf', dropIn('podPidsLimit: 100\n')) +
        puts('/etc/rancher/kubelet.d/README.yaml', dropIn('podPidsLimit: 1\n')),
    );
    expect([effective(group, 'maxPods'), effective(group, 'podPidsLimit')]).toEqual([9, 100]);
  });
});
