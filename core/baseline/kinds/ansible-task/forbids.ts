import { z } from 'zod';
import type { StepCall } from '../../../ansible/types.ts';
import type { GroupSubject } from '../../subject.ts';
import { isAbout } from '../../tasks/about.ts';
import { namedOperator } from '../../tasks/named-operator.ts';
import { commandOf, named, onePerTask, type TaskView, taskPlace, taskViews } from '../../tasks/task-view.ts';
import { allOf } from '../../tasks/truth.ts';
import type { Control, PlaceAnswer } from '../../types.ts';
import { matchRule, TASK_RULE } from './task-rule.ts';

/** `says`: what such a task does, as the end of a sentence about it. */
const RULES = z.array(TASK_RULE.extend({ says: z.string().min(1) })).min(1);
type Rules = z.infer<typeof RULES>;

/** No task is of the rules. A task that may run is judged as it stands. */
export const FORBIDS = namedOperator(
  RULES,
  rules => `no task that ${[...new Set(rules.map(({ says }) => says))].join(' or ')}`,
  (rules, control, subject: GroupSubject) =>
    onePerTask(
      taskViews(subject).flatMap(view => view.calls.flatMap(call => rules.flatMap(judge(control, view, call)))),
    ),
);

function judge(control: Control, view: TaskView, call: StepCall): (rule: Rules[number]) => readonly PlaceAnswer[] {
  return rule => {
    const { concerns, matches } = matchRule(rule, view, call);
    if (concerns.holds !== true) return [];
    const about = rule.text && !control.paths.includes('<kubernetes>') ? concerns : isAbout(control.paths, view, call);
    if (about.holds === false) return [];
    const all = allOf([about, matches]);
    if (all.holds === null)
      return [taskPlace(view, 'undecided', `whether ${named(view)} ${rule.says} cannot be known from Git: ${all.why}`)];
    if (!all.holds) return [taskPlace(view, 'pass', `${named(view)} does not`)];
    return [taskPlace(view, 'violated', `${named(view)} ${rule.says}${shownCommand(view, call, rule)}`)];
  };
}

const MOST_SHOWN = 160;

function shownCommand(view: TaskView, call: StepCall, { text }: Rules[number]): string {
  const command = text ? commandOf(view, call) : null;
  if (!command) return '';
  const line = command.text.replaceAll('\uFFFC', '…').replace(/\s+/g, ' ').trim();
  return `: ${line.length > MOST_SHOWN ? `${line.slice(0, MOST_SHOWN)}…` : line}`;
}
