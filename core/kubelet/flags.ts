import type { Unknown } from '../source/rope.ts';
import { atLeast, type FlagFact, type KubeletFacts } from './facts.ts';
import {
  isAddressFlag,
  nodeLabelFault,
  parseFlagInteger,
  parseReservedMemory,
  parseTaints,
  parseVmodule,
  splitCommas,
} from './flag-values.ts';
import { formatGoDuration, parseGoDuration } from './go-duration.ts';
import { canonicalQuantity, parseQuantity } from './go-quantity.ts';
import { goTrimSpace } from './go-trim-space.ts';
import { type Known, type LeafSetting, leaf, type Settings, unknownLeaf } from './settings.ts';
import type { SourceOrigin } from './source-node.ts';
import type { Json, KubeletFlag, Minor } from './types.ts';

export type FlagRefusal = Readonly<{ flag: string; field: string; message: string; index: number }>;

/** What a command line writes: per field one setting, in the order the flags stand. */
export type FlagSettings = Readonly<{ settings: Settings; refusals: readonly FlagRefusal[] }>;

/**
 * Splits a command line as pflag does: `--name=value`, `--name value`, a lone `--bool`; underscores count as dashes.
 * What pflag refuses (positional arguments, `-long`) comes back under its own text, and loading refuses it. A `--` at the
 * end says nothing, but is there for a flag that takes the next argument away when flags are read again.
 */
export function readArguments(args: readonly string[], facts: KubeletFacts): readonly KubeletFlag[] {
  const flags: KubeletFlag[] = [];
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? '';
    if (argument === '--') {
      const last = flags.at(-1);
      if (last?.alone && index === args.length - 1) flags.splice(-1, 1, { name: last.name, value: last.value });
      flags.push(...args.slice(index + 1).map(name => ({ name: `-- ${name}`, value: '' })));
      break;
    }
    const equals = argument.indexOf('=');
    const short = /^-v=?(.+)$/.exec(argument)?.[1];
    const typed = equals < 0 ? argument : argument.slice(0, equals);
    const name = canonicalFlag(typed);
    const fact = factOf(name, facts);
    if (short !== undefined) flags.push({ name: '--v', value: short });
    else if (equals >= 0) flags.push({ name, value: argument.slice(equals + 1) });
    else if (!name.startsWith('-') || !fact) flags.push({ name, value: '' });
    else if (fact.type === 'bool' || fact.type === 'version') flags.push({ name, value: 'true', alone: true });
    else if (index + 1 < args.length) flags.push({ name, value: args[++index] ?? '' });
    else flags.push({ name, value: '', alone: true });
  }
  return flags;
}

/**
 * The flags as the kubelet parses them again over a configuration file. Its stand-ins for global flags want a value
 * even of booleans: one typed without takes the next argument away, or ends the kubelet when it is the last.
 */
export function flagsReadAgain(
  flags: readonly KubeletFlag[],
): Readonly<{ flags: readonly KubeletFlag[]; refusal: FlagRefusal | null }> {
  const kept: KubeletFlag[] = [];
  for (let index = 0; index < flags.length; index++) {
    const flag = flags[index];
    if (!flag) continue;
    kept.push(flag);
    if (flag.alone !== true || !GLOBAL_SWITCHES.has(canonicalFlag(flag.name))) continue;
    if (index === flags.length - 1) {
      const message = `flag needs an argument: ${flag.name}: with a configuration file the kubelet wants ${flag.name}=true`;
      return { flags: kept, refusal: { flag: flag.name, field: '', message, index } };
    }
    kept.push({ name: SWALLOWED, value: '' });
    index++;
  }
  return { flags: kept, refusal: null };
}

/** Stands for an argument the second parse does not see, so that the others keep their index; nobody can type it. */
const SWALLOWED = '\0';

/** Booleans of libraries (cAdvisor), not of the kubelet itself. */
const GLOBAL_SWITCHES: ReadonlySet<string> = new Set([
  '--enable-load-reader',
  '--log-cadvisor-usage',
  '--storage-driver-secure',
]);

/** Types whose flag forgets where to write when its value is empty: from then on the kubelet refuses it or panics. */
const CUT_OFF_BY_EMPTY: ReadonlySet<string> = new Set(['ip', 'reservedMemory']);

