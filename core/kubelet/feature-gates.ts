import { atLeast, type KubeletFacts } from './facts.ts';
import type { Settings } from './settings.ts';
import type { Minor } from './types.ts';

export type GateRefusal = Readonly<{ gate: string; message: string }>;

/** The feature gates of one minor under the overrides of a configuration. */
export type FeatureGates = Readonly<{
  /** null: an unknown value decides. Gates the minor does not know are off. */
  enabled: (gate: string) => boolean | null;
  refusals: readonly GateRefusal[];
  /** A gate whose value is unknown could make this kubelet refuse. */
  undecided: boolean;
}>;

/** A gate in one minor: its stage (`alpha`, `beta`, `ga`, `deprecated`), its default, and whether that can be changed. */
export type GateSpec = Readonly<{ stage: string; on: boolean; locked: boolean; dependsOn: readonly string[] }>;

const READ = new WeakMap<KubeletFacts, Map<Minor, ReadonlyMap<string, GateSpec>>>();

/** The gates a minor knows, read once per facts. */
function specsOf(facts: KubeletFacts, minor: Minor): ReadonlyMap<string, GateSpec> {
  let byMinor = READ.get(facts);
  if (!byMinor) READ.set(facts, (byMinor = new Map()));
  let specs = byMinor.get(minor);
  if (!specs) {
    const read = new Map<string, GateSpec>();
    for (const [gate, { minors, dependsOn = [] }] of Object.entries(facts.gates)) {
      const [stage, state, lock] = minors[minor]?.split(' ') ?? [];
      if (stage !== undefined) read.set(gate, { stage, on: state === 'on', locked: lock === 'locked', dependsOn });
    }
    byMinor.set(minor, (specs = read));
  }
  return specs;
}

/** The gate as a minor knows it, or null when it knows none of that name. */
export function gateSpec(gate: string, facts: KubeletFacts, minor: Minor): GateSpec | null {
  return specsOf(facts, minor).get(gate) ?? null;
}

/** Reads `featureGates` of the settings as SetFromMap does: unknown names, locks, and dependencies since 1.35. */
export function featureGates(settings: Settings, facts: KubeletFacts, minor: Minor): FeatureGates {
  const specs = specsOf(facts, minor);
  const spec = (gate: string): GateSpec | null => specs.get(gate) ?? null;
  const setting = settings.get('featureGates');
  const whole = setting?.kind === 'leaf' && !setting.value.known;
  const open = whole || (setting?.kind === 'map' && setting.open !== null);
  const explicit = new Map<string, boolean | null>();
  for (const [gate, { value }] of setting?.kind === 'map' ? setting.entries : []) {
    explicit.set(gate, value.known ? value.json === true : null);
  }
  const enabled = (gate: string): boolean | null => {
    const known = spec(gate);
    if (!known) return false;
    const own = explicit.get(gate);
    if (own !== undefined) return own;
    if (open && !known.locked) return null;
    const all = { alpha: 'AllAlpha', beta: 'AllBeta' }[known.stage];
    const forAll = all === undefined || all === gate || known.locked ? undefined : explicit.get(all);
    return forAll === undefined ? known.on : forAll;
  };
  const refusals: GateRefusal[] = [];
  let undecided = open;
  for (const [gate, value] of [...explicit].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const known = spec(gate);
    if (!known) refusals.push({ gate, message: `unrecognized feature gate: ${gate}` });
    else if (known.locked && value === null) undecided = true;
    else if (known.locked && value !== known.on) {
      refusals.push({
        gate,
        message: `cannot set feature gate ${gate} to ${value}, feature is locked to ${known.on}`,
      });
    }
  }
  if (explicit.size > 0 && atLeast(minor, '1.35')) {
    for (const [gate, { dependsOn }] of specs) {
      if (dependsOn.length === 0 || enabled(gate) !== true) continue;
      const missing = dependsOn.filter(needed => spec(needed) !== null && enabled(needed) === false);
      if (missing.length > 0) {
        refusals.push({
          gate,
          message: `${gate} is enabled, but depends on features that are disabled: ${missing.join(', ')}`,
        });
      }
    }
  }
  return { enabled, refusals, undecided };
}
