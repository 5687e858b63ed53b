import type { Fault, Kind } from '../kind.ts';
import { notApplicable } from '../place-answer.ts';
import type { GroupSubject } from '../subject.ts';
import { KUBERNETES, pathsFault } from '../tasks/about.ts';
import { type NamedOperator, namedFault } from '../tasks/named-operator.ts';
import type { Control, PlaceAnswer } from '../types.ts';
import { FORBIDS } from './ansible-task/forbids.ts';
import { HANDLERS_EXIST } from './ansible-task/handlers-exist.ts';
import { IDEMPOTENT } from './ansible-task/idempotent.ts';
import { NOTIFIES } from './ansible-task/notifies.ts';
import { OCTAL_MODE } from './ansible-task/octal-mode.ts';
import { ONE_IS_ON } from './ansible-task/one-is-on.ts';
import { REQUIRES } from './ansible-task/requires.ts';
import { SOURCES_EXIST } from './ansible-task/sources-exist.ts';
import { TELLS_FAILURES } from './ansible-task/tells-failures.ts';

/** Controls over how tasks are written: one place for each task that concerns the node's Kubernetes state. */
export const ANSIBLE_TASK: Kind = { scope: 'node-group', fault, evaluate, expected, gone: 'fixed' };

const OPERATORS: Readonly<Record<string, NamedOperator<GroupSubject>>> = {
  forbids: FORBIDS,
  requires: REQUIRES,
  'handlers-exist': HANDLERS_EXIST,
  idempotent: IDEMPOTENT,
  notifies: NOTIFIES,
  'octal-mode': OCTAL_MODE,
  'one-is-on': ONE_IS_ON,
  'sources-exist': SOURCES_EXIST,
  'tells-failures': TELLS_FAILURES,
};

/** Operators that look at every task: their path is a name for people. */
const OF_ALL_TASKS: ReadonlySet<string> = new Set(['one-is-on']);

function fault(control: Control): Fault | null {
  const wrong = OF_ALL_TASKS.has(control.check.op) ? null : pathsFault(control.paths);
  if (wrong !== null) return { at: ['paths', wrong], message: `paths are absolute, or ${KUBERNETES}` };
  return namedFault(OPERATORS, control, 'tasks');
}

function expected(control: Control): string {
  return OPERATORS[control.check.op]?.expected(control) ?? '';
}

function evaluate(control: Control, subject: GroupSubject): readonly PlaceAnswer[] {
  const answers = OPERATORS[control.check.op]?.evaluate(control, subject) ?? [];
  return answers.length > 0
    ? answers
    : [notApplicable(control.paths[0] ?? '', 'no task on these nodes is of this kind')];
}
