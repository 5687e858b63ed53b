import type { Json } from '../kubelet/types.ts';
import type { Control } from './types.ts';

/** The operand of a control for one path: checks over several paths may hold one per path. */
export function operandFor(control: Control, path: string): Json {
  const { value } = control.check;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return (value as Readonly<Record<string, Json>>)[path] ?? null;
}
