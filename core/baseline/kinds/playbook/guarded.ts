import { z } from 'zod';
import type { GroupSubject } from '../../subject.ts';
import { kubeletSteps, stepOrigin } from '../../tasks/kubelet-steps.ts';
import { NAMES, namedOperator, PATTERN } from '../../tasks/named-operator.ts';
import { lastPart, named, type TaskView, taskPlace, taskViews } from '../../tasks/task-view.ts';
import { writtenText } from '../../tasks/written-tasks.ts';

const FORM = z.strictObject({ modules: NAMES, mentions: PATTERN });

/** Before the kubelet's files are written, a task of the play ends the run of a host that is not as it should be. */
export const GUARDED = namedOperator(
  FORM,
  ({ modules }) => `a task (${modules.join(', ')}) that refuses a host without OS hardening`,
  ({ modules, mentions }, _, subject: GroupSubject) => {
    const [kubelet] = kubeletSteps(subject.group);
    if (!kubelet) return [];
    const end = subject.group.steps.indexOf(kubelet);
    const guards = taskViews(subject).filter(
      view =>
        view.step.playbook === kubelet.playbook &&
        modules.includes(lastPart(view.module)) &&
        subject.group.steps.indexOf(view.step) < end &&
        mentions.test(conditionsOf(view)),
    );
    const [guard] = guards;
    const role = kubelet.role ?? kubelet.play;
    const certain = guards.find(({ step, module }) => step.runs === true || module === 'fail');
    if (certain)
      return [
        { ...taskPlace(certain, 'pass', `${named(certain)} refuses a host without it`), path: PATH, location: PATH },
      ];
    const place = { path: PATH, actual: null, evidence: [stepOrigin(kubelet)] };
    return [
      guard
        ? {
            ...place,
            result: 'undecided',
            reason: `whether ${named(guard)} looks at the host cannot be known from Git`,
          }
        : {
            ...place,
            result: 'violated',
            reason: `nothing before ${role} refuses a host without OS hardening: a run of its own skips the order`,
          },
    ];
  },
);

const PATH = 'guard of the kubelet role';

function conditionsOf({ step, written }: TaskView): string {
  const args = [...(written?.task.args.values() ?? [])].map(value =>
    value.kind === 'str' ? value.text : writtenText(value),
  );
  return [...args, ...step.when].join('\n');
}
