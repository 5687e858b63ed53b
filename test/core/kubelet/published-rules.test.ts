import { describe, expect, test } from '@jest/globals';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { type LintAnswer, type LintCase, lint } from '../../../core/kubelet/lint.ts';
import type { Minor } from '../../../core/kubelet/types.ts';

const facts = readKubeletFacts();
const HEAD = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';

function ask(body: string, minor: Minor = '1.36', rest: Partial<LintCase> = {}): LintAnswer {
  return lint({ yaml: HEAD + body, ...rest }, minor, facts);
}

/** Refused in `stage`, about `path`, with a sentence that has `words`. */
type Refused = readonly [id: string, protects: string, body: string, stage: string, path: string, words: string];

/** Rules that share an implementation with a neighbour: each part by its own number. */
const REFUSED: readonly Refused[] = [
  [
    'V001',
    'only gates this minor knows are named',
    'featureGates: {NoSuchGate: true}',
    'featureGates',
    'featureGates.NoSuchGate',
    'unrecognized',
  ],
  [
    'V002',
    'locked gates keep their value',
    'featureGates: {NodeSwap: false}',
    'featureGates',
    'featureGates.NodeSwap',
    'locked',
  ],
  [
    'V037',
    'taints are not dated by hand',
    'registerWithTaints: [{key: a, effect: NoSchedule, timeAdded: "2020-01-01T00:00:00Z"}]',
    'validation',
    'registerWithTaints[0]',
    'TimeAdded',
  ],
  [
    'V054',
    'system reservations are enforced on a cgroup',
    'enforceNodeAllocatable: [system-reserved]',
    'validation',
    'systemReservedCgroup',
    'must be specified',
  ],
  [
    'V055',
    'kube reservations are enforced on a cgroup',
    'enforceNodeAllocatable: [kube-reserved-compressible]',
    'validation',
    'kubeReservedCgroup',
    'must be specified',
  ],
  [
    'V056',
    'none stands alone',
    'enforceNodeAllocatable: [none, pods]',
    'validation',
    'enforceNodeAllocatable',
    'additional',
  ],
  [
    'V057',
    'enforcements exist',
    'enforceNodeAllocatable: [Pods]',
    'validation',
    'enforceNodeAllocatable',
    'Valid options',
  ],
  [
    'V058',
    'enforcement has cgroups to work on',
    'cgroupsPerQOS: false',
    'validation',
    'cgroupsPerQOS',
    'must be set to true',
  ],
  [
    'V073',
    'user namespaces have whole ranges',
    'userNamespaces: {idsPerPod: 65537}',
    'validation',
    'userNamespaces.idsPerPod',
    'multiple',
  ],
  [
    'V074',
    'user namespaces fit 32 bits',
    'userNamespaces: {idsPerPod: 4295032832}',
    'validation',
    'userNamespaces.idsPerPod',
    'more than',
  ],
  ['V093', 'traces go to a URL', 'tracing: {endpoint: "a b%zz"}', 'validation', 'tracing.endpoint', 'not a URL'],
  ['V107', 'pod logs have one name', 'podLogsDir: /var/log/pods/../x', 'validation', 'podLogsDir', 'normalized'],
  ['V108', 'pod logs have an ASCII name', 'podLogsDir: /var/log/pöds', 'validation', 'podLogsDir', 'ASCII'],
];

describe('every published rule by its number', () => {
  test.each(REFUSED)('%s: %s', (_id, _protects, body, stage, path, words) => {
    const answer = ask(body);
    expect([answer.accepted, answer.stage]).toEqual([false, stage]);
    const problem = answer.problems.find(one => one.path === path && one.message.includes(words));
    expect(problem).toMatchObject({ stage, line: expect.any(Number) });
  });

  test('V003: since 1.35 gates that are on have what they depend on', () => {
    const free = (gate: string) => facts.gates[gate]?.minors['1.36']?.endsWith('locked') === false;
    const [gate, needed] = Object.entries(facts.gates)
      .filter(([name]) => free(name))
      .flatMap(([name, { dependsOn = [] }]) => dependsOn.filter(free).map(one => [name, one] as const))[0] ?? ['', ''];
    expect(gate).not.toBe('');
    const answer = ask(`featureGates: {${gate}: true, ${needed}: false}`);
    expect([answer.accepted, answer.stage]).toEqual([false, 'featureGates']);
    expect(answer.problems.some(({ message }) => message.includes(`depends on features that are disabled`))).toBe(true);
  });

  test('V004: no gate is older than its minor, for the kubelet emulates no other', () => {
    const later = Object.entries(facts.gates).find(([, { minors }]) => !minors['1.34'] && minors['1.36']);
    expect(later).toBeDefined();
    expect(ask(`featureGates: {${later?.[0]}: true}`, '1.34')).toMatchObject({
      accepted: false,
      stage: 'featureGates',
    });
  });

  test('V048: the longest restart pause is never unset while its gate is on', () => {
    const answer = ask('featureGates: {KubeletCrashLoopBackOffMax: true}\ncrashLoopBackOff: {}');
    expect(answer).toMatchObject({
      accepted: true,
      effective: { crashLoopBackOff: { maxContainerRestartPeriod: '5m0s' } },
    });
  });

  test.each([
    ['V070', 'failCgroupV1: true'],
    ['V071', 'singleProcessOOMKill: false'],
    ['V075', 'singleProcessOOMKill: true'],
    ['V076', 'userNamespaces: {idsPerPod: 65536}'],
  ])('%s: nothing is refused for a host, which is Linux with cgroup v2', (_id, body) => {
    expect(ask(body)).toMatchObject({ accepted: true, stage: null });
  });

  test('V079: the klog flags that JSON logs exclude are no flags of these minors', () => {
    expect(ask('logging: {format: json}', '1.36', { args: ['--logtostderr=false'] })).toMatchObject({
      accepted: false,
      stage: 'flags',
    });
  });

  test.each([
    ['V087', 'text'],
    ['V089', 'json'],
  ])('%s: a split %s stream in a file never takes effect, so it is never refused', (_id, format) => {
    const answer = ask(`logging: {options: {${format}: {splitStream: true}}}`);
    expect(answer.accepted).toBe(true);
    expect(JSON.stringify(answer.effective)).not.toContain('splitStream');
  });

  test('V095: memory throttling always has a factor', () => {
    expect(ask('featureGates: {MemoryQoS: true}\nmemoryThrottlingFactor: null')).toMatchObject({
      accepted: true,
      effective: { memoryThrottlingFactor: 0.9 },
    });
  });

  test('V106: a drop-in does not make pod logs relative', () => {
    const answer = ask('', '1.36', { dropins: [{ name: '10-x.conf', yaml: `${HEAD}podLogsDir: logs` }] });
    expect(answer).toMatchObject({ accepted: false, stage: 'validation' });
    expect(answer.problems).toMatchObject([{ path: 'podLogsDir', message: expect.stringContaining('absolute') }]);
  });
});
