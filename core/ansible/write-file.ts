import { posix } from 'node:path';
import { type RenderedText, UNKNOWN_TOKEN, type Unknown, verbatim } from '../source/rope.ts';
import { booleanOf } from './boolean.ts';
import { copiedTree } from './copied-tree.ts';
import { assembledContent } from './edits/assemble.ts';
import { type EditTask, statedTexts } from './edits/edit.ts';
import { EDIT_MODULES, readEdit } from './edits/edit-arguments.ts';
import { concernsNode, isGovernedName, isGovernedText, isSettingsName, kindOf } from './file-kind.ts';
import { modeProblem } from './file-mode.ts';
import { fileStates } from './file-states.ts';
import type { FileContent, Frame, HostRun, Rendered, Write } from './host-run.ts';
import { jsonText } from './jinja/filters/serialise.ts';
import { toText } from './jinja/python.ts';
import type { Alternative, Scope } from './jinja/render.ts';
import { renderFile } from './render-file.ts';
import { isVault, notEvaluated, readText } from './repository.ts';
import { OMIT, scopeOf } from './scope.ts';
import { sourceFiles } from './source-files.ts';
import { supportingKind } from './supporting-files.ts';
import type { Task } from './task.ts';
import { templated, templateText, tracedMode, tracedText } from './template-text.ts';
import type { Condition, Traced } from './types.ts';
import { holdsOwn, NeedsHost, PythonError, refuseOwn, type Value } from './value.ts';

/** Modules that change a file on the node in a way the gate looks at. */
export const WRITING_MODULES: ReadonlySet<string> = new Set(['template', 'copy', 'file', 'assemble', ...EDIT_MODULES]);