/** `--read_only_port` -> `--read-only-port`, `-v` -> `--v`. */
export function canonicalFlag(name: string): string {
  return name === '-v' ? '--v' : name.startsWith('--') ? name.replaceAll('_', '-') : name;
}

/** Parses every flag by its type. An unknown value makes its field unknown. */
export function readFlags(flags: readonly KubeletFlag[], facts: KubeletFacts, minor: Minor): FlagSettings {
  const settings: Settings = new Map();
  const refusals: FlagRefusal[] = [];
  const cutOff = new Set<string>();
  for (const [index, flag] of flags.entries()) {
    const name = canonicalFlag(flag.name);
    const origin: SourceOrigin = { from: 'flag', in: 'flags', span: { start: index, end: index + 1 } };
    const fact = factOf(name, facts);
    if (name === SWALLOWED) continue;
    const refuse = (message: string) => refusals.push({ flag: name, field: fact?.field ?? '', message, index });
    if (!name.startsWith('-')) refuse(`unknown command "${name}"`);
    else if (!name.startsWith('--')) refuse(`unknown shorthand flag in ${name}: long flags take two dashes`);
    else if (!fact || (fact.until && !atLeast(fact.until, minor))) refuse(`unknown flag: ${name}`);
    else if (flag.alone === true && fact.type !== 'bool' && fact.type !== 'version') {
      refuse(`flag needs an argument: ${name}`);
    } else if (typeof flag.value !== 'string') markUnknown(settings, fact, flag.value, origin);
    else if (cutOff.has(name) && (flag.value !== '' || fact.type === 'reservedMemory')) {
      refuse(`${name} cannot be given again once it was given empty`);
    } else if (!applyFlag(settings, fact, flag.value, origin)) {
      refuse(`invalid argument ${JSON.stringify(flag.value)} for "${name}" flag`);
    } else if (flag.value === '' && CUT_OFF_BY_EMPTY.has(fact.type)) cutOff.add(name);
  }
  refusals.push(...labelRefusals(flags));
  return { settings, refusals };
}

function labelRefusals(flags: readonly KubeletFlag[]): readonly FlagRefusal[] {
  return flags.flatMap(({ name, value }, index) => {
    if (canonicalFlag(name) !== '--node-labels' || typeof value !== 'string') return [];
    const faults = value
      .split(',')
      .filter(pair => pair !== '')
      .map(pair => /^([^=]*)=?(.*)$/s.exec(pair))
      .map(match => nodeLabelFault(goTrimSpace(match?.[1] ?? ''), goTrimSpace(match?.[2] ?? '')));
    const message = faults.find(fault => fault !== null);
    return message ? [{ flag: '--node-labels', field: '', message, index }] : [];
  });
}

/**
 * Writes parsed flags over settings: every field is replaced, but featureGates merges per key, and --vmodule appends to
 * what is there.
 */
export function applyFlags(settings: Settings, flags: Settings): void {
  for (const [path, setting] of flags) {
    const before = settings.get(path);
    if (path === 'featureGates' && setting.kind === 'map' && before?.kind === 'map') {
      settings.set(path, {
        ...setting,
        open: before.open ?? setting.open,
        entries: new Map([...before.entries, ...setting.entries]),
      });
    } else if (path === 'logging.vmodule' && setting.kind === 'leaf' && before?.kind === 'leaf') {
      settings.set(path, { ...setting, value: appended(before.value, setting.value) });
    } else settings.set(path, setting);
  }
}

function appended(before: Known, added: Known): Known {
  if (!before.known || !added.known) return before.known ? added : before;
  const list = (json: Json) => (Array.isArray(json) ? (json as readonly Json[]) : []);
  return { known: true, json: [...list(before.json), ...list(added.json)] };
}

function factOf(name: string, facts: KubeletFacts): FlagFact | undefined {
  return Object.hasOwn(facts.flags, name) ? facts.flags[name] : undefined;
}

function markUnknown(settings: Settings, fact: FlagFact, unknown: Unknown, origin: SourceOrigin): void {
  const path = fact.field ?? fact.turnsOn;
  if (path !== undefined) settings.set(path, unknownLeaf(unknown, origin));
}

