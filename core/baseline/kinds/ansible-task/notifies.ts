import { z } from 'zod';
import type { StepCall } from '../../../ansible/types.ts';
import type { GroupSubject } from '../../subject.ts';
import { isAbout } from '../../tasks/about.ts';
import { NAMES, namedOperator } from '../../tasks/named-operator.ts';
import { type Effect, effectOf, hasEffect } from '../../tasks/restarts.ts';
import { named, onePerTask, type TaskView, taskPlace, taskViews } from '../../tasks/task-view.ts';
import { allOf, anyOf, isSo, maybe, type Truth } from '../../tasks/truth.ts';
import type { Control, PlaceAnswer } from '../../types.ts';
import { mentions } from './idempotent.ts';
import { hasKeyword } from './task-rule.ts';

/** `unitFiles`: paths whose change systemd has to read as well. */
const FORM = z.strictObject({ modules: NAMES, units: NAMES, unitFiles: NAMES });
type Operand = z.infer<typeof FORM>;

/** A task that changes what the kubelet reads at its start has it start anew: by a handler, or by a later task. */
export const NOTIFIES = namedOperator(
  FORM,
  ({ units }) => `a notified handler, or a later task, that restarts ${units[0] ?? ''}`,
  (operand, control, subject: GroupSubject) => {
    const views = taskViews(subject);
    return onePerTask(
      views.flatMap((view, index) => {
        if (!operand.modules.includes(view.module)) return [];
        const later = views.slice(index + 1).filter(({ step }) => step.kind === 'task');
        return view.calls.flatMap(call => judge(operand, control, { view, call, later }, subject));
      }),
    );
  },
);

type Scene = Readonly<{ view: TaskView; call: StepCall; later: readonly TaskView[] }>;

function judge(operand: Operand, { paths }: Control, scene: Scene, subject: GroupSubject): readonly PlaceAnswer[] {
  const { view, call } = scene;
  const about = isAbout(paths, view, call);
  if (about.holds !== true) return [];
  const isUnit = isAbout(operand.unitFiles, view, call).holds === true;
  const effects: readonly Effect[] = isUnit ? ['restart', 'daemon-reload'] : ['restart'];
  const answers = effects.map(effect => [effect, isDone(effect, operand, scene, subject)] as const);
  const all = allOf(answers.map(([, truth]) => truth));
  if (all.holds) return [taskPlace(view, 'pass', `${named(view)} has ${operand.units[0] ?? 'it'} start anew`)];
  const lacking = answers.filter(([, { holds }]) => holds === all.holds).map(([effect]) => effect);
  const lacks = `nothing after ${named(view)} does ${lacking.join(' and ')}`;
  return all.holds === null
    ? [taskPlace(view, 'undecided', `whether ${lacks} cannot be known from Git: ${all.why}`)]
    : [taskPlace(view, 'violated', `${lacks}: the kubelet goes on with what it read before`)];
}

function isDone(effect: Effect, { units }: Operand, { view, later }: Scene, { repository }: GroupSubject): Truth {
  const { step } = view;
  const silent = hasKeyword(step, 'changed_when', false).holds === true;
  const notified = silent
    ? []
    : step.handlers.map(({ name, calls }): Truth => {
        if (name.includes('{{')) return maybe(`which handler ${name} is`);
        return anyOf(calls.map(at => hasEffect(repository.tree, at, units, effect)));
      });
  const after = later.map(({ step: other, written }): Truth => {
    if (!written) return isSo(false);
    const { holds } = effectOf(other.file, written.task, units, effect);
    if (holds !== true) return isSo(false);
    const onChange = step.register !== null && other.when.some(condition => mentions(condition, step.register ?? ''));
    if (other.runs === true || onChange) return isSo(true);
    return maybe(`a later task does ${effect} under a condition`);
  });
  return anyOf([...notified, ...after]);
}
