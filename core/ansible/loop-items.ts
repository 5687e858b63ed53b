import type { Frame, HostRun } from './host-run.ts';
import type { Scope } from './jinja/render.ts';
import { listOf } from './role.ts';
import { findFile } from './scope.ts';
import type { Task } from './task.ts';
import { templated, templateText } from './template-text.ts';
import { dict, identity, str, unknownValue, type Value } from './value.ts';
import { varsOf } from './variables.ts';

/** Items of one loop that are run one by one; more make one unknown item. */
const MAX_ITEMS = 1_000;

/**
 * What a task loops over: known lists and dictionaries item by item. What cannot be known gives one unknown item, so
 * that the task still counts. `with_first_found` gives the one file that exists when the names are known.
 */
export function loopItems(
  run: HostRun,
  frame: Frame,
  task: Task,
  loop: NonNullable<Task['loop']>,
  scope: Scope,
): readonly Value[] {
  if (loop.kind === 'with_first_found') return firstFound(run, frame, task, loop.items, scope);
  const items = templated(run, loop.items, scope);
  const known = knownItems(loop.kind, items);
  if (known && known.length <= MAX_ITEMS) return known;
  return [unknownItem(identity(items), `items of ${loop.kind} at ${task.at.file}:${task.at.line}`)];
}

function knownItems(kind: string, items: Value): readonly Value[] | null {
  if (kind === 'with_dict' && items.kind === 'dict') {
    return [...items.entries.values()].map(([key, value]) =>
      dict([
        [str('key'), key],
        [str('value'), value],
      ]),
    );
  }
  if (kind === 'loop' || kind === 'with_list')
    return items.kind === 'list' || items.kind === 'tuple' ? items.items : null;
  if (kind === 'with_items') {
    const list = items.kind === 'list' || items.kind === 'tuple' ? items.items : items.kind === 'str' ? [items] : null;
    return list?.flatMap(item => (item.kind === 'list' ? item.items : [item])) ?? null;
  }
  return null;
}

function unknownItem(key: string, why: string): Value {
  return unknownValue(`item of ${key}`, [why], { defined: true });
}

function firstFound(run: HostRun, frame: Frame, task: Task, items: Value, scope: Scope): readonly Value[] {
  const names = listOf(items).flatMap(item => listOf(varsOf(item)?.get('files') ?? item));
  const kind =
    task.module === 'template'
      ? 'templates'
      : task.module === 'copy'
        ? 'files'
        : task.module === 'include_vars'
          ? 'vars'
          : 'tasks';
  for (const name of names) {
    const text = templateText(run, name, scope);
    if (text === null) return [unknownItem(identity(name), `first file found at ${task.at.file}:${task.at.line}`)];
    if (findFile(run.world, frame, kind, text) !== null) return [str(text, name.origins)];
  }
  return [];
}
