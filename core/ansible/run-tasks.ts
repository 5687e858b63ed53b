import { posix } from 'node:path';
import { ProblemError } from '../source/problem.ts';
import type { Unknown } from '../source/rope.ts';
import { catchUp } from './catch-up.ts';
import { COMMAND_MODULES, recordCommand } from './command-task.ts';
import { conditionOrigins, taskRuns, type Verdict } from './conditions.ts';
import { type Acting, actsOnce, handOver, whereTaskActs } from './delegation.ts';
import { flushHandlers, notifyHandlers } from './handlers.ts';
import {
  atPlace,
  type Frame,
  type HostRun,
  intern,
  type RoleInstance,
  readExternal,
  type SentFacts,
} from './host-run.ts';
import { importedWith, includedRole, noteRole } from './imported-roles.ts';
import { includedVars } from './include-vars.ts';
import { mayBeTemplate } from './jinja/variables.ts';
import { JOINING, joinGroups } from './joined-groups.ts';
import { hasJoined, type Joining, joinRoles } from './joined-roles.ts';
import { inherit, isNever, type Keywords, readKeywords } from './keywords.ts';
import { roleOf } from './known-role.ts';
import { loopFrames } from './loop-items.ts';
import { metaAction, metaRuns, runMeta } from './meta-task.ts';
import { withDefaults } from './module-defaults.ts';
import { taskStep } from './play-step.ts';
import { firstFile, notEvaluated, within } from './repository.ts';
import { listOf, placeOf, type RoleReference } from './role.ts';
import { roleTasks, type TasksToRun } from './role-tasks.ts';
import { scopeOf, searchPath } from './scope.ts';
import { sendFacts } from './sent-facts.ts';
import { takesForced } from './source-files.ts';
import { recordSysctl, SYSCTL_MODULES } from './sysctl-task.ts';
import { readTask, type Task } from './task.ts';
import { readTaskList } from './task-files.ts';
import { templated, templateText } from './template-text.ts';
import { isSince } from './types.ts';
import { allOf, either } from './unknown-conditions.ts';
import { updatedFact } from './update-fact.ts';
import { allOrigins, bool, dict, identity, mergeOrigins, str, unknownValue, type Value, withOrigins } from './value.ts';
import { type Vars, varsOf } from './variables.ts';
import { recordWrite, WRITING_MODULES } from './write-file.ts';

const MAX_TASKS = 5_000;
const MAX_NESTING = 40;
/** Modules that may change a file on the node. */
const CHANGING: ReadonlySet<string> = new Set([...WRITING_MODULES, ...COMMAND_MODULES, ...SYSCTL_MODULES]);
/** Modules that only lead to other tasks. */
const INCLUDES = new Set(['import_tasks', 'include_tasks', 'include', 'import_role', 'include_role']);
/** Those read with the play: their tasks have their keywords. */
const IMPORTS = new Set(['import_tasks', 'import_role']);

/** Runs a role with its dependencies, `once` as plays do or `always` as includes do. @throws ProblemError `over-limit` */
export function runRole(run: HostRun, frame: Frame, reference: RoleReference, repeat: 'once' | 'always'): void {
  const parts = roleTasks(run, frame, reference, repeat);
  for (let part = 0; runPart(run, parts, part); part++);
}

/** Whether there was another list of tasks to run. */
function runPart(run: HostRun, parts: Iterator<TasksToRun, void>, part: number): boolean {
  let more = false;
  atPlace(run, part, () => {
    const { value } = parts.next();
    if (!value) return;
    more = true;
    runTasks(run, value.frame, value.tasks);
  });
  return more;
}

