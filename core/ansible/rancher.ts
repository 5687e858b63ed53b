import { posix } from 'node:path';
import { readText } from '../kubelet/read-text.ts';
import type { SourceNode } from '../kubelet/source-node.ts';
import { originsAt, type RenderedText, type Unknown } from '../source/rope.ts';
import type { Flag } from './kubelet-flags.ts';
import { sliceText, tracedOf, unknownOf } from './rendered-text.ts';
import { scalarOf } from './scalar-text.ts';
import type { FlagSource } from './service-units.ts';
import type { StartCommand } from './start-command.ts';
import type { Traced } from './types.ts';

export type Distribution = 'k3s' | 'rke2';

/** How k3s or rke2 is set up on a host: they run a kubelet inside and hand `kubelet-arg` on to it. */
export type Rancher = Readonly<{
  distribution: Distribution;
  /** Values by option without dashes, in the order they count; the last one wins where only one can. */
  options: ReadonlyMap<string, readonly Traced<string>[]>;
  /** Why there may be options nobody can see from Git; null when all are known. */
  open: Unknown | null;
}>;

type Options = Map<string, Traced<string>[]>;

/** Options that may be given several times: a command line adds to what the configuration file says. */
const LISTS = /-(?:arg|label|taint)$|^(?:node-ip|node-external-ip|disable|tls-san)$/;

const CONFIG_PATH = /rancher\/(k3s|rke2)\/config\.ya?ml(?:\.d\/[^/]+\.ya?ml)?(?:\.j2)?$/i;

