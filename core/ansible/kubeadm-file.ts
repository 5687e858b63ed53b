import { nodeAt, textAt } from '../kubelet/node-at.ts';
import { readText } from '../kubelet/read-text.ts';
import type { SourceNode } from '../kubelet/source-node.ts';
import type { RenderedText } from '../source/rope.ts';
import { type DistributionDefault, kubeadmDefaults } from './distribution-defaults.ts';
import { documentsWith } from './documents.ts';
import { documentKinds } from './file-kind.ts';
import { canonicalName, type Flag } from './kubelet-flags.ts';
import { scalarOf } from './scalar-text.ts';
import type { Traced } from './types.ts';

/** Documents of one file that are read. */
const MAX_DOCUMENTS = 16;
const MAX_CHARACTERS = 256 * 1024;

type Document = Readonly<{ text: RenderedText; root: SourceNode }>;

/** kubeadm's own documents in a file: InitConfiguration, JoinConfiguration, ClusterConfiguration, UpgradeConfiguration. */
function kubeadmDocuments(rendered: RenderedText): readonly Document[] {
  return documentsWith(rendered, /kubeadm\.k8s\.io\//, MAX_DOCUMENTS).flatMap(text => {
    if (text.text.length > MAX_CHARACTERS) return [];
    const read = readText({ name: '', text: text.text, unknowns: text.unknowns }, 'config', '');
    return read.ok ? [{ text, root: read.root }] : [];
  });
}

/**
 * `nodeRegistration.kubeletExtraArgs` of a kubeadm file: a map (v1beta3) or a list of name and value (v1beta4). They are
 * for the node that uses the file alone: those of the InitConfiguration when it makes the cluster, those of the
 * JoinConfiguration when it joins. Of a file that has both, what is not the same in both is unknown.
 */
export function kubeletExtraArgs(rendered: RenderedText): readonly Flag[] {
  if (!/kubeletExtraArgs/.test(rendered.text)) return [];
  const documents = kubeadmDocuments(rendered);
  const argsOf = (kind: string): readonly Flag[] =>
    argumentsIn(documents.filter(({ root }) => textAt(root, ['kind']) === kind));
  const [init, join] = [argsOf('InitConfiguration'), argsOf('JoinConfiguration')];
  const kinds = documentKinds(rendered.text);
  if (!kinds.has('InitConfiguration')) return join;
  if (!kinds.has('JoinConfiguration')) return init;
  return eitherOf(init, join);
}

function eitherOf(init: readonly Flag[], join: readonly Flag[]): readonly Flag[] {
  const names = new Set([...init, ...join].map(({ name }) => name));
  return [...names].flatMap(name => {
    const [first, second] = [init, join].map(flags => flags.filter(flag => flag.name === name));
    const [one, other] = [first, second].map(flags => (flags ?? []).map(({ value }) => shownValue(value)).join(', '));
    if (one === other) return first ?? [];
    const unknown = {
      key: `kubeadm init: ${one} or join: ${other}`,
      why: ['whether the node makes the cluster (kubeadm init) or joins it (kubeadm join)'],
    };
    const origins = [...(first ?? []), ...(second ?? [])].flatMap(({ value }) => value.origins);
    return [{ name, value: { value: { known: false, unknown }, origins } }];
  });
}

function shownValue({ value }: Traced<string>): string {
  return value.known ? value.json : `⟨${value.unknown.key}⟩`;
}

function argumentsIn(documents: readonly Document[]): readonly Flag[] {
  return documents.flatMap(({ text, root }) => {
    const extra = nodeAt(root, ['nodeRegistration', 'kubeletExtraArgs']);
    const flag = (name: string, value: SourceNode): Flag => ({
      name: canonicalName(`--${name}`),
      value: scalarOf(text, value),
    });
    if (extra?.kind === 'map') return extra.entries.map(({ key, value }) => flag(key, value));
    if (extra?.kind !== 'list') return [];
    return extra.items.flatMap(item => {
      const name = nodeAt(item, ['name']);
      const value = nodeAt(item, ['value']);
      return name?.kind === 'string' && value ? [flag(name.value, value)] : [];
    });
  });
}

/** Directories a kubeadm file takes patches from: `patches.directory` of Init-, Join- and UpgradeConfiguration. */
export function patchDirectories(rendered: RenderedText): readonly Traced<string>[] {
  if (!/\bpatches\b/.test(rendered.text)) return [];
  return kubeadmDocuments(rendered).flatMap(({ text, root }) =>
    [['patches'], ['apply', 'patches'], ['node', 'patches']].flatMap(path => {
      const directory = nodeAt(root, [...path, 'directory']);
      return directory ? [scalarOf(text, directory)] : [];
    }),
  );
}

/**
 * Whether a file is one for `kubeadm join` alone: it reads nothing but the JoinConfiguration, so that a
 * KubeletConfiguration beside it has no effect.
 */
export function joinsCluster({ text }: RenderedText): boolean {
  if (!text.includes('JoinConfiguration')) return false;
  const kinds = documentKinds(text);
  return kinds.has('JoinConfiguration') && !kinds.has('InitConfiguration') && !kinds.has('ClusterConfiguration');
}

/** Whether `kubeadm init` with this file makes the kubelet's configuration although none is written in it. */
export function makesKubeletConfiguration(rendered: RenderedText): boolean {
  const kinds = documentKinds(rendered.text);
  return kinds.has('ClusterConfiguration') && kinds.has('InitConfiguration') && !kinds.has('KubeletConfiguration');
}

/** What kubeadm fills in beside the KubeletConfiguration of a file. */
export function defaultsOf(rendered: RenderedText): readonly DistributionDefault[] {
  const cluster = kubeadmDocuments(rendered).find(
    ({ root }) => textAt(root, ['kind']) === 'ClusterConfiguration',
  )?.root;
  const subnet = cluster ? nodeAt(cluster, ['networking', 'serviceSubnet']) : undefined;
  const clusterDNS = !subnet ? '10.96.0.10' : subnet.kind === 'string' ? tenthAddress(subnet.value) : null;
  return kubeadmDefaults({
    dnsDomain: (cluster && textAt(cluster, ['networking', 'dnsDomain'])) || 'cluster.local',
    certificates: (cluster && textAt(cluster, ['certificatesDir'])) || '/etc/kubernetes/pki',
    clusterDNS: !cluster && documentKinds(rendered.text).has('JoinConfiguration') ? null : clusterDNS,
  });
}

/** The tenth address of an IPv4 network, where kubeadm puts the cluster's DNS service; null for any other network. */
export function tenthAddress(subnet: string): string | null {
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(subnet)?.slice(1).map(Number);
  const [a = 256, b = 256, c = 256, d = 256, bits = 33] = parts ?? [];
  if (Math.max(a, b, c, d) > 255 || bits > 28) return null;
  const host = 2 ** (32 - bits);
  const address = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  const tenth = address - (address % host) + 10;
  return [24, 16, 8, 0].map(shift => Math.floor(tenth / 2 ** shift) % 256).join('.');
}
