import { describe, expect, test } from '@jest/globals';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { BOOLEAN_FLAGS } from '../../../core/ansible/boolean-flags.ts';
import { kubeletExtraArgs } from '../../../core/ansible/kubeadm-file.ts';
import { extractFlags, type Flag } from '../../../core/ansible/kubelet-flags.ts';
import { type RenderedText, unknownToken, verbatim } from '../../../core/source/rope.ts';
import { play, puts } from './play.ts';
import { effective } from './render.ts';

const UNIT = `[Service]
EnvironmentFile=-/etc/kubernetes/kubelet.env
Environment="KUBELET_CONFIG_ARGS=--config=/etc/k.yaml --v=2" EMPTY=
ExecStartPre=/bin/true --not-a-flag
ExecStart=/usr/bin/kubelet \\
  $KUBELET_CONFIG_ARGS \\
  --hostname-override=\${NODE_NAME} $KUBELET_ARGS $NOWHERE --cloud-provider external \\
  --fail_swap_on
`;
const ENVIRONMENT = `# a comment --with-flag
NODE_NAME=node1
KUBELET_ARGS="--anonymous-auth=false \\
  --read-only-port=0 \\
  "
`;

const shown = (flags: readonly Flag[]): Record<string, string> =>
  Object.fromEntries(
    flags.map(({ name, value }) => [name, value.value.known ? value.value.json : `?${value.value.unknown.key}`]),
  );

const places = (flags: readonly Flag[], name: string): readonly string[] =>
  flags
    .filter(flag => flag.name === name)
    .flatMap(({ value }) => value.origins.map(({ file, line }) => `${file}:${line}`));

function withUnknown(file: string, text: string, key: string): RenderedText {
  const id = '0000000a';
  const filled = text.replace('?', unknownToken(id));
  return { ...verbatim(file, filled), unknowns: new Map([[id, { key, why: [key] }]]) };
}

describe("a unit's command line", () => {
  const { flags, unread } = extractFlags([
    { path: '/etc/kubernetes/kubelet.env', text: verbatim('kubelet.env.j2', ENVIRONMENT) },
    { path: '/etc/systemd/system/kubelet.service', text: verbatim('kubelet.service.j2', UNIT) },
  ]);

  test('is ExecStart with the environment filled in', () => {
    expect(shown(flags)).toEqual({
      '--config': '/etc/k.yaml',
      '--v': '2',
      '--hostname-override': 'node1',
      '--anonymous-auth': 'false',
      '--read-only-port': '0',
      '--cloud-provider': 'external',
      '--fail-swap-on': 'true',
    });
    expect(unread).toEqual([]);
  });

  test('knows the line of each flag', () => {
    expect(places(flags, '--read-only-port')).toEqual(['kubelet.env.j2:4']);
    expect(places(flags, '--config')).toEqual(['kubelet.service.j2:3']);
    expect(places(flags, '--hostname-override')).toEqual(['kubelet.service.j2:7', 'kubelet.env.j2:2']);
  });
});

describe('a boolean flag takes no value from the next word', () => {
  const flags = (line: string) =>
    extractFlags([
      {
        path: '/etc/systemd/system/kubelet.service',
        text: verbatim('u', `[Service]\nExecStart=/usr/bin/kubelet ${line}\n`),
      },
    ]).flags.map(({ name, value }) => [name, value.value.known ? value.value.json : '?']);

  test.each([
    ['--protect-kernel-defaults=false', [['--protect-kernel-defaults', 'false']]],
    [
      '--protect-kernel-defaults false --v 2',
      [
        ['--protect-kernel-defaults', 'true'],
        ['false', 'false'],
        ['--v', '2'],
      ],
    ],
    [
      '--seccomp_default true',
      [
        ['--seccomp-default', 'true'],
        ['true', 'true'],
      ],
    ],
    [
      '--config /x extra',
      [
        ['--config', '/x'],
        ['extra', 'extra'],
      ],
    ],
  ])('%s', (line, expected) => {
    expect(flags(line)).toEqual(expected);
  });

  test('also in an environment file whose unit nobody sees', () => {
    const text = verbatim('k', 'KUBELET_BINARY=/usr/bin/kubelet\nKUBELET_EXTRA_ARGS=--fail-swap-on false\n');
    expect(Object.keys(shown(extractFlags([{ path: '/etc/default/kubelet', text }]).flags))).toEqual([
      '--fail-swap-on',
      'false',
    ]);
  });

  test('and the kubelet refuses the word', () => {
    const group = play(
      puts(
        '/etc/systemd/system/kubelet.service',
        '[Service]\nExecStart=/usr/bin/kubelet --protect-kernel-defaults false\n',
      ),
    );
    expect(effective(group, 'protectKernelDefaults')).toBe(true);
    expect(group.kubelet?.accepted).toBe(false);
    expect(group.kubelet?.problems.map(({ message }) => message)).toEqual(['unknown command "false"']);
  });

  test('which are those the facts say', () => {
    const facts = Object.entries(readKubeletFacts().flags).filter(
      ([, { type }]) => type === 'bool' || type === 'version',
    );
    expect([...BOOLEAN_FLAGS].sort()).toEqual(facts.map(([name]) => name).sort());
  });
});

