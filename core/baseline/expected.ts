import type { Json } from '../kubelet/types.ts';
import { OPERATORS, shown } from './operators.ts';
import type { Control } from './types.ts';

/** What a control asks of one path, in words: `Webhook`, `at most 0600`, `1 to 16384`. */
export function expectedWords(control: Control, path: string): string {
  const { op, value } = control.check;
  switch (op) {
    case 'mode-at-most':
      return `at most ${String(value).padStart(4, '0')}`;
    case 'owner-eq':
      return String(value);
    case 'both-or-none':
      return `${control.paths.join(' and ')} set together`;
    case 'any-of':
      return (value as readonly Readonly<Record<string, Json>>[])
        .map(alternative =>
          Object.entries(alternative)
            .map(([name, wanted]) => `${name} ${shown(wanted)}`)
            .join(' and '),
        )
        .join(', or ');
    default:
      return OPERATORS[op]?.words(operandFor(control, path)) ?? '';
  }
}

/** The operand for one path: checks over several fields may hold one per path. */
export function operandFor(control: Control, path: string): Json {
  const { value } = control.check;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return (value as Readonly<Record<string, Json>>)[path] ?? null;
}
