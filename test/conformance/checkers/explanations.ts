import type { CheckerName } from './checker.ts';
import { type CheckedNode, PROXY_CONFIGURATION } from './node.ts';

/**
 * Why a checker and the product differ on an item, by what the kubelet really does. `fits` asks the node itself, so that
 * a difference of another kind is not excused.
 */
export type Explanation = Readonly<{
  /** Items of CIS; absent: any. */
  items?: readonly string[];
  checkers: readonly CheckerName[];
  /** What the checker says, where the product says the opposite. */
  says: 'fine' | 'fault';
  fits: (node: CheckedNode, paths: readonly string[]) => boolean;
  why: string;
}>;

const starts = ({ kubelet }: CheckedNode): boolean => kubelet.accepted === true;
const isDefault = (node: CheckedNode, paths: readonly string[]): boolean =>
  paths.every(path => ['default', 'flag-default', undefined].includes(node.from(path)));
const someFrom =
  (...sources: readonly string[]) =>
  (node: CheckedNode, paths: readonly string[]): boolean =>
    paths.some(path => sources.includes(node.from(path) ?? ''));
const acts =
  (path: string, ...values: readonly unknown[]) =>
  (node: CheckedNode): boolean =>
    values.includes(node.effective(path));
const lacks =
  (...paths: readonly string[]) =>
  ({ files }: CheckedNode): boolean =>
    !files.some(({ path }) => paths.includes(path));
const command = (node: CheckedNode): string => node.processes[0] ?? '';

