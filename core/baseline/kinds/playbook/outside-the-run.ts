import { posix } from 'node:path';
import { z } from 'zod';
import type { GroupSubject } from '../../subject.ts';
import { stepOrigin } from '../../tasks/kubelet-steps.ts';
import { namedOperator, PATTERN } from '../../tasks/named-operator.ts';
import type { PlaceAnswer } from '../../types.ts';

const FORM = z.strictObject({ names: z.array(PATTERN).min(1) });

/** Plays, roles and task files of these names run from a playbook of such a name only. */
export const OUTSIDE_THE_RUN = namedOperator(
  FORM,
  () => 'a playbook of its own',
  ({ names }, _, { group }: GroupSubject) => {
    const isNamed = (text: string): boolean => names.some(pattern => pattern.test(text));
    const found = new Map<string, PlaceAnswer>();
    for (const step of group.steps) {
      const { role, play, file, playbook, runs } = step;
      const name =
        role !== null && isNamed(role)
          ? `role ${role}`
          : isNamed(play) || isNamed(posix.basename(file))
            ? `play ${play}`
            : null;
      if (name === null || runs === false) continue;
      const apart = isNamed(posix.basename(playbook));
      const place = { path: name, location: name, actual: null, evidence: [stepOrigin(step)] };
      if (apart)
        found.set(name, found.get(name) ?? { ...place, result: 'pass', reason: `${name} has a playbook of its own` });
      else if (found.get(name)?.result !== 'violated')
        found.set(
          name,
          runs === true
            ? { ...place, result: 'violated', reason: `${name} is part of every run of ${playbook}` }
            : {
                ...place,
                result: 'undecided',
                reason: `whether ${name} runs with ${playbook} cannot be known from Git`,
              },
        );
    }
    return [...found.values()];
  },
);
