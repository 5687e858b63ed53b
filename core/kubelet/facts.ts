import type { Json, Minor } from './types.ts';

/** Go type of a field as its JSON reads: what decoding accepts. */
export type FieldType =
  | 'bool'
  | 'string'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'float64'
  | 'duration'
  | 'duration-or-nanoseconds'
  | 'quantity'
  | 'time'
  | 'list'
  | 'map'
  | 'object'
  | 'objects';

/** One JSON path of KubeletConfiguration (config/kubelet/fields.json). Elements of a list of objects are `list[].field`. */
export type FieldFact = Readonly<{
  type: FieldType;
  /** Element type of a list, value type of a map. */
  values?: 'string' | 'int32' | 'bool' | 'strings' | 'quantity';
  /** A Go pointer: null and an explicit zero are different things. */
  pointer?: boolean;
  /** First minor that knows the field, one after the covered ones included; absent when every covered minor does. */
  since?: `1.${number}`;
  /** Value after defaulting a file that does not name the field; absent = the zero value. */
  default?: Json;
  /** Default of earlier minors, oldest last. */
  earlier?: readonly Readonly<{ until: Minor; default: Json }>[];
  /** The default applies only where this feature gate is on. */
  defaultGate?: string;
  /** Value of a kubelet that runs without --config, where it differs from `default`; null = unset. */
  withoutConfig?: Json;
  /** An explicit zero is replaced by the default. Absent: it is kept. */
  zero?: 'default';
  /** An element field that an empty value leaves out. */
  omitEmpty?: boolean;
  /** An explicit null does not decode. Absent: it means unset. */
  null?: 'refused';
}>;

export type FlagType =
  | 'bool'
  | 'string'
  | 'ip'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'duration'
  | 'quantity'
  | 'stringSlice'
  | 'mapStringString'
  | 'mapStringBool'
  | 'headers'
  | 'taints'
  | 'reservedMemory'
  | 'vmodule'
  | 'version';

/** One command-line flag (config/kubelet/flags.json). */
export type FlagFact = Readonly<{
  type: FlagType;
  /** The configuration field it writes; absent for flags that have none. */
  field?: string;
  /** Only `true` has an effect: it turns this field on whatever the configuration says. */
  turnsOn?: string;
  /** Between key and value of a map flag; absent = `=`. */
  separator?: '<';
  /** `one`: commas belong to the value. `bare`: a key may stand without value. Absent: pairs between commas. */
  pairs?: 'one' | 'bare';
  deprecated?: boolean;
  /** Last minor that knows the flag. */
  until?: Minor;
}>;

/** Stage, default and lock of a gate in one minor, e.g. `beta on`, `ga on locked` (config/kubelet/feature-gates.json). */
export type GateFact = Readonly<{
  minors: Readonly<Partial<Record<Minor, string>>>;
  /** Gates that must be on where this one is (checked since 1.35). */
  dependsOn?: readonly string[];
}>;

export type TlsFact = Readonly<{
  cipherSuites: Readonly<{ secure: readonly string[]; insecure: readonly string[] }>;
  aliases: Readonly<Record<string, string>>;
  versions: readonly string[];
  curves: Readonly<Record<string, number>>;
}>;

/** Everything the loading path knows about the kubelet's minors. Plain data of config/kubelet/. */
export type KubeletFacts = Readonly<{
  fields: Readonly<Record<string, FieldFact>>;
  flags: Readonly<Record<string, FlagFact>>;
  gates: Readonly<Record<string, GateFact>>;
  tls: TlsFact;
}>;

const FIELDS = new WeakMap<KubeletFacts, Map<Minor, readonly (readonly [path: string, fact: FieldFact])[]>>();

/** The fields a minor knows that stand in no list, in the order of the facts; worked out once. */
export function fieldsOf(facts: KubeletFacts, minor: Minor): readonly (readonly [path: string, fact: FieldFact])[] {
  let byMinor = FIELDS.get(facts);
  if (!byMinor) FIELDS.set(facts, (byMinor = new Map()));
  let fields = byMinor.get(minor);
  if (!fields) {
    fields = Object.entries(facts.fields).filter(
      ([path, { since }]) => !path.includes('[]') && (!since || atLeast(minor, since)),
    );
    byMinor.set(minor, fields);
  }
  return fields;
}

const TURNING_ON = new WeakMap<KubeletFacts, readonly string[]>();

/** The fields that flags without a field of their own turn on; worked out once. */
export function fieldsTurnedOn(facts: KubeletFacts): readonly string[] {
  let fields = TURNING_ON.get(facts);
  if (!fields) TURNING_ON.set(facts, (fields = Object.values(facts.flags).flatMap(({ turnsOn }) => turnsOn ?? [])));
  return fields;
}

/** Whether `minor` is `since` or later. */
export function atLeast(minor: Minor, since: `1.${number}`): boolean {
  return Number(minor.slice(2)) >= Number(since.slice(2));
}