/** Whether a source is a configuration file of k3s or rke2, by its place or, where nobody knows that, by what it says. */
export function isRancherConfig({ path, text }: FlagSource): boolean {
  if (CONFIG_PATH.test(path)) return true;
  return !path.startsWith('/') && /^[ \t]*["']?kubelet-arg\+?["']?[ \t]*:/m.test(text.text);
}

/**
 * What k3s or rke2 on a host is told: its configuration file, then the folder `FILE.d` in the order of names, where a
 * later file replaces a key and `key+` adds to it (k3s `configfilearg.readConfigFile`), then the command line of its
 * service. null when the host has neither.
 */
export function rancherOf(commands: readonly StartCommand[], sources: readonly FlagSource[]): Rancher | null {
  const command = commands.findLast(({ program }) => program !== 'kubelet');
  const named = command ? namedConfig(command) : null;
  const configs = sources.filter(source => (named ? isOfConfig(source, named) : isRancherConfig(source)));
  if (!command && configs.length === 0) return null;
  const placed = configs.map(({ path }) => CONFIG_PATH.exec(path)?.[1]).find(name => name !== undefined);
  const distribution: Distribution =
    command && command.program !== 'kubelet'
      ? command.program
      : placed?.toLowerCase() === 'rke2' || /rke2/i.test(configs[0]?.path ?? '')
        ? 'rke2'
        : 'k3s';
  const options: Options = new Map();
  let open: Unknown | null = named ? unseenConfig(named, configs) : null;
  for (const { text } of configs.sort(inOrder)) open = readConfig(text, options) ?? open;
  if (command) open = readCommand(command.words, options) ?? open;
  return { distribution, options, open };
}

/**
 * The configuration file a service names in place of the default one: `K3S_CONFIG_FILE` or `RKE2_CONFIG_FILE` of its
 * environment, else the first `--config` or `-c` among all its arguments (k3s `Parser.findConfigFileFlag`).
 */
function namedConfig({ program, words, service }: StartCommand): Traced<string> | null {
  const set = service.environment.get(`${program.toUpperCase()}_CONFIG_FILE`);
  if (set && set.text !== '') return tracedOf(set);
  const at = words.findIndex(({ text }) => /^(?:--config|-c)(?:=|$)/.test(text));
  const word = words[at];
  if (!word) return null;
  const equals = word.text.indexOf('=');
  const value = equals < 0 ? words[at + 1] : sliceText(word, equals + 1, word.text.length);
  return value ? tracedOf(value) : null;
}

function isOfConfig({ path }: FlagSource, { value }: Traced<string>): boolean {
  if (!value.known) return false;
  const folder = `${value.json}.d/`;
  return path === value.json || (path.startsWith(folder) && /^[^/]+\.ya?ml$/i.test(path.slice(folder.length)));
}

/** Why nobody can see what a named configuration file says. */
function unseenConfig({ value }: Traced<string>, configs: readonly FlagSource[]): Unknown | null {
  if (!value.known) return { key: `config ${value.unknown.key}`, why: value.unknown.why };
  if (configs.some(({ path }) => path === value.json)) return null;
  return { key: `config ${value.json}`, why: [`${value.json}, which the service reads, is not in this repository`] };
}

function inOrder(a: FlagSource, b: FlagSource): number {
  const [first, second] = [a, b].map(({ path }) => (/\.d\//.test(path) ? `1${posix.basename(path)}` : '0'));
  return (first ?? '') < (second ?? '') ? -1 : 1;
}

function readConfig(text: RenderedText, options: Options): Unknown | null {
  const read = readText({ name: 'config.yaml', text: text.text, unknowns: text.unknowns }, 'config', 'config.yaml');
  if (!read.ok) return unknownOf(text) ?? { key: 'unreadable config.yaml', why: [read.message] };
  const { root } = read;
  if (root.kind === 'unknown') return root.unknown;
  if (root.kind !== 'map') return null;
  for (const { key, value } of root.entries) {
    const name = key.replace(/\+$/, '').replace(/^--/, '');
    const before = key.endsWith('+') ? (options.get(name) ?? []) : [];
    options.set(name, [...before, ...valuesOf(text, value)]);
  }
  return root.open;
}

function valuesOf(text: RenderedText, node: SourceNode): readonly Traced<string>[] {
  if (node.kind === 'list') return node.items.flatMap(item => valuesOf(text, item));
  return node.kind === 'map' || node.kind === 'null' ? [] : [scalarOf(text, node)];
}

/**
 * Options of a command line as Go's `flag` reads them: a switch takes no value from the next word, and the first word
 * that belongs to no option ends the options.
 */
function readCommand(words: readonly RenderedText[], options: Options): Unknown | null {
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    const unknown = word && word.text.startsWith('\uE000') ? unknownOf(word) : null;
    if (unknown?.key.startsWith('variable:')) continue;
    if (unknown) return unknown;
    const name = word && /^--?([A-Za-z][\w-]*)(=?)/.exec(word.text);
    if (!word || !name) return null;
    const key = name[1] ?? '';
    const next = words[i + 1];
    const separate = name[2] === '' && next !== undefined && !SWITCHES.has(key) && !next.text.startsWith('-');
    if (separate) i++;
    const value = separate ? next : name[2] === '=' ? sliceText(word, name[0].length, word.text.length) : null;
    const traced: Traced<string> = value
      ? tracedOf(value)
      : { value: { known: true, json: 'true' }, origins: originsAt(word, 0, word.text.length) };
    options.set(key, [...(LISTS.test(key) ? (options.get(key) ?? []) : []), traced]);
  }
  return null;
}

/** Options of k3s and rke2 that are on or off. */
const SWITCHES: ReadonlySet<string> = new Set(
  'alsologtostderr cluster-init cluster-reset debug disable-agent disable-apiserver disable-cloud-controller disable-controller-manager disable-default-registry-endpoint disable-etcd disable-helm-controller disable-kube-proxy disable-network-policy disable-scheduler docker embedded-registry enable-pprof enable-servicelb etcd-disable-snapshots etcd-expose-metrics etcd-s3 etcd-s3-insecure etcd-s3-skip-ssl-verify etcd-snapshot-compress flannel-external-ip flannel-ipv6-masq multi-cluster-cidr nonroot-devices prefer-bundled-bin protect-kernel-defaults rootless secrets-encryption selinux supervisor-metrics'.split(
    ' ',
  ),
);

/**
 * The kubelet's flags: what k3s itself makes of `protect-kernel-defaults`, of rke2's `profile: cis` and of labels and
 * taints, then `kubelet-arg` in order. `name+=value` and `name-=value` add to a default.
 */
export function kubeletFlagsOf({ options, distribution, open }: Rancher): readonly Flag[] {
  const own: Flag[] = [];
  const last = (name: string): Traced<string> | undefined => options.get(name)?.at(-1);
  const protect = last('protect-kernel-defaults');
  const profile = distribution === 'rke2' ? last('profile') : undefined;
  if (protect) own.push({ name: '--protect-kernel-defaults', value: protect });
  else if (profile?.value.known && profile.value.json.startsWith('cis'))
    own.push({
      name: '--protect-kernel-defaults',
      value: { value: { known: true, json: 'true' }, origins: profile.origins },
    });
  else if (profile && !profile.value.known) own.push({ name: '--protect-kernel-defaults', value: profile });
  else if (open)
    own.push({ name: '--protect-kernel-defaults', value: { value: { known: false, unknown: open }, origins: [] } });
  const clusterDomain = last('cluster-domain');
  if (clusterDomain) own.push({ name: '--cluster-domain', value: clusterDomain });
  const given = (options.get('kubelet-arg') ?? []).flatMap(kubeletArgument);
  const replaced = new Set(given.map(({ name }) => name));
  return [...own.filter(({ name }) => !replaced.has(name)), ...given];
}

/** rke2's `profile`: it makes rke2 refuse nodes whose kernel is not hardened, and sets kubelet flags of its own. */
export function ownOptions({ options, distribution }: Rancher): readonly Flag[] {
  const profile = distribution === 'rke2' ? options.get('profile')?.at(-1) : undefined;
  return profile ? [{ name: 'profile', value: profile }] : [];
}

/** One `kubelet-arg`: `name=value`, or a name alone, which is `true`. */
export function kubeletArgument(argument: Traced<string>): readonly Flag[] {
  const { value, origins } = argument;
  const text = value.known ? value.json : value.unknown.key;
  const name = /^(?:--)?([A-Za-z][\w-]*?)[+-]?(?:=|$)/.exec(text);
  if (!name) return value.known ? [] : [{ name: UNKNOWN_FLAG, value: argument }];
  const flag = `--${(name[1] ?? '').replaceAll('_', '-')}`;
  if (!value.known) return [{ name: flag, value: argument }];
  const at = text.indexOf('=');
  return [{ name: flag, value: { value: { known: true, json: at < 0 ? 'true' : text.slice(at + 1) }, origins } }];
}

/** Why there may be kubelet flags nobody can see: an argument is unknown, or the place where all of them may stand is. */
export function unseenFlags({ options, open }: Rancher, flags: readonly Flag[]): Unknown | null {
  const value = flags.find(({ name }) => name === UNKNOWN_FLAG)?.value.value;
  if (value && !value.known) return value.unknown;
  return options.has('kubelet-arg') ? null : open;
}

/** Name of a flag nobody can know from Git: it may set anything. */
export const UNKNOWN_FLAG = '--?';
