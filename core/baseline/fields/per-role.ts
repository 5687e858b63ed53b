import type { NodeRole } from '../../ansible/types.ts';
import type { Json } from '../../kubelet/types.ts';
import { typeFault } from '../field-types.ts';
import { ABSENT, isEmpty, list, listFault, mapping, oneOf, same, shown } from '../operators/operator.ts';
import { undecided } from '../place-answer.ts';
import type { Control, PlaceAnswer } from '../types.ts';
import type { Configuration, FieldCheck } from './field-check.ts';

const ROLES: readonly NodeRole[] = ['control-plane', 'worker', 'gpu'];

/** What a field may be on nodes of each role; nodes of several roles may have what one of them may. */
export const PER_ROLE: FieldCheck = {
  fault: (control, facts) => {
    const operand = mapping(control.check.value);
    if (!operand || Object.keys(operand).sort().join() !== [...ROLES].sort().join())
      return { at: ['check', 'value'], message: `per-role takes a list for each of ${ROLES.join(', ')}` };
    for (const role of ROLES) {
      const values = list(operand[role] ?? null).filter(value => value !== ABSENT);
      const message =
        listFault(operand[role] ?? null) ??
        control.paths.map(path => typeFault(path, values, facts)).find(fault => fault !== null);
      if (message) return { at: ['check', 'value', role], message };
    }
    return null;
  },
  expected: control => ROLES.map(role => `on ${role} nodes ${oneOf(allowed(control, role))}`).join(', '),
  evaluate: (control, configuration) => control.paths.map(path => judge(control, path, configuration)),
  rank: (control, _, json) => ROLES.filter(role => !isAllowed(control, role, json)).length,
};

function judge(control: Control, path: string, { field, subject }: Configuration): PlaceAnswer {
  const { roles } = subject.group;
  const found = field(path);
  if (!found.known) return undecided(path, found.why, found.evidence);
  const { json, implicit, evidence } = found;
  const what = isEmpty(json)
    ? `${path} is not set`
    : implicit
      ? `${path} is not set, so the default ${shown(json)} acts`
      : `${path} is ${shown(json)}`;
  const may = ROLES.filter(role => isAllowed(control, role, json));
  if (may.length === ROLES.length || roles.some(role => may.includes(role)))
    return { result: 'pass', path, actual: json, reason: what, evidence };
  if (roles.length === 0 && may.length > 0)
    return undecided(path, `${what}, and the inventory does not say what these nodes are for`, evidence, json);
  const wanted = roles.length === 0 ? ROLES : roles;
  const reason = `${what}; expected ${wanted.map(role => `on ${role} nodes ${oneOf(allowed(control, role))}`).join(', ')}`;
  return { result: 'violated', path, actual: json, reason, evidence };
}

function allowed(control: Control, role: NodeRole): readonly Json[] {
  return list(mapping(control.check.value)?.[role] ?? null);
}

function isAllowed(control: Control, role: NodeRole, json: Json): boolean {
  return allowed(control, role).some(value => (value === ABSENT ? isEmpty(json) : same(value, json)));
}
