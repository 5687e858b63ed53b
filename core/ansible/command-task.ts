import { originsAt, type RenderedText, type Unknown, verbatim } from '../source/rope.ts';
import { type CommandEffect, commandEffects } from './command-effects.ts';
import type { EditTask, LineInFile } from './edits/edit.ts';
import { concernsNode, isGovernedText, isSettingsName } from './file-kind.ts';
import { modeOfText } from './file-mode.ts';
import type { Frame, HostRun } from './host-run.ts';
import type { Scope } from './jinja/render.ts';
import { joinTexts, literalText, sliceText, tracedOf } from './rendered-text.ts';
import { notEvaluated, type Place, readText } from './repository.ts';
import { listOf } from './role.ts';
import { findFile, scopeOf } from './scope.ts';
import { supportingKind } from './supporting-files.ts';
import { lineSpans } from './systemd-unit.ts';
import type { Task } from './task.ts';
import { templated, templateText } from './template-text.ts';
import type { Traced } from './types.ts';
import { digest, identity, refuseOwn, type Str, type Value } from './value.ts';

/** Modules that run a command on the node. */
export const COMMAND_MODULES: ReadonlySet<string> = new Set(['command', 'shell', 'raw', 'script', 'expect']);

/** A command that names nothing of the kubelet is not taken apart. */
const CONCERNS =
  /kubelet|kubeadm|rancher\/|INSTALL_K3S|k3s|rke2|seccomp|\/cni\/|sysctl|\/proc\/sys\/|kubernetes\/manifests|modules-load/i;

/**
 * Records what a command does to files that concern the kubelet. Plain ones are applied; of any other one problem says
 * that its effect cannot be known from Git, and the file is unknown from then on.
 */
export function recordCommand(run: HostRun, frame: Frame, task: Task, module: string, when: Unknown | null): void {
  const scope = scopeOf(run, frame);
  const script = module === 'script' ? scriptFile(run, frame, task, scope) : commandText(run, task, scope);
  if (!script || !CONCERNS.test(script.text)) return;
  refuseOwn({ kind: 'str', origins: [], ...script });
  const certain = module !== 'script' && !task.args.has('creates') && !task.args.has('removes');
  const said = new Set<string>();
  const shell = module !== 'command' && module !== 'expect';
  for (const effect of commandEffects(withEnvironment(run, frame, scope, script), shell)) {
    const place = placeOf(effect.at, task);
    const message = recordEffect(run, frame, task, when, effect, certain, place);
    if (message === null || said.has(message)) continue;
    said.add(message);
    run.problems.push(notEvaluated(place.file, place.line, message));
  }
}

/** The command as it is typed: free text, `cmd` or the words of `argv`. */
function commandText(run: HostRun, task: Task, scope: Scope): RenderedText | null {
  const raw = task.args.get('cmd') ?? task.args.get('_raw_params') ?? task.args.get('command') ?? task.free;
  const words = listOf(task.args.get('argv'));
  if (words.length > 0) {
    const parts = words.flatMap(word => [literalText(' '), textOf(templated(run, word, scope)) ?? literalText('?')]);
    return joinTexts(parts);
  }
  return raw ? textOf(templated(run, raw, scope)) : null;
}

function textOf(value: Value): RenderedText | null {
  return value.kind === 'str'
    ? { text: value.text, segments: value.segments, unknowns: value.unknowns ?? new Map() }
    : null;
}

function scriptFile(run: HostRun, frame: Frame, task: Task, scope: Scope): RenderedText | null {
  const raw = task.args.get('cmd') ?? task.free;
  const name = raw ? templateText(run, raw, scope)?.split(/\s/)[0] : undefined;
  const file = name === undefined ? null : findFile(run.world, frame, 'files', name);
  const text = file === null ? null : readText(run.world.repository, file);
  return file === null || text === null ? null : verbatim(file, text);
}

/** `environment: { INSTALL_K3S_EXEC: … }` of the task or around it (the nearest counts), as if it stood before the command. */
function withEnvironment(run: HostRun, frame: Frame, scope: Scope, script: RenderedText): RenderedText {
  const given = new Map<string, RenderedText>();
  for (const written of frame.keywords.environment) {
    const value = templated(run, written, scope);
    if (value.kind !== 'dict') continue;
    for (const [name, item] of value.entries.values()) {
      const text = textOf(item);
      if (name.kind === 'str' && /^(?:INSTALL_K3S_EXEC|K3S_URL|K3S_CONFIG_FILE)$/.test(name.text) && text)
        given.set(name.text, text);
    }
  }
  const set = [...given].flatMap(([name, text]) => [literalText(`${name}='`), text, literalText("' ")]);
  const install = /\S*(?:sh|k3s\S*)\b/.exec(script.text);
  return set.length > 0 && install ? joinTexts([...set, script]) : script;
}

