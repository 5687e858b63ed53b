import type { Unknown } from '../../source/rope.ts';
import type { KubeletFacts } from '../facts.ts';
import type { FeatureGates } from '../feature-gates.ts';
import { parseGoDuration } from '../go-duration.ts';
import { parseQuantity, type Quantity } from '../go-quantity.ts';
import { type Settings, wholeValue, zeroValue } from '../settings.ts';
import type { Json, Minor } from '../types.ts';

/** Thrown by a view when a rule needs a value that is not known. */
export class NotKnown extends Error {
  readonly unknown: Unknown;
  constructor(unknown: Unknown) {
    super('not known');
    this.unknown = unknown;
  }
}

/** A refusal: the field to blame and the kubelet's own sentence (its first word is what `about` names). */
export type Refusal = Readonly<{ path: string; message: string }>;

/** One check of a settled configuration. `check` may throw NotKnown: then the answer depends on an unknown. */
export type Rule = Readonly<{
  id: string;
  since?: Minor;
  until?: Minor;
  check: (view: ConfigurationView) => readonly Refusal[] | Refusal | null;
}>;

/** Typed reading of settings for rules. Unset fields read as Go's zero value. */
export class ConfigurationView {
  readonly minor: Minor;
  readonly facts: KubeletFacts;
  private readonly settings: Settings;
  private readonly gates: FeatureGates;
  private readonly open: ReadonlyMap<string, Unknown>;

  constructor(
    settings: Settings,
    gates: FeatureGates,
    open: ReadonlyMap<string, Unknown>,
    facts: KubeletFacts,
    minor: Minor,
  ) {
    this.settings = settings;
    this.gates = gates;
    this.open = open;
    this.facts = facts;
    this.minor = minor;
  }

  json(path: string): Json {
    const setting = this.settings.get(path);
    if (!setting || (setting.kind === 'leaf' && setting.origin.span === null)) {
      for (let parent = path; ; parent = parent.slice(0, Math.max(0, parent.lastIndexOf('.')))) {
        const open = this.open.get(parent);
        if (open) throw new NotKnown(open);
        if (parent === '') break;
      }
    }
    if (!setting) {
      const fact = this.facts.fields[path];
      return fact ? zeroValue(fact) : null;
    }
    const whole = wholeValue(setting);
    if (!whole.known) throw new NotKnown(whole.unknown);
    return whole.json;
  }

  number(path: string): number {
    const value = this.json(path);
    return typeof value === 'number' ? value : 0;
  }

  text(path: string): string {
    const value = this.json(path);
    return typeof value === 'string' ? value : '';
  }

  flag(path: string): boolean {
    return this.json(path) === true;
  }

  /** Nanoseconds; integers are nanoseconds already (logging.flushFrequency). */
  duration(path: string): bigint {
    const value = this.json(path);
    if (typeof value === 'number') return BigInt(value);
    return typeof value === 'string' ? (parseGoDuration(value) ?? 0n) : 0n;
  }

  /** A quantity as it was read; null when it is none. */
  quantity(path: string): Quantity | null {
    const setting = this.settings.get(path);
    return parseQuantity((setting?.kind === 'leaf' ? setting.written : undefined) ?? this.text(path));
  }

  texts(path: string): readonly string[] {
    const value = this.json(path);
    return Array.isArray(value) ? (value as readonly Json[]).map(String) : [];
  }

  objects(path: string): readonly Readonly<Record<string, Json>>[] {
    const value = this.json(path);
    return Array.isArray(value) ? (value as readonly Readonly<Record<string, Json>>[]) : [];
  }

  /** Entries of a string map in Go's order of keys. */
  pairs(path: string): readonly (readonly [string, string])[] {
    const value = this.json(path);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return [];
    return Object.entries(value)
      .map(([key, text]) => [key, String(text)] as const)
      .sort(([left], [right]) => (left < right ? -1 : 1));
  }

  gate(name: string): boolean {
    const on = this.gates.enabled(name);
    if (on === null) throw new NotKnown({ key: `gate:${name}`, why: [`feature gate ${name} is not known`] });
    return on;
  }
}

/** One word of the kubelet's message: the field or subject it names. */
export function aboutOf(message: string): string {
  const text = message.replace(/^invalid configuration: /, '');
  return /^[A-Za-z][\w.[\]-]*/.exec(text)?.[0] ?? 'invalid';
}
