import type { Fault, Kind } from '../kind.ts';
import { COVERS } from '../repository/covers.ts';
import { PRESENT } from '../repository/drift-check.ts';
import { EFFECTIVE_FOR_EVERY_HOST } from '../repository/every-host.ts';
import { EVERY_NODE_GROUP } from '../repository/every-node-group.ts';
import { EXACT_VERSION } from '../repository/exact-version.ts';
import type { RepositoryOperator } from '../repository/operator.ts';
import { SECRET_ABSENT } from '../repository/secret-absent.ts';
import type { Control } from '../types.ts';

const OPERATORS: Readonly<Record<string, RepositoryOperator>> = {
  covers: COVERS,
  'effective-for-every-host': EFFECTIVE_FOR_EVERY_HOST,
  'every-node-group': EVERY_NODE_GROUP,
  'exact-version': EXACT_VERSION,
  present: PRESENT,
  'secret-absent': SECRET_ABSENT,
};

/** Controls over the repository as a whole. A secret that is taken out stays in its history. */
export const REPOSITORY_KIND: Kind = {
  scope: 'repository',
  fault,
  evaluate: (control, subject, baseline) => OPERATORS[control.check.op]?.evaluate(control, subject, baseline) ?? [],
  expected: ({ check }) => OPERATORS[check.op]?.words(check.value) ?? '',
  gone: 'unknown',
};

function fault({ check }: Control): Fault | null {
  const operator = Object.hasOwn(OPERATORS, check.op) ? OPERATORS[check.op] : undefined;
  if (!operator) return { at: ['check', 'op'], message: `unknown operator ${check.op} for the repository` };
  const message = operator.fault(check.value);
  return message === null ? null : { at: ['check', 'value'], message };
}
