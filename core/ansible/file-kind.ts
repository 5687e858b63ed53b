import { isPatchName } from './kubeadm-patch.ts';
import { supportingKind } from './supporting-files.ts';
import type { FileKind } from './types.ts';

/** Names of files and destinations that concern a kubelet, kube-proxy, CNI or seccomp. */
const GOVERNED_NAME =
  /kubelet|kubeadm|kube-?proxy|\/cni\/|seccomp|rancher\/(?:k3s|rke2)\/config|\b(?:k3s|rke2)(?:-\w+)?\.service|containerd\/(?:[^/]*\.d\/)?[^/]*\.toml|\/crio\/|apparmor\.d\/|\/docker\/daemon\.json/i;
/** Content that does, whatever the file is called. */
const GOVERNED_TEXT =
  /\bkind["']?\s*:\s*["']?Kube(?:let|Proxy)Configuration\b|kubeadm\.k8s\.io\/|KUBELET_\w{0,60}ARGS|kubelet-arg|^kubeletArguments[ \t]*:|^[ \t]*ExecStart=.*\/(?:kubelet|(?:k3s|rke2)[ \t]+(?:server|agent))\b/m;

export function isGovernedName(path: string): boolean {
  return GOVERNED_NAME.test(path);
}

/** Whether a file at a path on a node concerns its kubelet, or what the kubelet and its node may do. */
export function concernsNode(path: string): boolean {
  return isGovernedName(path) || supportingKind(path) !== null;
}

/** Whether files that concern a kubelet lie in a directory on a node. */
export function isGovernedDirectory(path: string): boolean {
  return /^\/etc\/kubernetes(?:\/|$)/.test(path) || isGovernedName(`${path.replace(/\/$/, '')}/config.yaml`);
}

export function isGovernedText(text: string): boolean {
  return GOVERNED_TEXT.test(text) || isOpenShiftNodeConfig(text);
}

/** Whether a text is what a node of OpenShift 3 starts its kubelet from. */
export function isOpenShiftNodeConfig(text: string): boolean {
  return (
    /^kind[ \t]*:[ \t]*["']?NodeConfig\b/m.test(text) && /^apiVersion[ \t]*:[ \t]*["']?v1["']?[ \t]*\r?$/m.test(text)
  );
}

/** The documents a text holds, by what their `kind:` line or JSON key says. */
export function documentKinds(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const match of text.matchAll(/^\s{0,2}["']?kind["']?\s*:\s*["']?(\w+)/gm)) found.add(match[1] ?? '');
  if (/^\s*\{/.test(text)) for (const match of text.matchAll(/"kind"\s*:\s*"(\w+)"/g)) found.add(match[1] ?? '');
  return found;
}

/**
 * What a file on a node is, by where it lands and what it says. `text` is null for a task that only sets mode and
 * owner; `path` is the destination, or the source's path when that is all there is.
 */
export function kindOf(path: string, text: string | null): FileKind {
  if (text !== null) {
    const kinds = documentKinds(text);
    if (/kubeadm\.k8s\.io\//.test(text) && /^[ \t]*apiVersion/m.test(text)) return 'kubeadm';
    if (kinds.has('KubeletConfiguration') && isPatchName(path)) return 'drop-in';
    if (kinds.has('KubeletConfiguration'))
      return /\.conf(?:\.j2)?$/.test(path) && /\.d\//.test(path) ? 'drop-in' : 'KubeletConfiguration';
    if (kinds.has('KubeProxyConfiguration')) return 'KubeProxyConfiguration';
    if (kinds.has('Config') && /\bclusters\b/.test(text)) return 'kubeconfig';
  }
  const supporting = supportingKind(path);
  if (supporting) return supporting;
  if (/\/cni\//.test(path)) return 'cni';
  if (/seccomp/i.test(path)) return 'seccomp';
  if (isFlagsPath(path) || (text !== null && isOpenShiftNodeConfig(text))) return 'kubelet-flags';
  if (
    text !== null &&
    /KUBELET_\w{0,60}ARGS|^kubeletArguments[ \t]*:|^[ \t]*["']?kubelet-arg\+?["']?[ \t]*:|--kubelet-arg|^[ \t]*ExecStart=.*\/(?:kubelet|(?:k3s|rke2)[ \t]+(?:server|agent))\b/m.test(
      text,
    )
  ) {
    return 'kubelet-flags';
  }
  if (/kubelet[^/]*\.(?:conf|kubeconfig)$|kubeconfig/.test(path)) return 'kubeconfig';
  if (text === null && /kubelet.*\/config\.yaml$|kubelet[-_]?config[^/]*\.(?:ya?ml|json)$/.test(path))
    return 'KubeletConfiguration';
  return 'other';
}

/** Where the kubelet's command line is made: its unit, drop-ins of the unit, environment files. */
function isFlagsPath(path: string): boolean {
  return (
    /kubelet[^/]*\.service(?:\.j2)?$/.test(path) ||
    /kubelet\.service\.d\/[^/]+\.conf(?:\.j2)?$/.test(path) ||
    /kubelet[^/]*\.env(?:\.\w+)*(?:\.j2)?$|kubeadm-flags\.env/.test(path) ||
    /(?:etc|sysconfig|default)\/(?:sysconfig|default)?\/?kubelet(?:\.j2)?$/.test(path) ||
    /(?:^|\/)10-kubeadm\.conf(?:\.j2)?$/.test(path) ||
    /rancher\/(?:k3s|rke2)\/config(?:\.yaml\.d\/[^/]+)?\.ya?ml$/.test(path) ||
    /(?:^|\/)(?:k3s|rke2)(?:-\w+)?\.service(?:\.d\/[^/]+\.conf|\.env)?(?:\.j2)?$/.test(path)
  );
}

/** Whether a governed name is a file of settings, not a binary, certificate or script. */
export function isSettingsName(path: string): boolean {
  return (
    /\.(?:ya?ml|json|conf|conflist|env|service|toml|kubeconfig)(?:\.j2)?$/.test(path) ||
    /(?:sysconfig|default)\/kubelet(?:\.j2)?$/.test(path) ||
    supportingKind(path) !== null
  );
}
