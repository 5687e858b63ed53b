import type { Verdict } from './conditions.ts';
import type { Frame, HostRun, RoleInstance } from './host-run.ts';
import { ON_EACH_NODE } from './merge-steps.ts';
import { isMarked } from './own-values.ts';
import type { Place } from './repository.ts';
import { OMIT, scopeOf } from './scope.ts';
import type { Task } from './task.ts';
import { templated, templateText, tracedMode } from './template-text.ts';
import type { PlayStep, StepCall, Traced } from './types.ts';
import { allOrigins, holdsOwn, NeedsHost, type Origins, toJson, unknownIn, type Value } from './value.ts';

/** Modules that change a node, or what is known of it, in ways somebody judges; by the last part of their name. */
const JUDGED: ReadonlySet<string> = new Set(
  'acl apt apt_key apt_repository assemble assert blockinfile command copy cron deb822_repository dnf dnf5 dpkg_selections expect file firewalld get_url git ini_file iptables k8s k8s_drain k8s_taint lineinfile modprobe mount nftables package pip raw replace rpm_key script selinux service shell synchronize sysctl systemd systemd_service template ufw unarchive user yum yum_repository zypper'.split(
    ' ',
  ),
);

/** Arguments that are contents of files. */
const CONTENTS: ReadonlySet<string> = new Set(['content', 'block']);
/** Items of one loop whose arguments are told. */
const MAX_CALLS = 50;

/** The step of a role that is entered. */
export function roleStep(run: HostRun, frame: Frame, { role, reference }: RoleInstance, verdict: Verdict): PlayStep {
  return {
    ...stepAt(run, frame, reference.at),
    role: role.name,
    task: null,
    kind: 'role',
    module: null,
    runs: verdict.holds ?? verdict.unknown,
    when: conditionsAround(frame),
    loop: null,
    rounds: frame.rounds,
    changedWhen: null,
    failedWhen: null,
    register: null,
    notify: [],
    calls: [],
  };
}

/** The step of a task; `items` are the frames of its loop, or its own. */
export function taskStep(
  run: HostRun,
  frame: Frame,
  task: Task,
  runs: PlayStep['runs'],
  items: readonly Frame[],
): PlayStep {
  const module = task.module ?? '';
  const judged = runs !== false && JUDGED.has(module.split('.').at(-1) ?? '');
  return {
    ...stepAt(run, frame, task.at),
    role: frame.role?.role.name ?? null,
    task: task.name ?? module,
    kind: frame.handler ? 'handler' : 'task',
    module,
    runs,
    when: [...conditionsAround(frame), ...task.when.map(written)],
    loop: task.loop?.kind ?? null,
    rounds: frame.rounds,
    changedWhen: conditionText(task.changedWhen),
    failedWhen: conditionText(task.failedWhen),
    register: task.register,
    notify: namesOf(run, frame, task),
    calls: judged ? items.slice(0, MAX_CALLS).map(item => callOf(run, item, task)) : [],
  };
}

function stepAt(
  run: HostRun,
  { play, keywords, section }: Frame,
  { file, line }: Place,
): Pick<
  PlayStep,
  | 'playbook'
  | 'play'
  | 'settings'
  | 'file'
  | 'line'
  | 'tags'
  | 'section'
  | 'ignoreErrors'
  | 'noLog'
  | 'checkMode'
  | 'handlers'
> {
  const nearest = (name: string): string | null => {
    const value = keywords.nearest.get(name);
    return value ? written(value) : null;
  };
  return {
    playbook: run.world.playbook,
    play: play.name,
    settings: play.settings,
    file,
    line,
    tags: keywords.tags.map(written),
    section,
    ignoreErrors: nearest('ignore_errors'),
    noLog: nearest('no_log'),
    checkMode: nearest('check_mode'),
    handlers: [],
  };
}

function conditionsAround({ conditions }: Frame): readonly string[] {
  return conditions.map(({ expression }) => written(expression));
}

function conditionText(conditions: readonly Value[]): string | null {
  return conditions.length === 0 ? null : conditions.map(written).join(' and ');
}

/** A value as it stands in the file, apart from quotes. */
function written(value: Value): string {
  const json = toJson(value);
  return typeof json === 'string' ? json : JSON.stringify(json);
}

/** Names a task notifies; a name nobody knows as it is written. */
function namesOf(run: HostRun, frame: Frame, task: Task): readonly string[] {
  if (task.handlers.every(name => !name.includes('{{'))) return task.handlers;
  const scope = scopeOf(run, frame);
  return task.notify.map(name => templateText(run, name, scope) ?? written(name));
}

function callOf(run: HostRun, frame: Frame, task: Task): StepCall {
  const scope = scopeOf(run, frame);
  const call = new Map<string, Traced<string>>();
  const given = task.free ? [...task.args, ['_raw_params', task.free] as const] : [...task.args];
  for (const [name, raw] of given) {
    if (CONTENTS.has(name)) continue;
    const value = ownApart(raw, () =>
      name === 'mode' ? tracedMode(run, raw, scope) : tracedArgument(templated(run, raw, scope)),
    );
    if (value) call.set(name, { ...value, origins: unmarked(value.origins) });
  }
  return call;
}

/** What each host has its own of is not told here: the step is one for all that share it. */
function ownApart(raw: Value, work: () => Traced<string> | null): Traced<string> | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof NeedsHost)) throw error;
    return { value: { known: false, unknown: ON_EACH_NODE }, origins: unmarked(allOrigins(raw)) };
  }
}

/** @throws NeedsHost for what each host has its own of */
function tracedArgument(value: Value): Traced<string> | null {
  if (holdsOwn(value)) throw new NeedsHost();
  if (value.kind === 'none' || value.kind === 'undefined' || value.kind === 'lazy' || value.kind === 'object')
    return null;
  if (value.kind === 'str' && value.text === OMIT) return null;
  const origins = allOrigins(value);
  const unknown = unknownIn(value);
  return { value: unknown ? { known: false, unknown } : { known: true, json: written(value) }, origins };
}

/** Origins that are the same for every host. */
function unmarked(origins: Origins): Origins {
  return origins.some(isMarked) ? origins.filter(origin => !isMarked(origin)) : origins;
}
