import type { Problem } from '../../source/problem.ts';
import type { Origin, RenderedText, Unknown } from '../../source/rope.ts';
import { type Budget, newBudget, OverLimit, spend } from '../budget.ts';
import { explore } from '../jinja/explore.ts';
import type { Alternative } from '../jinja/render.ts';
import { concat } from '../jinja/text.ts';
import { digest, identity, PythonError, type Str } from '../value.ts';
import { blockInFile } from './block-in-file.ts';
import { type EditContext, type EditedText, type EditTask, type Undecided, undecided } from './edit.ts';
import { isLone, linesOf, toRendered, toStr } from './file-lines.ts';
import { iniFile } from './ini-file.ts';
import { lineInFile } from './line-in-file.ts';
import { replaceInFile } from './replace.ts';
import { editIn, isRest, mayHoldRest, restEdited, restOf } from './rest-of-file.ts';

/** Work of all edits of a host: some of a file of a mebibyte, many hundreds of one of the usual size. */
export function editBudget(): Budget {
  return newBudget({ steps: 1_000_000, totalText: 256 * 1024 * 1024 });
}

/** Ways one edit may go that are told apart. */
const MAX_WAYS = 8;

/** What an edit makes of a text. A task that fails leaves it alone and is a problem. */
export type Applied = Readonly<{ alternatives: readonly Alternative[]; problem: Problem | null }>;

/** The text of a file as it is on the node, which nothing in the repository writes. */
export function unseenFile(path: string): RenderedText {
  return toRendered(restOf(path, [`${path} as it is on the node, which no task of this repository writes`], []));
}

/** Whether a text has runs of lines that nobody can see from Git. */
export function hasUnseenLines(text: RenderedText): boolean {
  return mayHoldRest(text.unknowns) && linesOf(toStr(text), 'newline').some(isRest);
}

/** What is not known of a text because an edit may have put anything into it; null when there was none such. */
export function editedSomehowIn(text: RenderedText): Unknown | null {
  if (!mayHoldRest(text.unknowns)) return null;
  for (const line of linesOf(toStr(text), 'newline')) {
    const unknown = isRest(line) ? editIn(line) : null;
    if (unknown) return unknown;
  }
  return null;
}

/**
 * Applies one edit to one text of a file. Where it hangs on what is unknown in the text, each way is an alternative;
 * where it cannot be told at all, all that is left known is the line it puts there.
 * @param budget shared by the edits of a host; once it is spent no edit is told
 * @param path the file's path, for reasons and keys
 */
export function applyEdit(budget: Budget, task: EditTask, text: RenderedText, path: string): Applied {
  const { edit, at } = task;
  if (edit.module === 'refused') return { alternatives: [{ conditions: [], text }], problem: failed(at, edit.message) };
  const base = seen(text, path);
  const outcome = (result: EditedText): RenderedText =>
    toRendered(result.kind === 'str' ? result : leftOver(task, [base], path, result));
  try {
    const { outcomes, truncated } = explore(newBudget({ paths: MAX_WAYS }), decide => {
      spend(budget, 1 + (base.text.length >> (base.unknowns?.size ? 1 : 5)));
      return edited({ budget, decide, task }, base);
    });
    if (truncated) return { alternatives: [{ conditions: [], text: outcome(manyWays()) }], problem: null };
    const failure = outcomes.find(one => !one.ok);
    return {
      alternatives: outcomes.map(one => ({ conditions: one.conditions, text: one.ok ? outcome(one.result) : text })),
      problem: failure && !failure.ok ? failed(at, failure.error.message) : null,
    };
  } catch (error) {
    if (!(error instanceof OverLimit)) throw error;
    const problem: Problem = {
      ...at,
      code: 'over-limit',
      message: `this ${error.message}; the file it edits is unknown`,
    };
    return { alternatives: [{ conditions: [], text: outcome(undecided(error.message)) }], problem };
  }
}

/** One text for several that an edit is made to: all that is known of it is what the edit puts there. */
export function editedSomehow(task: EditTask, texts: readonly RenderedText[], path: string): RenderedText {
  return toRendered(leftOver(task, texts.map(toStr), path, manyWays()));
}

function manyWays(): Undecided {
  return undecided('more unknown conditions decide the file than the gate tries out');
}

function failed(at: Readonly<{ file: string; line: number }>, message: string): Problem {
  return { ...at, code: 'playbook-invalid', message: `This task fails: ${message}.` };
}

function edited(context: EditContext, text: Str): EditedText {
  const { edit } = context.task;
  switch (edit.module) {
    case 'lineinfile':
      return lineInFile(context, text, edit);
    case 'replace':
      return replaceInFile(context, text, edit);
    case 'blockinfile':
      return blockInFile(context, text, edit);
    case 'ini_file':
      return iniFile(context, text, edit);
    case 'unknown':
      return undecided(edit.why.why.join('; '));
    case 'refused':
      throw new PythonError('fails', edit.message);
  }
}

/** A text that is one unknown as a whole is a file nobody can see. */
function seen(text: RenderedText, path: string): Str {
  const base = toStr(text);
  if (base.text === '' || isRest(base) || !isLone(base)) return base;
  const why = [...text.unknowns.values()].flatMap(unknown => unknown.why);
  return restOf(
    `${path}: ${identity(base)}`,
    why,
    base.segments.flatMap(({ origins }) => origins),
  );
}

/** What is known after an edit that cannot be told: the lines it states are somewhere in the file. */
function leftOver(task: EditTask, bases: readonly Str[], path: string, { why, stated }: Undecided): Str {
  const { at, signature } = task;
  const key = `${path} ${signature} from ${digest(bases.map(identity).join('\0'))}`;
  const origin: Origin = { ...at, kind: 'template' };
  const rest = restEdited(key, [`edited in place by the task at ${at.file}:${at.line}: ${why}`], [origin]);
  if (!stated) return rest;
  const line = stated.text.endsWith('\n') ? stated : concat(newBudget(), [stated, NEWLINE]);
  return concat(newBudget(), [rest, line, rest]);
}

const NEWLINE: Str = { kind: 'str', text: '\n', segments: [{ length: 1, origins: [] }], origins: [] };
