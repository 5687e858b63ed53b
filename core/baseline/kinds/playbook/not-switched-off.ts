import { z } from 'zod';
import type { PlayStep } from '../../../ansible/types.ts';
import type { GroupSubject } from '../../subject.ts';
import { isKubeletRole, stepOrigin } from '../../tasks/kubelet-steps.ts';
import { namedOperator, PATTERN } from '../../tasks/named-operator.ts';
import type { PlaceAnswer } from '../../types.ts';

/** `flags`: conditions that are nothing but a switch, such as `kubelet_enabled | bool`. */
const FORM = z.strictObject({ flags: z.array(PATTERN).min(1) });

/** No variable and no `never` tag keeps a role that writes the kubelet's files from the hosts it is given to. */
export const NOT_SWITCHED_OFF = namedOperator(
  FORM,
  () => 'no switch that keeps it from running',
  ({ flags }, _, { repository, group }: GroupSubject) =>
    group.steps
      .filter(({ kind, role }) => kind === 'role' && role !== null && isKubeletRole(repository.tree, role))
      .map(step => judge(flags, step)),
);

function judge(flags: readonly RegExp[], step: PlayStep): PlaceAnswer {
  const path = `role ${step.role}`;
  const place = { path, location: path, actual: null, evidence: [stepOrigin(step)] };
  const flag = step.when.find(condition => flags.some(pattern => pattern.test(condition.trim())));
  if (step.tags.includes('never') && !step.tags.includes('always')) {
    return { ...place, result: 'violated', reason: `${path} has the tag never: a normal run skips it` };
  }
  if (flag === undefined || step.runs === true)
    return { ...place, result: 'pass', reason: `no switch keeps ${path} from running` };
  return step.runs === false
    ? { ...place, result: 'violated', reason: `${path} is switched off on these nodes by when: ${flag}` }
    : {
        ...place,
        result: 'undecided',
        reason: `whether ${path} is switched off by when: ${flag} cannot be known from Git`,
      };
}