/** Runs a list of tasks and blocks in order. @throws ProblemError `over-limit` */
export function runTasks(run: HostRun, frame: Frame, tasks: readonly Value[]): void {
  for (const [place, value] of tasks.entries()) {
    if (run.ended === true) return;
    const task = readTask(frame.file, value);
    if (!task) continue;
    if (++run.tasks > MAX_TASKS) {
      throw new ProblemError({
        ...task.at,
        code: 'over-limit',
        message: `More than ${MAX_TASKS} tasks for one host; the rest was not evaluated.`,
      });
    }
    if (frame.conditions.length > MAX_NESTING * 4 || frame.taskVars.length > MAX_NESTING) {
      throw new ProblemError({
        ...task.at,
        code: 'over-limit',
        message: `Tasks nest deeper than ${MAX_NESTING} levels.`,
      });
    }
    atPlace(run, place, () => runTask(run, frame, task));
  }
}

function runTask(run: HostRun, outer: Frame, written: Task): void {
  if (outer.repeated && !written.block && !IMPORTS.has(written.module ?? '')) return;
  catchUp(run, outer);
  const keywords = inherit(outer.keywords, written.keywords);
  const frame: Frame = {
    ...outer,
    keywords,
    ...(written.vars.size > 0 ? { taskVars: [...outer.taskVars, written.vars] } : {}),
  };
  if (written.block) {
    runBlock(run, frame, written, written.block);
    return;
  }
  const { module } = written;
  if (module === null) return;
  const never = !frame.handler && isNever(tagsOf(run, frame));
  if (INCLUDES.has(module)) {
    if (!never || IMPORTS.has(module)) runInclude(run, frame, outer.keywords, written, module);
    return;
  }
  const task = withDefaults(frame, written);
  const items = never ? [] : loopFrames(run, frame, task, scopeOf(run, frame));
  const action = metaAction(task);
  const verdicts = items.map(item =>
    action === null ? taskRuns(run, item, task.when, scopeOf(run, item)) : metaRuns(run, item, task, action),
  );
  const once = action === null ? actsOnce(run, frame, task) : { here: true, unknown: null };
  const runs = once.here ? onlyOnce(whetherAny(verdicts), once.unknown) : false;
  const running = items.filter((_, index) => verdicts[index]?.holds !== false);
  run.steps.push(taskStep(run, frame, task, runs, running));
  if (never || !once.here) return;
  if (action === 'flush_handlers') {
    if (runs !== false) flushHandlers(run, { ...frame, guards: [], guardOrigins: [] }, runTasks);
  } else if (action !== null && verdicts[0]) {
    runMeta(run, frame, task, action, verdicts[0]);
  }
  if (task.notify.length > 0 && runs !== false) notifyHandlers(run, frame, task);
  if (module === 'set_fact' || module === 'include_vars' || JOINING.has(module) || CHANGING.has(module)) {
    for (const item of items) runModule(run, item, task, module);
  } else if (frame.role && runs !== false) {
    run.active.add(frame.role);
  }
  if (task.register === null) return;
  const result = intern(run.world, resultOf(run, frame, task, task.register));
  run.facts.set(task.register, result);
  if (task.runOnce || frame.runOnce) sendToAll(run, frame, 'set_fact', new Map([[task.register, result]]));
}

function runBlock(run: HostRun, frame: Frame, task: Task, block: NonNullable<Task['block']>): void {
  const around: Frame = { ...passedOn(frame, task), conditions: [...frame.conditions, ...conditionsOf(frame, task)] };
  const inside: Frame = { ...around, section: 'block' };
  const { tasks, rescue, always } = block;
  atPlace(run, 0, () => runTasks(run, inside, tasks));
  if (rescue.length > 0) atPlace(run, 1, () => runTasks(run, { ...rescuing(around, task), section: 'rescue' }, rescue));
  atPlace(run, 2, () => runTasks(run, { ...around, section: 'always' }, always));
}

/** Whether a task runs for some item of its loop: for certain, not at all, or under the first unknown condition. */
function whetherAny(verdicts: readonly Verdict[]): boolean | Unknown {
  if (verdicts.some(({ holds }) => holds === true)) return true;
  return verdicts.find(({ holds }) => holds === null)?.unknown ?? false;
}

