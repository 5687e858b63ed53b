import { describe, expect, test } from '@jest/globals';
import type { Json, KubeletVerdict, Minor } from '../../../core/kubelet/types.ts';
import { answer, config, flagged, flagsOnly, repositoryOf, type Situation, subjectOf, task } from './situation.ts';

type Result = 'pass' | 'violated' | 'undecided' | 'not-applicable';

/** The answers of controls in a situation, to be read side by side with what is expected. */
function says(situation: Situation, expected: Readonly<Record<string, Result>>): void {
  const answers = Object.keys(expected).map(id => [id, answer(id, situation).result]);
  expect(Object.fromEntries(answers)).toEqual(expected);
}

/** What the kubelet of the only node group makes of a situation. */
function kubelet(situation: Situation): KubeletVerdict {
  const groups = subjectOf(repositoryOf(situation), situation.minor).rendering.inventories.flatMap(one => one.groups);
  const [group] = groups;
  if (!group?.kubelet || groups.length > 1) throw new Error(`${groups.length} groups`);
  return group.kubelet;
}

function effective(situation: Situation, path: string): Json {
  const value = kubelet(situation).values.get(path)?.value;
  if (value && !value.known) throw new Error(`${path} is not known`);
  return value?.json ?? null;
}

/** The kubelet does not start: nothing of its configuration passes, because nothing of it is ever in force. */
function refuses(situation: Situation): void {
  expect(kubelet(situation).accepted).toBe(false);
}

const at = (minor: Minor, situation: Situation): Situation => ({ ...situation, minor });

const DROP_INS = '/etc/kubernetes/kubelet.conf.d';
/** A kubelet with this configuration and these drop-ins, in the order of their names. */
const dropIns = (body: string, ...drops: readonly string[]): Situation => ({
  config: body,
  args: [`--config-dir=${DROP_INS}`],
  tasks: drops
    .map((_, index) => `- ansible.builtin.template: {src: ${index}.j2, dest: ${DROP_INS}/${index}.conf, mode: "0600"}`)
    .join('\n'),
  files: Object.fromEntries(
    drops.map((drop, index) => [
      `roles/kubelet/templates/${index}.j2`,
      `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n${drop}\n`,
    ]),
  ),
});

const kubeProxy = (body: string, more = ''): Situation => ({
  tasks: `- ansible.builtin.template: {src: kube-proxy.yaml.j2, dest: /var/lib/kube-proxy/config.conf}\n${more}`,
  files: {
    'roles/kubelet/templates/kube-proxy.yaml.j2': `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n${body}\n`,
    'roles/kubelet/files/kubeconfig': 'apiVersion: v1\nkind: Config\n',
  },
});

const placed = (dest: string, attributes: string): Situation =>
  task(`- ansible.builtin.copy: {content: x, dest: ${dest}, ${attributes}}`);

const SUITE = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256';
const CHACHA = 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256';
const RSA = 'TLS_RSA_WITH_AES_128_GCM_SHA256';

