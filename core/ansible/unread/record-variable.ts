import { newBudget } from '../budget.ts';
import { type Frame, type HostRun, readExternal, type Write } from '../host-run.ts';
import type { Place } from '../repository.ts';
import { scopeOf } from '../scope.ts';
import { templated } from '../template-text.ts';
import { allOrigins, holdsOwn, NeedsHost, PythonError, type Value } from '../value.ts';
import { settingsIn, type VariableSettings } from './variable-settings.ts';

/** Variables nothing in the repository reads that a run looks at, with the reason where each lands is not known. */
export type UnreadNames = Readonly<{
  why: ReadonlyMap<string, string>;
  /** Only those the inventory sets for the host; else also what plays and roles set. */
  ofInventory: boolean;
}>;

/**
 * Records what unread variables hold for a host as files whose place is not known. The value is the one that wins on
 * the host, with its templates evaluated.
 * @throws NeedsHost in a run for many, when a value is what each host has its own of
 */
export function recordVariables(run: HostRun, frame: Frame, { why, ofInventory }: UnreadNames): void {
  const scope = scopeOf(run, frame);
  for (const [name, reason] of why) {
    const raw = ofInventory ? (readExternal(run, `var:${name}`) as Value | undefined) : scope.lookup(name);
    if (!raw) continue;
    const value = templated(run, raw, scope);
    if (holdsOwn(value)) throw new NeedsHost();
    const [place] = allOrigins(raw);
    if (!place) continue;
    for (const settings of settingsOf(name, value, place.file)) {
      run.writes.push(writeOf(run, settings, place, reason));
    }
  }
}

/** What a value holds; nothing when it cannot be written as a file. */
export function settingsOf(name: string, value: Value, file: string): readonly VariableSettings[] {
  try {
    return settingsIn(newBudget(), name, value, /k3s|rke2|rancher/i.test(file));
  } catch (error) {
    if (error instanceof PythonError) return [];
    throw error;
  }
}

function writeOf(
  { world, order }: HostRun,
  { name, text, standsAt, starts }: VariableSettings,
  { file, line }: Place,
  why: string,
): Write {
  return {
    effect: 'content',
    edit: null,
    variable: { name, standsAt, starts },
    dest: { value: { known: false, unknown: { key: `${file}:${name}`, why: [why] } }, origins: [] },
    source: null,
    task: { file, line, name: `the variable ${name}`, role: null, handlers: [] },
    alternatives: [{ conditions: [], text }],
    truncated: false,
    mode: null,
    owner: null,
    group: null,
    when: null,
    playbook: world.playbook,
    order: [...order],
    problem: null,
  };
}
