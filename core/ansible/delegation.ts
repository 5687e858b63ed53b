import type { Unknown } from '../source/rope.ts';
import { type Frame, type HostRun, readExternal } from './host-run.ts';
import { notEvaluated } from './repository.ts';
import { scopeOf } from './scope.ts';
import type { Task } from './task.ts';
import { templated } from './template-text.ts';
import { holdsOwn, identity, NeedsHost, unknownIn, type Value } from './value.ts';

/**
 * Where a task does what it does: on the host it runs for, on another host of the inventory, on one nobody can name, or
 * on no node at all. `unknown`: whether it is done there.
 */
export type Acting =
  | Readonly<{ on: 'itself'; unknown: Unknown | null }>
  | Readonly<{ on: 'another'; host: string; unknown: Unknown | null }>
  | Readonly<{ on: 'unnamed'; why: string; unknown: Unknown }>
  | Readonly<{ on: 'no node' }>;

/** Whether a task is done for the host; unknown where nobody can tell. */
export type Once = Readonly<{ here: boolean; unknown: Unknown | null }>;

const HERE: Once = { here: true, unknown: null };
const ELSEWHERE: Once = { here: false, unknown: null };
const CONTROLLER = /^(?:localhost|127\.0\.0\.1|::1)$/;

/**
 * Where a task that changes files changes them. Delegated to the controller (`localhost`, `local_action`) it changes no
 * node, unless the inventory has a host of that name; delegated to another host of the inventory it changes that one,
 * with the variables of the host it runs for. Ansible makes a host of any other name, so which node that is Git does
 * not show. A connection does not count: a host reached locally is still that host.
 */
export function whereTaskActs(run: HostRun, frame: Frame, task: Task): Acting {
  const once = actsOnce(run, frame, task);
  if (!once.here) return { on: 'no node' };
  const itself: Acting = { on: 'itself', unknown: once.unknown };
  const delegate = task.delegateTo ?? frame.delegateTo;
  if (!delegate) return itself;
  const value = templated(run, delegate, scopeOf(run, frame));
  if (identity(value) === identity(readExternal(run, 'inventory_hostname') as Value)) return itself;
  if (holdsOwn(value)) throw new NeedsHost();
  const unknown = unknownIn(value);
  if (unknown) {
    const why = `which host the task at ${task.at.file}:${task.at.line} is delegated to (${unknown.why.join('; ')})`;
    return { on: 'unnamed', why, unknown: { key: `delegated to ${unknown.key}`, why: [why] } };
  }
  if (value.kind !== 'str') return { on: 'no node' };
  if (run.world.inventory.hosts.has(value.text)) {
    if (readExternal(run, `host:${value.text}`) === true) return itself;
    return { on: 'another', host: value.text, unknown: once.unknown };
  }
  if (CONTROLLER.test(value.text)) return { on: 'no node' };
  const why = `which node ${value.text} is: no host of the inventory has that name`;
  return { on: 'unnamed', why, unknown: { key: `delegated to ${value.text}`, why: [why] } };
}

/**
 * Takes over what a task did to a host that is not the one it runs for. On an unnamed host it may be any node: it is
 * reported, and counts as perhaps done on the host it runs for.
 *
 * @param acting a run in which nothing but this was done
 */
export function handOver(run: HostRun, task: Task, where: Acting, acting: HostRun): void {
  const { writes, problems } = acting;
  if (writes.length === 0 && problems.length === 0) return;
  if (where.on === 'another') {
    const { oneByOne } = task;
    run.delegated.push({ host: where.host, order: [...run.order], oneByOne, writes, problems });
  } else if (where.on === 'unnamed') {
    run.writes.push(...writes);
    run.problems.push(...problems);
    const message = `What this task changes lands on a node Git does not name: it is not known ${where.why}.`;
    if (writes.length > 0 && !run.world.everyNode) run.problems.push(notEvaluated(task.at.file, task.at.line, message));
  }
}

/**
 * Whether the host is the one a task with `run_once` is done for: the first of the play, with `serial` of its batch, or
 * the first of those that come to the task where that one does not.
 */
export function actsOnce(run: HostRun, frame: Frame, task: Task): Once {
  if (!task.runOnce && !frame.runOnce) return HERE;
  const first = readExternal(run, `first:${frame.playIndex}`);
  const place = run.order.join();
  if (first === true) run.metOnce.add(place);
  const isMet = !run.onceForAll || run.onceForAll.met.has(place);
  if (first === true) return HERE;
  if (first === false && isMet) return ELSEWHERE;
  const unknown = {
    key: `first host of ${frame.play.at.file}:${frame.play.at.line}`,
    why: ['whether the node is the first of its play, where a task with run_once runs'],
  };
  return { here: true, unknown };
}
