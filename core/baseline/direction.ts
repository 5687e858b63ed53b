import type { Json } from '../kubelet/types.ts';
import { checkOf } from './kinds/kubelet-configuration.ts';
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
  const controls = baseline.controls.filter(control => isAbout(control, path));
  const moves = controls.map(control => move(rank(control, path, before), rank(control, path, after)));
  if (moves.includes('weakens')) return 'weakens';
  return moves.includes('strengthens') ? 'strengthens' : 'neutral';
}

/** Whether a control looks at a field, or at the map it is a key of. */
function isAbout({ kind, paths }: Control, path: string): boolean {
  return kind === 'KubeletConfiguration' && paths.some(name => path === name || path.startsWith(`${name}.`));
}

/** 0 conforms, larger is further away; null is not known. */
function rank(control: Control, path: string, field: FieldState): number | null {
  if (field.state === 'unknown') return null;
  return checkOf(control).rank(control, path, field.state === 'value' ? field.value : null);
}

function move(before: number | null, after: number | null): 'weakens' | 'strengthens' | 'neutral' {
  if (after === null) return before === 0 ? 'weakens' : 'neutral';
  if (before === null) return after > 0 ? 'weakens' : 'strengthens';
  if (after > before) return 'weakens';
  return after < before ? 'strengthens' : 'neutral';
}
