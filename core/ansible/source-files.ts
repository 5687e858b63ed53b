import { posix } from 'node:path';
import type { Frame, HostRun } from './host-run.ts';
import type { Scope } from './jinja/render.ts';
import { within } from './repository.ts';
import { findFile, searchPath } from './scope.ts';
import type { Task } from './task.ts';
import { templateText } from './template-text.ts';
import type { Value } from './value.ts';

type Kind = 'files' | 'templates';

/** Source files a name that is not known may stand for, at most; more are not told apart. */
const MAX_SOURCES = 8;

/**
 * The file a source name stands for. When the name is not known from Git, every file that fits its literal parts may
 * be it. A forced source that fits them is taken before the one the name stands for.
 */
export function sourceFiles(
  run: HostRun,
  frame: Frame,
  kind: Kind,
  raw: Value,
  name: string | null,
): readonly string[] {
  const { forced } = run.world;
  if (forced !== null && fittingFiles(run, frame, kind, raw).includes(forced.source)) return [forced.source];
  if (name !== null) {
    const file = findFile(run.world, frame, kind, name);
    return file === null ? [] : [file];
  }
  const fitting = fittingFiles(run, frame, kind, raw);
  return fitting.length > MAX_SOURCES ? [] : fitting;
}

/**
 * Whether a task puts the forced source on the node. Then the switches its conditions and its source's name rest on
 * are in doubt. A condition on a list or a mapping is no switch: it asks whether there is anything to write.
 */
export function takesForced(run: HostRun, frame: Frame, task: Task, module: string, scope: Scope): boolean {
  const { forced } = run.world;
  const raw = task.args.get('src');
  if (forced === null || raw === undefined || (module !== 'template' && module !== 'copy')) return false;
  const kind = module === 'copy' ? 'files' : 'templates';
  if (!sourceFiles(run, frame, kind, raw, templateText(run, raw, scope)).includes(forced.source)) return false;
  const deciding = [...frame.conditions.map(({ expression }) => expression), ...task.when].map(textOf);
  const naming = [...textOf(raw).matchAll(/\{\{.*?\}\}/g)].map(([expression]) => expression);
  const names = [...deciding, ...naming].flatMap(namesIn);
  if (names.map(name => scope.lookup(name)?.kind).some(kind => kind === 'list' || kind === 'dict')) return false;
  for (const name of names) forced.doubted.add(name);
  return true;
}

const textOf = (value: Value): string => (value.kind === 'str' ? value.text : '');

/** Names an expression may look up: what stands neither in quotes nor after a dot or a bar. */
function namesIn(expression: string): readonly string[] {
  const bare = expression.replace(/'[^']*'|"[^"]*"/g, '');
  return [...bare.matchAll(/(?<![\w.]|\|[ \t]{0,8})[A-Za-z_]\w*/g)].map(([name]) => name);
}

/** Files that fit the literal parts of a templated name, in the first folder that has any. */
function fittingFiles(run: HostRun, frame: Frame, kind: Kind, raw: Value): readonly string[] {
  if (raw.kind !== 'str') return [];
  const parts = raw.text.split(/\{\{.*?\}\}/);
  const [start = ''] = parts;
  const folder = posix.dirname(`${start}x`);
  const first = start.slice(start.lastIndexOf('/') + 1);
  const last = parts.at(-1) ?? '';
  const literal = first.length + last.length;
  if (parts.length < 2 || literal < 5 || last.includes('/')) return [];
  for (const directory of searchPath(run.world, frame, kind)) {
    const below = within(directory, folder);
    if (below === null) continue;
    const fitting = run.world.repository.tree
      .list(below)
      .filter(one => one.length >= literal && one.startsWith(first) && one.endsWith(last));
    if (fitting.length > 0) return fitting.map(one => posix.join(below, one));
  }
  return [];
}
