import type { Unknown } from '../source/rope.ts';
import { atLeast, type FlagFact, type KubeletFacts } from './facts.ts';
import { formatGoDuration, parseGoDuration } from './go-duration.ts';
import { parseQuantity } from './go-quantity.ts';
import { parseInteger } from './go-yaml-scalar.ts';
import { type LeafSetting, leaf, type Settings, unknownLeaf } from './settings.ts';
import type { SourceOrigin } from './source-node.ts';
import type { Json, KubeletFlag, Minor } from './types.ts';

export type FlagRefusal = Readonly<{ flag: string; field: string; message: string; index: number }>;

/** What a command line writes: per field one setting, in the order the flags stand. */
export type FlagSettings = Readonly<{ settings: Settings; refusals: readonly FlagRefusal[] }>;

/**
 * Splits a command line as pflag does: `--name=value`, `--name value`, a lone `--bool`; underscores count as dashes.
 * What pflag refuses (positional arguments, `-long`) comes back under its own text, and loading refuses it.
 */
export function readArguments(args: readonly string[], facts: KubeletFacts): readonly KubeletFlag[] {
  const flags: KubeletFlag[] = [];
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? '';
    const equals = argument.indexOf('=');
    const typed = equals < 0 ? argument : argument.slice(0, equals);
    const name = canonicalFlag(typed);
    const fact = factOf(name, facts);
    if (equals >= 0) flags.push({ name, value: argument.slice(equals + 1) });
    else if (!name.startsWith('-')) flags.push({ name, value: '' });
    else if (!fact || fact.type === 'bool' || fact.type === 'version') flags.push({ name, value: 'true' });
    else flags.push({ name, value: args[++index] ?? '' });
  }
  return flags;
}

/** `--read_only_port` -> `--read-only-port`, `-v` -> `--v`. */
export function canonicalFlag(name: string): string {
  return name === '-v' ? '--v' : name.startsWith('--') ? name.replaceAll('_', '-') : name;
}

/** Parses every flag by its type. An unknown value makes its field unknown. */
export function readFlags(flags: readonly KubeletFlag[], facts: KubeletFacts, minor: Minor): FlagSettings {
  const settings: Settings = new Map();
  const refusals: FlagRefusal[] = [];
  for (const [index, flag] of flags.entries()) {
    const name = canonicalFlag(flag.name);
    const origin: SourceOrigin = { from: 'flag', in: 'flags', span: { start: index, end: index + 1 } };
    const fact = factOf(name, facts);
    const refuse = (message: string) => refusals.push({ flag: name, field: fact?.field ?? '', message, index });
    if (!name.startsWith('-')) refuse(`unknown command "${name}"`);
    else if (!name.startsWith('--')) refuse(`unknown shorthand flag in ${name}: long flags take two dashes`);
    else if (!fact || (fact.until && !atLeast(fact.until, minor))) refuse(`unknown flag: ${name}`);
    else if (typeof flag.value !== 'string') markUnknown(settings, fact, flag.value, origin);
    else if (!applyFlag(settings, fact, flag.value, origin)) {
      refuse(`invalid argument ${JSON.stringify(flag.value)} for "${name}" flag`);
    }
  }
  return { settings, refusals };
}

/** Writes parsed flags over settings: every field is replaced, only featureGates merges per key. */
export function applyFlags(settings: Settings, flags: Settings): void {
  for (const [path, setting] of flags) {
    const before = settings.get(path);
    if (path === 'featureGates' && setting.kind === 'map' && before?.kind === 'map') {
      settings.set(path, {
        ...setting,
        open: before.open ?? setting.open,
        entries: new Map([...before.entries, ...setting.entries]),
      });
    } else settings.set(path, setting);
  }
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
      if (field !== undefined && !(before?.kind === 'leaf' && !before.value.known)) {
        settings.set(field, leaf([...(earlier as readonly Json[]), ...items], origin));
      }
      return true;
    }
    default: {
      const json = readScalar(fact, text);
      if (json === undefined) return false;
      if (field !== undefined) settings.set(field, leaf(json, origin));
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
      const value = parseInteger(text);
      const bits = type === 'int64' ? 63n : 31n;
      return value === null || value < -(2n ** bits) || value >= 2n ** bits || (type === 'uint32' && value < 0n)
        ? undefined
        : Number(value);
    }
    case 'duration': {
      const value = parseGoDuration(text);
      return value === null ? undefined : formatGoDuration(value);
    }
    case 'ip': {
      const trimmed = text.trim();
      return /^(\d{1,3}\.){3}\d{1,3}$/.test(trimmed) || trimmed.includes(':') ? trimmed : undefined;
    }
    case 'quantity':
      return parseQuantity(text) === null ? undefined : text;
    default:
      return text;
  }
}

function readPairs(entries: Map<string, LeafSetting>, fact: FlagFact, text: string, origin: SourceOrigin): boolean {
  if (fact.type === 'headers') {
    for (const pair of text.split(',').filter(part => part !== '')) {
      const colon = pair.indexOf(':');
      if (colon < 0) return false;
      const key = pair.slice(0, colon);
      const before = entries.get(key)?.value;
      const list = before?.known && Array.isArray(before.json) ? (before.json as readonly Json[]) : [];
      entries.set(key, leaf([...list, pair.slice(colon + 1)], origin));
    }
    return true;
  }
  const separator = fact.separator ?? '=';
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue;
    const at = pair.indexOf(separator);
    if (at < 0) return false;
    const key = pair.slice(0, at).trim();
    const value = pair.slice(at + 1).trim();
    if (fact.type === 'mapStringBool') {
      const bool = readScalar({ type: 'bool' }, value);
      if (bool === undefined) return false;
      entries.set(key, leaf(bool, origin));
    } else entries.set(key, leaf(value, origin));
  }
  return true;
}

function readItems(fact: FlagFact, text: string): readonly Json[] | null {
  if (text === '') return [];
  switch (fact.type) {
    case 'taints': {
      const taints = text.split(',').map(part => /^([^=:]+)(?:=([^:]*))?(?::(\w+))?$/.exec(part));
      if (taints.some(match => match === null)) return null;
      return taints.map(match => ({
        key: match?.[1] ?? '',
        ...(match?.[2] ? { value: match[2] } : {}),
        effect: match?.[3] ?? '',
      }));
    }
    case 'vmodule': {
      const items = text.split(',').map(part => /^([^=]+)=(\d+)$/.exec(part));
      if (items.some(match => match === null)) return null;
      return items.map(match => ({ filePattern: match?.[1] ?? '', verbosity: Number(match?.[2]) }));
    }
    case 'reservedMemory': {
      const nodes = text.split(';').map(part => /^(\d+):(.+)$/.exec(part));
      if (nodes.some(match => match === null)) return null;
      return nodes.map(match => ({
        numaNode: Number(match?.[1]),
        limits: Object.fromEntries((match?.[2] ?? '').split(',').map(pair => pair.split('=') as [string, string])),
      }));
    }
    default:
      return text.split(',');
  }
}
