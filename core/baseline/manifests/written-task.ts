import { newBudget } from '../../ansible/budget.ts';
import { isVault } from '../../ansible/repository.ts';
import { listOf } from '../../ansible/role.ts';
import { readTask, type Task } from '../../ansible/task.ts';
import type { PlayStep } from '../../ansible/types.ts';
import type { Value } from '../../ansible/value.ts';
import { varsOf } from '../../ansible/variables.ts';
import { loadYaml } from '../../ansible/yaml.ts';
import { ProblemError } from '../../source/problem.ts';
import type { SourceTree } from '../../source/tree.ts';

/** Task lists of a play. */
const LISTS = ['pre_tasks', 'tasks', 'post_tasks', 'handlers'] as const;
const MAX_DEPTH = 20;

const known = new WeakMap<SourceTree, Map<string, ReadonlyMap<number, Task>>>();

/** The task of a step as it is written, for arguments whose values are not known; null when it is not found. */
export function writtenTask(tree: SourceTree, { file, line }: PlayStep): Task | null {
  let files = known.get(tree);
  if (!files) known.set(tree, (files = new Map()));
  let tasks = files.get(file);
  if (!tasks) files.set(file, (tasks = tasksOf(tree, file)));
  return tasks.get(line) ?? null;
}

function tasksOf(tree: SourceTree, file: string): ReadonlyMap<number, Task> {
  const found = new Map<number, Task>();
  const walk = (value: Value, depth: number): void => {
    const task = depth < MAX_DEPTH ? readTask(file, value) : null;
    if (!task) return;
    if (!found.has(task.at.line)) found.set(task.at.line, task);
    const { tasks = [], rescue = [], always = [] } = task.block ?? {};
    const play = varsOf(value);
    const lists = LISTS.flatMap(name => listOf(play?.get(name)));
    for (const one of [...tasks, ...rescue, ...always, ...lists]) walk(one, depth + 1);
  };
  for (const document of documentsOf(tree, file)) for (const item of listOf(document)) walk(item, 0);
  return found;
}

function documentsOf(tree: SourceTree, file: string): readonly Value[] {
  try {
    const text = tree.text(file);
    return text === null || isVault(text) ? [] : loadYaml(file, text, newBudget()).documents;
  } catch (error) {
    if (error instanceof ProblemError) return [];
    throw error;
  }
}