test('without a unit, variables for the kubelet count', () => {
  const text = verbatim('k', 'KUBELET_EXTRA_ARGS=--node-ip=10.0.0.1 --read-only-port 10255\nPATH=--no\n');
  expect(shown(extractFlags([{ path: '/etc/default/kubelet', text }]).flags)).toEqual({
    '--node-ip': '10.0.0.1',
    '--read-only-port': '10255',
  });
});

test('an unknown in a value leaves the other flags known', () => {
  const text = withUnknown('k', 'KUBELET_ARGS="--node-ip=? --read-only-port=0"\n', 'fact ip');
  expect(shown(extractFlags([{ path: '/etc/default/kubelet', text }]).flags)).toEqual({
    '--node-ip': '?⟨fact ip⟩',
    '--read-only-port': '0',
  });
});

test('a unit that starts the kubelet through a wrapper is said to be unread', () => {
  const text = verbatim('u', '[Service]\nExecStart=/opt/start-it.sh\n');
  expect(extractFlags([{ path: '/etc/systemd/system/kubelet.service', text }]).unread).toHaveLength(1);
});

describe('kubelet arguments of k3s and rke2', () => {
  test('come from a list in the configuration file', () => {
    const text = verbatim(
      'config.yaml',
      'token: x\nkubelet-arg:\n  - read-only-port=0\n  - "protect-kernel-defaults=true"\n',
    );
    const { flags } = extractFlags([{ path: '/etc/rancher/rke2/config.yaml', text }]);
    expect(shown(flags)).toEqual({ '--read-only-port': '0', '--protect-kernel-defaults': 'true' });
    expect(places(flags, '--protect-kernel-defaults')).toEqual(['config.yaml:4']);
  });

  test('come from --kubelet-arg of the agent', () => {
    const text = verbatim(
      'u',
      '[Service]\nExecStart=/usr/local/bin/k3s agent --kubelet-arg="config=/etc/k.yaml" --token x\n',
    );
    const { flags } = extractFlags([{ path: '/etc/systemd/system/k3s-agent.service', text }]);
    expect(shown(flags)).toMatchObject({ '--config': '/etc/k.yaml' });
  });
});

describe('kubeletExtraArgs of kubeadm', () => {
  const file = (version: string, args: string): RenderedText =>
    verbatim(
      'kubeadm.yaml',
      `kind: ClusterConfiguration\n---\napiVersion: kubeadm.k8s.io/${version}\nkind: JoinConfiguration\nnodeRegistration:\n  kubeletExtraArgs:\n${args}`,
    );

  test('are the same as a v1beta3 map and as a v1beta4 list', () => {
    const map = kubeletExtraArgs(file('v1beta3', '    node-ip: "10.0.0.1"\n    read-only-port: 0\n'));
    const list = kubeletExtraArgs(
      file('v1beta4', '  - name: node-ip\n    value: "10.0.0.1"\n  - { name: read-only-port, value: "0" }\n'),
    );
    expect(shown(map)).toEqual({ '--node-ip': '10.0.0.1', '--read-only-port': '0' });
    expect(shown(list)).toEqual(shown(map));
    expect(places(map, '--read-only-port')).toEqual(['kubeadm.yaml:8']);
  });
});