function applyFlag(settings: Settings, fact: FlagFact, text: string, origin: SourceOrigin): boolean {
  const { field } = fact;
  const before = field === undefined ? undefined : settings.get(field);
  switch (fact.type) {
    case 'mapStringString':
    case 'mapStringBool':
    case 'headers': {
      const entries = new Map(before?.kind === 'map' ? before.entries : []);
      if (!readPairs(entries, fact, text, origin)) return false;
      if (field !== undefined) settings.set(field, { kind: 'map', entries, open: null, origin });
      return true;
    }
    case 'stringSlice':
    case 'taints':
    case 'vmodule':
    case 'reservedMemory': {
      const items = readItems(fact, text);
      if (!items) return false;
      const earlier =
        before?.kind === 'leaf' && before.value.known && Array.isArray(before.value.json) ? before.value.json : [];
      if (fact.type === 'reservedMemory' && text === '') return true;
      if (fact.type === 'taints' && field !== undefined) {
        settings.set(field, leaf(items, origin));
        return true;
      }
      if (field !== undefined && !(before?.kind === 'leaf' && !before.value.known)) {
        settings.set(field, leaf([...(earlier as readonly Json[]), ...items], origin));
      }
      return true;
    }
    default: {
      if (fact.type === 'ip' && text === '') return true;
      const json = readScalar(fact, text);
      if (json === undefined) return false;
      const written = fact.type === 'quantity' ? { written: text } : {};
      if (field !== undefined) settings.set(field, { ...leaf(json, origin), ...written });
      if (fact.turnsOn !== undefined && json === true) settings.set(fact.turnsOn, leaf(true, origin));
      return true;
    }
  }
}

function readScalar({ type }: FlagFact, text: string): Json | undefined {
  switch (type) {
    case 'bool':
      if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
      return /^(0|f|F|FALSE|false|False)$/.test(text) ? false : undefined;
    case 'int32':
    case 'int64':
    case 'uint32': {
      const value = type === 'uint32' ? (/^[0-9]+$/.test(text) ? BigInt(text) : null) : parseFlagInteger(text);
      const bits = type === 'int64' ? 63n : 31n;
      return value === null || value < -(2n ** bits) || value >= 2n ** bits ? undefined : Number(value);
    }
    case 'duration': {
      const value = parseGoDuration(text);
      return value === null ? undefined : formatGoDuration(value);
    }
    case 'ip':
      return isAddressFlag(text) ? text : undefined;
    case 'quantity':
      return quantityText(text) ?? undefined;
    default:
      return text;
  }
}

function readPairs(entries: Map<string, LeafSetting>, fact: FlagFact, text: string, origin: SourceOrigin): boolean {
  if (fact.type === 'headers') {
    for (const pair of text.split(',').filter(part => part !== '')) {
      const colon = pair.indexOf(':');
      if (colon < 0) return false;
      const key = goTrimSpace(pair.slice(0, colon));
      const before = entries.get(key)?.value;
      const list = before?.known && Array.isArray(before.json) ? (before.json as readonly Json[]) : [];
      entries.set(key, leaf([...list, goTrimSpace(pair.slice(colon + 1))], origin));
    }
    return true;
  }
  const separator = fact.separator ?? '=';
  for (const pair of fact.pairs === 'one' ? [text] : text.split(',').filter(part => part !== '')) {
    const at = pair.indexOf(separator);
    if (at < 0 && fact.pairs === 'bare') continue;
    if (at < 0) return false;
    const key = goTrimSpace(pair.slice(0, at));
    const value = goTrimSpace(pair.slice(at + 1));
    if (fact.type === 'mapStringBool') {
      const bool = readScalar({ type: 'bool' }, value);
      if (bool === undefined) return false;
      entries.set(key, leaf(bool, origin));
    } else entries.set(key, leaf(value, origin));
  }
  return true;
}

function readItems(fact: FlagFact, text: string): readonly Json[] | null {
  switch (fact.type) {
    case 'taints':
      return text === '' ? [] : parseTaints(text);
    case 'vmodule':
      return parseVmodule(text);
    case 'reservedMemory':
      return text === '' ? [] : parseReservedMemory(text, quantityText);
    default:
      return splitCommas(text);
  }
}

function quantityText(text: string): string | null {
  const quantity = parseQuantity(text);
  return quantity === null ? null : canonicalQuantity(text, quantity);
}
