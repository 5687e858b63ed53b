import { posix } from 'node:path';
import { type RenderedText, verbatim } from '../../source/rope.ts';
import { type Budget, newBudget } from '../budget.ts';
import { isGovernedText } from '../file-kind.ts';
import type { FileContent, Frame, HostRun } from '../host-run.ts';
import { ESCAPED_CHARACTERS } from '../jinja/escaped-characters.ts';
import { compileRegex } from '../jinja/regex.ts';
import type { Scope } from '../jinja/render.ts';
import { concat } from '../jinja/text.ts';
import { exists, isDirectory, isVault, notEvaluated, readText, within } from '../repository.ts';
import { searchPath } from '../scope.ts';
import type { Task } from '../task.ts';
import { templateText } from '../template-text.ts';
import { type Str, str } from '../value.ts';
import { Arguments } from './edit-arguments.ts';
import { toRendered, toStr } from './file-lines.ts';

/**
 * What an `assemble` task puts at `path`, from a directory of the repository; from one on the node it is not known.
 * null when it says nothing about the kubelet: `concerns` tells whether the destination's name does.
 */
export function assembledContent(
  run: HostRun,
  frame: Frame,
  task: Task,
  scope: Scope,
  path: string,
  concerns: boolean,
): FileContent | null {
  const nothing: FileContent = { source: null, alternatives: [], truncated: false, problem: null };
  const failed = (message: string): FileContent | null =>
    concerns ? { ...nothing, problem: notEvaluated(task.at.file, task.at.line, message) } : null;
  const args = new Arguments(run, task, scope);
  const rawSource = task.args.get('src');
  const source = rawSource ? templateText(run, rawSource, scope) : null;
  const regexp = args.text('regexp');
  if (args.isTrue('remote_src', true))
    return failed(`${path} is assembled from a directory on the node, whose files Git does not show.`);
  if (source === null || regexp?.unknowns?.size)
    return failed(`Which files ${path} is assembled from cannot be known from Git.`);
  const { repository } = run.world;
  const directory = searchPath(run.world, frame, 'files')
    .map(one => within(one, source))
    .find(one => one !== null && isDirectory(repository, one));
  if (directory === undefined || directory === null) {
    const message = `The directory ${source}, from which ${path} is assembled, is not in this repository.`;
    return concerns ? { ...nothing, problem: { ...task.at, code: 'missing-file', message } } : null;
  }
  const assembling: Assembling = {
    delimiter: args.text('delimiter'),
    regexp: regexp?.text ?? null,
    ignoreHidden: args.isTrue('ignore_hidden', false),
  };
  const files = repository.tree.list(directory).filter(name => exists(repository, posix.join(directory, name)));
  const names = fragmentNames(newBudget(), files, assembling);
  if (names === null)
    return failed(`The regexp that chooses the files ${path} is assembled from is not evaluated here.`);
  const fragments = names.map(name => {
    const file = posix.join(directory, name);
    return { path: file, text: readText(repository, file) };
  });
  const hidden = fragments.find(({ text }) => text === null || isVault(text));
  if (hidden) return failed(`${hidden.path}, of which ${path} is assembled, cannot be read.`);
  const readable = fragments.map(({ path: file, text }) => ({ path: file, text: text ?? '' }));
  const text = assembled(newBudget(), readable, assembling);
  if (!concerns && !isGovernedText(text.text)) return null;
  return { ...nothing, source: readable[0]?.path ?? null, alternatives: [{ conditions: [], text }] };
}

/** One file of the directory that `assemble` reads. */
export type Fragment = Readonly<{ path: string; text: string }>;

/** Arguments of `assemble` that decide what it makes of a directory. */
export type Assembling = Readonly<{ delimiter: Str | null; regexp: string | null; ignoreHidden: boolean }>;

/** Names of the fragments that take part, in the order of `sorted`; null when the pattern is not evaluated here. */
export function fragmentNames(
  budget: Budget,
  names: readonly string[],
  { regexp, ignoreHidden }: Assembling,
): readonly string[] | null {
  const flags = { ignoreCase: false, multiline: false };
  const regex = regexp === null ? null : compileRegex({ budget }, regexp, flags, names.join(''));
  if (regexp !== null && !regex) return null;
  return names
    .filter(name => !regex || regex.matches(name, 1).length > 0)
    .filter(name => !ignoreHidden || !name.startsWith('.'))
    .sort(byCodePoint);
}

/**
 * `assemble` with `remote_src: false` (its action plugin): fragments one after the other, each on a line of its own.
 * The delimiter stands between them and always gets a line break of its own, even after one it ends with.
 */
export function assembled(budget: Budget, fragments: readonly Fragment[], { delimiter }: Assembling): RenderedText {
  const parts: Str[] = [];
  let between = delimiter;
  for (const [index, { path, text }] of fragments.entries()) {
    const above = fragments[index - 1];
    if (above && !above.text.endsWith('\n')) parts.push(str('\n'));
    if (above && between && between.text !== '') {
      between = unescaped(between);
      parts.push(between, str('\n'));
    }
    parts.push(toStr(verbatim(path, text)));
  }
  return toRendered(concat(budget, parts));
}

/** `codecs.escape_decode`. */
function unescaped(delimiter: Str): Str {
  const text = delimiter.text.replace(
    /\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([^]))/g,
    (written, hex?: string, octal?: string, char?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      return ESCAPED_CHARACTERS[char ?? ''] ?? written;
    },
  );
  return { ...str(text, delimiter.segments[0]?.origins ?? delimiter.origins), ...unknownsOf(delimiter) };
}

function unknownsOf({ unknowns }: Str): Pick<Str, 'unknowns'> {
  return unknowns ? { unknowns } : {};
}

/** Python sorts text by code point. */
function byCodePoint(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const order = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
