import { z } from 'zod';
import type { StepCall } from '../../../ansible/types.ts';
import { notApplicable } from '../../place-answer.ts';
import type { GroupSubject } from '../../subject.ts';
import { namedOperator } from '../../tasks/named-operator.ts';
import { named, type TaskView, taskPlace, taskViews, wholeText } from '../../tasks/task-view.ts';
import type { Truth } from '../../tasks/truth.ts';
import type { PlaceAnswer } from '../../types.ts';
import { matchRule, TASK_RULE, type TaskRule } from './task-rule.ts';

/** By the name of what can be on: tasks that turn it on, and tasks that turn it off. */
const FORM = z.record(
  z.string().min(1),
  z.strictObject({ on: z.array(TASK_RULE).min(1), off: z.array(TASK_RULE).min(1) }),
);
type Switches = z.infer<typeof FORM>;

/** What one task does to one of them; `unsure`: why that is not certain, `open`: since nobody knows what the task says. */
type Turn = Readonly<{ name: string; on: boolean; view: TaskView; unsure: string | null; open: boolean }>;

/**
 * One of several is on: the last task that speaks of it counts. What no task turns on or off is as the image of the node
 * has it, which nobody can see from Git. A task that turns one off is judged as it stands, whatever its condition.
 */
export const ONE_IS_ON = namedOperator(
  FORM,
  switches => `${Object.keys(switches).join(' or ')} on`,
  (switches, { paths: [path = ''] }, subject: GroupSubject): readonly PlaceAnswer[] => {
    const { group } = subject;
    if (!group.kubelet && group.flags.length === 0) return [notApplicable(path, 'no kubelet is known for these nodes')];
    const views = taskViews(subject);
    const turns = Object.keys(switches).map(name => deciding(views.flatMap(view => turnsOf(switches, name, view))));
    return [{ ...judge(Object.keys(switches), turns), path, location: path }];
  },
);

function judge(names: readonly string[], turns: readonly (readonly Turn[])[]): PlaceAnswer {
  const sure = turns.find(own => own.length > 0 && own.every(({ on, unsure }) => on && unsure === null))?.[0];
  if (sure) return taskPlace(sure.view, 'pass', `${named(sure.view)} turns ${sure.name} on`);
  const all = turns.flat();
  const maybe = all.find(({ on }) => on) ?? (all.every(({ open }) => open) ? all[0] : undefined);
  if (maybe) {
    const says = all.filter(({ name }) => name === maybe.name).map(turnWords);
    const reason = `whether ${maybe.name} is on cannot be known from Git: ${[...new Set(says)].join('; ')}`;
    return taskPlace(maybe.view, 'undecided', reason);
  }
  const off = all.find(({ open }) => !open);
  if (off) {
    const others = names.filter(name => name !== off.name).join(' or ');
    return taskPlace(off.view, 'violated', `${turnWords(off)}, and no task turns ${others} on`);
  }
  const reason = `no task turns ${names.join(' or ')} on or off: it is as the image of the node has it`;
  return { result: 'undecided', path: '', actual: null, reason, evidence: [] };
}

function turnWords({ name, on, view, unsure }: Turn): string {
  return `${named(view)} turns ${name} ${on ? 'on' : 'off'}${unsure === null ? '' : ` (${unsure})`}`;
}

/** The turns that may be the last: the last certain one and what may follow. Of several playbooks nobody knows the order. */
function deciding(turns: readonly Turn[]): readonly Turn[] {
  const playbooks = [...new Set(turns.map(({ view }) => view.step.playbook))];
  if (playbooks.length > 1 && new Set(turns.map(({ on }) => on)).size > 1) {
    const unsure = `Git does not say which of ${playbooks.join(', ')} comes last`;
    return turns.map(turn => ({ ...turn, unsure: turn.unsure ?? unsure }));
  }
  const last = turns.findLastIndex(({ unsure }) => unsure === null);
  return turns.slice(Math.max(0, last));
}

function turnsOf(switches: Switches, name: string, view: TaskView): readonly Turn[] {
  const { on = [], off = [] } = switches[name] ?? {};
  const turn = (rules: readonly TaskRule[], is: boolean): readonly Turn[] => {
    const truth = matchesOf(rules, name, view);
    if (truth.holds === false) return [];
    const unsure = truth.why === null ? unsureRun(view) : `depending on ${truth.why}`;
    return [{ name, on: is, view, unsure, open: truth.holds === null }];
  };
  return [...turn(off, false), ...turn(on, true)];
}

/** Whether a task is of one of the rules, in one item of its loop. What is not known counts where the task names it. */
function matchesOf(rules: readonly TaskRule[], name: string, view: TaskView): Truth {
  let maybe: Truth | null = null;
  for (const call of view.calls) {
    for (const rule of rules) {
      const { matches } = matchRule(rule, view, call);
      if (matches.holds === true) return matches;
      if (matches.holds === null && speaksOf(name, view, call)) maybe = matches;
    }
  }
  return maybe ?? { holds: false, why: null };
}

function speaksOf(name: string, view: TaskView, call: StepCall): boolean {
  return `${view.module} ${wholeText(view, call)}`.toLowerCase().includes(name.toLowerCase());
}

function unsureRun({ step: { runs, kind } }: TaskView): string | null {
  if (typeof runs !== 'boolean') return `depending on ${runs.why.join('; ')}`;
  return kind === 'handler' ? 'if it is notified' : null;
}
