import { isImplicit } from '../kubelet/implicit.ts';
import type { EffectiveValue, Json, KubeletVerdict, Minor } from '../kubelet/types.ts';
import type { Unknown } from '../source/rope.ts';
import type { Flag } from './kubelet-flags.ts';
import type { Rancher } from './rancher.ts';

/**
 * What the program that starts a kubelet sets where nobody else does, by field path. `always`: whatever is written.
 * `flag`: the argument that carries the value where the program hands it over on the command line.
 */
export type DistributionDefault = Readonly<{
  path: string;
  value: Readonly<{ known: true; json: Json } | { known: false; unknown: Unknown }>;
  flag?: string;
  always?: true;
}>;

const known = (path: string, json: Json, flag?: string): DistributionDefault => ({
  path,
  value: { known: true, json },
  ...(flag === undefined ? {} : { flag }),
});

function chosen(path: string, why: string): DistributionDefault {
  return { path, value: { known: false, unknown: { key: `${path}: ${why}`, why: [why] } } };
}

/**
 * What k3s and rke2 give the kubelet they run (k3s `pkg/daemons/agent`: `kubeletArgs` to 1.31, `defaultKubeletConfig`
 * from 1.32 on). Paths lie below the data directory.
 */
export function rancherDefaults({ distribution, options }: Rancher): readonly DistributionDefault[] {
  const last = (name: string): string | undefined => {
    const value = options.get(name)?.at(-1)?.value;
    return value?.known ? value.json : undefined;
  };
  const data = `${last('data-dir') ?? `/var/lib/rancher/${distribution}`}/agent`;
  return [
    known('address', '0.0.0.0', '--address=0.0.0.0'),
    known('authentication.anonymous.enabled', false, '--anonymous-auth=false'),
    known('authentication.webhook.enabled', true, '--authentication-token-webhook=true'),
    known('authentication.x509.clientCAFile', `${data}/client-ca.crt`, `--client-ca-file=${data}/client-ca.crt`),
    known('authorization.mode', 'Webhook', '--authorization-mode=Webhook'),
    known('clusterDomain', 'cluster.local', '--cluster-domain=cluster.local'),
    chosen('clusterDNS', `${distribution} takes the cluster DNS address from its server`),
    chosen('cgroupDriver', `${distribution} chooses the cgroup driver on the node`),
    chosen('resolvConf', `${distribution} chooses the resolver configuration on the node`),
    known(
      'containerRuntimeEndpoint',
      'unix:///run/k3s/containerd/containerd.sock',
      '--container-runtime-endpoint=unix:///run/k3s/containerd/containerd.sock',
    ),
    known('evictionHard.imagefs.available', '5%', '--eviction-hard=imagefs.available<5%,nodefs.available<5%'),
    known('evictionHard.nodefs.available', '5%'),
    known(
      'evictionMinimumReclaim.imagefs.available',
      '10%',
      '--eviction-minimum-reclaim=imagefs.available=10%,nodefs.available=10%',
    ),
    known('evictionMinimumReclaim.nodefs.available', '10%'),
    known('failSwapOn', false, '--fail-swap-on=false'),
    known('healthzBindAddress', '127.0.0.1', '--healthz-bind-address=127.0.0.1'),
    known('readOnlyPort', 0, '--read-only-port=0'),
    known('serializeImagePulls', false, '--serialize-image-pulls=false'),
    known('staticPodPath', `${data}/pod-manifests`, `--pod-manifest-path=${data}/pod-manifests`),
    known('tlsCertFile', `${data}/serving-kubelet.crt`, `--tls-cert-file=${data}/serving-kubelet.crt`),
    known('tlsPrivateKeyFile', `${data}/serving-kubelet.key`, `--tls-private-key-file=${data}/serving-kubelet.key`),
  ];
}

/** What a node of OpenShift 3 starts its kubelet with where its NodeConfig says nothing (origin `ComputeKubeletFlags`). */
export function openShiftDefaults(): readonly DistributionDefault[] {
  return [
    known('authentication.anonymous.enabled', true),
    known('authentication.webhook.enabled', true),
    known('authorization.mode', 'Webhook'),
    known('cgroupDriver', 'systemd'),
    known('failSwapOn', false),
    known('healthzPort', 0),
    known('maxPods', 250),
    known('readOnlyPort', 0),
    known('staticPodPath', ''),
  ];
}

/**
 * What kubeadm writes into the kubelet's file where the KubeletConfiguration it is given leaves it out (kubeadm
 * `componentconfigs.kubeletConfig.Default`). rotateCertificates it always sets.
 */
export function kubeadmDefaults(
  cluster: Readonly<{ dnsDomain: string; certificates: string; clusterDNS: string | null }>,
): readonly DistributionDefault[] {
  return [
    known('staticPodPath', '/etc/kubernetes/manifests'),
    cluster.clusterDNS === null
      ? chosen('clusterDNS', 'kubeadm takes the cluster DNS address from the service subnet')
      : known('clusterDNS', [cluster.clusterDNS]),
    known('clusterDomain', cluster.dnsDomain),
    known('authentication.x509.clientCAFile', `${cluster.certificates}/ca.crt`),
    known('healthzBindAddress', '127.0.0.1'),
    known('cgroupDriver', 'systemd'),
    { ...known('rotateCertificates', true), always: true },
  ];
}

/** Arguments k3s and rke2 hand over themselves: to 1.31 all, and they beat a configuration file. */
export function distributionFlags(
  defaults: readonly DistributionDefault[],
  given: readonly Flag[],
  minor: Minor,
): readonly Readonly<{ name: string; value: string }>[] {
  if (minor !== '1.31') return [];
  const taken = new Set(given.map(({ name }) => name));
  return defaults.flatMap(({ flag }) => {
    const equals = flag?.indexOf('=') ?? -1;
    if (flag === undefined || equals < 0 || taken.has(flag.slice(0, equals))) return [];
    return [{ name: flag.slice(0, equals), value: flag.slice(equals + 1) }];
  });
}

/** The verdict with what the distribution sets in place of the kubelet's own defaults. */
export function withDistribution(verdict: KubeletVerdict, defaults: readonly DistributionDefault[]): KubeletVerdict {
  if (verdict.values.size === 0 || defaults.length === 0) return verdict;
  const values = new Map<string, EffectiveValue>(verdict.values);
  for (const { path, value, always } of defaults) {
    const before = values.get(path);
    const agrees = before?.value.known && value.known && before.value.json === value.json;
    const free = !before || isImplicit(before) || (always && !agrees);
    if (free && !isReplacedMap(verdict, path)) values.set(path, { value, from: 'distribution' });
  }
  return { ...verdict, values };
}

/** A flag replaces a whole map, so nothing of the distribution's is left in it. */
function isReplacedMap(verdict: KubeletVerdict, path: string): boolean {
  const parent = /^(evictionHard|evictionMinimumReclaim)\./.exec(path)?.[0];
  return (
    parent !== undefined && [...verdict.values].some(([other, { from }]) => other.startsWith(parent) && from === 'flag')
  );
}
