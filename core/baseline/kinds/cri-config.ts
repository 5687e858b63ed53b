import type { NodeGroup } from '../../ansible/types.ts';
import { expectedWords } from '../expected.ts';
import type { Fault, Kind } from '../kind.ts';
import { operandFor } from '../operand.ts';
import { ABSENT, OPERATORS, operatorFault, shown } from '../operators.ts';
import { notApplicable, undecided } from '../place-answer.ts';
import { isRuntimeSetting, type PossibleValue, runtimeSetting } from '../runtime-settings.ts';
import type { GroupSubject } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/** Controls over settings of the container runtime: containerd, CRI-O and dockerd, with their drop-in files. */
export const CRI_CONFIG: Kind = { scope: 'node-group', fault, evaluate, expected: expectedWords, gone: 'unknown' };

function fault(control: Control): Fault | null {
  const wrong = control.paths.findIndex(path => !isRuntimeSetting(path));
  if (wrong >= 0) return { at: ['paths', wrong], message: `${control.paths[wrong]} is no setting of a runtime` };
  return operatorFault(control);
}

function evaluate(control: Control, { group }: GroupSubject): readonly PlaceAnswer[] {
  const answers = control.paths.flatMap(path => answerOf(control, path, group));
  return answers.length > 0 ? answers : [notApplicable(control.paths[0] ?? '', 'no task configures a runtime')];
}

function answerOf(control: Control, path: string, group: NodeGroup): readonly PlaceAnswer[] {
  const possible = runtimeSetting(path, group);
  if (possible === null) return [];
  const answers = possible.map(value => judge(control, path, value));
  const [first] = answers;
  if (!first || answers.every(({ result }) => result === first.result)) return first ? [first] : [];
  const evidence = answers.flatMap(one => one.evidence).slice(0, 4);
  return [undecided(path, `unknown conditions decide what ${path} is`, evidence)];
}

function judge(control: Control, path: string, { value, evidence }: PossibleValue): PlaceAnswer {
  if (!value.known) return undecided(path, `${path} cannot be known from Git: ${value.why}`, evidence);
  const { json } = value;
  const unset = json === null || json === '';
  const operator = OPERATORS[control.check.op];
  const holds =
    unset && control.absent
      ? control.absent.viaConfigFile !== 'fail' && control.absent.viaConfigFile !== 'warn'
      : (operator?.holds(operandFor(control, path), unset ? ABSENT : json) ?? false);
  const what = unset ? `${path} is not set` : `${path} is ${shown(json)}`;
  return holds
    ? { result: 'pass', path, actual: json, reason: what, evidence }
    : { result: 'violated', path, actual: json, reason: `${what}; expected ${expectedWords(control, path)}`, evidence };
}