/** The first that fits counts: exact ones stand before general ones. */
export const EXPLANATIONS: readonly Explanation[] = [
  {
    items: ['4.2.2'],
    checkers: ['kube-bench'],
    says: 'fine',
    fits: node =>
      node.kubelet.problems.some(({ path, effect }) => path === 'authorization.mode' && effect === 'refuses'),
    why: 'it only asks that the mode is not AlwaysAllow; the kubelet knows Webhook and AlwaysAllow, letter by letter, and does not start with this one',
  },
  {
    items: ['4.2.12'],
    checkers: ['kube-bench', 'conftest', 'checkov'],
    says: 'fine',
    fits: node => node.kubelet.problems.some(({ path, effect }) => path === 'tlsCipherSuites' && effect === 'refuses'),
    why: "each suite alone is strong, but HTTP/2 needs one with AES_128_GCM in the list: the kubelet's server does not start without",
  },
  {
    checkers: ['kube-bench', 'conftest', 'checkov'],
    says: 'fine',
    fits: node => node.kubelet.accepted === false,
    why: 'it reads each value alone; the kubelet does not start with this configuration, so what it says protects nothing',
  },
  {
    items: ['4.1.3', '4.1.4'],
    checkers: ['kube-bench'],
    says: 'fault',
    fits: lacks('/etc/kubernetes/proxy.conf', '/var/lib/kube-proxy/kubeconfig'),
    why: 'the item is for a file that exists; there is none, and kube-bench takes its empty answer for a failed test',
  },
  {
    items: ['4.1.5', '4.1.6'],
    checkers: ['kube-bench'],
    says: 'fault',
    fits: lacks('/etc/kubernetes/kubelet.conf'),
    why: 'the kubelet writes this file itself when it joins, with mode 0600; nothing that Ansible does sets it',
  },
  {
    items: ['4.1.7', '4.1.8'],
    checkers: ['kube-bench'],
    says: 'fault',
    fits: lacks('/etc/kubernetes/pki/ca.crt'),
    why: 'no authority is configured and none is placed, so there is no file to protect; that callers show no certificate is 4.2.3',
  },
  {
    items: ['4.1.7'],
    checkers: ['kube-bench'],
    says: 'fault',
    fits: node => node.files.some(({ path, mode }) => path === '/etc/kubernetes/pki/ca.crt' && mode === '0644'),
    why: 'its benchmark asks for 600, as CIS did until 1.10; the certificate of an authority is public, CIS asks for 644 since 1.11',
  },
  {
    items: ['4.2.1', '4.2.2'],
    checkers: ['kube-bench'],
    says: 'fault',
    fits: (node, paths) => node.config !== null && isDefault(node, paths),
    why: 'it asks for the written value; with --config the default is the safe one (the unsafe default is that of a kubelet without --config)',
  },
  {
    checkers: ['kube-bench'],
    says: 'fine',
    fits: node => node.config !== null && node.config.path !== '/var/lib/kubelet/config.yaml',
    why: 'it reads the first file of its own list that exists; the kubelet reads the one --config names',
  },
  {
    items: ['4.2.1'],
    checkers: ['kube-bench'],
    says: 'fine',
    fits: node => (command(node).match(/--anonymous-auth=/g) ?? []).length > 1,
    why: 'it takes the first of two equal flags; the kubelet takes the last',
  },
  {
    checkers: ['kube-bench'],
    says: 'fine',
    fits: someFrom('drop-in'),
    why: 'it does not read drop-ins; the kubelet merges the files of --config-dir over its configuration',
  },
  {
    items: ['4.2.4'],
    checkers: ['kube-bench'],
    says: 'fine',
    fits: node => node.config === null && acts('readOnlyPort', 10255)(node),
    why: 'it passes an absent port; a kubelet without --config opens 10255 by default',
  },
  {
    items: ['4.2.8'],
    checkers: ['kube-bench'],
    says: 'fine',
    fits: acts('eventRecordQPS', 0),
    why: 'it passes 0, which takes the limit away: a busy node can flood the API server with events until those that matter are gone',
  },
  {
    items: ['4.2.9'],
    checkers: ['kube-bench', 'conftest', 'checkov'],
    says: 'fault',
    fits: node => acts('serverTLSBootstrap', true)(node) && acts('tlsCertFile', '', null)(node),
    why: 'it asks for files; with serverTLSBootstrap the kubelet gets its serving certificate from the cluster and renews it',
  },
  {
    items: ['4.2.10'],
    checkers: ['kube-bench'],
    says: 'fine',
    fits: acts('rotateCertificates', false),
    why: "it takes absence for true, as CIS says; the kubelet's default is false, so the certificate runs out unless kubeadm or the file says true",
  },
  {
    items: ['4.2.11'],
    checkers: ['kube-bench'],
    says: 'fine',
    fits: acts('serverTLSBootstrap', false, null),
    why: 'it looks at the feature gate, which only permits rotation; without serverTLSBootstrap the kubelet signs its serving certificate itself',
  },
  {
    items: ['4.2.11'],
    checkers: ['kube-bench'],
    says: 'fault',
    fits: node => acts('featureGates.RotateKubeletServerCertificate', true)(node) && command(node).includes('=true,'),
    why: 'it takes the whole list of --feature-gates for the value and finds a false in it; the kubelet reads gate by gate, and this one is true',
  },
  {
    items: ['4.2.11'],
    checkers: ['conftest'],
    says: 'fault',
    fits: acts('featureGates.RotateKubeletServerCertificate', true, null),
    why: 'the policy wants the gate written, as CIS says; the gate is on by default since 1.12, and serverTLSBootstrap is what turns rotation on',
  },
  {
    items: ['4.2.12'],
    checkers: ['kube-bench', 'conftest'],
    says: 'fault',
    fits: node => /CHACHA20_POLY1305_SHA256/.test(JSON.stringify(node.effective('tlsCipherSuites'))),
    why: 'its list has the short names of the ChaCha20 suites; the kubelet takes the names that end in _SHA256 for the same suites',
  },
  {
    items: ['4.2.12'],
    checkers: ['kube-bench', 'checkov'],
    says: 'fine',
    fits: node => /TLS_RSA_/.test(JSON.stringify(node.effective('tlsCipherSuites'))),
    why: 'its list still has the TLS_RSA suites, which have no forward secrecy; CIS took them out in 1.12 and the kubelet calls them insecure',
  },
  {
    items: ['4.2.13'],
    checkers: ['kube-bench', 'conftest'],
    says: 'fine',
    fits: acts('podPidsLimit', -1, 0),
    why: 'it only asks that a value is there; the kubelet sets no limit with 0 or -1',
  },
  {
    items: ['4.2.14'],
    checkers: ['kube-bench'],
    says: 'fine',
    fits: acts('seccompDefault', false),
    why: 'it only asks that the key is there; the kubelet leaves pods unconfined with false',
  },
  {
    items: ['4.3.1'],
    checkers: ['kube-bench'],
    says: 'fault',
    fits: ({ processes }) => processes.length === 1,
    why: 'its ps finds no kube-proxy and ends with an error, which it takes for a failure; where none runs, none shows metrics',
  },
  {
    items: ['4.3.1'],
    checkers: ['kube-bench'],
    says: 'fine',
    fits: ({ files }) => files.some(({ path, text }) => path === PROXY_CONFIGURATION && /0\.0\.0\.0/.test(text)),
    why: 'it reads the kubeconfig, where the address never stands; kube-proxy takes it from the file its --config names',
  },
  {
    items: ['4.2.5'],
    checkers: ['conftest'],
    says: 'fault',
    fits: acts('streamingConnectionIdleTimeout', '4h0m0s'),
    why: 'in the file 0s counts as unset: the kubelet takes its default of 4 hours (only the flag can be 0)',
  },
  {
    checkers: ['conftest'],
    says: 'fine',
    fits: someFrom('flag'),
    why: 'a policy sees the file; the kubelet applies its flags over it',
  },
  {
    checkers: ['conftest'],
    says: 'fine',
    fits: someFrom('drop-in'),
    why: 'a policy sees one document; the kubelet merges the files of --config-dir over it',
  },
  {
    checkers: ['conftest'],
    says: 'fault',
    fits: someFrom('flag'),
    why: 'a policy sees the file; the kubelet applies its flags over it',
  },
  {
    checkers: ['conftest'],
    says: 'fault',
    fits: (node, paths) => starts(node) && isDefault(node, paths),
    why: "the policy wants the key written; the kubelet's default is what it asks for",
  },
  {
    checkers: ['checkov'],
    says: 'fault',
    fits: someFrom('config', 'drop-in'),
    why: 'it reads command lines only, and fails without the flag; the value is in the configuration file, where the kubelet wants it',
  },
  {
    checkers: ['checkov'],
    says: 'fault',
    fits: isDefault,
    why: "it fails without the flag; the kubelet's default is what the item asks for",
  },
  {
    checkers: ['checkov'],
    says: 'fine',
    fits: someFrom('config', 'drop-in'),
    why: 'it reads command lines only; the kubelet takes the value from its configuration',
  },
  {
    checkers: ['checkov'],
    says: 'fine',
    fits: isDefault,
    why: "it passes an absent flag; the kubelet's default is not what the item asks for",
  },
];

/** Why a checker's answer on an item differs on a node; null when nobody has explained that yet. */
export function explanationOf(
  item: Readonly<{ id: string; paths: readonly string[] }>,
  checker: CheckerName,
  says: Explanation['says'],
  node: CheckedNode,
): string | null {
  const found = EXPLANATIONS.find(
    one =>
      one.checkers.includes(checker) &&
      one.says === says &&
      (one.items?.includes(item.id) ?? true) &&
      one.fits(node, item.paths),
  );
  return found?.why ?? null;
}
