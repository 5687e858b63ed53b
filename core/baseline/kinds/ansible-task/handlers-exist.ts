import { z } from 'zod';
import type { GroupSubject } from '../../subject.ts';
import { isAbout } from '../../tasks/about.ts';
import { namedOperator } from '../../tasks/named-operator.ts';
import { named, onePerTask, type TaskView, taskPlace, taskViews } from '../../tasks/task-view.ts';
import type { PlaceAnswer } from '../../types.ts';

/** Every name a task notifies is that of a handler, or one handlers listen to. */
export const HANDLERS_EXIST = namedOperator(
  z.null(),
  () => 'a handler of that name, or one that listens to it',
  (_, { paths }, subject: GroupSubject) => {
    const unread = subject.group.problems.find(({ code }) => code === 'not-evaluated')?.message ?? null;
    return onePerTask(
      taskViews(subject)
        .filter(({ step }) => step.notify.length > 0)
        .filter(view => view.calls.some(call => isAbout(paths, view, call).holds === true))
        .flatMap(view => view.step.handlers.map(handler => judge(view, handler, unread))),
    );
  },
);

function judge(
  view: TaskView,
  { name, calls }: TaskView['step']['handlers'][number],
  unread: string | null,
): PlaceAnswer {
  if (calls.length > 0) return taskPlace(view, 'pass', `${named(view)} notifies ${name}`);
  if (name.includes('{{'))
    return taskPlace(view, 'undecided', `which handler ${named(view)} notifies cannot be known from Git: ${name}`);
  if (unread !== null)
    return taskPlace(view, 'undecided', `no handler ${name} is seen that ${named(view)} notifies: ${unread}`);
  return taskPlace(view, 'violated', `${named(view)} notifies ${name}, and no handler has that name or listens to it`);
}
