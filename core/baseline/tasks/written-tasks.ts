import { newBudget } from '../../ansible/budget.ts';
import { listOf } from '../../ansible/role.ts';
import { readTask, type Task } from '../../ansible/task.ts';
import type { Value } from '../../ansible/value.ts';
import { varsOf } from '../../ansible/variables.ts';
import { loadYaml } from '../../ansible/yaml.ts';
import { ProblemError } from '../../source/problem.ts';
import type { SourceTree } from '../../source/tree.ts';

/** A task as its file has it, and the tasks that run when it fails (`rescue` of a block around it). */
export type WrittenTask = Readonly<{ task: Task; rescue: readonly Value[] }>;

type ByLine = ReadonlyMap<number, WrittenTask>;

const NOTHING: ByLine = new Map();
const PLAY_LISTS = ['pre_tasks', 'tasks', 'post_tasks', 'handlers'];
const MAX_DEPTH = 50;

const known = new WeakMap<SourceTree, Map<string, ByLine>>();

/** The task that begins on a line of a file; null when there is none. Each file of a tree is read once. */
export function writtenTask(tree: SourceTree, file: string, line: number): WrittenTask | null {
  let files = known.get(tree);
  if (!files) known.set(tree, (files = new Map()));
  let tasks = files.get(file);
  if (!tasks) files.set(file, (tasks = tasksOf(tree, file)));
  return tasks.get(line) ?? null;
}

/** A file nobody can read has no tasks here: whoever evaluates it says so. */
function tasksOf(tree: SourceTree, file: string): ByLine {
  try {
    const text = tree.text(file);
    if (text === null) return NOTHING;
    const tasks = new Map<number, WrittenTask>();
    for (const document of loadYaml(file, text, newBudget()).documents) collect(file, listOf(document), [], tasks, 0);
    return tasks;
  } catch (error) {
    if (error instanceof ProblemError) return NOTHING;
    throw error;
  }
}

function collect(
  file: string,
  values: readonly Value[],
  rescue: readonly Value[],
  tasks: Map<number, WrittenTask>,
  depth: number,
): void {
  if (depth > MAX_DEPTH) return;
  for (const value of values) {
    const keys = varsOf(value);
    const task = keys ? readTask(file, value) : null;
    if (!keys || !task) continue;
    if (keys.has('hosts')) {
      for (const name of PLAY_LISTS) collect(file, listOf(keys.get(name)), [], tasks, depth + 1);
      continue;
    }
    tasks.set(task.at.line, { task, rescue });
    if (!task.block) continue;
    const { tasks: inner, rescue: own, always } = task.block;
    collect(file, inner, own.length > 0 ? own : rescue, tasks, depth + 1);
    collect(file, [...own, ...always], rescue, tasks, depth + 1);
  }
}

/** Stands for what a template puts into a written text. */
export const TEMPLATED = '\uFFFC';

/** The templates in a written text. */
export const TEMPLATES = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

/** A value as it is written, templates replaced by TEMPLATED; lists and mappings as their parts. */
export function writtenText(value: Value): string {
  switch (value.kind) {
    case 'str':
      return value.text.replace(TEMPLATES, TEMPLATED);
    case 'bool':
    case 'int':
    case 'float':
      return String(value.value);
    case 'list':
    case 'tuple':
      return value.items.map(writtenText).join(' ');
    case 'dict':
      return [...value.entries.values()].map(([key, item]) => `${writtenText(key)}=${writtenText(item)}`).join(' ');
    case 'none':
      return '';
    case 'undefined':
    case 'unknown':
    case 'lazy':
    case 'object':
      return TEMPLATED;
  }
}