function placeOf(at: RenderedText, task: Task): Place {
  const origin = originsAt(at, 0, at.text.length).find(({ kind }) => kind !== 'condition');
  return origin && origin.file !== '' ? { file: origin.file, line: origin.line } : task.at;
}

/** Writes what is exact; returns what to say of the rest, or null. */
function recordEffect(
  run: HostRun,
  frame: Frame,
  task: Task,
  when: Unknown | null,
  effect: CommandEffect,
  certain: boolean,
  place: Place,
): string | null {
  const bare = {
    edit: null,
    source: null,
    alternatives: [],
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
  if (effect.kind === 'beside') return `This command ${effect.what}; its effect cannot be known from Git.`;
  if (effect.kind === 'install') {
    const dest = known(`/etc/systemd/system/${effect.role === 'agent' ? 'k3s-agent' : 'k3s'}.service`);
    const named = /^\s*(?:server|agent)(?:\s|$)/.test(effect.words.text);
    const config = effect.config
      ? [literalText('Environment="K3S_CONFIG_FILE='), effect.config, literalText('"\n')]
      : [];
    const start = literalText(`ExecStart=/usr/local/bin/k3s ${named ? '' : `${effect.role} `}`);
    const text = joinTexts([literalText('[Service]\n'), ...config, start, effect.words, literalText('\n')]);
    run.writes.push({ ...bare, dest, effect: 'content', alternatives: [{ conditions: [], text }] });
    return null;
  }
  const { path } = effect;
  const concerns = concernsNode(path) && isSettingsName(path);
  if (effect.kind === 'content' && certain && (concerns || isGovernedText(effect.text.text))) {
    const alternatives = [{ conditions: [], text: effect.text }];
    run.writes.push({ ...bare, dest: known(path), effect: 'content', alternatives });
    return null;
  }
  if (!concerns) return null;
  if (effect.kind === 'mode' || effect.kind === 'owner') {
    const value = tracedOf(effect.value);
    const [owner = '', group = ''] = effect.value.text.split(':');
    const part = (text: string): Traced<string> | null =>
      text === '' || !value.value.known ? null : { ...value, value: { known: true, json: text } };
    const mode = effect.kind === 'mode' ? part(modeOfText(effect.value.text) ?? '') : null;
    const attributes = effect.kind === 'mode' ? { mode } : { owner: part(owner), group: part(group) };
    run.writes.push({ ...bare, ...attributes, dest: known(path), effect: 'attributes' });
    return null;
  }
  if (effect.kind === 'absent' && certain) {
    if (!run.world.assumed) run.writes.push({ ...bare, dest: known(path), effect: 'absent' });
    return null;
  }
  const command: Value = { kind: 'str', origins: [], ...effect.at };
  const signature = digest(identity(command));
  const lines = effect.kind === 'append' && certain ? linesOf(effect.text) : [];
  for (const line of lines) {
    const edit: EditTask = { edit: { ...APPENDED, line }, at: place, signature };
    run.writes.push({ ...bare, dest: known(path), effect: 'edit', edit });
  }
  if (lines.length > 0) return null;
  const message = `This command changes ${path} on the node; what it makes of the file cannot be known from Git.`;
  const problem = notEvaluated(place.file, place.line, message);
  const why: Unknown = { key: signature, why: ['what a command makes of a file cannot be known from Git'] };
  const edit: EditTask = { edit: { module: 'unknown', why }, at: place, signature };
  const told = supportingKind(path) === null ? problem : null;
  run.writes.push({ ...bare, dest: known(path), effect: 'edit', edit, problem: told });
  return null;
}

/** A line at the end of a file, as `lineinfile` puts it there. */
const APPENDED: Omit<LineInFile, 'line'> = {
  module: 'lineinfile',
  state: 'present',
  regexp: null,
  searchString: null,
  insertAfter: null,
  insertBefore: null,
  backrefs: false,
  firstMatch: false,
};

/** Lines of a text to be added one by one, without blank ones. */
function linesOf(text: RenderedText): readonly Str[] {
  return [...lineSpans(text.text)].flatMap(({ start, end }): Str[] =>
    text.text.slice(start, end).trim() === '' ? [] : [{ kind: 'str', origins: [], ...sliceText(text, start, end) }],
  );
}

function known(path: string): Traced<string> {
  return { value: { known: true, json: path }, origins: [] };
}
