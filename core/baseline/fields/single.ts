import type { KubeletFacts } from '../../kubelet/facts.ts';
import type { Json, KubeletVerdict } from '../../kubelet/types.ts';
import { expectedWords } from '../expected.ts';
import { typeFault } from '../field-types.ts';
import type { Fault } from '../kind.ts';
import { operandFor } from '../operand.ts';
import { isEmpty } from '../operators/operator.ts';
import { OPERATORS, operatorFault, shown } from '../operators.ts';
import { undecided } from '../place-answer.ts';
import type { Field } from '../read-field.ts';
import type { Control, PlaceAnswer } from '../types.ts';
import type { FieldCheck } from './field-check.ts';

/** Every path of the control by itself, with one of the operators on single values. */
export const SINGLE: FieldCheck = {
  fault,
  expected: expectedWords,
  evaluate: (control, { verdict, field }) => control.paths.map(path => judge(control, path, field(path), verdict)),
  rank,
};

function fault(control: Control, facts: KubeletFacts): Fault | null {
  return operatorFault(control, (path, values) => typeFault(path, values, facts));
}

function judge(control: Control, path: string, field: Field, verdict: KubeletVerdict): PlaceAnswer {
  if (!field.known) return undecided(path, field.why, field.evidence);
  const { json, implicit, evidence } = field;
  const wanted = expectedWords(control, path);
  const unset = isEmpty(json);
  const holds = isAbsent(control, json, implicit) ? absenceHolds(control, verdict) : conforms(control, path, json);
  const what = unset
    ? `${path} is not set`
    : implicit
      ? `${path} is not set, so the kubelet's default ${shown(json)} acts`
      : `${path} is ${shown(json)}${unlimited(control, json)}`;
  if (holds) return { result: 'pass', path, actual: json, reason: what, evidence };
  const blame = OPERATORS[control.check.op]?.blame?.(operandFor(control, path), json);
  const reason =
    blame === undefined ? `${what}; expected ${wanted}` : unset ? `${what}, but ${blame}` : `${path} ${blame}`;
  return { result: 'violated', path, actual: json, reason, evidence };
}

/** Whether the control's `absent` decides: nothing is set, or nobody wrote what has to be written out. */
function isAbsent(control: Control, json: Json, implicit: boolean): boolean {
  if (control.absent === null) return false;
  return isEmpty(json) || (implicit && control.check.op === 'present');
}

/** Whether a known value of one path conforms to a control with a single-field operator. */
export function conforms(control: Control, path: string, json: Json): boolean {
  return OPERATORS[control.check.op]?.holds(operandFor(control, path), json) ?? false;
}

/** What the control says of a key that is not there, under the defaults that act. */
export function absenceHolds(control: Control, verdict: KubeletVerdict): boolean {
  const flagsOnly = [...verdict.values.values()].some(({ from }) => from === 'flag-default');
  const meaning = flagsOnly ? control.absent?.viaFlagsOnly : control.absent?.viaConfigFile;
  return meaning === 'pass' || meaning === 'pass-implicit' || meaning === 'info';
}

function unlimited(control: Control, json: Json): string {
  const noLimit = control.check.op === 'between' && typeof json === 'number' && json <= 0;
  return noLimit ? ', which means no limit' : '';
}

/** A value that only has to be written out is as good as any other. */
function rank(control: Control, path: string, json: Json): number {
  if (control.check.op === 'present') return 0;
  if (isEmpty(json) && control.absent)
    return control.absent.viaConfigFile === 'fail' || control.absent.viaConfigFile === 'warn' ? 1 : 0;
  if (conforms(control, path, json)) return 0;
  return 1 + (OPERATORS[control.check.op]?.distance?.(operandFor(control, path), json) ?? 0);
}
