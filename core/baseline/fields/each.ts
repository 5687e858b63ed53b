import type { Json } from '../../kubelet/types.ts';
import { mapping } from '../operators/operator.ts';
import type { Control } from '../types.ts';
import type { FieldCheck } from './field-check.ts';
import { SINGLE } from './single.ts';

/** Every path by an operator of its own: the operand maps a path to `{ op, value }`. */
export const EACH: FieldCheck = {
  fault: (control, facts) => {
    for (const path of control.paths) {
      const own = checkOf(control, path);
      if (!own) return { at: ['check', 'value'], message: `each takes \`{ op, value }\` for ${path}` };
      const wrong = SINGLE.fault(own, facts);
      if (wrong) return { at: ['check', 'value', path], message: wrong.message };
    }
    return null;
  },
  expected: (control, path) => SINGLE.expected(checkOf(control, path) ?? control, path),
  evaluate: (control, configuration) =>
    control.paths.flatMap(path => SINGLE.evaluate(checkOf(control, path) ?? control, configuration)),
  rank: (control, path, json) => SINGLE.rank(checkOf(control, path) ?? control, path, json),
};

/** The control as if it were for one path alone. */
function checkOf(control: Control, path: string): Control | null {
  const check = mapping(mapping(control.check.value)?.[path] ?? null);
  const value: Json | undefined = check?.['value'];
  return typeof check?.['op'] === 'string' && value !== undefined
    ? { ...control, paths: [path], check: { op: check['op'], value } }
    : null;
}
