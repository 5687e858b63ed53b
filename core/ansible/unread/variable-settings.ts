import type { RenderedText } from '../../source/rope.ts';
import type { Budget } from '../budget.ts';
import { toRendered } from '../edits/file-lines.ts';
import { restOf } from '../edits/rest-of-file.ts';
import { documentKinds } from '../file-kind.ts';
import { toText } from '../jinja/python.ts';
import { dumpYaml } from '../jinja/yaml-dump.ts';
import { joinTexts, literalText, sliceText, trimText } from '../rendered-text.ts';
import { type Dict, type Entry, field, none, type Str, type Value } from '../value.ts';
import { varsOf } from '../variables.ts';

/** Kubelet settings a variable holds, as the file they would make on a node. */
export type VariableSettings = Readonly<{
  /** The variable, or the part of it that holds them: `k3s.server`. */
  name: string;
  text: RenderedText;
  /** A path on a node that says what kind of file this is; where it really lands nobody knows. */
  standsAt: string;
  /** Whether it is the whole of what k3s or rke2 is started with: a node has one of these. */
  starts: boolean;
}>;

/** Names that speak of kubelet settings whatever their value. */
const GOVERNED =
  /kubelet|(?:^|_)(?:k3s|rke2)_(?:\w+_)?(?:args?|arguments|config(?:uration)?|options|profile)$|^(?:k3s|rke2)_(?:server|agent)$/i;
/** Names of what other components of a cluster run with. */
const OTHERS = /api_?server|scheduler|controller_?manager|etcd|kube_?proxy|csr_?approver|exporter/i;

/** Whether the name of a variable alone says that it concerns a kubelet. */
export function isGovernedVariable(name: string): boolean {
  return GOVERNED.test(name) && !OTHERS.test(name);
}

/** How deep settings are looked for in a mapping. */
const MAX_DEPTH = 4;

/** Names whose values are arguments of the kubelet. */
const ARGUMENTS = /kubelet\w*(?:args?|arguments?|flags?|opts?|options?)$/i;
/** Names whose values are fields of its configuration. */
const FIELDS = /kubelet\w*conf(?:ig(?:uration)?)?(?:_\w+)?$/i;
/** Names whose values are the configuration file of k3s or rke2. */
const RANCHER =
  /(?:^|[._])(?:k3s|rke2)(?:_(?:server|agent|master|worker|node|cluster|control_plane))*_(?:config|configuration|options)$/i;
const FLAG = /^(?:--?)?[A-Za-z][\w-]*(?:[=+-]|$)/;
const FIELD = /^[a-z][A-Za-z0-9]*$/;

/**
 * Every kubelet setting a value holds: a KubeletConfiguration or KubeProxyConfiguration as mapping or text, a kubeadm
 * file, a unit, the configuration of k3s or rke2, its command line, and, by the name of the variable, arguments and fields of the kubelet. Empty for a
 * value that says nothing of a kubelet.
 *
 * @param rancher whether what stands around the variable speaks of k3s or rke2
 * @throws PythonError for a value that has no form as YAML
 */
export function settingsIn(budget: Budget, name: string, value: Value, rancher: boolean): readonly VariableSettings[] {
  return found({ budget, rancher: rancher || /k3s|rke2|rancher/i.test(name) }, name, value, 0);
}

type Looking = Readonly<{ budget: Budget; rancher: boolean }>;

function found(looking: Looking, name: string, value: Value, depth: number): readonly VariableSettings[] {
  if (value.kind === 'str') return only(ofText(looking, name, value));
  if (value.kind === 'list' || value.kind === 'tuple') {
    const own = ofList(looking, name, value.items);
    if (own || depth >= MAX_DEPTH) return only(own);
    const mappings = value.items.filter(({ kind }) => kind === 'dict');
    return mappings.flatMap((item, index) => found(looking, `${name}.${index}`, item, depth + 1));
  }
  if (value.kind !== 'dict') return [];
  const own = ofMapping(looking, name, value);
  if (own || depth >= MAX_DEPTH) return only(own);
  return [...(varsOf(value) ?? [])].flatMap(([key, item]) => found(looking, `${name}.${key}`, item, depth + 1));
}

function only(settings: VariableSettings | null): readonly VariableSettings[] {
  return settings ? [settings] : [];
}

