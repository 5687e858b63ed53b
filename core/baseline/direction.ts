import type { Json } from '../kubelet/types.ts';
import { conforms } from './kinds/kubelet-configuration.ts';
import { operandFor } from './operand.ts';
import { OPERATORS } from './operators.ts';
import type { Baseline, Control } from './types.ts';

/** A field on one side of a change: its effective value, not set, or not to be known from Git. */
export type FieldState =
  | Readonly<{ state: 'value'; value: Json }>
  | Readonly<{ state: 'absent' }>
  | Readonly<{ state: 'unknown' }>;

/**
 * Whether a change of one effective field moves away from the baseline or towards it, by the controls on that field.
 * Cautious: what was good and can no longer be known counts as weakening; several controls that disagree, too.
 */
export function directionOf(
  path: string,
  before: FieldState,
  after: FieldState,
  baseline: Baseline,
): 'weakens' | 'strengthens' | 'neutral' {
  const controls = baseline.controls.filter(
    ({ kind, paths }) => kind === 'KubeletConfiguration' && paths.includes(path),
  );
  const moves = controls.map(control => move(rank(control, path, before), rank(control, path, after)));
  if (moves.includes('weakens')) return 'weakens';
  return moves.includes('strengthens') ? 'strengthens' : 'neutral';
}

/** 0 conforms, larger is further away; null is not known. */
function rank(control: Control, path: string, field: FieldState): number | null {
  if (field.state === 'unknown') return null;
  const json = field.state === 'value' ? field.value : null;
  switch (control.check.op) {
    case 'any-of':
      return alternativesOf(control).some(alternative => path in alternative && meets(alternative[path] ?? null, json))
        ? 0
        : 1;
    case 'both-or-none':
      return 0;
    default: {
      if (isUnset(json))
        return control.absent?.viaConfigFile === 'fail' || control.absent?.viaConfigFile === 'warn' ? 1 : 0;
      if (conforms(control, path, json)) return 0;
      const distance = OPERATORS[control.check.op]?.distance?.(operandFor(control, path), json) ?? 0;
      return 1 + distance;
    }
  }
}

function move(before: number | null, after: number | null): 'weakens' | 'strengthens' | 'neutral' {
  if (after === null) return before === 0 ? 'weakens' : 'neutral';
  if (before === null) return after > 0 ? 'weakens' : 'strengthens';
  if (after > before) return 'weakens';
  return after < before ? 'strengthens' : 'neutral';
}

function alternativesOf(control: Control): readonly Readonly<Record<string, Json>>[] {
  return control.check.value as readonly Readonly<Record<string, Json>>[];
}

function meets(wanted: Json, json: Json): boolean {
  return wanted === 'non-empty' ? !isUnset(json) : JSON.stringify(wanted) === JSON.stringify(json);
}

function isUnset(json: Json): boolean {
  return json === null || json === '' || (Array.isArray(json) && json.length === 0);
}