/** Numbers are those of the list of semantics we collected before we wrote the baseline. */
describe('semantics', () => {
  test('1: without --config the kubelet starts from the loose defaults, with it from the strict ones', () => {
    says(flagsOnly(), {
      'KG-ANON-01': 'violated',
      'KG-AUTHN-01': 'violated',
      'KG-AUTHZ-01': 'violated',
      'KG-API-01': 'violated',
    });
    says(config(''), { 'KG-ANON-01': 'pass', 'KG-AUTHN-01': 'pass', 'KG-AUTHZ-01': 'pass', 'KG-API-01': 'pass' });
  });

  test('2: a flag replaces what the file says, feature gates merge key by key', () => {
    says({ config: 'readOnlyPort: 0', args: ['--read-only-port=10255'] }, { 'KG-API-01': 'violated' });
    says(
      at('1.35', {
        config: 'featureGates: {NodeLogQuery: true, ContainerCheckpoint: true}',
        args: ['--feature-gates=ContainerCheckpoint=false'],
      }),
      { 'KG-API-09': 'violated', 'KG-API-11': 'pass' },
    );
  });

  test('3: drop-ins merge over the file in the order of names, and lists are replaced', () => {
    says(dropIns('readOnlyPort: 0', 'readOnlyPort: 10255'), { 'KG-API-01': 'violated' });
    says(dropIns('readOnlyPort: 10255', 'readOnlyPort: 10256', 'readOnlyPort: 0'), { 'KG-API-01': 'pass' });
    says(dropIns(`tlsCipherSuites: [${RSA}]`, `tlsCipherSuites: [${SUITE}]`), { 'KG-CERT-06': 'pass' });
  });

  test('4: a field in the wrong case is ignored with a line in the log', () => {
    const situation = config('readonlyPort: 10255\nRotateCertificates: true');
    says(situation, { 'KG-API-01': 'pass', 'KG-CERT-01': 'violated' });
    expect(kubelet(situation)).toMatchObject({ accepted: true, lenient: true });
  });

  test('5: rotateCertificates has no default but false', () => {
    says(config(''), { 'KG-CERT-01': 'violated' });
    says(config('rotateCertificates: true'), { 'KG-CERT-01': 'pass' });
    says(flagsOnly('--rotate-certificates'), { 'KG-CERT-01': 'pass' });
  });

  test('6: serverTLSBootstrap does it, the gate alone does nothing, the gate off beside it stops the kubelet', () => {
    says(config('serverTLSBootstrap: true'), { 'KG-CERT-02': 'pass' });
    says(config('featureGates: {RotateKubeletServerCertificate: true}'), { 'KG-CERT-02': 'violated' });
    says(flagged('--rotate-server-certificates'), { 'KG-CERT-02': 'pass' });
    refuses(config('serverTLSBootstrap: true\nfeatureGates: {RotateKubeletServerCertificate: false}'));
  });

  test('7: the serving certificate is self-signed only when nothing asks for another', () => {
    says(config(''), { 'KG-CERT-02': 'violated' });
    says(config('tlsCertFile: /a.crt\ntlsPrivateKeyFile: /a.key'), { 'KG-CERT-02': 'pass', 'KG-CERT-03': 'pass' });
    says(config('tlsCertFile: /a.crt'), { 'KG-CERT-02': 'violated', 'KG-CERT-03': 'violated' });
  });

  test('8: no TLS version is 1.2, no suites are the default of Go, a weak suite is accepted, an unknown one is not', () => {
    says(config(''), { 'KG-CERT-05': 'pass', 'KG-CERT-06': 'violated' });
    says(config(`tlsCipherSuites: [${SUITE}, ${CHACHA}]`), { 'KG-CERT-06': 'pass' });
    says(config(`tlsCipherSuites: [${RSA}]`), { 'KG-CERT-06': 'violated' });
    expect(kubelet(config(`tlsCipherSuites: [${SUITE}, ${RSA}]`)).accepted).toBe(true);
    refuses(config('tlsCipherSuites: [TLS_NO_SUCH_SUITE]'));
  });

  test('9: an idle timeout of 0s in the file is four hours; only the flag can make it none, and from 1.34 on it does nothing', () => {
    says(at('1.33', config('streamingConnectionIdleTimeout: 0s')), { 'KG-API-02': 'pass' });
    says(at('1.33', flagged('--streaming-connection-idle-timeout=0')), { 'KG-API-02': 'violated' });
    says(at('1.34', flagged('--streaming-connection-idle-timeout=0')), { 'KG-API-02': 'not-applicable' });
  });

  test('10: durations of 0s in the file are not set, but for imageMaximumGCAge', () => {
    const caches =
      'authorization: {webhook: {cacheAuthorizedTTL: 0s, cacheUnauthorizedTTL: 0s}}\nauthentication: {webhook: {cacheTTL: 0s}}';
    says(config(caches), { 'KG-AUTHN-03': 'pass', 'KG-AUTHZ-02': 'pass' });
    expect(effective(config(caches), 'authentication.webhook.cacheTTL')).toBe('2m0s');
    expect(effective(config('imageMinimumGCAge: 0s'), 'imageMinimumGCAge')).toBe('2m0s');
    expect(effective(config('imageMaximumGCAge: 0s'), 'imageMaximumGCAge')).toBe('0s');
  });

  test('11: no eventRecordQPS is 50, 0 is no limit, less is refused', () => {
    says(config(''), { 'KG-START-07': 'pass' });
    says(config('eventRecordQPS: 0'), { 'KG-START-07': 'violated' });
    refuses(config('eventRecordQPS: -1'));
  });

  test('12: no podPidsLimit, 0 and -1 are all no limit', () => {
    for (const body of ['', 'podPidsLimit: 0', 'podPidsLimit: -1']) says(config(body), { 'KG-CG-01': 'violated' });
    says(config('podPidsLimit: 4096'), { 'KG-CG-01': 'pass' });
  });

  test('13: seccompDefault is off until it is set, and its gate is gone: to name it stops the kubelet', () => {
    says(config(''), { 'KG-SECC-01': 'violated' });
    refuses(config('seccompDefault: true\nfeatureGates: {SeccompDefault: true}'));
  });

  test('14: protectKernelDefaults makes the kubelet exit where the kernel is not set as it wants', () => {
    says(config(''), { 'KG-START-05': 'violated' });
    says(config('protectKernelDefaults: true'), { 'KG-START-05': 'pass' });
    const wrong = '- ansible.posix.sysctl: {name: vm.overcommit_memory, value: "0"}';
    says({ config: 'protectKernelDefaults: true', tasks: wrong }, { 'KG-START-06': 'violated' });
  });

  test('15: profiling, debug flags and logs are served until they are switched off, log queries are not', () => {
    says(config(''), {
      'KG-API-04': 'violated',
      'KG-API-05': 'violated',
      'KG-API-07': 'violated',
      'KG-API-08': 'pass',
    });
    says(config('enableProfilingHandler: false\nenableDebugFlagsHandler: false\nenableSystemLogHandler: false'), {
      'KG-API-04': 'pass',
      'KG-API-05': 'pass',
      'KG-API-07': 'pass',
    });
  });

  test('16: no address is every interface, no health address is loopback', () => {
    says(config(''), { 'KG-NET-01': 'violated', 'KG-NET-02': 'pass', 'KG-NET-07': 'pass', 'KG-NET-09': 'pass' });
    says(config('address: ""\nhealthzBindAddress: ""'), { 'KG-NET-01': 'violated', 'KG-NET-02': 'pass' });
  });

  test('17: node allocatable is enforced for pods until a list says otherwise; one eviction signal drops the others', () => {
    expect(effective(config(''), 'enforceNodeAllocatable')).toEqual(['pods']);
    expect(effective(config('enforceNodeAllocatable: []'), 'enforceNodeAllocatable')).toEqual([]);
    expect(effective(config(''), 'evictionHard.memory.available')).toBe('100Mi');
    const one = 'evictionHard: {nodefs.available: 5%}';
    expect(effective(config(one), 'evictionHard.memory.available')).toBeNull();
    expect(effective(config(`${one}\nmergeDefaultEvictionSettings: true`), 'evictionHard.memory.available')).toBe(
      '100Mi',
    );
    says(config(''), { 'KG-CG-04': 'pass', 'KG-CG-06': 'pass' });
    says(config('enforceNodeAllocatable: []'), { 'KG-CG-04': 'violated' });
    says(config(one), { 'KG-CG-06': 'violated' });
    says(config(`${one}\nmergeDefaultEvictionSettings: true`), { 'KG-CG-06': 'pass' });
  });

  test('18: the cgroup driver is cgroupfs by default; cgroup v1 stops the kubelet from 1.35 on', () => {
    expect(effective(config(''), 'cgroupDriver')).toBe('cgroupfs');
    expect(effective(at('1.34', config('')), 'failCgroupV1')).toBe(false);
    expect(effective(at('1.35', config('')), 'failCgroupV1')).toBe(true);
    says(at('1.34', config('')), { 'KG-CG-02': 'violated', 'KG-CG-10': 'violated' });
    says(at('1.35', config('cgroupDriver: systemd')), { 'KG-CG-02': 'pass', 'KG-CG-10': 'pass' });
  });

  test('19: swap is refused by default, and there are two ways to allow it', () => {
    expect(effective(config(''), 'failSwapOn')).toBe(true);
    for (const behaviour of ['NoSwap', 'LimitedSwap']) {
      expect(kubelet(config(`memorySwap: {swapBehavior: ${behaviour}}`)).accepted).toBe(true);
    }
    refuses(config('failSwapOn: false\nmemorySwap: {swapBehavior: UnlimitedSwap}'));
    says(config(''), { 'KG-CG-07': 'pass' });
    says(config('failSwapOn: false\nmemorySwap: {swapBehavior: NoSwap}'), { 'KG-CG-07': 'pass' });
    says(config('failSwapOn: false\nmemorySwap: {swapBehavior: LimitedSwap}'), { 'KG-CG-07': 'violated' });
  });

  test('20: static pods come from nowhere until a path is set', () => {
    expect(effective(config(''), 'staticPodPath') ?? '').toBe('');
    expect(effective(config('staticPodPath: /etc/kubernetes/manifests'), 'staticPodPath')).toBe(
      '/etc/kubernetes/manifests',
    );
    const path = config('staticPodPath: /etc/kubernetes/manifests');
    says(path, { 'KG-START-08': 'violated' });
    says({ ...path, roles: ['control-plane'] }, { 'KG-START-08': 'pass' });
    says(config(''), { 'KG-START-08': 'pass', 'KG-START-09': 'pass' });
    says(config('staticPodURL: https://pods.example.org/pod.yaml'), { 'KG-START-09': 'violated' });
  });

  test('21: no taints are registered until they are listed', () => {
    expect(effective(config(''), 'registerWithTaints') ?? []).toEqual([]);
    const taint = 'registerWithTaints: [{key: node-role.kubernetes.io/control-plane, effect: NoSchedule}]';
    expect(effective(config(taint), 'registerWithTaints')).toEqual([
      { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
    ]);
    const gpu = (body: string): Situation => ({ config: body, roles: ['gpu'] });
    says(gpu(''), { 'KG-CPI-06': 'violated' });
    says(gpu('registerWithTaints: []'), { 'KG-CPI-06': 'violated' });
    says(gpu('registerWithTaints: [{key: nvidia.com/gpu, effect: NoSchedule}]'), { 'KG-CPI-06': 'pass' });
  });

  test('22: gates are judged by what they are in the minor: on by default, off by default, or gone', () => {
    says(config(''), { 'KG-AUTHZ-05': 'pass', 'KG-API-11': 'violated', 'KG-CERT-04': 'pass' });
    says(at('1.35', config('')), { 'KG-API-09': 'pass' });
    says(at('1.35', config('featureGates: {NodeLogQuery: true}')), { 'KG-API-09': 'violated' });
    says(at('1.36', config('')), { 'KG-API-09': 'not-applicable' });
    says(config('featureGates: {KubeletFineGrainedAuthz: false}'), { 'KG-AUTHZ-05': 'violated' });
    refuses(config('featureGates: {AppArmor: true}'));
    refuses(config('featureGates: {NoSuchGate: true}'));
  });

  test('23: kube-proxy shows its metrics on loopback until it is told otherwise', () => {
    says(kubeProxy(''), { 'KG-KP-01': 'pass' });
    says(kubeProxy('metricsBindAddress: ""'), { 'KG-KP-01': 'pass' });
    says(kubeProxy('metricsBindAddress: 0.0.0.0:10249'), { 'KG-KP-01': 'violated' });
  });

  test('24: modes are compared bit by bit, and a plain 644 in YAML is decimal', () => {
    const kubeconfig = (mode: string) => placed('/etc/kubernetes/kubelet.conf', `mode: ${mode}`);
    says(kubeconfig('"0600"'), { 'KG-START-20': 'pass' });
    says(kubeconfig('"0400"'), { 'KG-START-20': 'pass' });
    says(kubeconfig('"0444"'), { 'KG-START-20': 'violated' });
    says(kubeconfig('384'), { 'KG-START-20': 'pass' });
    says(kubeconfig('600'), { 'KG-START-20': 'violated' });
  });

  test('25: the policy on pulled images has a default only where its gate is on; traces go out in clear', () => {
    says(at('1.36', config('')), { 'KG-AUTHN-07': 'pass' });
    says(config('tracing: {endpoint: "collector.example.org:4317"}'), { 'KG-API-13': 'violated' });
    says(config('tracing: {endpoint: "localhost:4317"}'), { 'KG-API-13': 'pass' });
  });
});

/** Where other checkers are wrong or differ, numbered as in the list of disagreements: what we say. */
describe('disagreements', () => {
  test('1: seccompDefault false violates, in the file and as a flag', () => {
    says(config('seccompDefault: false'), { 'KG-SECC-01': 'violated' });
    says(flagged('--seccomp-default=false'), { 'KG-SECC-01': 'violated', 'KG-SECC-02': 'violated' });
  });

  test('2: podPidsLimit -1 is no limit, not a set one', () => {
    says(config('podPidsLimit: -1'), { 'KG-CG-01': 'violated' });
    says(flagged('--pod-max-pids=-1'), { 'KG-CG-01': 'violated' });
  });

  test('3: no rotateCertificates is no rotation', () => says(config(''), { 'KG-CERT-01': 'violated' }));

  test('4: rotation of the serving certificate is serverTLSBootstrap, not its gate', () => {
    says(config('serverTLSBootstrap: false\nfeatureGates: {RotateKubeletServerCertificate: true}'), {
      'KG-CERT-02': 'violated',
    });
    says(config('serverTLSBootstrap: true'), { 'KG-CERT-02': 'pass', 'KG-CERT-04': 'pass' });
  });

  test('5: a list of gates is read gate by gate', () => {
    says(flagged('--feature-gates=RotateKubeletServerCertificate=true,ContainerCheckpoint=false'), {
      'KG-CERT-04': 'pass',
      'KG-API-11': 'pass',
    });
    says(flagged('--feature-gates=ContainerCheckpoint=false,RotateKubeletServerCertificate=false'), {
      'KG-CERT-04': 'violated',
    });
  });

  test('6: who rotates the serving certificate needs no tlsCertFile, and its name is free', () => {
    says(config('serverTLSBootstrap: true'), { 'KG-CERT-02': 'pass', 'KG-CERT-03': 'pass' });
    says(config('tlsCertFile: /srv/kubelet.pem\ntlsPrivateKeyFile: /srv/kubelet-key.pem'), { 'KG-CERT-02': 'pass' });
  });

  test('7: eventRecordQPS may be what the standards name, not 0', () => {
    for (const value of [1, 5, 50]) says(config(`eventRecordQPS: ${value}`), { 'KG-START-07': 'pass' });
    for (const value of [0, 5000]) says(config(`eventRecordQPS: ${value}`), { 'KG-START-07': 'violated' });
  });

  test('8: what kubeadm writes as 0s is four hours, and that is in bounds', () => {
    for (const body of ['', 'streamingConnectionIdleTimeout: 0s', 'streamingConnectionIdleTimeout: 5m'])
      says(at('1.33', config(body)), { 'KG-API-02': 'pass' });
    says(at('1.33', config('streamingConnectionIdleTimeout: 24h')), { 'KG-API-02': 'violated' });
  });

  test('9: no makeIPTablesUtilChains is true', () => {
    says(config(''), { 'KG-NET-05': 'pass' });
    says(config('makeIPTablesUtilChains: false'), { 'KG-NET-05': 'violated' });
  });

  test('10: kube-proxy is judged by its configuration, not by its kubeconfig', () => {
    const kubeconfig = '- ansible.builtin.copy: {src: kubeconfig, dest: /var/lib/kube-proxy/kubeconfig, mode: "0600"}';
    says(kubeProxy('metricsBindAddress: 0.0.0.0:10249', kubeconfig), { 'KG-KP-01': 'violated', 'KG-KP-06': 'pass' });
  });

  test('11: a kubeconfig of kube-proxy nobody places is nothing to judge', () =>
    says(config(''), { 'KG-KP-06': 'not-applicable', 'KG-KP-07': 'not-applicable' }));

  test('12: the safe defaults of the file pass, those of flags alone do not', () => {
    says(config(''), { 'KG-ANON-01': 'pass', 'KG-AUTHZ-01': 'pass' });
    says(flagsOnly(), { 'KG-ANON-01': 'violated', 'KG-AUTHZ-01': 'violated' });
  });

  test('13: the file of --config counts, with its drop-ins, not one that only lies there', () => {
    const other =
      '- ansible.builtin.copy: {dest: /etc/kubernetes/kubelet-config.yaml, content: "kind: KubeletConfiguration\\napiVersion: kubelet.config.k8s.io/v1beta1\\nreadOnlyPort: 10255\\n"}';
    says({ config: 'readOnlyPort: 0', tasks: other }, { 'KG-API-01': 'pass' });
    says(
      { config: 'readOnlyPort: 0', tasks: other, args: ['--config=/etc/kubernetes/kubelet-config.yaml'] },
      { 'KG-API-01': 'violated' },
    );
    says(dropIns('', 'authentication: {anonymous: {enabled: true}}'), { 'KG-ANON-01': 'violated' });
  });

  test('14: the configuration file is judged, not only the command of a container', () =>
    says(config('authentication: {anonymous: {enabled: true}}'), { 'KG-ANON-01': 'violated', 'KG-ANON-02': 'pass' }));

  test('15: suites without forward secrecy violate wherever they stand, full names of ChaCha are good', () => {
    says(config(`tlsCipherSuites: [${CHACHA}]`), { 'KG-CERT-06': 'pass' });
    says(flagged(`--tls-cipher-suites=${SUITE},${RSA}`), { 'KG-CERT-06': 'violated' });
    says(config(`TLSCipherSuites: [${SUITE}]`), { 'KG-CERT-06': 'violated' });
  });

  test('16: protectKernelDefaults is still asked for', () =>
    says(config('protectKernelDefaults: false'), { 'KG-START-05': 'violated' }));

  test('17: the configuration is at most 0600, the CA bundle at most 0644, bit by bit', () => {
    says({ config: '', attributes: 'mode: "0644"' }, { 'KG-START-16': 'violated' });
    says({ config: '', attributes: 'mode: "0444"' }, { 'KG-START-16': 'violated' });
    const bundle = (mode: string): Situation => ({
      config: 'authentication: {x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}',
      tasks: `- ansible.builtin.copy: {content: x, dest: /etc/kubernetes/pki/ca.crt, mode: "${mode}"}`,
    });
    says(bundle('0644'), { 'KG-CERT-09': 'pass' });
    says(bundle('0664'), { 'KG-CERT-09': 'violated' });
  });

  test('18: IPAddressDeny of the unit is no setting of the kubelet', () => {
    const unit =
      '[Service]\nIPAddressDeny=any\nIPAddressAllow=10.0.0.0/8\nExecStart=/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml\n';
    const situation: Situation = { config: '', files: { 'roles/kubelet/templates/kubelet.service.j2': unit } };
    expect(kubelet(situation)).toMatchObject({ accepted: true, problems: [] });
    says(situation, { 'KG-ANON-01': 'pass', 'KG-NET-01': 'violated' });
  });

  test('19: static pods are no violation by themselves where kubeadm needs them; what they mount is judged', () => {
    const pod = (path: string): Situation => ({
      roles: ['control-plane'],
      tasks: '- ansible.builtin.copy: {src: pod.yaml, dest: /etc/kubernetes/manifests/pod.yaml}',
      files: {
        'roles/kubelet/files/pod.yaml': `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  volumes: [{name: v, hostPath: {path: ${path}}}]\n`,
      },
    });
    says(pod('/etc/kubernetes/pki'), { 'KG-HP-01': 'pass' });
    says(pod('/'), { 'KG-HP-01': 'violated' });
  });

  test('20: eventRecordQPS is found where it is written', () => {
    expect(answer('KG-START-07', config('eventRecordQPS: 500'))).toMatchObject({ path: 'eventRecordQPS', actual: 500 });
    expect(answer('KG-START-07', flagged('--event-qps=500'))).toMatchObject({ path: 'eventRecordQPS', actual: 500 });
  });

  test('21: what acts is the file where no flag speaks, and the flag where one does', () => {
    says(config('readOnlyPort: 10255'), { 'KG-API-01': 'violated' });
    says({ config: 'readOnlyPort: 10255', args: ['--read-only-port=0'] }, { 'KG-API-01': 'pass' });
  });
});
