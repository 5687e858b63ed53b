import { posix } from 'node:path';
import type { Unknown } from '../source/rope.ts';
import { type DecodeComplaint, decodeConfiguration } from './decode.ts';
import { type DefaultContext, finishConfigFile, legacySettings, type ReplacedZero, setDefaults } from './defaults.ts';
import { mergeDropIns } from './drop-in.ts';
import { effectiveValues } from './effective.ts';
import { atLeast, fieldsTurnedOn, type KubeletFacts } from './facts.ts';
import { type FeatureGates, featureGates } from './feature-gates.ts';
import { applyFlags, flagsReadAgain, readFlags } from './flags.ts';
import { ProblemList } from './problem-list.ts';
import { isKindOpen, readText, wrongKind } from './read-text.ts';
import type { Setting, Settings } from './settings.ts';
import type { SourceNode, SourceOrigin } from './source-node.ts';
import { type EffectiveValue, type KubeletInput, type KubeletText, type KubeletVerdict, MINORS } from './types.ts';
import { LOGGING_RULES } from './validation/logging.ts';
import { ConfigurationView } from './validation/rule.ts';
import { VALIDATION_RULES } from './validation/rules.ts';
import { runRules } from './validation/run-rules.ts';
import { STARTUP_RULES } from './validation/startup.ts';

type MapNode = Extract<SourceNode, { kind: 'map' }>;

/** Where a kubelet keeps relative paths when its configuration file's own folder is not known. */
const KUBELET_ROOT = '/var/lib/kubelet';

/**
 * What a kubelet of `input.minor` does with this configuration, in its own order: flags, --config file (strict, then
 * lenient), defaults, --config-dir drop-ins on the defaulted base, flags again, feature gates, logging, validation,
 * start-time checks that need no host. Never throws on bad input: refusals are problems of the verdict.
 *
 * Unknown tokens in the texts make values unknown; `accepted` is null when only they stand between yes and no.
 */
export function loadKubelet(input: KubeletInput, facts: KubeletFacts): KubeletVerdict {
  return new Loading(input, facts).run();
}

/** One run of the pipeline: settings grow step by step, the first stage that refuses ends it. */
class Loading {
  private readonly input: KubeletInput;
  private readonly facts: KubeletFacts;
  private readonly problems: ProblemList;
  private readonly surprises: ProblemList;
  private readonly open = new Map<string, Unknown>();
  private settings: Settings = new Map();
  private lenient = false;
  private undecided = false;
  /** Set by flags before any file is read, so they are on or off while defaults are filled. */
  private flagGates: Setting | undefined;
  private acting: ReadonlyMap<string, EffectiveValue> = new Map();

  constructor(input: KubeletInput, facts: KubeletFacts) {
    this.input = input;
    this.facts = facts;
    this.problems = new ProblemList(input);
    this.surprises = new ProblemList(input);
  }

  run(): KubeletVerdict {
    const flags = readFlags(this.input.flags, this.facts, this.input.minor);
    for (const { field, message, index } of flags.refusals) this.problems.flag('flags', field, message, index);
    if (this.problems.refused()) return this.verdict();
    const acting = this.takeActingFlags(flags.settings);
    this.flagGates = flags.settings.get('featureGates');
    if (!this.gates(flags.settings)) return this.verdict();
    if (!this.input.config) this.startWithoutConfig(flags.settings);
    else if (!this.readConfig(this.input.config)) return this.verdict();
    if (!this.readDropIns()) return this.verdict();
    if (!this.readFlagsAgain()) return this.verdict();
    const gates = this.gates(this.settings);
    if (!gates) return this.verdict();
    this.acting = acting;
    this.lookAhead();
    this.check(gates);
    return this.verdict(true);
  }

  private hasDirectory(): boolean {
    return this.input.configDirectory === true || this.input.dropIns.length > 0;
  }

  /** Flags win over the file and the drop-ins: where there are any, the kubelet parses its flags a second time. */
  private readFlagsAgain(): boolean {
    const { flags, minor, config } = this.input;
    if (config === undefined && !this.hasDirectory()) return true;
    const again = flagsReadAgain(flags);
    if (again.refusal) {
      this.problems.flag('flags', '', again.refusal.message, again.refusal.index);
      return false;
    }
    const { settings } = readFlags(again.flags, this.facts, minor);
    this.takeActingFlags(settings);
    applyFlags(this.settings, settings);
    return true;
  }

  /** --seccomp-default has no field of its own: it turns the behaviour on beside the configuration. */
  private takeActingFlags(settings: Settings): ReadonlyMap<string, EffectiveValue> {
    const acting = new Map<string, EffectiveValue>();
    for (const field of fieldsTurnedOn(this.facts)) {
      const setting = settings.get(field);
      if (setting?.kind !== 'leaf' || !setting.origin.span) continue;
      settings.delete(field);
      acting.set(field, { value: setting.value, from: 'flag', at: { in: 'flags', span: setting.origin.span } });
    }
    return acting;
  }

