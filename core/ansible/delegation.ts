import type { Unknown } from '../source/rope.ts';
import { type Frame, type HostRun, readExternal } from './host-run.ts';
import { notEvaluated } from './repository.ts';
import { scopeOf } from './scope.ts';
import type { Task } from './task.ts';
import { templated } from './template-text.ts';
import { holdsOwn, identity, NeedsHost, unknownIn, type Value } from './value.ts';

/** Whether what a task does is done on the host it runs for; unknown where it may be done on another. */
export type Here = Readonly<{ here: boolean; unknown: Unknown | null }>;

const HERE: Here = { here: true, unknown: null };
const ELSEWHERE: Here = { here: false, unknown: null };
const CONTROLLER = /^(?:localhost|127\.0\.0\.1|::1)$/;

/**
 * Where a task that changes files changes them. Delegated to the controller (`localhost`, `local_action`) it changes no
 * node, unless the inventory has a host of that name; delegated to another host it is reported, because what it puts
 * there is not evaluated. `run_once` does it on the first host of the play, with `serial` on the first of a batch nobody
 * knows. A connection does not count: a host reached locally is still that host.
 */
export function whereTaskActs(run: HostRun, frame: Frame, task: Task): Here {
  const once = actsOnce(run, frame, task);
  if (!once.here) return once;
  const delegate = task.delegateTo ?? frame.delegateTo;
  if (!delegate) return once;
  const value = templated(run, delegate, scopeOf(run, frame));
  if (identity(value) === identity(readExternal(run, 'inventory_hostname') as Value)) return once;
  if (holdsOwn(value)) throw new NeedsHost();
  const unknown = unknownIn(value);
  if (unknown) {
    const why = `which host the task at ${task.at.file}:${task.at.line} is delegated to (${unknown.why.join('; ')})`;
    return { here: true, unknown: { key: `delegated to ${unknown.key}`, why: [why] } };
  }
  if (value.kind !== 'str' || (CONTROLLER.test(value.text) && !run.world.inventory.hosts.has(value.text)))
    return ELSEWHERE;
  if (run.forMany) throw new NeedsHost();
  if (value.text === run.host) return once;
  const message = `This task is delegated to ${value.text}; what it changes there is not evaluated.`;
  run.problems.push(notEvaluated(task.at.file, task.at.line, message));
  return ELSEWHERE;
}

/** Whether the host is the one a task with `run_once` runs on. */
export function actsOnce(run: HostRun, frame: Frame, task: Task): Here {
  if (!task.runOnce && !frame.runOnce) return HERE;
  const unknown = {
    key: `first host of ${frame.play.at.file}:${frame.play.at.line}`,
    why: ['whether the node is the first of its play, where a task with run_once runs'],
  };
  if (run.world.everyNode || frame.play.ordered) return { here: true, unknown };
  return readExternal(run, `first:${frame.playIndex}`) === true ? HERE : ELSEWHERE;
}
