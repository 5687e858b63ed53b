import { nodeAt, textAt } from '../../kubelet/node-at.ts';
import type { SourceNode } from '../../kubelet/source-node.ts';
import type { ObjectSource } from '../kubernetes-objects.ts';
import type { KubernetesObject } from './read-objects.ts';

/** A flag of kube-apiserver as given; `value` is null where it cannot be known. */
export type ServerFlag = Readonly<{ name: string; value: string | null; node: SourceNode }>;

/** How kube-apiserver is started. */
export type ServerStart = Readonly<{
  flags: readonly ServerFlag[];
  /** Whether there may be flags nobody can see. */
  open: boolean;
  /** What acts where a flag is not given, by its name without dashes. */
  defaults: Readonly<Record<string, string>>;
}>;

/** kube-apiserver's own default of the flags the baseline asks for (k8s.io/apiserver BuiltInAuthorizationOptions). */
const OWN_DEFAULTS = { 'authorization-mode': 'AlwaysAllow' } as const;

/**
 * What kubeadm puts on the command line itself (cmd/kubeadm/app/phases/controlplane/manifests.go, getAPIServerCommand).
 * An extra argument of the same name takes its place.
 */
function kubeadmDefaults(certificates: string): Readonly<Record<string, string>> {
  return {
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'kubelet-client-certificate': `${certificates}/apiserver-kubelet-client.crt`,
    'kubelet-client-key': `${certificates}/apiserver-kubelet-client.key`,
  };
}

/** How the object starts kube-apiserver: a static pod's container, or kubeadm's ClusterConfiguration. Null: it does not. */
export function serverStart({ root, open }: KubernetesObject, { from }: ObjectSource): ServerStart | null {
  if (!root) return null;
  if (from === 'kubeadm') return byKubeadm(root, open !== null);
  return from === 'static-pod' ? byPod(root) : null;
}

function byKubeadm(root: SourceNode, open: boolean): ServerStart | null {
  if (textAt(root, ['kind']) !== 'ClusterConfiguration') return null;
  const server = nodeAt(root, ['apiServer']);
  const extra = nodeAt(root, ['apiServer', 'extraArgs']);
  const certificates = textAt(root, ['certificatesDir']) || '/etc/kubernetes/pki';
  const isOpen = [root, server, extra].some(
    node => node?.kind === 'unknown' || (node?.kind === 'map' && node.open !== null),
  );
  const listed = extra?.kind === 'list' ? extra.items : [];
  const unreadable = listed.some(item => nodeAt(item, ['name'])?.kind !== 'string');
  return { flags: extraFlags(extra), open: open || isOpen || unreadable, defaults: kubeadmDefaults(certificates) };
}

/** A map (to v1beta3) or a list of name and value (from v1beta4). */
function extraFlags(extra: SourceNode | undefined): readonly ServerFlag[] {
  if (extra?.kind === 'map')
    return extra.entries.map(({ key, value }) => ({ name: key, value: scalar(value), node: value }));
  if (extra?.kind !== 'list') return [];
  return extra.items.flatMap(item => {
    const name = textAt(item, ['name']);
    const value = nodeAt(item, ['value']);
    return name === '' ? [] : [{ name, value: value ? scalar(value) : '', node: value ?? item }];
  });
}

function byPod(root: SourceNode): ServerStart | null {
  const containers = nodeAt(root, ['spec', 'containers']);
  if (containers?.kind !== 'list') return null;
  for (const container of containers.items) {
    const lists = ['command', 'args'].map(name => nodeAt(container, [name]));
    const words = lists.flatMap(list => (list?.kind === 'list' ? list.items : []));
    const named = textAt(container, ['name']) === 'kube-apiserver';
    const start = words.findIndex(word => word.kind === 'string' && /(?:^|\/)kube-apiserver$/.test(word.value));
    if (!named && start < 0) continue;
    const given = words.slice(start + 1);
    const open =
      lists.some(list => list?.kind === 'unknown') ||
      given.some(word => word.kind === 'unknown') ||
      given.some(word => word.kind === 'string' && /(?:^|\s)kube-apiserver\s/.test(word.value));
    return { flags: flagsOf(given), open, defaults: OWN_DEFAULTS };
  }
  return null;
}

/** `--name=value`, `--name value` and `--name` alone. */
function flagsOf(words: readonly SourceNode[]): readonly ServerFlag[] {
  return words.flatMap((node, index) => {
    if (node.kind !== 'string' || !node.value.startsWith('--')) return [];
    const [name = '', ...rest] = node.value.slice(2).split('=');
    if (rest.length > 0) return [{ name, value: rest.join('='), node }];
    const next = words[index + 1];
    const isValue = next !== undefined && !(next.kind === 'string' && next.value.startsWith('-'));
    return [{ name, value: isValue ? scalar(next) : '', node }];
  });
}

function scalar(node: SourceNode): string | null {
  switch (node.kind) {
    case 'string':
      return node.value;
    case 'bool':
      return String(node.value);
    case 'number':
      return node.text;
    case 'unknown':
      return null;
    default:
      return '';
  }
}
