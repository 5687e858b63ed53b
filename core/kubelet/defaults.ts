import { posix } from 'node:path';
import { atLeast, type FieldFact, fieldsOf, type KubeletFacts } from './facts.ts';
import type { FeatureGates } from './feature-gates.ts';
import { isZero, type LeafSetting, leaf, type Setting, type Settings, settingOf, unknownLeaf } from './settings.ts';
import type { SourceOrigin } from './source-node.ts';
import type { Json, Minor } from './types.ts';

export type DefaultContext = Readonly<{ facts: KubeletFacts; minor: Minor; gates: FeatureGates }>;

const FILE_DEFAULT: SourceOrigin = { from: 'default', in: '', span: null };
const FLAG_DEFAULT: SourceOrigin = { from: 'flag-default', in: '', span: null };

/** A written zero that defaulting replaced: what stood there, and the default that counts. */
export type ReplacedZero = Readonly<{ path: string; written: LeafSetting; by: Json }>;

/**
 * SetDefaults_KubeletConfiguration: fills what is unset and replaces explicit zeros where the kubelet does. Returns
 * the zeros of a text that were replaced.
 */
export function setDefaults(
  settings: Settings,
  context: DefaultContext,
  origin: SourceOrigin = FILE_DEFAULT,
): readonly ReplacedZero[] {
  const replaced: ReplacedZero[] = [];
  followStatusUpdateFrequency(settings, context, origin);
  followParallelPulls(settings, origin);
  if (Number(knownJson(settings.get('podPidsLimit')) ?? 0) < -1) settings.delete('podPidsLimit');
  for (const [path, fact] of fieldsOf(context.facts, context.minor)) {
    if (fact.default === undefined || fact.type === 'object' || path === 'evictionHard') continue;
    const before = settings.get(path);
    if (!needsDefault(before, fact)) continue;
    const gate = fact.defaultGate === undefined ? true : context.gates.enabled(fact.defaultGate);
    if (gate === null) {
      const unknown = { key: `gate:${fact.defaultGate}`, why: [`feature gate ${fact.defaultGate} is not known`] };
      settings.set(path, unknownLeaf(unknown, origin));
    } else if (gate) {
      const by = defaultOf(fact, context.minor);
      settings.set(path, settingOf(fact, by, origin));
      if (before?.kind === 'leaf' && before.origin.span && !isZero(fact, by))
        replaced.push({ path, written: before, by });
    }
  }
  for (const path of ['logging.options.text.splitStream', 'logging.options.json.splitStream']) settings.delete(path);
  return replaced;
}

/** What loadConfigFile adds for a --config file: hard eviction thresholds, and absolute paths. */
export function finishConfigFile(settings: Settings, { facts, minor }: DefaultContext, directory: string): void {
  const fact = facts.fields['evictionHard'];
  if (fact?.default !== undefined) {
    const current = settings.get('evictionHard');
    const defaults = settingOf(fact, fact.default, FILE_DEFAULT);
    const merge = atLeast(minor, '1.33') && knownJson(settings.get('mergeDefaultEvictionSettings')) === true;
    if (!current) settings.set('evictionHard', defaults);
    else if (merge && current.kind === 'map' && defaults.kind === 'map') {
      const entries = new Map<string, LeafSetting>([...defaults.entries, ...current.entries]);
      settings.set('evictionHard', { ...current, entries });
    }
  }
  for (const path of PATH_FIELDS) {
    const setting = settings.get(path);
    const value = knownJson(setting);
    if (setting && typeof value === 'string' && value !== '' && !value.startsWith('/')) {
      settings.set(path, leaf(posix.join(directory, value).replace(/(.)\/+$/, '$1'), setting.origin));
    }
  }
}

/** What a kubelet without --config starts from: the same defaults, loosened (applyLegacyDefaults). */
export function legacySettings(context: DefaultContext): Settings {
  const settings: Settings = new Map();
  setDefaults(settings, context, FLAG_DEFAULT);
  for (const [path, fact] of Object.entries(context.facts.fields)) {
    if (fact.withoutConfig === undefined) continue;
    if (fact.withoutConfig === null) settings.delete(path);
    else settings.set(path, settingOf(fact, fact.withoutConfig, FLAG_DEFAULT));
  }
  return settings;
}

const PATH_FIELDS = [
  'podLogsDir',
  'staticPodPath',
  'authentication.x509.clientCAFile',
  'tlsCertFile',
  'tlsPrivateKeyFile',
  'resolvConf',
  'volumePluginDir',
] as const;

function defaultOf(fact: FieldFact, minor: Minor): Json {
  const earlier = fact.earlier?.find(({ until }) => atLeast(until, minor));
  return earlier ? earlier.default : (fact.default ?? null);
}

function needsDefault(setting: Setting | undefined, fact: FieldFact): boolean {
  if (!setting) return true;
  if (fact.zero !== 'default' || setting.kind !== 'leaf') return false;
  return setting.value.known && isZero(fact, setting.value.json);
}

function followStatusUpdateFrequency(settings: Settings, { facts }: DefaultContext, origin: SourceOrigin): void {
  const fact = facts.fields['nodeStatusReportFrequency'];
  const update = settings.get('nodeStatusUpdateFrequency');
  if (!fact || !needsDefault(settings.get('nodeStatusReportFrequency'), fact) || !update || needsDefault(update, fact))
    return;
  if (update.kind === 'leaf') settings.set('nodeStatusReportFrequency', { ...update, origin });
}

function followParallelPulls(settings: Settings, origin: SourceOrigin): void {
  if (settings.has('serializeImagePulls')) return;
  const parallel = settings.get('maxParallelImagePulls');
  if (parallel?.kind !== 'leaf') return;
  if (!parallel.value.known) settings.set('serializeImagePulls', unknownLeaf(parallel.value.unknown, origin));
  else if (Number(parallel.value.json) >= 2) settings.set('serializeImagePulls', leaf(false, origin));
}

function knownJson(setting: Setting | undefined): Json | undefined {
  return setting?.kind === 'leaf' && setting.value.known ? setting.value.json : undefined;
}
