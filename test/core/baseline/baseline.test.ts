import { describe, expect, test } from '@jest/globals';
import { readBaseline } from '../../../config/baseline.ts';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { isBlocking } from '../../../core/baseline/is-blocking.ts';
import { parseBaseline } from '../../../core/baseline/parse-baseline.ts';
import { ProblemError } from '../../../core/source/problem.ts';

const baseline = readBaseline();
const facts = readKubeletFacts();

describe('the baseline this package ships', () => {
  test('covers 25 of the 25 CIS worker items', () => {
    const section = (name: string, count: number) =>
      Array.from({ length: count }, (_, index) => `${name}.${index + 1}`);
    const items = [...section('4.1', 10), ...section('4.2', 14), ...section('4.3', 1)];
    const covered = new Set(baseline.controls.flatMap(({ standards }) => standards['CIS'] ?? []));
    expect(items.filter(item => !covered.has(item))).toEqual([]);
    expect(items).toHaveLength(25);
  });

  test('has a digest that follows content, not lines', () => {
    const text = (blank: string, title: string) => `${blank}${CONTROL.replace('TITLE', title)}`;
    const digest = (content: string) => parseBaseline([{ file: 'a.yaml', text: content }], facts).digest;
    expect(digest(text('', 'One'))).toBe(digest(text('# moved\n\n', 'One')));
    expect(digest(text('', 'One'))).not.toBe(digest(text('', 'Two')));
    expect(baseline.digest).toMatch(/^[0-9a-f]{64}$/);
  });
});

const CONTROL = `area: test
controls:
  - id: KG-T-01
    title: TITLE
    kind: KubeletConfiguration
    paths: [readOnlyPort]
    flags: ['--read-only-port']
    check: {op: eq, value: 0}
    absent: {viaConfigFile: pass, viaFlagsOnly: fail}
    roles: [all]
    severity: high
    profile: core
    standards: {CIS: ['4.2.4']}
    threats: [Kubelet compromise]
    rationale: Because.
    fix: {set: 0}
`;

