import { z } from 'zod';
import type { PlayStep } from '../../../ansible/types.ts';
import type { GroupSubject } from '../../subject.ts';
import { kubeletSteps, stepOrigin } from '../../tasks/kubelet-steps.ts';
import { namedOperator, PATTERN } from '../../tasks/named-operator.ts';
import type { PlaceAnswer } from '../../types.ts';

/** Names of the roles that harden the operating system, and names that take a role out. */
const FORM = z.strictObject({ roles: z.array(PATTERN).min(1), not: z.array(PATTERN) });
type Operand = z.infer<typeof FORM>;

const PATH = 'OS hardening';

/** Before the first task that writes what the kubelet starts with, a role that hardens the operating system has run. */
export const RUNS_BEFORE = namedOperator(
  FORM,
  () => 'OS hardening before the kubelet in one run',
  (operand, _, { group }: GroupSubject) => {
    const [kubelet] = kubeletSteps(group);
    return kubelet ? [judge(operand, group.steps, kubelet)] : [];
  },
);

function judge(operand: Operand, steps: readonly PlayStep[], kubelet: PlayStep): PlaceAnswer {
  const hardening = steps.filter(step => step.runs !== false && step.kind !== 'handler' && hardens(operand, step));
  const at = steps.indexOf(kubelet);
  const own = hardening.filter(({ playbook }) => playbook === kubelet.playbook);
  const before = own.filter(step => steps.indexOf(step) < at);
  const certain = before.find(step => step.runs === true && step.kind === 'task');
  const role = kubelet.role ?? kubelet.play;
  if (certain) return answer('pass', `role ${certain.role} runs before ${role}`, [certain]);
  const [maybe] = before;
  if (maybe)
    return answer('undecided', `whether role ${maybe.role} runs before ${role} cannot be known from Git`, [maybe]);
  const [late] = own;
  if (late)
    return answer(
      'violated',
      `role ${late.role} runs after ${role}, which already writes what the kubelet starts with`,
      [late, kubelet],
    );
  const [other] = hardening;
  return other
    ? answer(
        'undecided',
        `role ${other.role} runs in ${other.playbook}, ${role} in ${kubelet.playbook}: Git does not say which comes first`,
        [kubelet, other],
      )
    : answer('undecided', `no role that hardens the operating system is in the run before ${role}`, [kubelet]);
}

function hardens({ roles, not }: Operand, { role }: PlayStep): boolean {
  return role !== null && roles.some(pattern => pattern.test(role)) && !not.some(pattern => pattern.test(role));
}

function answer(result: PlaceAnswer['result'], reason: string, steps: readonly PlayStep[]): PlaceAnswer {
  return { result, path: PATH, actual: null, reason, evidence: steps.map(stepOrigin) };
}
