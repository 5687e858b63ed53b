import { z } from 'zod';
import type { StepCall } from '../../../ansible/types.ts';
import type { GroupSubject } from '../../subject.ts';
import { isAbout } from '../../tasks/about.ts';
import { NAMES, namedOperator } from '../../tasks/named-operator.ts';
import { argument, named, onePerTask, type TaskView, taskPlace, taskViews } from '../../tasks/task-view.ts';
import { anyOf, isSo, maybe, NO, type Truth, YES } from '../../tasks/truth.ts';
import { TEMPLATED } from '../../tasks/written-tasks.ts';
import type { PlaceAnswer } from '../../types.ts';

const WAYS = z.enum(['creates', 'removes', 'changed_when', 'when-registered']);
const FORM = z.strictObject({ modules: NAMES, by: z.array(WAYS).min(1) });
type Operand = z.infer<typeof FORM>;

const WORDS: Readonly<Record<z.infer<typeof WAYS>, string>> = {
  creates: 'creates',
  removes: 'removes',
  changed_when: 'changed_when',
  'when-registered': 'a when on what an earlier task registered',
};

/** A command says when it has nothing to do. Handlers run on a change only. */
export const IDEMPOTENT = namedOperator(
  FORM,
  ({ by }) => by.map(way => WORDS[way]).join(' or '),
  (operand, { paths }, subject: GroupSubject) => {
    const registered = subject.group.steps.flatMap(({ register }) => register ?? []);
    return onePerTask(
      taskViews(subject)
        .filter(({ module, step }) => operand.modules.includes(module) && step.kind === 'task')
        .flatMap(view =>
          view.calls
            .filter(call => isAbout(paths, view, call).holds === true)
            .map(call => judge(operand, view, call, registered)),
        ),
    );
  },
);

function judge({ by }: Operand, view: TaskView, call: StepCall, registered: readonly string[]): PlaceAnswer {
  const has = anyOf(by.map(way => hasWay(way, view, call, registered)));
  if (has.holds) return taskPlace(view, 'pass', `${named(view)} says when it changes nothing`);
  if (has.holds === null)
    return taskPlace(
      view,
      'undecided',
      `whether ${named(view)} says when it changes nothing cannot be known from Git: ${has.why}`,
    );
  return taskPlace(
    view,
    'violated',
    `${named(view)} runs its command each time: it has no ${by.map(way => WORDS[way]).join(', ')}`,
  );
}

function hasWay(way: z.infer<typeof WAYS>, view: TaskView, call: StepCall, registered: readonly string[]): Truth {
  switch (way) {
    case 'creates':
    case 'removes':
      return isGiven(view, call, way);
    case 'changed_when':
      return isSo(view.step.changedWhen !== null);
    case 'when-registered':
      return isSo(view.step.when.some(condition => registered.some(name => mentions(condition, name))));
  }
}

/** A path that is wholly a template may be left out or empty. */
function isGiven(view: TaskView, call: StepCall, name: string): Truth {
  const given = argument(view, call, name);
  if (!given || given.text === '') return NO;
  return given.unknown !== null && given.text === TEMPLATED ? maybe(given.unknown) : YES;
}

/** Whether a condition speaks of a variable. */
export function mentions(condition: string, name: string): boolean {
  return condition.split(/\W+/).includes(name);
}
