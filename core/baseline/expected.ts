import { operandFor } from './operand.ts';
import { OPERATORS } from './operators.ts';
import type { Control } from './types.ts';

/** What a control with a single-value operator asks of one path, in words: `Webhook`, `1 to 16384`. */
export function expectedWords(control: Control, path: string): string {
  return OPERATORS[control.check.op]?.words(operandFor(control, path)) ?? '';
}
