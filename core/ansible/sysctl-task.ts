import type { RenderedText, Unknown } from '../source/rope.ts';
import type { Frame, HostRun } from './host-run.ts';
import { toText } from './jinja/python.ts';
import { NO_TEXT } from './rendered-text.ts';
import { scopeOf } from './scope.ts';
import { supportingKind } from './supporting-files.ts';
import { lineOfFile, runningPath } from './sysctls.ts';
import type { Task } from './task.ts';
import { templated, templateText } from './template-text.ts';
import type { Str, Value } from './value.ts';

/** Modules that set kernel settings. */
export const SYSCTL_MODULES: ReadonlySet<string> = new Set(['sysctl', 'ansible.posix.sysctl']);

/**
 * Records what `ansible.posix.sysctl` makes of one line of its file (`sysctl_file`, /etc/sysctl.conf). By default it
 * loads the file as well, so that the running kernel has the value too.
 */
export function recordSysctl(run: HostRun, frame: Frame, task: Task, when: Unknown | null): void {
  const scope = scopeOf(run, frame);
  const textOf = (name: string): string | null => {
    const raw = task.args.get(name);
    return raw ? templateText(run, raw, scope) : null;
  };
  const name = textOf('name') ?? textOf('key');
  if (name === null) return;
  const file = textOf('sysctl_file') ?? '/etc/sysctl.conf';
  const raw = task.args.get('value') ?? task.args.get('val');
  const value = raw ? templated(run, raw, scope) : null;
  const text = value && isText(value) ? textOfValue(toText(run.budget, value)) : null;
  const line = lineOfFile(file, name);
  const path = supportingKind(line) === 'sysctl' ? line : runningPath(name);
  const common = {
    dest: { value: { known: true, json: path }, origins: [] },
    edit: null,
    source: null,
    truncated: false,
    problem: null,
    mode: null,
    owner: null,
    group: null,
    when,
    task: { ...task.at, name: task.name, role: frame.role?.role.name ?? null, handlers: task.handlers },
    playbook: run.world.playbook,
    order: [...run.order],
  } as const;
  if (textOf('state') === 'absent') run.writes.push({ ...common, effect: 'absent', alternatives: [] });
  else if (text) run.writes.push({ ...common, effect: 'content', alternatives: [{ conditions: [], text }] });
}

function isText({ kind }: Value): boolean {
  return kind !== 'undefined' && kind !== 'object' && kind !== 'none';
}

/** Words for true and false are 1 and 0 (`SysctlModule._parse_value`). */
function textOfValue({ text, segments, unknowns = NO_TEXT.unknowns }: Str): RenderedText {
  const word = text.trim().toLowerCase();
  const digit = /^(?:y|yes|on|1|true|t|1\.0)$/.test(word)
    ? '1'
    : /^(?:n|no|off|0|false|f|0\.0)$/.test(word)
      ? '0'
      : null;
  if (digit === null) return { text, segments, unknowns };
  return { text: digit, segments: [{ length: 1, origins: segments.flatMap(({ origins }) => origins) }], unknowns };
}
