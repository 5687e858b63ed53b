import { posix } from 'node:path';
import { controllerPath, type Frame, type HostRun } from './host-run.ts';
import type { Scope } from './jinja/render.ts';
import { within } from './repository.ts';
import { listOf } from './role.ts';
import { findFile, searchPath } from './scope.ts';
import type { Loop, Task } from './task.ts';
import { templated, templateText } from './template-text.ts';
import { bool, dict, identity, int, list, str, type UnknownValue, unknownValue, type Value } from './value.ts';
import { varsOf } from './variables.ts';

/** Items of one loop that are run one by one; more make one unknown item. */
const MAX_ITEMS = 1_000;

/** A frame per loop item; the item beats every other variable (`TaskExecutor._run_loop`). */
export function loopFrames(run: HostRun, frame: Frame, task: Task, scope: Scope): readonly Frame[] {
  const { loop } = task;
  if (!loop) return [frame];
  const { items, doubt } = loopItems(run, frame, task, loop, scope);
  return items.map((item, index) => {
    const vars = new Map([
      [loop.variable, item],
      ['ansible_loop_var', str(loop.variable)],
    ]);
    if (loop.indexVariable !== null) {
      vars.set(loop.indexVariable, position(index, doubt));
      vars.set('ansible_index_var', str(loop.indexVariable));
    }
    if (loop.extended) vars.set('ansible_loop', aboutLoop(items, index, doubt));
    return { ...frame, includeParams: [...frame.includeParams, vars] };
  });
}

/** Items one by one; `doubt` is set when the one item stands for items nobody knows. */
type Items = Readonly<{ items: readonly Value[]; doubt: UnknownValue | null }>;

function position(index: number, doubt: UnknownValue | null): Value {
  return doubt ? unknownValue(`index of ${doubt.key}`, doubt.why, { defined: true, type: 'int' }) : int(index);
}

function aboutLoop(items: readonly Value[], at: number, doubt: UnknownValue | null): Value {
  if (doubt) return unknownValue(`ansible_loop of ${doubt.key}`, doubt.why, { defined: true, type: 'dict' });
  const [previous, next] = [items[at - 1], items[at + 1]];
  return dict([
    [str('index'), int(at + 1)],
    [str('index0'), int(at)],
    [str('first'), bool(at === 0)],
    [str('last'), bool(at + 1 === items.length)],
    [str('length'), int(items.length)],
    [str('revindex'), int(items.length - at)],
    [str('revindex0'), int(items.length - at - 1)],
    [str('allitems'), list([...items])],
    ...(next ? [[str('nextitem'), next] as const] : []),
    ...(previous ? [[str('previtem'), previous] as const] : []),
  ]);
}

/**
 * What a task loops over: known lists and dictionaries item by item. What cannot be known gives one unknown item, so
 * that the task still counts. `with_first_found` gives the one file that exists when the names are known.
 */
function loopItems(run: HostRun, frame: Frame, task: Task, loop: Loop, scope: Scope): Items {
  if (loop.kind === 'with_first_found') return firstFound(run, frame, task, loop.items, scope);
  if (loop.kind === 'with_fileglob') return matchingFiles(run, frame, task, loop.items, scope);
  const items = templated(run, loop.items, scope);
  const known = knownItems(loop.kind, items);
  if (known && known.length <= MAX_ITEMS) return { items: known, doubt: null };
  return oneFor(identity(items), `items of ${loop.kind} at ${task.at.file}:${task.at.line}`);
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

function oneFor(key: string, why: string): Items {
  const doubt = unknownValue(`item of ${key}`, [why], { defined: true });
  return { items: [doubt], doubt };
}

/** Files of the repository a pattern names, by name, as paths on the controller (`lookup('fileglob')`). */
function matchingFiles(run: HostRun, frame: Frame, task: Task, items: Value, scope: Scope): Items {
  const found: Value[] = [];
  for (const item of listOf(items)) {
    const pattern = templateText(run, item, scope);
    if (pattern === null) return oneFor(identity(item), `files of ${loopPlace(task)}`);
    const folder = posix.dirname(pattern);
    const { tree } = run.world.repository;
    const directory = searchPath(run.world, frame, 'files')
      .map(base => within(base, folder))
      .find((path): path is string => path !== null && tree.isDirectory(path));
    if (directory === undefined) continue;
    const fits = globOf(posix.basename(pattern));
    const names = tree
      .list(directory)
      .filter(name => fits.test(name) && !tree.isDirectory(posix.join(directory, name)));
    found.push(...names.map(name => controllerPath(posix.join(directory, name))));
  }
  return { items: found, doubt: null };
}

function loopPlace({ at }: Task): string {
  return `with_fileglob at ${at.file}:${at.line}`;
}

function globOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.|+(){}[\]]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]');
  return new RegExp(`^(?!\\.)${source}$`);
}

function firstFound(run: HostRun, frame: Frame, task: Task, items: Value, scope: Scope): Items {
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
    if (text === null) return oneFor(identity(name), `first file found at ${task.at.file}:${task.at.line}`);
    if (findFile(run.world, frame, kind, text) !== null) return { items: [str(text, name.origins)], doubt: null };
  }
  return { items: [], doubt: null };
}
