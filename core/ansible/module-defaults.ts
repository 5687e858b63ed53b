import { type Frame } from './host-run.ts';
import { shortName, type Task } from './task.ts';
import type { Value } from './value.ts';
import { type Vars, varsOf } from './variables.ts';

/**
 * The task with the arguments `module_defaults` around it gives its module, its own stronger. Of several mappings for
 * one module the innermost counts whole (`get_action_args_with_defaults`). Groups of modules (`group/…`) hold none of
 * Ansible's own modules.
 */
export function withDefaults({ keywords }: Frame, task: Task): Task {
  const { module } = task;
  if (module === null || keywords.moduleDefaults.length === 0) return task;
  const named = new Map<string, Value>();
  for (const layer of keywords.moduleDefaults) for (const [name, args] of layer) named.set(shortName(name), args);
  const defaults: Vars | null = varsOf(named.get(module));
  return defaults ? { ...task, args: new Map([...defaults, ...task.args]) } : task;
}
