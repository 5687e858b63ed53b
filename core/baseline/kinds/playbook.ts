import type { Fault, Kind } from '../kind.ts';
import { notApplicable } from '../place-answer.ts';
import type { GroupSubject } from '../subject.ts';
import { type NamedOperator, namedFault } from '../tasks/named-operator.ts';
import type { Control, PlaceAnswer } from '../types.ts';
import { GUARDED } from './playbook/guarded.ts';
import { NOT_SWITCHED_OFF } from './playbook/not-switched-off.ts';
import { OUTSIDE_THE_RUN } from './playbook/outside-the-run.ts';
import { PROFILES_REACH } from './playbook/profiles-reach.ts';
import { ROLLED } from './playbook/rolled.ts';
import { RUNS_BEFORE } from './playbook/runs-before.ts';

/** Controls over which plays and roles hosts run, in which order and how. */
export const PLAYBOOK: Kind = { scope: 'node-group', fault, evaluate, expected, gone: 'fixed' };

const OPERATORS: Readonly<Record<string, NamedOperator<GroupSubject>>> = {
  'runs-before': RUNS_BEFORE,
  guarded: GUARDED,
  'not-switched-off': NOT_SWITCHED_OFF,
  'outside-the-run': OUTSIDE_THE_RUN,
  rolled: ROLLED,
  'profiles-reach': PROFILES_REACH,
};

function fault(control: Control): Fault | null {
  return namedFault(OPERATORS, control, 'plays');
}

function expected(control: Control): string {
  return OPERATORS[control.check.op]?.expected(control) ?? '';
}

function evaluate(control: Control, subject: GroupSubject): readonly PlaceAnswer[] {
  const answers = OPERATORS[control.check.op]?.evaluate(control, subject) ?? [];
  return answers.length > 0 ? answers : [notApplicable(control.paths[0] ?? '', 'these nodes run no such play or role')];
}