/** What a template takes from others may concern the kubelet although it does not itself. */
const INCLUDES = /\{%[-+]?[ \t]*(?:include|extends)\b/;

/** Records what a task does to a file that concerns the kubelet; other files are not looked at. */
export function recordWrite(run: HostRun, frame: Frame, task: Task, module: string, when: Unknown | null): void {
  const scope = scopeOf(run, frame);
  const rawDest = task.args.get('dest') ?? task.args.get('path') ?? task.args.get('name') ?? task.args.get('destfile');
  const dest = tracedText(run, rawDest, scope);
  if (!dest) return;
  const common = {
    dest,
    task: { ...task.at, name: task.name, role: frame.role?.role.name ?? null, handlers: task.handlers },
    mode: tracedMode(run, task.args.get('mode'), scope),
    owner: tracedText(run, task.args.get('owner'), scope),
    group: tracedText(run, task.args.get('group'), scope),
    when,
    playbook: run.world.playbook,
    order: [...run.order],
  };
  const bare = { ...common, edit: null, source: null, alternatives: [], truncated: false, problem: null };
  const path = shownPath(dest);
  const wrongMode = modeProblem({ path, isDirectory: isDirectoryTask(task, module) }, common.mode, task.at);
  if (wrongMode) run.problems.push(wrongMode);
  if (EDIT_MODULES.has(module)) {
    const edit = readEdit(run, task, module, scope);
    if (run.elsewhere || concernsEdit(run.writes, dest, edit)) run.writes.push({ ...bare, effect: 'edit', edit });
  } else if (module === 'file') {
    const state = task.args.get('state');
    const kind = state?.kind === 'str' ? state.text : 'file';
    if (!concernsNode(path) || kind === 'directory' || kind === 'link' || kind === 'hard') return;
    if (kind === 'absent' && run.world.assumed) return;
    run.writes.push({ ...bare, effect: kind === 'absent' ? 'absent' : 'attributes' });
  } else {
    const tree =
      module === 'copy' && isOnNode(run, task, scope) === false ? copiedTree(run, frame, task, scope, dest) : null;
    for (const { file, to } of tree ?? []) {
      const text = readText(run.world.repository, file);
      const own =
        text !== null && (concernsNode(to) || isGovernedText(text))
          ? contentOf(run, frame, task, 'files', scope, { file, text, path: to, choice: [] })
          : null;
      const target: Traced<string> = { ...dest, value: { known: true, json: to } };
      if (own) run.writes.push({ ...common, edit: null, dest: target, effect: 'content', ...own });
    }
    if (tree) return;
    const written =
      module === 'assemble' ? assembled(run, frame, task, scope, dest) : content(run, frame, task, module, scope, dest);
    if (written) run.writes.push({ ...common, edit: null, dest: written.dest, effect: 'content', ...written.content });
  }
}

function isDirectoryTask(task: Task, module: string): boolean {
  const state = task.args.get('state');
  return module === 'file' && state?.kind === 'str' && state.text === 'directory';
}

/**
 * Whether an edit is of a file that concerns the kubelet: by its path, what is put there, or because earlier writes to
 * the host did.
 */
export function concernsEdit(earlier: readonly Write[], dest: Traced<string>, { edit }: EditTask): boolean {
  const path = shownPath(dest);
  if (concernsNode(path) && isSettingsName(path)) return true;
  if (statedTexts(edit).some(({ text }) => isGovernedText(text))) return true;
  return earlier.some(write => write.effect !== 'attributes' && shownPath(write.dest) === path);
}

/** Records a file no task writes: where it lands on a node is not known. */
export function recordOrphan(run: HostRun, frame: Frame, file: string): void {
  const text = readText(run.world.repository, file);
  if (text === null || isVault(text)) return;
  const template = /(?:^|\/)templates\/|\.j2$/.test(file) || (!/(?:^|\/)files\//.test(file) && /\{\{|\{%/.test(text));
  const rendered = template ? renderFile(run, frame, file, text, scopeOf(run, frame)) : asIs(file, text);
  const why = `no task in this repository writes ${file}`;
  const content: FileContent =
    'problem' in rendered
      ? { source: file, alternatives: [], truncated: false, problem: rendered.problem }
      : { source: file, alternatives: rendered.alternatives, truncated: rendered.truncated, problem: rendered.lacking };
  run.writes.push({
    effect: 'content',
    edit: null,
    dest: { value: { known: false, unknown: { key: file, why: [why] } }, origins: [] },
    task: { file, line: 0, name: null, role: frame.role?.role.name ?? null, handlers: [] },
    mode: null,
    owner: null,
    group: null,
    when: null,
    playbook: run.world.playbook,
    order: [...run.order],
    ...content,
  });
}

function asIs(file: string, text: string): Rendered {
  return { alternatives: [{ conditions: [], text: verbatim(file, text) }], truncated: false, lacking: null };
}

function content(
  run: HostRun,
  frame: Frame,
  task: Task,
  module: string,
  scope: Scope,
  dest: Traced<string>,
): { dest: Traced<string>; content: FileContent } | null {
  const inline = module === 'copy' ? task.args.get('content') : undefined;
  if (inline) {
    const value = templated(run, inline, scope);
    if (!(value.kind === 'str' && value.text === OMIT)) return inlineContent(run, task, value, dest);
  }
  const rawSource = task.args.get('src');
  if (!rawSource) return null;
  const name = templateText(run, rawSource, scope);
  const target = name === null ? dest : intoDirectory(dest, name);
  const path = shownPath(target);
  const concerns =
    concernsNode(path) ||
    run.world.copiedFrom.has(path) ||
    isGovernedName(name ?? (rawSource.kind === 'str' ? rawSource.text : ''));
  const failed = (
    message: string,
    code: 'not-evaluated' | 'missing-file',
  ): { dest: Traced<string>; content: FileContent } | null => {
    if (!concerns || !isSettingsName(path)) return null;
    const problem = isQuiet(run, path) ? null : { ...task.at, code, message };
    return { dest: target, content: { source: null, alternatives: [], truncated: false, problem } };
  };
  const onNode = isOnNode(run, task, scope);
  if (onNode === null)
    return failed(`Whether ${path} is copied from another file on the node cannot be known from Git.`, 'not-evaluated');
  if (onNode) {
    const copied = name === null ? null : copiedOnNode(run, name);
    if (copied && (concerns || copied.alternatives.some(({ text }) => isGovernedText(text.text))))
      return { dest: target, content: copied };
    return failed(`${path} is copied from another file on the node, whose content Git does not show.`, 'not-evaluated');
  }
  const kind = module === 'copy' ? 'files' : 'templates';
  const sources = sourceFiles(run, frame, kind, rawSource, name);
  if (sources.length === 0) {
    if (name !== null) return failed(`${name}, which becomes ${path}, is not in this repository.`, 'missing-file');
    return failed(
      `Which ${kind === 'files' ? 'file' : 'template'} becomes ${path} cannot be known from Git.`,
      'not-evaluated',
    );
  }
  const contents = sources.flatMap((file): FileContent[] => {
    const text = readText(run.world.repository, file, concerns);
    if (text === null || (!concerns && !isGovernedText(text) && !INCLUDES.test(text))) return [];
    const choice =
      sources.length === 1
        ? []
        : [{ unknown: { key: `source ${file}`, why: [`whether ${file} is the source`] }, holds: true }];
    const own = contentOf(run, frame, task, kind, scope, { file, text, path, choice });
    return concerns || isGovernedText(text) || own.alternatives.some(one => isGovernedText(one.text.text)) ? [own] : [];
  });
  const [first] = contents;
  if (!first) return null;
  return {
    dest: target,
    content: {
      source: first.source,
      alternatives: contents.flatMap(one => one.alternatives),
      truncated: contents.some(one => one.truncated),
      problem: contents.map(one => one.problem).find(problem => problem !== null) ?? null,
    },
  };
}

/** A file an earlier task of the run put on the node, with its edits; null when none did, or only perhaps. */
function copiedOnNode(run: HostRun, path: string): FileContent | null {
  const state = fileStates(run.writes.filter(({ dest }) => shownPath(dest) === path)).at(-1);
  if (!state || state.when || state.alternatives.length === 0 || state.unseenEdits.length > 0) return null;
  return { source: state.source, alternatives: state.alternatives, truncated: state.truncated, problem: null };
}

function assembled(
  run: HostRun,
  frame: Frame,
  task: Task,
  scope: Scope,
  dest: Traced<string>,
): { dest: Traced<string>; content: FileContent } | null {
  const path = shownPath(dest);
  const concerns = concernsNode(path) && isSettingsName(path);
  const made = assembledContent(run, frame, task, scope, path, concerns);
  return made && { dest, content: made };
}

function contentOf(
  run: HostRun,
  frame: Frame,
  task: Task,
  kind: 'files' | 'templates',
  scope: Scope,
  { file, text, path, choice }: Readonly<{ file: string; text: string; path: string; choice: readonly Condition[] }>,
): FileContent {
  const nothing = { source: file, alternatives: [], truncated: false };
  if (isVault(text)) {
    const message = `${file} is a vaulted value; what it puts at ${path} is unknown.`;
    return { ...nothing, problem: notEvaluated(task.at.file, task.at.line, message) };
  }
  const rendered = kind === 'files' ? asIs(file, text) : renderFile(run, frame, file, text, scope);
  if ('problem' in rendered) return { ...nothing, problem: rendered.problem };
  const alternatives = rendered.alternatives.map(one => ({ ...one, conditions: [...choice, ...one.conditions] }));
  return { source: file, alternatives, truncated: rendered.truncated, problem: rendered.lacking };
}

/**
 * Whether a file that cannot be had is no problem of its own: it says nothing about the kubelet. In an assumed play
 * only the kubelet's own configuration and command line count.
 */
function isQuiet(run: HostRun, path: string): boolean {
  const kind = kindOf(path, null);
  return (
    kind === 'other' ||
    supportingKind(path) !== null ||
    (run.world.assumed !== null && kind !== 'KubeletConfiguration' && kind !== 'kubelet-flags')
  );
}

function inlineContent(
  run: HostRun,
  task: Task,
  value: Value,
  dest: Traced<string>,
): { dest: Traced<string>; content: FileContent } | null {
  const text = contentText(run, value);
  if (text === null) return null;
  if (text instanceof PythonError) {
    const message = `The content of ${shownPath(dest)} cannot be written: ${text.message}.`;
    const problem = notEvaluated(task.at.file, task.at.line, message);
    return { dest, content: { source: null, alternatives: [], truncated: false, problem } };
  }
  if (!concernsNode(shownPath(dest)) && !run.world.copiedFrom.has(shownPath(dest))) {
    if (value.kind === 'str') refuseOwn(value);
    if (!isGovernedText(text.text)) return null;
  }
  const alternatives: readonly Alternative[] = [{ conditions: [], text }];
  const whole = value.kind === 'unknown';
  const problem = whole
    ? notEvaluated(
        task.at.file,
        task.at.line,
        `The content of ${shownPath(dest)} cannot be known from Git: ${value.why.join('; ')}.`,
      )
    : null;
  return { dest, content: { source: null, alternatives: whole ? [] : alternatives, truncated: false, problem } };
}

/** `copy: content` as the copy action writes it: lists and mappings by `json.dumps`, the rest by `str`. */
/** The text of a content; what Python would raise for a mapping that JSON cannot have. */
function contentText(run: HostRun, value: Value): RenderedText | PythonError | null {
  try {
    return textOf(run, value);
  } catch (error) {
    if (error instanceof PythonError) return error;
    throw error;
  }
}

function textOf(run: HostRun, value: Value): RenderedText | null {
  if (value.kind === 'unknown') return { text: '', segments: [], unknowns: new Map() };
  if (value.kind === 'none' || value.kind === 'undefined' || value.kind === 'object') return null;
  if (value.kind !== 'str' && holdsOwn(value)) throw new NeedsHost();
  const text = value.kind === 'list' || value.kind === 'dict' ? jsonText(run.budget, value) : toText(run.budget, value);
  return { text: text.text, segments: text.segments, unknowns: text.unknowns ?? new Map() };
}

/** A destination that is a directory gets the source's name. */
function intoDirectory(dest: Traced<string>, source: string): Traced<string> {
  if (!dest.value.known || !dest.value.json.endsWith('/')) return dest;
  return {
    ...dest,
    value: { known: true, json: posix.join(dest.value.json, posix.basename(source).replace(/\.j2$/, '')) },
  };
}

function shownPath(dest: Traced<string>): string {
  return dest.value.known ? dest.value.json : dest.value.unknown.key.replace(UNKNOWN_TOKEN, '…');
}

/** Whether the source is a file on the node; null: nobody knows. */
function isOnNode(run: HostRun, task: Task, scope: Scope): boolean | null {
  const raw = task.args.get('remote_src');
  const value = raw && templated(run, raw, scope);
  if (value?.kind === 'str') refuseOwn(value);
  return booleanOf(value);
}
