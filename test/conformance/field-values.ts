import type { FieldFact, KubeletFacts } from '../../core/kubelet/facts.ts';
import type { Minor } from '../../core/kubelet/types.ts';
import { LIST_ITEMS, MAP_KEYS, MAP_VALUES, OBJECTS, WORDS } from './field-words.ts';
import type { Random } from './random.ts';
import {
  BOOLS,
  DURATIONS,
  FLOATS,
  INTS,
  NOT_BOOLS,
  NOT_DURATIONS,
  NOT_FLOATS,
  NOT_INTS,
  NOT_QUANTITIES,
  QUANTITIES,
  TEXTS,
} from './scalar-values.ts';

/** A value for a field as YAML text: mostly one it takes, else one that is nearly right or of another kind. */
export function fieldValue(path: string, fact: FieldFact, facts: KubeletFacts, minor: Minor, from: Random): string {
  const sane = from.chance(72);
  switch (fact.type) {
    case 'bool':
      return from.of(sane ? BOOLS.slice(0, from.chance(80) ? 2 : BOOLS.length) : [...BOOLS, ...NOT_BOOLS]);
    case 'int32':
    case 'int64':
    case 'uint32':
      return sane ? integerNear(fact, from) : from.of(NOT_INTS);
    case 'float64':
      return from.of(sane ? FLOATS : NOT_FLOATS);
    case 'duration':
    case 'duration-or-nanoseconds':
      return from.of(sane ? DURATIONS : NOT_DURATIONS);
    case 'quantity':
      return from.of(sane ? QUANTITIES : NOT_QUANTITIES);
    case 'list':
      return list(sane, LIST_ITEMS[path] ?? TEXTS, from);
    case 'objects':
      return list(sane, OBJECTS[path] ?? ['{}'], from);
    case 'map':
      return path === 'featureGates' ? gates(facts, minor, from) : map(path, sane, from);
    case 'object':
      return from.of(['{}', 'null', '', '[]', 'a', '5', '{foo: 1}', '{enabled: true}', 'true']);
    default:
      return string(path, sane, from);
  }
}

function string(path: string, sane: boolean, from: Random): string {
  const words = WORDS[path];
  if (words) return sane ? from.of(words.slice(0, Math.ceil(words.length / 2))) : from.of([...words, from.of(TEXTS)]);
  return from.of(sane ? ['abc', '/a/b', '"x"', '""', 'a-b.c'] : TEXTS);
}

function integerNear(fact: FieldFact, from: Random): string {
  return typeof fact.default === 'number' && from.chance(60) ? String(fact.default + from.below(5) - 2) : from.of(INTS);
}

function list(sane: boolean, items: readonly string[], from: Random): string {
  if (!sane && from.chance(30))
    return from.of(['null', '', '{}', 'a', '5', '[[]]', '[null]', '[{}]', '[a', '[,]', '[a,]']);
  const usual = sane ? items.slice(0, Math.max(1, Math.ceil(items.length / 2))) : items;
  return `[${Array.from({ length: from.below(4) }, () => from.of(usual)).join(', ')}]`;
}

function map(path: string, sane: boolean, from: Random): string {
  if (!sane && from.chance(30)) {
    return from.of([
      'null',
      '',
      '[]',
      'a',
      '{a: {}}',
      '{a: [b]}',
      '{? a : b}',
      '{a: b, a: c}',
      '{1: "2"}',
      '{a: 1}',
      '{on: x}',
      '{[a]: b}',
      '{1.5: "2"}',
      '{1e6: "2"}',
      '{-0.0: a}',
      '{.inf: a}',
      '{~: a}',
      '{18446744073709551615: a}',
      '{a: .inf, a: "1"}',
      '{a: "1", a: .inf}',
      '{1: "2", 0x1: "3"}',
    ]);
  }
  const keys = MAP_KEYS[path] ?? ['a', 'b'];
  const values = MAP_VALUES[path] ?? ['a', '"1"', '50%', '"true"'];
  const usual = <Item>(items: readonly Item[]) =>
    sane ? items.slice(0, Math.max(1, Math.ceil(items.length / 2))) : items;
  const entries = Array.from({ length: from.below(4) }, () => [from.of(usual(keys)), from.of(usual(values))] as const);
  const once = from.chance(90) ? [...new Map(entries)] : entries;
  return `{${once.map(([key, value]) => `${key}: ${value}`).join(', ')}}`;
}

function gates(facts: KubeletFacts, minor: Minor, from: Random): string {
  const names = Object.entries(facts.gates)
    .filter(([, { minors }]) => minors[minor] !== undefined)
    .map(([name, { minors }]) => [name, minors[minor] ?? ''] as const);
  const entries = Array.from({ length: 1 + from.below(3) }, () => {
    if (from.chance(4))
      return `${from.of(['NoSuchGate', ...Object.keys(facts.gates), 'allAlpha', '1', 'nodeSwap'])}: true`;
    const gate = from.of(from.chance(50) ? names.filter(([name]) => VALIDATED.has(name)) : names);
    const value =
      gate[1].endsWith('locked') && from.chance(90) ? String(gate[1].includes(' on')) : from.of(['true', 'false']);
    return `${gate[0]}: ${from.chance(3) ? from.of(['null', '"true"', '1', 'yes', 'off']) : value}`;
  });
  return from.chance(3)
    ? from.of([
        'null',
        '{}',
        '[]',
        'true',
        '{AllAlpha: false}',
        '{AllBeta: false}',
        '{AllBeta: true}',
        '{AllAlpha: true}',
      ])
    : `{${[...new Map(entries.map(one => [one.split(':')[0], one])).values()].join(', ')}}`;
}

/** Gates on which validation or defaulting depends. */
const VALIDATED = new Set([
  'CustomCPUCFSQuotaPeriod',
  'GracefulNodeShutdown',
  'GracefulNodeShutdownBasedOnPodPriority',
  'NodeSwap',
  'KubeletCrashLoopBackOffMax',
  'ReduceDefaultCrashLoopBackOffDecay',
  'KubeletEnsureSecretPulledImages',
  'MemoryQoS',
  'NodeLogQuery',
  'RotateKubeletServerCertificate',
  'LoggingAlphaOptions',
  'LoggingBetaOptions',
  'ContextualLogging',
  'ImageMaximumGCAge',
  'KubeletTracing',
  'SeparateCacheWatchRPC',
  'AllAlpha',
  'AllBeta',
]);
