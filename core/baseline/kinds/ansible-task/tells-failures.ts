import { z } from 'zod';
import { readTask } from '../../../ansible/task.ts';
import type { GroupSubject } from '../../subject.ts';
import { isAbout } from '../../tasks/about.ts';
import { NAMES, namedOperator } from '../../tasks/named-operator.ts';
import { lastPart, named, onePerTask, type TaskView, taskPlace, taskViews } from '../../tasks/task-view.ts';
import { allOf, anyOf, isSo, maybe, NO, type Truth, YES } from '../../tasks/truth.ts';
import type { PlaceAnswer } from '../../types.ts';
import { hasKeyword } from './task-rule.ts';

/** `modules` that change a node; `stopping`: those in a rescue that let the failure be one. */
const FORM = z.strictObject({ modules: NAMES, stopping: NAMES });
type Operand = z.infer<typeof FORM>;

const OPAQUE: ReadonlySet<string> = new Set('include_tasks import_tasks include_role import_role include'.split(' '));

/** A task that changes a node's Kubernetes state fails the run when it fails. What only reads (`changed_when: false`) may fail. */
export const TELLS_FAILURES = namedOperator(
  FORM,
  () => 'a failure that stops the host',
  (operand, { paths }, subject: GroupSubject) =>
    onePerTask(
      taskViews(subject)
        .filter(view => operand.modules.includes(view.module))
        .filter(({ step }) => hasKeyword(step, 'changed_when', false).holds !== true)
        .filter(view => view.calls.some(call => isAbout(paths, view, call).holds === true))
        .map(view => judge(operand, view)),
    ),
);

function judge(operand: Operand, view: TaskView): PlaceAnswer {
  const ways: readonly (readonly [string, Truth])[] = [
    ['ignores its failure (ignore_errors)', hasKeyword(view.step, 'ignore_errors', true)],
    ['never fails (failed_when: false)', hasKeyword(view.step, 'failed_when', false)],
    ['is rescued without a fail, so the run stays green', isRescued(operand, view)],
  ];
  const all = anyOf(ways.map(([, truth]) => truth));
  const words = ways.filter(([, { holds }]) => holds === all.holds).map(([text]) => text);
  if (all.holds === false) return taskPlace(view, 'pass', `${named(view)} fails when it fails`);
  if (all.holds) return taskPlace(view, 'violated', `${named(view)} ${words.join(' and ')}`);
  return taskPlace(
    view,
    'undecided',
    `whether ${named(view)} ${words.join(' or ')} cannot be known from Git: ${all.why}`,
  );
}

/** Whether what runs when it fails lets the host go on. */
function isRescued({ stopping }: Operand, { step, written }: TaskView): Truth {
  const rescue = written?.rescue ?? [];
  if (rescue.length === 0) return NO;
  return allOf(
    rescue
      .map(value => {
        const task = readTask(step.file, value);
        const module = lastPart(task?.module ?? '');
        if (task?.block || OPAQUE.has(module)) return maybe('what its rescue includes is not looked at');
        const stops = stopping.includes(module);
        return stops && task && task.when.length > 0 ? maybe('its rescue fails under a condition') : isSo(!stops);
      })
      .concat(YES),
  );
}
