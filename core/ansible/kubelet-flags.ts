import type { RenderedText, Unknown } from '../source/rope.ts';
import { BOOLEAN_FLAGS } from './boolean-flags.ts';
import { type OpenShiftNode, openShiftArguments, openShiftNodeOf } from './openshift-node.ts';
import { isRancherConfig, kubeletFlagsOf, type Rancher, rancherOf, UNKNOWN_FLAG, unseenFlags } from './rancher.ts';
import { joinTexts, sliceText, tracedOf, unknownOf } from './rendered-text.ts';
import { type FlagSource, looseEnvironment, servicesOf } from './service-units.ts';
import { KUBEADM_VARIABLE, KUBEADM_WORD, startCommand } from './start-command.ts';
import { systemdWords } from './systemd-words.ts';
import type { NodeGroup, Traced } from './types.ts';

export type { FlagSource } from './service-units.ts';
export type Flag = NodeGroup['flags'][number];

/** What the files say the kubelet is started with. */
export type ExtractedFlags = Readonly<{
  flags: readonly Flag[];
  /** Files whose command line could not be taken apart. */
  unread: readonly FlagSource[];
  /** k3s or rke2, when one of them runs the kubelet. */
  rancher: Rancher | null;
  /** OpenShift 3, when it runs the kubelet. */
  openShift: OpenShiftNode | null;
  /** Whether the whole command line is known because a service of the sources holds it. */
  hasCommand: boolean;
  /** Why there may be flags nobody can see from Git; null when all are known. */
  open: Unknown | null;
}>;

/**
 * The kubelet's flags as units, drop-ins and environment files give them: the last ExecStart of the kubelet's service
 * with its environment filled in, as systemd does. Without one in the repository, every `KUBELET_…` variable and every
 * variable named like arguments counts. k3s and rke2 hand `kubelet-arg` on.
 *
 * @param kubeadm what kubeadm adds, weakest, where the command line takes it
 */
export function extractFlags(sources: readonly FlagSource[], kubeadm: readonly Flag[] = []): ExtractedFlags {
  const services = servicesOf(sources);
  const commands = services.flatMap(service => startCommand(service) ?? []);
  const rancher = rancherOf(commands, sources);
  const kubelets = commands.filter(({ program }) => program === 'kubelet');
  const own = kubelets.findLast(({ service }) => service.name === 'kubelet.service') ?? kubelets.at(-1) ?? null;
  if (rancher && !own) {
    const flags = kubeletFlagsOf(rancher);
    return {
      flags: flags.filter(({ name }) => name !== UNKNOWN_FLAG),
      unread: [],
      rancher,
      openShift: null,
      hasCommand: true,
      open: unseenFlags(rancher, flags),
    };
  }
  const openShift = own ? null : openShiftNodeOf(sources);
  const openShiftFlags = openShift?.flags ?? sources.flatMap(openShiftArguments);
  const words = own ? own.words : looseWords(sources.filter(source => !isRancherConfig(source)));
  const takesKubeadm = own?.takesKubeadm === true;
  const flags = [
    ...(takesKubeadm ? [] : kubeadm),
    ...flagsOf(words, takesKubeadm ? kubeadm : [], own !== null),
    ...openShiftFlags,
  ];
  const unread = own
    ? []
    : services
        .filter(({ name, command }) => command !== null && /kubelet/.test(name))
        .flatMap(service => service.sources.slice(-1));
  const hasCommand = own !== null || openShift !== null;
  return { flags, unread, rancher: null, openShift, hasCommand, open: unknownWord(words) };
}

function looseWords(sources: readonly FlagSource[]): readonly RenderedText[] {
  return [...looseEnvironment(sources)]
    .filter(([name]) => /^KUBELET_|_ARGS$|^KUBE_LOG/.test(name))
    .sort(([a], [b]) => Number(b === KUBEADM_VARIABLE) - Number(a === KUBEADM_VARIABLE))
    .flatMap(([, value]) => systemdWords(value));
}

/**
 * Flags among words as pflag reads them: `--name=value`, `--name value`, `--name` alone is `true`, as is a boolean
 * whatever follows. Words that are no flags are left out, or with `whole` given as flags of their own text: a kubelet
 * refuses them.
 *
 * @param whole whether the words are the whole command line of a kubelet
 */
export function flagsOf(words: readonly RenderedText[], kubeadm: readonly Flag[] = [], whole = false): readonly Flag[] {
  const flags: Flag[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word?.text === KUBEADM_WORD) flags.push(...kubeadm);
    if (!word?.text.startsWith('-')) {
      if (word && isLeftOver(word, words[i - 1], whole)) flags.push({ name: word.text, value: tracedOf(word) });
      continue;
    }
    const equals = word.text.indexOf('=');
    const name = canonicalName(equals < 0 ? word.text : word.text.slice(0, equals));
    if (name.includes('\uE000')) continue;
    const next = words[i + 1];
    const separate =
      equals < 0 && !BOOLEAN_FLAGS.has(name) && next && !next.text.startsWith('-') && next.text !== KUBEADM_WORD;
    if (separate) i++;
    flags.push({ name, value: flagValue(word, equals, separate ? next : null) });
  }
  return flags;
}

/** Whether a word is an argument of no flag; one that is unknown may be a flag itself. */
function isLeftOver(word: RenderedText, before: RenderedText | undefined, whole: boolean): boolean {
  if (word.text === KUBEADM_WORD || word.text.includes('\uE000')) return false;
  return whole || (before !== undefined && BOOLEAN_FLAGS.has(canonicalName(before.text)));
}

function flagValue(word: RenderedText, equals: number, next: RenderedText | null): Traced<string> {
  const origins = tracedOf(next ? joinTexts([word, next]) : word).origins;
  if (next) return { ...tracedOf(next), origins };
  if (equals < 0) return { value: { known: true, json: 'true' }, origins };
  return { ...tracedOf(sliceText(word, equals + 1, word.text.length)), origins };
}

/**
 * A word that is unknown from its first character on, or before its value, may be any flag, or several. Of a variable nobody in the
 * repository defines nothing is expected: with it undefined Ansible stops.
 */
export function unknownWord(words: readonly RenderedText[]): Unknown | null {
  for (const [index, word] of words.entries()) {
    if (!/^(?:-[^=]*)?\uE000/.test(word.text)) continue;
    const before = words[index - 1]?.text ?? '';
    const isValue = /^--?[\w-]+$/.test(before) && !word.text.startsWith('-');
    const unknown = isValue ? null : unknownOf(word);
    if (unknown && !unknown.key.startsWith('variable:')) return unknown;
  }
  return null;
}

/** `--fail_swap_on` is `--fail-swap-on`, `-v` is `--v`. */
export function canonicalName(name: string): string {
  return name === '-v' ? '--v' : name.replaceAll('_', '-');
}