describe('a baseline file with a mistake is refused at its line', () => {
  test.each([
    ['an unknown key', 'severity: high', 'severity: high\n    colour: red', 12, 'colour'],
    ['an unknown operator', 'op: eq', 'op: equals', 8, 'unknown operator equals'],
    ['a field no kubelet has', '[readOnlyPort]', '[readonlyPort]', 6, 'no kubelet field is called readonlyPort'],
    ['an object instead of a field', '[readOnlyPort]', '[authentication]', 6, 'no kubelet field'],
    ['a flag no kubelet has', '--read-only-port', '--readonly-port', 7, 'no kubelet has the flag'],
    ['a value its field cannot have', 'value: 0}', "value: '0'}", 8, 'readOnlyPort is a int32'],
    ['an unknown severity', 'severity: high', 'severity: huge', 11, 'severity'],
    ['an unknown role', 'roles: [all]', 'roles: [any]', 10, 'roles'],
    ['no threat', 'threats: [Kubelet compromise]', 'threats: []', 14, 'threats'],
    ['a threat nobody defends against', 'threats: [Kubelet compromise]', 'threats: [Rain]', 14, 'threats'],
    ['a fix that is neither a value nor words', 'fix: {set: 0}', 'fix: 0', 16, 'fix'],
    ['a missing key', '    rationale: Because.\n', '', 3, 'rationale'],
    ['an unknown kind', 'kind: KubeletConfiguration', 'kind: Kubelet', 5, 'kind'],
    ['broken YAML', 'title: TITLE', 'title: [', 5, ''],
    ['a range upside down', 'op: eq, value: 0', 'op: between, value: [2, 1]', 8, 'two numbers'],
    [
      'a range of versions nobody can read',
      'roles: [all]',
      'roles: [all]\n    kubernetes: 1.33+',
      11,
      'must look like >=1.33',
    ],
    [
      'an upper bound before a lower one',
      'roles: [all]',
      'roles: [all]\n    kubernetes: <1.36 >=1.33',
      11,
      'must look like',
    ],
    ['a duration that is none', 'op: eq, value: 0', 'op: duration-at-most, value: 2 minutes', 8, 'must be a duration'],
    ['quantities upside down', 'op: eq, value: 0', 'op: quantity-between, value: [1Gi, 1Mi]', 8, 'two quantities'],
    [
      'an implication without then',
      'op: eq, value: 0',
      'op: implies, value: {if: {readOnlyPort: 0}}',
      8,
      'implies takes',
    ],
    ['a condition on a path of nobody', 'op: eq, value: 0', 'op: not-both, value: {port: 0}', 8, 'port is not one of'],
    ['a role left out', 'op: eq, value: 0', 'op: per-role, value: {worker: [0]}', 8, 'per-role takes a list for each'],
    ['keys of what is no map', 'op: eq, value: 0', 'op: has-keys, value: [cpu]', 6, 'readOnlyPort is no map'],
    [
      'bounds for keys of what is no map',
      'op: eq, value: 0',
      'op: keys-within, value: [cpu]',
      6,
      'readOnlyPort is no map',
    ],
    ['a field of a later version', '[readOnlyPort]', '[defaultPodSysctls]', 6, 'needs kubernetes: ">=1.37"'],
    [
      'taints of another field',
      'op: eq, value: 0',
      'op: taint-registered, value: []',
      6,
      'is for the path registerWithTaints',
    ],
    ['a check of texts on one field', 'op: eq, value: 0', 'op: known-gates, value: null', 6, 'is for the path *'],
    ['a field check on the whole text', '[readOnlyPort]', '["*"]', 6, 'eq needs fields'],
    ['no operator for a path', 'op: eq, value: 0', 'op: each, value: {}', 8, 'each takes'],
    ['a mode that is no string', 'kind: KubeletConfiguration', 'kind: file-task', 8, 'unknown operator eq for files'],
    [
      'a kernel setting without its value',
      'kind: KubeletConfiguration',
      'kind: sysctl',
      8,
      'unknown operator eq for kernel',
    ],
    [
      'an operator objects do not have',
      'kind: KubeletConfiguration',
      'kind: k8s-manifest',
      8,
      'unknown operator eq for',
    ],
    ['a task path that is none', 'kind: KubeletConfiguration', 'kind: ansible-task', 6, 'paths are absolute'],
    ['a key twice', 'severity: high', 'severity: high\n    severity: low', 12, 'unique'],
  ])('%s', (_, from, to, line, words) => {
    const text = CONTROL.replace(from, to);
    expect(text).not.toBe(CONTROL);
    let caught: unknown;
    try {
      parseBaseline([{ file: 'test.yaml', text }], facts);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ProblemError);
    const { problem } = caught as ProblemError;
    expect(problem).toMatchObject({ file: 'test.yaml', line });
    expect(problem.message).toContain(words);
  });

  test.each([
    [
      'a name nothing is called',
      '["<readonlyPort>"]',
      '{op: mode-at-most, value: "600"}',
      6,
      'no kubelet field is called',
    ],
    [
      'a flag no kubelet has',
      '["<--config-path>/x"]',
      '{op: mode-at-most, value: "600"}',
      6,
      'no kubelet has the flag',
    ],
    ['a path that is not absolute', '[etc/x]', '{op: mode-at-most, value: "600"}', 6, 'neither an absolute path'],
    ['a mode without its owner', '[/etc/x]', '{op: mode-owner, value: {mode: "600"}}', 8, 'owner'],
    [
      'a path no part speaks of',
      '[/etc/x, /etc/y]',
      '{op: mode-owner, value: [{paths: [/etc/x], mode: "600", owner: "root:root"}]}',
      8,
      'each of the control',
    ],
    [
      'a pattern that is none',
      '[/etc/x]',
      '{op: mode-owner-notify, value: {mode: "600", owner: "root:root", notify: {command: "(", service: a}}}',
      8,
      'regular expression',
    ],
  ])('of files: %s', (_, paths, check, line, words) => {
    const text = CONTROL.replace('kind: KubeletConfiguration', 'kind: file-task')
      .replace('[readOnlyPort]', paths)
      .replace('{op: eq, value: 0}', check);
    const parse = () => parseBaseline([{ file: 'test.yaml', text }], facts);
    expect(parse).toThrow(ProblemError);
    expect(parse).toThrow(words);
    expect(parse).toThrow(`test.yaml:${line}`);
  });

  test.each([
    ['cni-config', 'plugins[].type', '{op: eq, value: a}', 'unknown operator eq for CNI'],
    ['cni-config', 'plugins[].type', '{op: any-in, value: []}', 'list of texts'],
    ['seccomp-profile', 'defaultAction', '{op: in, value: SCMP_ACT_ERRNO}', 'list of texts'],
    ['apparmor-profile', 'flags', '{op: in, value: [complain]}', 'unknown operator in for AppArmor'],
    ['kubeconfig', 'users[].user.token', '{op: like, value: {}}', 'users[].user.token may be'],
    ['systemd-unit', 'IPAddressDeny', '{op: denies-others, value: any}', 'takes no value'],
    ['kube-proxy-flag', '--profiling', '{op: eq, value: "--config"}', 'unknown operator eq for kube-proxy'],
    ['kube-proxy-flag', 'profiling', '{op: not-beside, value: "--config"}', 'profiling is no flag'],
    ['kube-proxy-flag', '--profiling', '{op: not-beside, value: config}', 'value must be the flag'],
    ['inventory', 'groups', '{op: covers, value: [worker]}', 'unknown operator covers for inventories'],
    ['inventory', 'groups', '{op: disjoint, value: [[control-plane], [workers]]}', 'value 1.0'],
    ['inventory', 'groups', '{op: disjoint, value: [[control-plane]]}', 'value'],
    ['repository', 'groups', '{op: every-node-group, value: [node]}', 'list of roles of nodes'],
    ['playbook', 'profiles', '{op: profiles-reach, value: {roles: []}}', 'value roles'],
    ['ansible-task', 'a', '{op: one-is-on, value: {A: {on: [{modules: [service]}]}}}', 'value A.off'],
    ['cri-config', 'podman seccomp_profile', '{op: not-in, value: [unconfined]}', 'no setting of a runtime'],
    ['cri-config', 'dockerd seccomp-profile', '{op: not-in, value: unconfined}', 'value must be a list'],
  ])('of contents: %s of %s with %s', (kind, path, check, words) => {
    const text = CONTROL.replace('kind: KubeletConfiguration', `kind: ${kind}`)
      .replace('[readOnlyPort]', `['${path}']`)
      .replace('{op: eq, value: 0}', check);
    const parse = () => parseBaseline([{ file: 'test.yaml', text }], facts);
    expect(parse).toThrow(ProblemError);
    expect(parse).toThrow(words);
  });

  test('an id used twice names both places', () => {
    const files = [
      { file: 'a.yaml', text: CONTROL },
      { file: 'b.yaml', text: CONTROL },
    ];
    expect(() => parseBaseline(files, facts)).toThrow('b.yaml:3: KG-T-01 is already defined in a.yaml:3');
  });
});

describe('what blocks', () => {
  test.each([
    ['core', 'low', false],
    ['core', 'medium', true],
    ['extended', 'medium', false],
    ['extended', 'high', true],
    ['advisory', 'critical', false],
  ] as const)('%s at %s: %s', (profile, severity, blocks) => {
    expect(isBlocking({ profile, severity })).toBe(blocks);
  });
});
