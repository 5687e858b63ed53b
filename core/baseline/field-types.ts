import type { FieldFact, KubeletFacts } from '../kubelet/facts.ts';
import { parseGoDuration } from '../kubelet/go-duration.ts';
import type { Json } from '../kubelet/types.ts';

/** The field a path means: itself, or the map it is a key of. Objects are no field a value can be asked of. */
export function fieldOf(path: string, facts: KubeletFacts): FieldFact | undefined {
  const own = Object.hasOwn(facts.fields, path) ? facts.fields[path] : undefined;
  if (own) return own.type === 'object' ? undefined : own;
  const dot = path.indexOf('.');
  const map = dot > 0 ? facts.fields[path.slice(0, dot)] : undefined;
  if (map?.type !== 'map') return undefined;
  return { type: map.values === 'bool' ? 'bool' : map.values === 'strings' ? 'list' : 'string' };
}

/** Why a field cannot have one of these values, or null. */
export function typeFault(path: string, values: readonly Json[], facts: KubeletFacts): string | null {
  const field = fieldOf(path, facts);
  const wrong = values.find(value => field && !fits(field, value));
  return wrong === undefined ? null : `${path} is a ${field?.type}, ${JSON.stringify(wrong)} cannot be its value`;
}

function fits({ type, values }: FieldFact, value: Json): boolean {
  switch (type) {
    case 'list':
      return values === 'int32' ? Number.isInteger(value) : typeof value === 'string';
    case 'bool':
      return typeof value === 'boolean';
    case 'int32':
    case 'int64':
    case 'uint32':
      return Number.isInteger(value);
    case 'float64':
      return typeof value === 'number';
    case 'duration':
    case 'duration-or-nanoseconds':
      return typeof value === 'string' && parseGoDuration(value) !== null;
    default:
      return typeof value === 'string';
  }
}
