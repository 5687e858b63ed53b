import { readTask, type Task } from '../../ansible/task.ts';
import type { SourceTree } from '../../source/tree.ts';
import { lastPart } from './task-view.ts';
import { anyOf, isSo, maybe, NO, type Truth, YES } from './truth.ts';
import { TEMPLATED, writtenTask, writtenText } from './written-tasks.ts';

/** What a handler does for a unit: starts it anew, or only has systemd read the units again. */
export type Effect = 'restart' | 'daemon-reload';

const OPAQUE: ReadonlySet<string> = new Set('include_tasks import_tasks include_role import_role include'.split(' '));

/** Whether the task on a line does it. @param units names without `.service` */
export function hasEffect(
  tree: SourceTree,
  at: Readonly<{ file: string; line: number }>,
  units: readonly string[],
  effect: Effect,
): Truth {
  const written = writtenTask(tree, at.file, at.line);
  return written ? effectOf(at.file, written.task, units, effect) : maybe('the handler cannot be read');
}

/** Whether a task as it is written does it. */
export function effectOf(file: string, task: Task, units: readonly string[], effect: Effect): Truth {
  if (task.block) {
    const inner = task.block.tasks.flatMap(value => readTask(file, value) ?? []);
    return anyOf(inner.map(one => effectOf(file, one, units, effect)));
  }
  const module = lastPart(task.module ?? '');
  if (OPAQUE.has(module)) return maybe(`what ${module} includes is not looked at`);
  const text = (name: string): string => {
    const value = task.args.get(name);
    return value ? writtenText(value) : '';
  };
  switch (module) {
    case 'service':
    case 'systemd':
    case 'systemd_service':
      return effect === 'restart'
        ? restarts(text('name'), text('state'), units)
        : isSo(/^(?:true|yes|on|1)$/i.test(text('daemon_reload') || text('daemon-reload')));
    case 'command':
    case 'shell':
      return runs(task.free ? writtenText(task.free) : text('cmd'), units, effect);
    default:
      return NO;
  }
}

function restarts(name: string, state: string, units: readonly string[]): Truth {
  if (name.includes(TEMPLATED) || state.includes(TEMPLATED)) return maybe('which unit it starts anew is a template');
  return isSo(units.includes(name.replace(/\.service$/, '')) && state === 'restarted');
}

function runs(command: string, units: readonly string[], effect: Effect): Truth {
  if (!/\b(?:systemctl|service)\b/.test(command)) return NO;
  if (effect === 'daemon-reload') return isSo(/\bdaemon-reload\b/.test(command));
  const words = command.split(/[\s;&|]+/).map(word => word.replace(/\.service$/, ''));
  return words.some(word => /^(?:try-)?restart$/.test(word)) && words.some(word => units.includes(word)) ? YES : NO;
}
