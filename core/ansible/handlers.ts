import { posix } from 'node:path';
import type { Unknown } from '../source/rope.ts';
import { atPlace, type Frame, type HostRun } from './host-run.ts';
import { inherit } from './keywords.ts';
import { firstFile, type Place, within } from './repository.ts';
import { listOf, placeOf, withoutSuffix, yamlNames } from './role.ts';
import { scopeOf } from './scope.ts';
import { readTask, type Task } from './task.ts';
import { readTaskList } from './task-files.ts';
import { templateText } from './template-text.ts';
import type { Value } from './value.ts';
import { varsOf } from './variables.ts';

/** A handler as written, and where it stands. */
type Handler = Readonly<{ value: Value; name: string | null; topics: readonly string[]; frame: Frame }>;

const MAX_HANDLERS = 1_000;
/** Handlers that notify handlers are followed this often. */
const MAX_ROUNDS = 5;

/** Remembers that a task which may run notifies its handlers, unless it says that it never changes anything. */
export function notifyHandlers(run: HostRun, frame: Frame, task: Task): void {
  if (task.neverChanges) return;
  const scope = scopeOf(run, frame);
  for (const written of task.notify) {
    const name = templateText(run, written, scope);
    if (name !== null) run.notified.set(name, [...(run.notified.get(name) ?? []), task.at]);
  }
}

/** Says of the steps of a play, which begin at an index, which handlers they call. */
export function resolveHandlers(run: HostRun, frame: Frame, from: number): void {
  const notifying = run.steps.slice(from).some(step => step.notify.length > 0);
  if (!notifying) return;
  const handlers = handlersOf(run, frame);
  for (const [offset, step] of run.steps.slice(from).entries()) {
    if (step.notify.length === 0) continue;
    const called = step.notify.map(name => ({ name, calls: calledBy(handlers, name).map(placeOfHandler) }));
    run.steps[from + offset] = { ...step, handlers: called };
  }
}

function placeOfHandler({ value, frame }: Handler): Place {
  return placeOf(frame.file, value);
}

/**
 * Runs the handlers notified so far, each once, in the order they are defined: those of roles, then the play's
 * (`Play.compile`: at the end of pre_tasks, of roles and tasks, and of post_tasks). Whether a notifying task changed
 * something depends on the node, so what a handler does is done under that unknown condition.
 */
export function flushHandlers(
  run: HostRun,
  frame: Frame,
  runTasks: (run: HostRun, frame: Frame, tasks: readonly Value[]) => void,
): void {
  const handlers = run.notified.size > 0 ? handlersOf(run, frame) : [];
  for (let round = 0; round < MAX_ROUNDS && run.notified.size > 0; round++) {
    const notified = new Map(run.notified);
    run.notified.clear();
    const by = new Map<Handler, Place[]>();
    for (const [name, places] of notified) {
      for (const handler of calledBy(handlers, name)) by.set(handler, [...(by.get(handler) ?? []), ...places]);
    }
    const notifiedHandlers = () => {
      for (const [place, handler] of handlers.entries()) {
        const places = by.get(handler);
        if (!places) continue;
        const guards = [...handler.frame.guards, changed(places)];
        atPlace(run, place, () => runTasks(run, { ...handler.frame, guards, handler: true }, [handler.value]));
      }
    };
    atPlace(run, round, notifiedHandlers);
  }
  run.notified.clear();
}

/** The last handler of that name, and all that listen to it (`search_handlers_by_notification`). */
function calledBy(handlers: readonly Handler[], notified: string): readonly Handler[] {
  const named = handlers.findLast(({ name, frame }) => {
    if (name === notified) return true;
    const role = frame.role?.role.name;
    return role !== undefined && notified === `${role} : ${name}`;
  });
  return handlers.filter(handler => handler === named || handler.topics.includes(notified));
}

function changed(places: readonly Place[]): Unknown {
  const shown = [...new Set(places.map(({ file, line }) => `${file}:${line}`))];
  return { key: `changed ${shown.join(' or ')}`, why: [`whether the task at ${shown[0]} changes something`] };
}

function handlersOf(run: HostRun, frame: Frame): readonly Handler[] {
  const handlers: Handler[] = [];
  const { keywords } = frame.play;
  const nowhere = {
    role: null,
    chain: [],
    taskVars: [],
    includeParams: [],
    conditions: [],
    section: null,
    rounds: null,
  };
  const outside: Frame = { ...frame, ...nowhere, keywords };
  const roles = new Map([...frame.playRoles, ...run.entries].map(instance => [instance.role, instance]));
  for (const [role, instance] of roles) {
    const file = firstFile(
      run.world.repository,
      yamlNames(posix.join(role.directory, 'handlers', withoutSuffix(instance.reference.from.handlers))),
    );
    if (file === null) continue;
    const own = inherit(keywords, instance.reference.keywords);
    const inside: Frame = { ...outside, keywords: own, guards: [], guardOrigins: [], role: instance, file };
    collect(run, inside, readTaskList(run.world.repository, file), handlers, 0);
  }
  collect(
    run,
    { ...outside, guards: [], guardOrigins: [], file: frame.play.at.file },
    frame.play.handlers,
    handlers,
    0,
  );
  return handlers;
}

/** Handlers of a list; an import stands for those of its file. */
function collect(run: HostRun, frame: Frame, values: readonly Value[], handlers: Handler[], depth: number): void {
  for (const value of values) {
    const task = readTask(frame.file, value);
    if (!task || handlers.length >= MAX_HANDLERS) continue;
    const imported =
      task.module === 'import_tasks' || task.module === 'include' ? (task.args.get('file') ?? task.free) : null;
    if (imported?.kind === 'str' && depth < 10) {
      const file = within(posix.dirname(frame.file), imported.text);
      if (file !== null)
        collect(run, { ...frame, file }, readTaskList(run.world.repository, file), handlers, depth + 1);
      continue;
    }
    const topics = listOf(varsOf(value)?.get('listen')).flatMap(one => (one.kind === 'str' ? [one.text] : []));
    const name = task.name?.includes('{{') ? templatedName(run, frame, value) : task.name;
    handlers.push({ value, name: name ?? task.name, topics, frame });
  }
}

function templatedName(run: HostRun, frame: Frame, handler: Value): string | null {
  const name = varsOf(handler)?.get('name');
  return name ? templateText(run, name, scopeOf(run, frame)) : null;
}