  /** Without a file the first parse of the flags already writes into what drop-ins are merged onto. */
  private startWithoutConfig(flags: Settings): void {
    this.settings = legacySettings(this.context(this.settings));
    applyFlags(this.settings, flags);
  }

  private readConfig(config: KubeletText): boolean {
    const read = readText(config, 'config', 'config');
    if (!read.ok) {
      this.unreadable('decode', 'config', config, read.message, read.offset);
      return false;
    }
    const form = { dropIn: false, format: read.format };
    const kind = wrongKind(read.root, form);
    if (isKindOpen(read.root, form)) this.undecided = true;
    if (kind) {
      this.lenient = kind.lenient;
      this.problems.node('decode', 'refuses', kind.path, kind.message, kind.node);
      return false;
    }
    const decoded = decodeConfiguration(read.root, {
      facts: this.facts,
      minor: this.input.minor,
      keys: 'exact',
      duplicates: read.format === 'json' ? 'merge' : 'last',
    });
    if (read.root.kind === 'unknown') this.open.set('', read.root.unknown);
    for (const fault of decoded.fatal) this.problems.node('decode', 'refuses', fault.path, fault.message, fault.node);
    if (decoded.fatal.length > 0) return false;
    for (const { message, span, path } of read.strict)
      this.problems.add('decode', 'ignores', path, message, 'config', span);
    this.unread(read.unread, 'decode', 'config');
    this.ignored(decoded.unknownFields, 'decode');
    this.lenient = read.strict.length > 0 || decoded.unknownFields.length > 0;
    for (const [path, unknown] of decoded.open) this.open.set(path, unknown);
    this.settings = decoded.settings;
    const gates = this.gates(this.settings);
    if (!gates) {
      if (atLeast(this.input.minor, '1.32')) this.lenient = false;
      return false;
    }
    const context = this.context(this.settings);
    this.replaced(setDefaults(this.settings, context), 'decode');
    finishConfigFile(this.settings, context, config.name.startsWith('/') ? posix.dirname(config.name) : KUBELET_ROOT);
    return true;
  }

  private readDropIns(): boolean {
    if (!this.hasDirectory()) return true;
    const patches: MapNode[] = [];
    for (const dropIn of this.input.dropIns) {
      const root = this.readDropIn(dropIn);
      if (!root) return false;
      patches.push(root);
    }
    const decoded = decodeConfiguration(mergeDropIns(this.settings, patches, this.facts), {
      facts: this.facts,
      minor: this.input.minor,
      keys: 'folded',
      duplicates: 'merge',
    });
    for (const fault of decoded.fatal) this.problems.node('drop-in', 'refuses', fault.path, fault.message, fault.node);
    if (decoded.fatal.length > 0) return false;
    this.ignored(decoded.unknownFields, 'drop-in');
    this.ignored(decoded.foldedFields, 'drop-in');
    for (const [path, unknown] of decoded.open) this.open.set(path, unknown);
    this.settings = decoded.settings;
    if (!this.gates(this.settings)) return false;
    this.replaced(setDefaults(this.settings, this.context(this.settings)), 'drop-in');
    return true;
  }

  private readDropIn(dropIn: KubeletText): MapNode | null {
    const read = readText(dropIn, 'drop-in', dropIn.name);
    if (!read.ok) {
      this.unreadable('drop-in', dropIn.name, dropIn, read.message, read.offset);
      return null;
    }
    const form = { dropIn: true, format: read.format };
    const kind = wrongKind(read.root, form);
    if (isKindOpen(read.root, form)) this.undecided = true;
    if (kind) this.problems.node('drop-in', 'refuses', kind.path, kind.message, kind.node);
    for (const { message, span, path } of read.strict)
      this.problems.add('drop-in', 'refuses', path, message, dropIn.name, span);
    if (kind || read.strict.length > 0) return null;
    this.unread(read.unread, 'drop-in', dropIn.name);
    if (read.root.kind === 'unknown') this.open.set('', read.root.unknown);
    return read.root.kind === 'map' ? read.root : { kind: 'map', entries: [], open: null, origin: read.root.origin };
  }

  /** Wrongly written text is refused; but where unknown tokens stand in it, they may be what is wrong. */
  private unreadable(
    stage: 'decode' | 'drop-in',
    name: string,
    source: KubeletText,
    message: string,
    offset: number,
  ): void {
    const unknown = source.unknowns && source.text.includes('\uE000') ? [...source.unknowns.values()][0] : undefined;
    const span = { start: offset, end: offset };
    if (!unknown) this.problems.add(stage, 'refuses', '', message, name, span);
    else {
      this.problems.add(stage, 'ignores', '', `cannot be read while values in it are unknown: ${message}`, name, span);
      this.undecided = true;
      this.open.set('', unknown);
    }
  }

  private unread(offset: number | null, stage: 'decode' | 'drop-in', name: string): void {
    if (offset === null) return;
    const message = 'the kubelet stops reading here: its document has ended, and nothing below has any effect';
    this.problems.add(stage, 'ignores', '', message, name, { start: offset, end: offset });
  }