function ofText({ rancher }: Looking, name: string, value: Str): VariableSettings | null {
  const { text } = value;
  const whole = toRendered(value);
  const kinds = documentKinds(text);
  if (kinds.has('KubeletConfiguration')) return configuration(name, whole);
  if (kinds.has('KubeProxyConfiguration')) return proxy(name, whole);
  if (/^[ \t]*apiVersion.*kubeadm\.k8s\.io\//m.test(text)) return kubeadm(name, whole);
  if (/^["']?kubelet-arg\+?["']?[ \t]*:/m.test(text)) return rancherFile(name, whole);
  const unit = /^[ \t]*ExecStart=.*\/(kubelet|k3s|rke2)(?:[ \t]|$)/m.exec(text)?.[1];
  if (unit !== undefined)
    return { name, text: whole, standsAt: `/etc/systemd/system/${unit}.service`, starts: unit !== 'kubelet' };
  if (/--kubelet-arg\b/.test(text)) return rancherCommand(name, oneLine(whole));
  if (/^[ \t]*(?:export[ \t]+)?KUBELET_\w{0,60}ARGS[ \t]*=/m.test(text))
    return { name, text: whole, standsAt: ENVIRONMENT, starts: false };
  if (!ARGUMENTS.test(plain(name)) || !/(?:^|\s)-{0,2}[a-z][\w-]*=|(?:^|\s)--[a-z]/.test(text)) return null;
  const words = oneLine(whole);
  return rancher && !/(?:^|\s)--/.test(text) ? rancherArguments(name, [words]) : environment(name, [words]);
}

function ofList({ budget, rancher }: Looking, name: string, items: readonly Value[]): VariableSettings | null {
  if (ARGUMENTS.test(plain(name)) && items.length > 0 && items.every(isNamedArgument))
    return ofPairs(budget, name, items.map(argumentOf), rancher);
  if (items.length === 0 || items.some(({ kind }) => kind !== 'str' && kind !== 'unknown')) return null;
  const texts = items.map(item => toRendered(toText(budget, item)));
  if (texts.some(({ text }) => /^kubelet-arg\+?[ \t]*:/.test(text)))
    return rancherFile(name, joinTexts(texts.flatMap(text => [text, NEWLINE])));
  if (texts.some(({ text }) => /^--?kubelet-arg\b/.test(text))) return rancherCommand(name, spaced(texts));
  if (!ARGUMENTS.test(plain(name)) || !texts.some(({ text }) => FLAG.test(text))) return null;
  return rancher ? rancherArguments(name, texts) : environment(name, texts.map(dashed));
}

function ofMapping({ budget, rancher }: Looking, name: string, value: Dict): VariableSettings | null {
  const says = (key: string): string | null => {
    const item = field(value, key);
    return item?.kind === 'str' ? item.text : null;
  };
  const dumped = (): RenderedText => toRendered(dumpYaml(budget, value, DUMP));
  if (says('kind') === 'KubeletConfiguration') return configuration(name, dumped());
  if (says('kind') === 'KubeProxyConfiguration') return proxy(name, dumped());
  if (says('apiVersion')?.startsWith('kubeadm.k8s.io/')) return kubeadm(name, dumped());
  if (RANCHER.test(plain(name)) || isRancherMapping(value, rancher)) return rancherFile(name, dumped());
  const keys = [...(varsOf(value)?.keys() ?? [])];
  if (keys.length === 0) return null;
  if (ARGUMENTS.test(plain(name)) && keys.every(key => FLAG.test(key)))
    return ofPairs(budget, name, [...value.entries.values()], rancher);
  if (FIELDS.test(plain(name)) && keys.every(key => FIELD.test(key)) && keys.some(key => /[A-Z]/.test(key)))
    return configuration(name, joinTexts([HEAD, rest(name), dumped()]));
  return null;
}

/** A mapping that can be nothing but a configuration file of k3s or rke2. */
function isRancherMapping(value: Dict, rancher: boolean): boolean {
  const has = (key: string): boolean => field(value, key) !== undefined;
  const profile = field(value, 'profile');
  return (
    has('kubelet-arg') ||
    has('kubelet-arg+') ||
    (rancher && (has('protect-kernel-defaults') || (profile?.kind === 'str' && profile.text.startsWith('cis'))))
  );
}

/** `{name, value}`, as kubeadm takes arguments since v1beta4. */
function isNamedArgument(item: Value): boolean {
  return item.kind === 'dict' && field(item, 'name')?.kind === 'str' && field(item, 'value') !== undefined;
}

function argumentOf(item: Value): Entry {
  const [name, value] = item.kind === 'dict' ? [field(item, 'name'), field(item, 'value')] : [];
  return [name ?? none(), value ?? none()];
}

/** Arguments by their names, as in a mapping (kubeadm's `kubeletExtraArgs` to v1beta3). */
function ofPairs(budget: Budget, name: string, pairs: readonly Entry[], rancher: boolean): VariableSettings | null {
  const words: RenderedText[] = [];
  for (const [key, item] of pairs) {
    if (key.kind !== 'str' || ['dict', 'list', 'tuple', 'object', 'lazy', 'undefined'].includes(item.kind)) return null;
    const text = toRendered(toText(budget, item.kind === 'bool' ? lowerCase(item.value, item.origins) : item));
    words.push(joinTexts([toRendered(key), literalText('=', key.origins), text]));
  }
  return rancher ? rancherArguments(name, words) : environment(name, words.map(dashed));
}

function lowerCase(value: boolean, origins: Str['origins']): Str {
  const text = String(value);
  return { kind: 'str', text, segments: [{ length: text.length, origins }], origins };
}

const DUMP = {
  indent: 2,
  width: 10_000,
  flow: false,
  sortKeys: false,
  explicitStart: false,
  allowUnicode: true,
} as const;
const HEAD = literalText('apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n');
const ENVIRONMENT = '/etc/default/kubelet';

function configuration(name: string, text: RenderedText): VariableSettings {
  return { name, text, standsAt: '/var/lib/kubelet/config.yaml', starts: false };
}

function proxy(name: string, text: RenderedText): VariableSettings {
  return { name, text, standsAt: '/etc/kubernetes/kube-proxy.yaml', starts: false };
}

function kubeadm(name: string, text: RenderedText): VariableSettings {
  return { name, text, standsAt: '/etc/kubernetes/kubeadm-config.yaml', starts: false };
}

function environment(name: string, words: readonly RenderedText[]): VariableSettings {
  const text = joinTexts([literalText('KUBELET_EXTRA_ARGS='), spaced(words), NEWLINE]);
  return { name, text, standsAt: ENVIRONMENT, starts: false };
}

function rancherFile(name: string, text: RenderedText): VariableSettings {
  return { name, text, standsAt: `/etc/rancher/${distribution(name)}/config.yaml`, starts: true };
}

function rancherCommand(name: string, words: RenderedText): VariableSettings {
  const program = distribution(name);
  const role = /agent|worker/i.test(name) ? 'agent' : 'server';
  const text = joinTexts([literalText(`[Service]\nExecStart=/usr/local/bin/${program} ${role} `), words, NEWLINE]);
  return { name, text, standsAt: `/etc/systemd/system/${program}.service`, starts: true };
}

/** Arguments that a role adds to a configuration of k3s or rke2 whose other lines nobody sees. */
function rancherArguments(name: string, words: readonly RenderedText[]): VariableSettings {
  const lines = words.flatMap(word => [literalText('- '), quoted(word), NEWLINE]);
  return {
    name,
    text: joinTexts([rest(name), literalText('kubelet-arg+:\n'), ...lines]),
    standsAt: `/etc/rancher/${distribution(name)}/config.yaml.d/${name}.yaml`,
    starts: false,
  };
}

function rest(name: string): RenderedText {
  return toRendered(restOf(`what ${name} is put into`, [`what the file that ${name} is put into says beside it`], []));
}

function distribution(name: string): 'k3s' | 'rke2' {
  return /rke2/i.test(name) ? 'rke2' : 'k3s';
}

function dashed(word: RenderedText): RenderedText {
  return word.text.startsWith('-') || word.text.startsWith('\uE000') ? word : joinTexts([literalText('--'), word]);
}

/** One YAML scalar; single quotes are doubled inside it. */
function quoted(word: RenderedText): RenderedText {
  const parts: RenderedText[] = [];
  let from = 0;
  for (let at = word.text.indexOf("'"); at >= 0; at = word.text.indexOf("'", at + 1)) {
    parts.push(sliceText(word, from, at), literalText("'"));
    from = at;
  }
  return joinTexts([literalText("'"), ...parts, sliceText(word, from, word.text.length), literalText("'")]);
}

const NEWLINE = literalText('\n');
const BLANK = literalText(' ');

function spaced(words: readonly RenderedText[]): RenderedText {
  return joinTexts(words.flatMap((word, index) => (index === 0 ? [word] : [BLANK, word])));
}

/** A text of several lines as one, as a command line reads it. */
function oneLine(text: RenderedText): RenderedText {
  const lines: RenderedText[] = [];
  let from = 0;
  for (const match of text.text.matchAll(/\s*\\?\n\s*|$/g)) {
    const line = trimText(sliceText(text, from, match.index));
    if (line.text !== '') lines.push(line);
    from = match.index + match[0].length;
  }
  return spaced(lines);
}

/** Keys of mappings may have dashes where variables have underscores. */
function plain(name: string): string {
  return name.replaceAll('-', '_');
}
