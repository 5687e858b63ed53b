import { z } from 'zod';
import type { StepCall } from '../../../ansible/types.ts';
import type { GroupSubject } from '../../subject.ts';
import { isAbout } from '../../tasks/about.ts';
import { namedOperator } from '../../tasks/named-operator.ts';
import { named, onePerTask, type TaskView, taskPlace, taskViews } from '../../tasks/task-view.ts';
import { allOf, isSo, maybe, NO, type Truth, YES } from '../../tasks/truth.ts';
import type { Control, PlaceAnswer } from '../../types.ts';
import { hasKeyword, KEYWORDS, matchRule, TASK_RULE } from './task-rule.ts';

const REQUIRED = z.strictObject({
  tasks: z.array(TASK_RULE).min(1),
  /** Arguments every such task gives, and keywords it sets. */
  have: z.strictObject({ arguments: z.array(z.string().min(1)).optional(), keywords: KEYWORDS.optional() }),
});
type Required = z.infer<typeof REQUIRED>;

/** Every task of the rules has what is asked for, in each item of its loop. */
export const REQUIRES = namedOperator(
  REQUIRED,
  ({ have }) => wantedWords(have).join(', '),
  (operand, control, subject: GroupSubject) =>
    onePerTask(taskViews(subject).flatMap(view => view.calls.flatMap(call => judge(operand, control, view, call)))),
);

function wantedWords({ arguments: names = [], keywords = {} }: Required['have']): readonly string[] {
  return [...names, ...Object.entries(keywords).map(([name, value]) => `${name}: ${value}`)];
}

function judge({ tasks, have }: Required, control: Control, view: TaskView, call: StepCall): readonly PlaceAnswer[] {
  const rule = tasks.find(one => matchRule(one, view, call).matches.holds === true);
  if (!rule) return [];
  const about = rule.text ? YES : isAbout(control.paths, view, call);
  if (about.holds === false) return [];
  const parts: readonly (readonly [string, Truth])[] = [
    ...(have.arguments ?? []).map(name => [name, gives(view, call, name)] as const),
    ...Object.entries(have.keywords ?? {}).map(
      ([name, value]) => [`${name}: ${value}`, hasKeyword(view.step, name, value)] as const,
    ),
  ];
  const missing = parts.filter(([, { holds }]) => holds !== true).map(([name]) => name);
  const all = allOf(parts.map(([, truth]) => truth));
  if (all.holds) return [taskPlace(view, 'pass', `${named(view)} has ${wantedWords(have).join(', ')}`)];
  const why = all.why ?? about.why;
  const lacks = `${named(view)} lacks ${missing.join(', ')}`;
  return why === null
    ? [taskPlace(view, 'violated', lacks)]
    : [taskPlace(view, 'undecided', `whether ${lacks} cannot be known from Git: ${why}`)];
}

/** Whether a call gives an argument; one that may be left out (`default(omit)`) nobody knows. */
function gives({ step, written }: TaskView, call: StepCall, name: string): Truth {
  const raw = written?.task.args.get(name);
  if (step.calls.length === 0) return isSo(raw !== undefined);
  const value = call.get(name)?.value;
  if (value?.known) return YES;
  const mayBeLeftOut = raw?.kind === 'str' && /\bomit\b/.test(raw.text);
  if (value) return mayBeLeftOut ? maybe(value.unknown.why.join('; ')) : YES;
  return NO;
}