  private ignored(complaints: readonly DecodeComplaint[], stage: 'decode' | 'drop-in'): void {
    for (const { path, message, node, entry } of complaints) {
      if (node.origin.from === 'default') continue;
      this.problems.add(stage, 'ignores', path, message, node.origin.in, entry?.keySpan ?? node.origin.span);
    }
  }

  private replaced(zeros: readonly ReplacedZero[], stage: 'decode' | 'drop-in'): void {
    for (const { path, written, by } of zeros) {
      const zero = written.value.known ? JSON.stringify(written.value.json) : '';
      const message = `${path}: ${zero} does not count, defaulting replaces it by ${JSON.stringify(by)}`;
      this.surprises.add(stage, 'ignores', path, message, written.origin.in, written.origin.span);
    }
  }

  private gates(settings: Settings): FeatureGates | null {
    const gates = featureGates(settings, this.facts, this.input.minor);
    for (const { gate, message } of gates.refusals) {
      const { in: place, span } = originOf(settings, gate);
      this.problems.add('featureGates', 'refuses', `featureGates.${gate}`, message, place, span);
    }
    if (gates.undecided) this.undecided = true;
    return gates.refusals.length > 0 ? null : gates;
  }

  /** Gates this minor takes and the next one does not. */
  private lookAhead(): void {
    const next = MINORS[MINORS.indexOf(this.input.minor) + 1];
    if (next === undefined || !this.settings.has('featureGates')) return;
    for (const { gate, message } of featureGates(this.settings, this.facts, next).refusals) {
      const { in: place, span } = originOf(this.settings, gate);
      this.surprises.add('featureGates', 'ignores', `featureGates.${gate}`, `in ${next}: ${message}`, place, span);
    }
  }

  private context(settings: Settings): DefaultContext {
    return {
      facts: this.facts,
      minor: this.input.minor,
      gates: featureGates(this.withFlagGates(settings), this.facts, this.input.minor),
    };
  }

  private withFlagGates(settings: Settings): Settings {
    const { flagGates } = this;
    const own = settings.get('featureGates');
    if (flagGates?.kind !== 'map' || (own !== undefined && own.kind !== 'map')) return settings;
    const entries = new Map([...flagGates.entries, ...(own?.entries ?? [])]);
    return new Map([['featureGates', { ...flagGates, ...own, entries }]]);
  }

  private check(gates: FeatureGates): void {
    const view = new ConfigurationView(this.settings, gates, this.open, this.facts, this.input.minor);
    for (const [stage, rules] of [
      ['logging', LOGGING_RULES],
      ['validation', VALIDATION_RULES],
      ['startup', STARTUP_RULES],
    ] as const) {
      const outcome = runRules(rules, view);
      if (outcome.undecided) this.undecided = true;
      for (const { rule, path, message } of outcome.refusals) {
        const at = this.placeOf(path);
        this.problems.add(stage, 'refuses', path, message, at.in, at.span, rule);
      }
      if (outcome.refusals.length > 0) return;
    }
  }

  private placeOf(path: string): { in: string; span: { start: number; end: number } | null } {
    for (let name = path; name !== ''; name = name.replace(/(\[\d+\]|\.[^.]*|^[^.[]*)$/, '')) {
      const setting = this.settings.get(name);
      if (setting?.origin.span) return { in: setting.origin.in, span: setting.origin.span };
      for (const [parent, map] of this.settings) {
        if (map.kind !== 'map' || !name.startsWith(`${parent}.`)) continue;
        const entry = map.entries.get(name.slice(parent.length + 1));
        if (entry?.origin.span) return { in: entry.origin.in, span: entry.origin.span };
      }
    }
    return { in: this.input.config ? 'config' : 'flags', span: null };
  }

  private verdict(complete = false): KubeletVerdict {
    const problems = this.problems.list();
    const first = problems.find(({ effect }) => effect === 'refuses');
    const unset = this.input.config ? 'default' : 'flag-default';
    const values = new Map(complete ? effectiveValues(this.settings, this.facts, this.input.minor, unset) : []);
    for (const [path, value] of this.acting) {
      const before = values.get(path)?.value;
      values.set(path, { ...value, ...(before?.known ? { reported: before.json } : {}) });
    }
    return {
      minor: this.input.minor,
      accepted: first ? false : this.undecided ? null : true,
      lenient: this.lenient,
      stage: first?.stage ?? null,
      about: first ? this.problems.about(first.stage) : [],
      problems,
      surprises: this.surprises.list(),
      values,
      open: this.open,
    };
  }
}

function originOf(settings: Settings, gate: string): SourceOrigin {
  const setting = settings.get('featureGates');
  const entry = setting?.kind === 'map' ? setting.entries.get(gate) : undefined;
  return (entry ?? setting)?.origin ?? { from: 'default', in: '', span: null };
}
