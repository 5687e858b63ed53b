import { posix } from 'node:path';
import type { Unknown } from '../source/rope.ts';
import { controllerPath, type Frame, type HostRun } from './host-run.ts';
import { searchedFiles } from './jinja/first-found.ts';
import { LIST_LOOKUPS, listLookup } from './jinja/list-lookups.ts';

import type { Scope } from './jinja/render.ts';
import { notEvaluated, within } from './repository.ts';
import { listOf } from './role.ts';
import { findFile, searchPath } from './scope.ts';
import type { Loop, Task } from './task.ts';
import { templated, templateText } from './template-text.ts';
import {
  bool,
  dict,
  type Entry,
  identity,
  int,
  list,
  none,
  PythonError,
  str,
  type UnknownValue,
  unknownIn,
  unknownValue,
  type Value,
  withOrigins,
} from './value.ts';
import { varsOf } from './variables.ts';

/** Items of one loop that are run one by one; more make one unknown item. */
const MAX_ITEMS = 1_000;

/** A frame per loop item; the item beats every other variable (`TaskExecutor._run_loop`). */
export function loopFrames(run: HostRun, frame: Frame, task: Task, scope: Scope): readonly Frame[] {
  const { loop } = task;
  if (!loop) return [frame];
  const { items, doubt, some } = loopItems(run, frame, task, loop, scope);
  const guards = some ? [...frame.guards, some] : frame.guards;
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
    return { ...frame, guards, includeParams: [...frame.includeParams, vars], rounds: doubt ?? frame.rounds };
  });
}

/**
 * Items one by one; `doubt` is set when the one item stands for items nobody knows, `some` when there may be none: it
 * holds when there is one.
 */
type Items = Readonly<{ items: readonly Value[]; doubt: UnknownValue | null; some?: Unknown }>;

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
  const known = knownItems(run, task, loop.kind, items);
  if (known && known.length <= MAX_ITEMS) return { items: known, doubt: null };
  const one = oneFor(identity(items), `items of ${loop.kind} at ${task.at.file}:${task.at.line}`);
  const why = unknownIn(items)?.why ?? [`what ${loop.kind} at ${task.at.file}:${task.at.line} goes over`];
  return known ? one : { ...one, some: { key: `nonempty(${identity(items)})`, why } };
}

function knownItems(run: HostRun, task: Task, kind: string, items: Value): readonly Value[] | null {
  if (kind === 'loop') return items.kind === 'list' || items.kind === 'tuple' ? items.items : null;
  const name = kind.replace(/^with_(?:ansible\.(?:builtin|legacy)\.)?/, '');
  if (!LIST_LOOKUPS.has(name)) return null;
  try {
    return listLookup(run.budget, name, termsOf(name, items));
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    run.problems.push(notEvaluated(task.at.file, task.at.line, `${kind} cannot be evaluated: ${error.message}`));
    return null;
  }
}

/** What stands behind `with_…` as the terms of the lookup: a list is several. */
function termsOf(name: string, items: Value): readonly Value[] {
  return (items.kind === 'list' || items.kind === 'tuple') && name !== 'dict' ? items.items : [items];
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

/** The first of the named files that exists, looked for where the module's own files are (`TaskExecutor`). */
function firstFound(run: HostRun, frame: Frame, task: Task, items: Value, scope: Scope): Items {
  const module = task.module ?? '';
  const kind = module.includes('template') ? 'templates' : module.includes('var') ? 'vars' : 'files';
  const evaluated = (value: Value | undefined) =>
    value ? list(listOf(value).map(one => templated(run, one, scope))) : none();
  const terms = listOf(items).map(item => {
    const named = varsOf(item);
    if (!named) return templated(run, item, scope);
    return dict([...named].map(([name, value]): Entry => [str(name), name === 'skip' ? value : evaluated(value)]));
  });
  const searched = searchedFiles(run.world.ansible, terms, new Map());
  if (typeof searched === 'string') return oneFor(identity(list(terms)), `first file found: ${searched}`);
  for (const name of searched.names) {
    const text = name.kind === 'str' && !name.unknowns?.size ? name.text : templateText(run, name, scope);
    if (text === null || text.startsWith('/'))
      return oneFor(identity(name), `first file found at ${task.at.file}:${task.at.line}`);
    const file = findFile(run.world, frame, kind, text);
    if (file !== null) return { items: [withOrigins(controllerPath(file), name.origins)], doubt: null };
  }
  if (searched.skip === null) return oneFor(identity(list(terms)), 'whether with_first_found may find no file');
  if (!searched.skip) {
    const message = 'with_first_found finds none of the files it names, and does not say `skip: true`.';
    run.problems.push(notEvaluated(task.at.file, task.at.line, message));
  }
  return { items: [], doubt: null };
}
