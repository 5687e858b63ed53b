import type { Json } from '../kubelet/types.ts';
import type { Fault } from './kind.ts';
import { operandFor } from './operand.ts';
import { LIST_OPERATORS } from './operators/lists.ts';
import { ABSENT, list, type Operators } from './operators/operator.ts';
import { RANGE_OPERATORS } from './operators/ranges.ts';
import { VALUE_OPERATORS } from './operators/values.ts';
import type { Control } from './types.ts';

export { ABSENT, shown } from './operators/operator.ts';

/** Operators on the value of one field, by the name baseline files use. */
export const OPERATORS: Operators = { ...VALUE_OPERATORS, ...RANGE_OPERATORS, ...LIST_OPERATORS };

/** Why the check of a control is none of these operators with a fitting operand; `typed` refuses values a path cannot have. */
export function operatorFault(
  control: Control,
  typed: (path: string, values: readonly Json[]) => string | null = () => null,
): Fault | null {
  const { op } = control.check;
  const operator = Object.hasOwn(OPERATORS, op) ? OPERATORS[op] : undefined;
  if (!operator) return { at: ['check', 'op'], message: `unknown operator ${op}` };
  for (const path of control.paths) {
    const operand = operandFor(control, path);
    const message =
      operator.fault(operand) ??
      typed(path, operator.values?.(operand) ?? list(operand).filter(value => value !== ABSENT));
    if (message !== null) return { at: ['check', 'value'], message };
  }
  return null;
}
