import type { PlayStep, StepCall } from '../ansible/types.ts';
import type { Reload } from './file-requirement.ts';
import { isWriting, moduleOf, type NodePath, originOf, pathWords } from './node-paths.ts';
import { notApplicable, undecided, worstOf } from './place-answer.ts';
import type { PlaceAnswer } from './types.ts';

const COMMANDS: ReadonlySet<string> = new Set(['command', 'shell', 'raw']);
const SERVICES: ReadonlySet<string> = new Set(['service', 'systemd', 'systemd_service', 'sysvinit']);

/** Whether every task that writes a path is followed by what reloads it: a handler it notifies, or a later task. */
export function judgeReload(path: NodePath, reload: Reload, steps: readonly PlayStep[]): PlaceAnswer {
  const writers = path.steps.filter(isWriting);
  return worstOf(writers.map(writer => after(path, writer, reload, steps))) ?? notApplicable(pathWords(path), '');
}

function after(path: NodePath, writer: PlayStep, reload: Reload, steps: readonly PlayStep[]): PlaceAnswer {
  const name = pathWords(path);
  const evidence = [originOf(writer)];
  const handlers = writer.handlers.flatMap(({ calls }) => calls);
  const notified = steps.filter(
    ({ kind, file, line }) => kind === 'handler' && handlers.some(call => call.file === file && call.line === line),
  );
  const later = steps.slice(steps.indexOf(writer) + 1).filter(({ kind }) => kind === 'task');
  const pass: PlaceAnswer = { result: 'pass', path: name, actual: null, reason: `${name} is reloaded`, evidence };
  if (notified.some(step => step.runs !== false && reloads(step, reload) === true)) return pass;
  const reloading = later.filter(step => step.runs !== false && reloads(step, reload) === true);
  if (reloading.some(step => step.runs === true || waitsFor(step, writer))) return pass;
  const [may] = reloading;
  if (may) return undecided(name, `the task that reloads ${name} may not run`, [...evidence, originOf(may)]);
  const [unknown] = [...notified, ...later].filter(step => reloads(step, reload) === null);
  if (unknown) return undecided(name, `what ${unknown.task ?? 'a task'} runs cannot be known from Git`, evidence);
  const unseen = writer.handlers.find(({ calls }) => calls.length === 0);
  if (unseen) return undecided(name, `no handler called ${unseen.name} can be seen`, evidence);
  const reason = `${name} is written, but no handler or later task reloads ${reload.service}`;
  return { result: 'violated', path: name, actual: null, reason, evidence };
}

/** Whether a step does nothing but wait for the change of another one it follows. */
function waitsFor({ when }: PlayStep, { register }: PlayStep): boolean {
  if (register === null || when.length === 0) return false;
  return when.every(condition => {
    const text = condition.replace(/\s+/g, ' ').trim();
    return text === `${register}.changed` || text === `${register} is changed` || text === `${register} | changed`;
  });
}

/** Whether a step reloads; null when what it runs is not known. */
function reloads(step: PlayStep, reload: Reload): boolean | null {
  const module = moduleOf(step);
  const judge = COMMANDS.has(module) ? runs : SERVICES.has(module) ? restarts : null;
  const answers = judge === null ? [] : step.calls.map(call => judge(call, reload));
  return answers.includes(true) ? true : answers.includes(null) ? null : false;
}

function runs(call: StepCall, { command }: Reload): boolean | null {
  const text = call.get('_raw_params') ?? call.get('cmd') ?? call.get('argv');
  return text?.value.known ? command.test(words(text.value.json)) : null;
}

/** `argv` is a list as JSON. */
function words(text: string): string {
  return text.startsWith('[') ? text.replace(/[[\]",]+/g, ' ').trim() : text;
}

function restarts(call: StepCall, { service }: Reload): boolean | null {
  const name = call.get('name')?.value ?? call.get('service')?.value;
  const state = call.get('state')?.value;
  if (!name || !state) return false;
  if (!name.known || !state.known) return null;
  return name.json.replace(/\.service$/, '') === service && /^(?:reloaded|restarted)$/.test(state.json);
}
