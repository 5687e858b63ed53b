import type { RenderedText } from '../source/rope.ts';
import { sliceText } from './rendered-text.ts';
import type { Service } from './service-units.ts';
import { expandWords, systemdWords } from './systemd-words.ts';

/** What starts a kubelet: the kubelet itself, or k3s and rke2, which run one inside. */
export type StartCommand = Readonly<{
  program: 'kubelet' | 'k3s' | 'rke2';
  /** Arguments after the program and, of k3s and rke2, `server` or `agent`, environment filled in. */
  words: readonly RenderedText[];
  /** Whether kubeadm's own arguments are among the words, under the variable kubeadm sets. */
  takesKubeadm: boolean;
  service: Service;
}>;

/** The variable kubeadm writes kubeletExtraArgs to (/var/lib/kubelet/kubeadm-flags.env). */
export const KUBEADM_VARIABLE = 'KUBELET_KUBEADM_ARGS';
/** Stands among the words where kubeadm's arguments go. */
export const KUBEADM_WORD = '\uE002kubeadm';

/**
 * The kubelet, k3s or rke2 a service starts; null when it starts none, or one hidden in a script. Behind wrappers
 * (`docker run …`, `sh -c '…'`) the program is looked for among their arguments.
 */
export function startCommand(service: Service): StartCommand | null {
  if (!service.command) return null;
  const inner = shellCommand(service.command);
  if (inner === 'script') return null;
  const written = inner ?? service.command;
  const environment = withKubeadm(service.environment);
  const expand = (words: readonly RenderedText[]): readonly RenderedText[] =>
    service.literal ? words : expandWords(inner ? words.map(bracesOff) : words, environment);
  const at = programAt(written);
  if (!at) return null;
  const words = expand(written.slice(at.index));
  const takesKubeadm = words.some(({ text }) => text === KUBEADM_WORD);
  return { program: at.program, words, takesKubeadm, service };
}

function withKubeadm(environment: ReadonlyMap<string, RenderedText>): ReadonlyMap<string, RenderedText> {
  if (environment.has(KUBEADM_VARIABLE)) return environment;
  const stand: RenderedText = {
    text: KUBEADM_WORD,
    segments: [{ length: KUBEADM_WORD.length, origins: [] }],
    unknowns: new Map(),
  };
  return new Map([...environment, [KUBEADM_VARIABLE, stand]]);
}

/** The words of a shell command that is nothing but one program; `script` when it is more than that. */
function shellCommand(words: readonly RenderedText[]): readonly RenderedText[] | 'script' | null {
  if (!/(?:^|\/)(?:ba|da|z)?sh$/.test(words[0]?.text ?? '')) return null;
  const at = words.findIndex(({ text }) => /^-\w*c$/.test(text));
  const script = at < 0 ? undefined : words[at + 1];
  if (!script || /[;&|<>`]|\$\(/.test(script.text)) return 'script';
  const inner = systemdWords(script);
  return inner[0]?.text === 'exec' ? inner.slice(1) : inner;
}

/** A shell splits `${NAME}` alone as it splits `$NAME`. */
function bracesOff(word: RenderedText): RenderedText {
  const braces = /^\$\{(\w+)\}$/.exec(word.text);
  if (!braces) return word;
  const dollar = sliceText(word, 0, 1);
  const name = sliceText(word, 2, word.text.length - 1);
  return { text: dollar.text + name.text, segments: [...dollar.segments, ...name.segments], unknowns: word.unknowns };
}

function programAt(words: readonly RenderedText[]): { program: StartCommand['program']; index: number } | null {
  const texts = words.map(({ text }) => text);
  for (const [index, text] of texts.entries()) {
    const next = texts[index + 1] ?? '';
    if (/(?:^|\/)hyperkube$/.test(text) && next === 'kubelet') return { program: 'kubelet', index: index + 2 };
    const rancher = /(?:^|\/)(k3s|rke2)(?:-\w+)?$/.exec(text)?.[1];
    if (rancher && /^(?:server|agent)$/.test(next))
      return { program: rancher === 'k3s' ? 'k3s' : 'rke2', index: index + 2 };
    if (index === 0 && /(?:^|\/)kubelet$/.test(text)) return { program: 'kubelet', index: 1 };
  }
  const last = texts.findLastIndex(
    (text, index) =>
      /^(?:[\w./-]*\/)?kubelet$/.test(text) && /^[-$]/.test(texts[index + 1] ?? '-') && texts[index - 1] !== '--name',
  );
  return last < 0 ? null : { program: 'kubelet', index: last + 1 };
}
