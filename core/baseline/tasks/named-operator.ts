import { z } from 'zod';
import type { Fault } from '../kind.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/** One named operator over tasks or plays: the form of its operand, what it asks in words, and how it judges. */
export type NamedOperator<Subject> = Readonly<{
  fault: (control: Control) => string | null;
  expected: (control: Control) => string;
  evaluate: (control: Control, subject: Subject) => readonly PlaceAnswer[];
}>;

/** An operator whose operand has a form: read once for each control. */
export function namedOperator<Operand, Subject>(
  form: z.ZodType<Operand>,
  expected: (operand: Operand) => string,
  evaluate: (operand: Operand, control: Control, subject: Subject) => readonly PlaceAnswer[],
): NamedOperator<Subject> {
  const read = new WeakMap<Control, Operand>();
  const operandOf = (control: Control): Operand => {
    let operand = read.get(control);
    if (operand === undefined) read.set(control, (operand = form.parse(control.check.value)));
    return operand;
  };
  return {
    fault: ({ check }) => {
      const parsed = form.safeParse(check.value);
      if (parsed.success) return null;
      const [issue] = parsed.error.issues;
      return `value ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'invalid'}`;
    },
    expected: control => expected(operandOf(control)),
    evaluate: (control, subject) => evaluate(operandOf(control), control, subject),
  };
}

/** The fault of a control that has none of these operators, or not with this operand. */
export function namedFault<Subject>(
  operators: Readonly<Record<string, NamedOperator<Subject>>>,
  control: Control,
  of: string,
): Fault | null {
  const { op } = control.check;
  const operator = Object.hasOwn(operators, op) ? operators[op] : undefined;
  if (!operator) return { at: ['check', 'op'], message: `unknown operator ${op} for ${of}` };
  const message = operator.fault(control);
  return message === null ? null : { at: ['check', 'value'], message };
}

/** A regular expression as baseline files hold it; letter case does not matter. */
export const PATTERN = z
  .string()
  .min(1)
  .transform((text, context) => {
    try {
      return new RegExp(text, 'i');
    } catch {
      context.addIssue({ code: 'custom', message: `${text} is no regular expression` });
      return z.NEVER;
    }
  });

/** Names as baseline files hold them: at least one. */
export const NAMES = z.array(z.string().min(1)).min(1);
