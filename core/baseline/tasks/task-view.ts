import type { NodeGroup, PlayStep, StepCall } from '../../ansible/types.ts';
import type { Value } from '../../ansible/value.ts';
import type { Origin } from '../../source/rope.ts';
import type { GroupSubject } from '../subject.ts';
import type { PlaceAnswer } from '../types.ts';
import { TEMPLATED, TEMPLATES, type WrittenTask, writtenTask, writtenText } from './written-tasks.ts';

/** A task or handler that hosts run or may run, as it was evaluated and as it is written. */
export type TaskView = Readonly<{
  step: PlayStep;
  /** Last part of the module's name: `copy`. */
  module: string;
  written: WrittenTask | null;
  /** Once per item of its loop; never empty. */
  calls: readonly StepCall[];
}>;

/** An argument: its text, or what is written of it (TEMPLATED where a template stands) with why the rest is not known. */
export type Argument = Readonly<{ text: string; unknown: string | null }>;

const views = new WeakMap<NodeGroup, readonly TaskView[]>();
const NO_ARGUMENTS: StepCall = new Map();

/** The tasks and handlers of a node group that are not skipped for certain, in order. */
export function taskViews({ repository, group }: GroupSubject): readonly TaskView[] {
  let found = views.get(group);
  if (!found) {
    found = group.steps
      .filter(({ kind, runs }) => kind !== 'role' && runs !== false)
      .map(step => ({
        step,
        module: lastPart(step.module ?? ''),
        written: writtenTask(repository.tree, step.file, step.line),
        calls: step.calls.length > 0 ? step.calls : [NO_ARGUMENTS],
      }));
    views.set(group, found);
  }
  return found;
}

/** `copy` of `ansible.builtin.copy`. */
export function lastPart(module: string): string {
  return module.split('.').at(-1) ?? '';
}

/** The first of these arguments a call has; null when it has none. Of a task nobody evaluated: as it is written. */
export function argument({ step, written }: TaskView, call: StepCall, ...names: readonly string[]): Argument | null {
  for (const name of names) {
    const raw = name === FREE ? written?.task.free : written?.task.args.get(name);
    const value = call.get(name)?.value;
    const text = raw ? writtenText(raw) : TEMPLATED;
    if (value) {
      if (value.known) return { text: value.json, unknown: null };
      return { text, unknown: raw && namesOnlyHosts(raw) ? null : value.unknown.why.join('; ') };
    }
    if (step.calls.length === 0 && raw) {
      return { text, unknown: text.includes(TEMPLATED) ? 'its arguments are not evaluated' : null };
    }
  }
  return null;
}

const FREE = '_raw_params';
const HOST_NAME =
  /^\{\{\s*(?:inventory_hostname(?:_short)?|ansible_(?:facts\.)?(?:hostname|fqdn|nodename))(?:\s*\|\s*(?:lower|quote))*\s*\}\}$/;

/** Whether all that is not known of a text are names of hosts, which say nothing of what is done. */
function namesOnlyHosts(raw: Value): boolean {
  const templates = raw.kind === 'str' ? (raw.text.match(TEMPLATES) ?? []) : [];
  return templates.length > 0 && templates.every(template => HOST_NAME.test(template));
}

/** The command a task runs; null for one that runs none. */
export function commandOf(view: TaskView, call: StepCall): Argument | null {
  const free = argument(view, call, FREE, 'cmd', 'command');
  if (free) return free;
  const list = argument(view, call, 'argv');
  return list && { ...list, text: wordsOfList(list.text).join(' ') };
}

/** The items of an argument that is a list, in JSON or in one text with commas; of one text alone that text. */
export function wordsOfList(text: string): readonly string[] {
  if (text.startsWith('[')) {
    try {
      const list: unknown = JSON.parse(text);
      if (Array.isArray(list)) return list.map(String);
    } catch {
      return [text];
    }
  }
  return text.split(',').map(word => word.trim());
}

/** Everything a call says, as one text: what it is about can be read from it. */
export function wholeText(view: TaskView, call: StepCall): string {
  const names = new Set([...call.keys(), ...(call.size === 0 ? (view.written?.task.args.keys() ?? []) : []), FREE]);
  return [...names].flatMap(name => argument(view, call, name)?.text ?? []).join('\n');
}

/** A place of an answer about a task: `role : task`, which moves with no line and no file. */
export function taskPlace(view: TaskView, result: PlaceAnswer['result'], reason: string): PlaceAnswer {
  const { step, module } = view;
  const path = `${step.role ?? step.play} : ${step.task ?? module}`;
  const evidence: Origin = { file: step.file, line: step.line, kind: 'template' };
  const target = targetOf(view);
  return {
    result,
    path,
    location: `${path} (${module})`,
    ...(target === null ? {} : { alike: `${module} ${target}` }),
    actual: null,
    reason,
    evidence: [evidence],
  };
}

/** The file, unit, package or command a task works on, as it is written; null when it names none. */
function targetOf({ written }: TaskView): string | null {
  const names = ['dest', 'path', 'destfile', 'name', 'cmd', 'argv'];
  const raw = names.map(name => written?.task.args.get(name)).find(value => value !== undefined) ?? written?.task.free;
  return raw ? writtenText(raw) : null;
}

/** The task in a sentence: `the task "Set the taint" of role cni`. */
export function named({ step, module }: TaskView): string {
  const what = `the ${step.kind === 'handler' ? 'handler' : 'task'} "${step.task ?? module}"`;
  return step.role === null ? what : `${what} of role ${step.role}`;
}

const ORDER: readonly PlaceAnswer['result'][] = ['violated', 'undecided', 'pass', 'not-applicable'];

/** One answer for each task: the worst where it runs several times. */
export function onePerTask(answers: readonly PlaceAnswer[]): readonly PlaceAnswer[] {
  const found = new Map<string, PlaceAnswer>();
  for (const answer of answers) {
    const [at] = answer.evidence;
    const key = `${at?.file ?? ''}:${at?.line ?? 0} ${answer.location ?? answer.path}`;
    const before = found.get(key);
    if (!before || ORDER.indexOf(answer.result) < ORDER.indexOf(before.result)) found.set(key, answer);
  }
  return [...found.values()];
}
