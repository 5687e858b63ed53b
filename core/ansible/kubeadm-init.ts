import { type DistributionDefault, kubeadmDefaults } from './distribution-defaults.ts';
import { tenthAddress } from './kubeadm-file.ts';

/** `kubeadm init` with what follows it up to the next task, key or blank line. */
const INIT =
  /^(?![ \t]*#)[^\n#]*\bkubeadm[ \t]+init\b(?![ \t]+phase)(?<rest>[^\n]*(?:\n(?![ \t]*(?:-[ \t]|[\w.]+:(?:[ \t]|$))|[ \t]*$)[^\n]*)*)/gm;
/** A template that may hold any flag, unlike one that is the value of a flag. */
const LOOSE_TEMPLATE = /(?<!=["']?|--[\w-]+[ \t]+["']?)\{\{[^{}]*\}\}(?!\S*=)/;

/**
 * What `kubeadm init` writes into the kubelet's file where the repository starts its cluster without a kubeadm file:
 * every node that joins gets the same. null when it never runs kubeadm so, or may give it a file.
 *
 * @param texts task and template files of the repository
 */
export function plainInitDefaults(texts: readonly Readonly<{ text: string }>[]): readonly DistributionDefault[] | null {
  const commands = texts.flatMap(({ text }) =>
    text.includes('kubeadm') ? [...text.matchAll(INIT)].map(({ groups }) => groups?.['rest'] ?? '') : [],
  );
  const mayHaveFile =
    commands.some(command => /--config\b/.test(command) || LOOSE_TEMPLATE.test(command)) ||
    texts.some(({ text }) => text.includes('kubeadm.k8s.io/'));
  if (commands.length === 0 || mayHaveFile) return null;
  const flag = (name: string): string | null | undefined => {
    const values = new Set(commands.map(command => valueOf(command, name)));
    return values.size === 1 ? [...values][0] : null;
  };
  const subnet = flag('service-cidr');
  return kubeadmDefaults({
    dnsDomain: flag('service-dns-domain') ?? 'cluster.local',
    certificates: flag('cert-dir') ?? '/etc/kubernetes/pki',
    clusterDNS: subnet === undefined ? '10.96.0.10' : subnet === null ? null : tenthAddress(subnet),
  });
}

/** The value of a flag; undefined when it is not given, null when it is not literal. */
function valueOf(command: string, name: string): string | null | undefined {
  const given = new RegExp(`--${name}[= \\t]+["']?([^\\s"'\\\\]+)`).exec(command)?.[1];
  return given?.includes('{') ? null : given;
}