function onlyOnce(runs: boolean | Unknown, once: Unknown | null): boolean | Unknown {
  return runs === true ? (once ?? true) : runs;
}

/** Tags of a task with known templates in them evaluated. */
function tagsOf(run: HostRun, frame: Frame): readonly Value[] {
  return frame.keywords.tags.flatMap(tag => {
    if (tag.kind !== 'str' || !mayBeTemplate(tag.text)) return [tag];
    return listOf(templated(run, tag, scopeOf(run, frame)));
  });
}

/** What a task registers: that it was skipped, what a module makes of variables alone, else nothing Git can know. */
function resultOf(run: HostRun, frame: Frame, task: Task, name: string): Value {
  const scope = scopeOf(run, frame);
  const origins = [{ ...task.at, kind: 'variable' as const }];
  const verdict = task.loop ? null : taskRuns(run, frame, task.when, scope);
  if (verdict?.holds === false)
    return withOrigins(
      dict([
        [str('changed'), bool(false)],
        [str('skipped'), bool(true)],
      ]),
      origins,
    );
  const updated =
    verdict?.holds === true && task.module === 'ansible.utils.update_fact' ? updatedFact(run, task, scope) : null;
  if (updated) return updated;
  const why = `result of task ${task.name ?? task.module} (${task.at.file}:${task.at.line})`;
  const count = (run.results.get(name) ?? 0) + 1;
  run.results.set(name, count);
  return unknownValue(`register:${name}${count > 1 ? `#${count}` : ''}`, [why], { defined: true, origins });
}

/** What tasks inside a block or import have from it. */
function passedOn(frame: Frame, task: Task): Frame {
  return { ...frame, delegateTo: task.delegateTo ?? frame.delegateTo, runOnce: task.runOnce || frame.runOnce };
}

/** The rescue of a block runs only if a task of the block fails, which depends on the node. */
function rescuing(frame: Frame, { at }: Task): Frame {
  const failed = {
    key: `failed ${at.file}:${at.line}`,
    why: [`whether a task of the block at ${at.file}:${at.line} fails`],
  };
  return { ...frame, guards: [...frame.guards, failed] };
}

function conditionsOf(frame: Frame, task: Task): { expression: Value; file: string }[] {
  return task.when.map(expression => ({ expression, file: frame.file }));
}

function runModule(run: HostRun, frame: Frame, task: Task, module: string): void {
  const scope = scopeOf(run, frame);
  const verdict = taskRuns(run, frame, task.when, scope);
  const forced = takesForced(run, frame, task, module, scope);
  if (verdict.holds === false && !forced) return;
  if (frame.role) run.active.add(frame.role);
  const inside: Frame = { ...frame, guards: [...new Set([...frame.guards, ...verdict.parts])] };
  if (module === 'set_fact' || module === 'include_vars') {
    const { here, unknown } = actsOnce(run, frame, task);
    if (!here) return;
    const unknowns = some([...verdict.parts, unknown]);
    const made =
      module === 'set_fact' ? factsOf(run, frame, inside, task, unknowns) : includedVars(run, frame, task, unknowns);
    setVariables(run, frame, task, module, made);
    return;
  }
  if (JOINING.has(module)) {
    joinGroups(run, frame, task, verdict.unknown);
    return;
  }
  if (onlyChecks(run, frame)) return;
  const where = whereTaskActs(run, inside, task);
  if (where.on === 'no node') return;
  const unknown = allOf(some([...verdict.parts, where.unknown]));
  const acting = where.on === 'itself' ? run : { ...run, elsewhere: where.on === 'another', writes: [], problems: [] };
  if (COMMAND_MODULES.has(module)) recordCommand(acting, inside, task, module, unknown);
  else if (SYSCTL_MODULES.has(module)) recordSysctl(acting, inside, task, unknown);
  else recordWrite(acting, forced ? frame : inside, task, module, forced ? where.unknown : unknown);
  if (where.on !== 'itself') handOver(run, task, where, acting);
}

function some(unknowns: readonly (Unknown | null)[]): readonly Unknown[] {
  return unknowns.filter(unknown => unknown !== null);
}

/** Whether a task is set to look at what it would change and to change nothing (`check_mode: true`). */
function onlyChecks(run: HostRun, frame: Frame): boolean {
  const written = frame.keywords.nearest.get('check_mode');
  const value = written && templated(run, written, scopeOf(run, frame));
  return value?.kind === 'bool' ? value.value : value?.kind === 'str' && /^(?:true|yes|on|1)$/i.test(value.text);
}

/** Sets variables where a task sets them: on the host itself, with `run_once` on all, with `delegate_facts` on another. */
function setVariables(run: HostRun, frame: Frame, task: Task, layer: SentFacts['layer'], facts: Vars): void {
  const once = task.runOnce || frame.runOnce;
  const where: Acting = task.delegatesFacts ? whereTaskActs(run, frame, task) : { on: 'itself', unknown: null };
  if (where.on === 'no node') return;
  if (where.on === 'another') {
    sendFacts(run, where.host, layer, facts, once);
    return;
  }
  const scope = scopeOf(run, frame);
  const own = layer === 'set_fact' ? run.facts : run.included;
  for (const [name, value] of facts)
    own.set(
      name,
      where.on === 'itself' ? value : intern(run.world, either(name, value, scope.lookup(name), [where.unknown])),
    );
  if (once && !task.delegatesFacts) sendToAll(run, frame, layer, facts);
}

/** What one host of a batch sets once, all of the batch get; nobody may know which host that is. */
function sendToAll(run: HostRun, frame: Frame, layer: SentFacts['layer'], facts: Vars): void {
  const isFirst = readExternal(run, `first:${frame.playIndex}`) === true;
  if (run.world.everyNode || (isFirst && run.forMany)) return;
  sendFacts(run, null, layer, facts, isFirst);
}

/** Until ansible-core 2.18 `set_fact` makes booleans of these texts. */
function yesOrNo(value: Value): Value {
  if (value.kind !== 'str' || value.unknowns?.size || !/^(?:true|false|yes|no)$/i.test(value.text)) return value;
  return bool(/^(?:true|yes)$/i.test(value.text), allOrigins(value));
}

/** `inside` is the frame where the task runs; what the facts were before is seen from the one around it. */
function factsOf(run: HostRun, frame: Frame, inside: Frame, task: Task, unknowns: readonly Unknown[]): Vars {
  const scope = scopeOf(run, inside);
  const around = scopeOf(run, frame);
  const origins = conditionOrigins(frame, task.when);
  const values = [...task.args]
    .filter(([name]) => name !== 'cacheable')
    .map(
      ([name, raw]) => [name, withOrigins(templated(run, raw, scope), raw.kind === 'str' ? [] : raw.origins)] as const,
    )
    .map(([name, value]) => [name, isSince(run.world.ansible, '2.19') ? value : yesOrNo(value)] as const);
  return new Map(
    values.map(([name, value]) => {
      const guarded = unknowns.length > 0 ? either(name, value, around.lookup(name), unknowns) : value;
      return [name, intern(run.world, withOrigins(guarded, origins), allOrigins(guarded))];
    }),
  );
}

/**
 * Which items of a loop are included, and under which name, is decided for all of them before the tasks of any run.
 * @param around keywords of what is around it: all that the tasks of a dynamic include have, but for its `apply`.
 */
function runInclude(run: HostRun, frame: Frame, around: Keywords, task: Task, module: string): void {
  const dynamic = !IMPORTS.has(module);
  const items = dynamic ? loopFrames(run, frame, task, scopeOf(run, frame)) : [frame];
  const parted = frame.parted ?? (dynamic && mayPart(task) ? [...run.order] : null);
  const chosen = items.map(item => {
    const inside = dynamic
      ? guarded(run, item, task)
      : { ...passedOn(item, task), conditions: [...item.conditions, ...conditionsOf(item, task)] };
    if (inside === null) return null;
    const params: Frame = dynamic
      ? { ...applied({ ...inside, keywords: around }, task), ...paramsOf(inside, task.vars) }
      : inside;
    return module.endsWith('_role')
      ? roleToInclude(run, { ...params, ...paramsOf(params, frame.role?.reference.params), parted }, task, dynamic)
      : tasksToInclude(run, { ...params, parted }, task, dynamic);
  });
  joinRoles(
    run,
    frame,
    chosen.flatMap(one => one?.joining ?? []),
  );
  for (const [place, one] of chosen.entries()) if (one) atPlace(run, place, one.enter);
}

/** Whether an include may include other files for other hosts. */
function mayPart({ loop, args, free }: Task): boolean {
  return loop !== null || [...args.values(), free].some(value => value?.kind === 'str' && mayBeTemplate(value.text));
}

/** The vars of an include, and over them the params of the role it stands in (`IncludeRole.get_include_params`). */
function paramsOf({ includeParams }: Frame, vars: Vars | undefined): Partial<Frame> {
  return vars && vars.size > 0 ? { includeParams: [...includeParams, vars] } : {};
}

/** `apply` is a block around what is included (`TaskInclude.build_parent_block`). */
function applied(frame: Frame, task: Task): Frame {
  const apply = varsOf(task.args.get('apply'));
  if (!apply) return frame;
  const vars = varsOf(apply.get('vars'));
  const conditions = listOf(apply.get('when')).map(expression => ({ expression, file: frame.file }));
  return {
    ...frame,
    keywords: inherit(frame.keywords, readKeywords(apply)),
    conditions: [...frame.conditions, ...conditions],
    delegateTo: apply.get('delegate_to') ?? frame.delegateTo,
    ...(vars ? { taskVars: [...frame.taskVars, vars] } : {}),
  };
}

/** The frame inside a dynamic include; null when it certainly does not run. */
function guarded(run: HostRun, frame: Frame, task: Task): Frame | null {
  const verdict = taskRuns(run, frame, task.when, scopeOf(run, frame));
  const once = actsOnce(run, frame, task);
  if (verdict.holds === false || !once.here) return null;
  if (frame.role) run.active.add(frame.role);
  const unknowns = some([...verdict.parts, once.unknown]);
  if (unknowns.length === 0) return frame;
  return {
    ...frame,
    guards: [...new Set([...frame.guards, ...unknowns])],
    guardOrigins: mergeOrigins(frame.guardOrigins, conditionOrigins(frame, task.when)),
  };
}

/** What an include reads: roles it gives to the play, before a task of any item runs, and its tasks. */
type Included = Readonly<{ joining: readonly Joining[]; enter: () => void }>;

/** What includes the role a task names; null, and a problem, where nobody can know the name. */
function roleToInclude(run: HostRun, frame: Frame, task: Task, dynamic: boolean): Included | null {
  const raw = task.args.get('name') ?? task.args.get('role');
  const name = raw ? templateText(run, raw, scopeOf(run, frame)) : null;
  if (name === null) {
    const message = 'Which role is included here cannot be known from Git.';
    run.problems.push(notEvaluated(task.at.file, task.at.line, message));
    return null;
  }
  const reference = includedRole(name, task);
  if (dynamic) noteRole(run.world, frame.play, frame.roleParents, reference, frame.role);
  const imported = dynamic ? rolesImported(run, frame, reference) : [];
  const own = joinsPlay(frame, task, dynamic) ? [joining(run, frame, reference)] : [];
  return { joining: [...imported, ...own], enter: () => runRole(run, frame, reference, 'always') };
}

/** Public includes give their variables to the play from there on; imports did when it was read, unless included later. */
function joinsPlay({ playRoles }: Frame, task: Task, dynamic: boolean): boolean {
  const isPublic = task.args.get('public');
  if (dynamic) return isPublic?.kind === 'bool' && isPublic.value;
  return !hasJoined(playRoles, task.at);
}

/** What a dynamic include reads joins the play before any task of it runs (`IncludeRole.get_block_list`). */
function rolesImported(
  run: HostRun,
  frame: Frame,
  read: RoleReference | Readonly<{ file: string; role: RoleInstance | null }>,
): readonly Joining[] {
  const { play, playRoles, roleParents } = frame;
  const imports = importedWith(run.world, play, read);
  for (const { reference, leader } of imports) noteRole(run.world, play, roleParents, reference, leader);
  const again = 'file' in read || isSince(run.world.ansible, '2.15');
  return imports
    .filter(({ reference }) => again || !hasJoined(playRoles, reference.at))
    .map(({ reference }) => joining(run, frame, reference));
}

function joining(run: HostRun, { play, guards }: Frame, reference: RoleReference): Joining {
  return { reference, role: roleOf(run, play, reference), when: guards };
}

/** What includes the task file a task names; null where it names none. */
function tasksToInclude(run: HostRun, frame: Frame, task: Task, dynamic: boolean): Included | null {
  const raw = task.args.get('file') ?? task.free;
  if (!raw) return null;
  const name = templateText(run, raw, scopeOf(run, frame));
  const files = name === null ? candidateTasks(run, frame, raw) : fileToInclude(run, frame, name);
  if (files.length === 0 && !run.world.assumed) {
    run.problems.push(
      name === null
        ? notEvaluated(task.at.file, task.at.line, 'Which task file is included here cannot be known from Git.')
        : { ...task.at, code: 'missing-file', message: `The task file ${name} is not in this repository.` },
    );
  }
  const entered = files.map(file => ({ file, inside: name === null ? undecided(frame, file, raw) : frame }));
  return {
    joining: entered.flatMap(({ file, inside }) =>
      dynamic ? rolesImported(run, inside, { file, role: frame.role }) : [],
    ),
    enter: () => {
      for (const { file, inside } of entered) enterTasks(run, inside, file, task);
    },
  };
}

function fileToInclude(run: HostRun, frame: Frame, name: string): readonly string[] {
  const directories = [posix.dirname(frame.file), ...searchPath(run.world, frame, 'tasks')];
  const file = firstFile(
    run.world.repository,
    directories.map(directory => within(directory === '.' ? '' : directory, name)),
  );
  return file === null ? [] : [file];
}

function undecided(frame: Frame, file: string, raw: Value): Frame {
  const why = `which task file is included depends on the node (${file} is one)`;
  return {
    ...frame,
    guards: [...frame.guards, { key: `include_tasks:${identity(raw)}:${file}`, why: [why] }],
    guardOrigins: mergeOrigins(frame.guardOrigins, raw.origins),
  };
}

/**
 * Task files whose name fits the literal parts of a templated name: at least a suffix. A file that is being run is no
 * candidate for itself.
 */
function candidateTasks(run: HostRun, frame: Frame, raw: Value): readonly string[] {
  if (raw.kind !== 'str') return [];
  const parts = raw.text.split(/\{\{.*?\}\}/);
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  if (parts.length < 2 || first.length + last.length < 4) return [];
  const directory = posix.dirname(frame.file);
  return run.world.repository.tree
    .list(directory)
    .filter(name => /\.ya?ml$/.test(name) && name.startsWith(first) && name.endsWith(last))
    .map(name => posix.join(directory, name))
    .filter(file => file !== frame.file && !run.entered.includes(file));
}

function enterTasks(run: HostRun, frame: Frame, file: string, task: Task): void {
  const at = placeOf(frame.file, task.free ?? task.args.get('file'));
  if (run.entered.length >= MAX_NESTING) {
    throw new ProblemError({
      ...at,
      code: 'over-limit',
      message: `Task files include each other more than ${MAX_NESTING} deep.`,
    });
  }
  run.entered.push(file);
  runTasks(run, { ...frame, file }, readTaskList(run.world.repository, file));
  run.entered.pop();
}
