import type { HostRun } from './host-run.ts';
import type { Scope } from './jinja/render.ts';
import { listOf } from './role.ts';
import type { Task } from './task.ts';
import { templated } from './template-text.ts';
import { bool, dict, type Entry, identity, int, list, mergeOrigins, str, type Value } from './value.ts';
import { varsOf } from './variables.ts';

/** One step of a path: a key of a mapping or an index of a list. */
type Step = string | number;

/**
 * The result of `ansible.utils.update_fact`: the variables its updates name, changed, and whether they were. It touches
 * no node, so it is known when its arguments are. null when a path or what it leads through is not known.
 */
export function updatedFact(run: HostRun, task: Task, scope: Scope): Value | null {
  const roots = new Map<string, Value>();
  let changed = false;
  for (const update of listOf(task.args.get('updates'))) {
    const path = varsOf(update)?.get('path');
    const raw = varsOf(update)?.get('value');
    if (path?.kind !== 'str' || path.text.includes('{{') || !raw) return null;
    const [root, ...steps] = stepsOf(path.text) ?? [];
    if (typeof root !== 'string') return null;
    const variable = roots.get(root) ?? scope.lookup(root);
    const before = variable && templated(run, variable, scope);
    const after = before && replaced(before, steps, templated(run, raw, scope));
    if (!before || !after) return null;
    changed ||= identity(before) !== identity(after);
    roots.set(root, after);
  }
  return dict([[str('changed'), bool(changed)], ...[...roots].map(([name, value]): Entry => [str(name), value])]);
}

/** `a.b`, `a['b']` and `a[0]` as steps, the variable first. */
function stepsOf(path: string): readonly Step[] | null {
  const steps: Step[] = [];
  const pattern = /^([A-Za-z_]\w*)|\.([\w-]+)|\['([^']*)'\]|\["([^"]*)"\]|\[(\d+)\]/y;
  while (pattern.lastIndex < path.length) {
    const match = pattern.exec(path);
    if (!match) return null;
    const index = match[5] ?? (/^\d+$/.test(match[2] ?? '') ? match[2] : undefined);
    steps.push(index === undefined ? (match[1] ?? match[2] ?? match[3] ?? match[4] ?? '') : Number(index));
  }
  return steps;
}

function replaced(value: Value, steps: readonly Step[], by: Value): Value | null {
  const [step, ...rest] = steps;
  if (step === undefined) return by;
  if (value.kind === 'dict') {
    const key = typeof step === 'number' && !value.entries.has(`s${step}`) ? int(step) : str(String(step));
    const name = key.kind === 'str' ? `s${key.text}` : `n${step}`;
    const inner = value.entries.get(name)?.[1];
    const after = rest.length === 0 ? by : inner ? replaced(inner, rest, by) : null;
    if (!after) return null;
    const entries = new Map(value.entries).set(name, [value.entries.get(name)?.[0] ?? key, after]);
    return { ...value, entries, origins: mergeOrigins(value.origins, by.origins) };
  }
  if (value.kind !== 'list' || typeof step !== 'number') return null;
  const inner = value.items[step];
  const after = inner && (rest.length === 0 ? by : replaced(inner, rest, by));
  return after ? list(value.items.with(step, after), value.origins) : null;
}
