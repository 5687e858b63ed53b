import { compileRegex, type Regex } from '../jinja/regex.ts';
import { concat, originsOf, slice } from '../jinja/text.ts';
import { identity, type Str } from '../value.ts';
import { type BlockInFile, type EditContext, type EditedText, undecided } from './edit.ts';
import { isLone, linesOf, withEnd } from './file-lines.ts';
import { isRest, loneAfter } from './rest-of-file.ts';
import { ask, isFound, isSame, lineRegex, matchesAround } from './search-text.ts';

/**
 * `ansible.builtin.blockinfile` on a file that exists: what stands between the last marker lines is replaced; without
 * them the block goes after or before the last line that matches, or to the end. An empty block is no block.
 */
export function blockInFile(context: EditContext, text: Str, edit: BlockInFile): EditedText {
  const { insertAfter, insertBefore } = edit;
  const pattern =
    insertAfter && insertAfter.text !== 'EOF'
      ? insertAfter
      : insertBefore && insertBefore.text !== 'BOF'
        ? insertBefore
        : null;
  const regex = pattern && regexOf(context, pattern, text);
  const block = blockLines(context, edit);
  if (pattern && !regex) {
    const known = pattern.unknowns?.size ? 'is not known' : 'is not evaluated here';
    return undecided(`its insertafter or insertbefore ${known}`, concat(context.budget, block));
  }
  const lines = linesOf(text, 'any');
  const [begin, end] = markersOf(context, edit);
  const first = lastIndex(context, lines, begin);
  const last = lastIndex(context, lines, end);
  if (first >= 0 && last >= 0) {
    const [low, high] = first < last ? [first, last] : [last, first];
    return withBlock(context, [...lines.slice(0, low), ...lines.slice(high + 1)], low, block, edit);
  }
  if (lines.some(isRest)) return intoRest(context, lines, block, edit);
  const changed = block.length > 0 ? lines : lines.map(line => afterRemoval(context, line, edit));
  return withBlock(context, changed, insertionPoint(context, text, lines, edit, pattern, regex), block, edit);
}

function regexOf(context: EditContext, pattern: Str, text: Str): Regex | null {
  if (!isMultiline(pattern)) return lineRegex(context, pattern, text);
  if (pattern.unknowns?.size) return null;
  return compileRegex(context, pattern.text, { ignoreCase: false, multiline: true, bytes: true }, text.text);
}

/** `(?m)` makes the module search the whole text at once. */
function isMultiline(pattern: Str): boolean {
  return /^\(\?[aiLsux]*m/.test(pattern.text);
}

function blockLines(context: EditContext, edit: BlockInFile): Str[] {
  const { block, state } = edit;
  if (state === 'absent' || block.text === '') return [];
  const [begin, end] = markersOf(context, edit);
  return [begin, ...linesOf(block.text.endsWith('\n') ? block : withEnd(block), 'any'), end];
}

/** The marker lines: `{mark}` filled in, with their line breaks. */
function markersOf({ budget }: EditContext, { marker, markerBegin, markerEnd }: BlockInFile): readonly [Str, Str] {
  const fill = (mark: Str): Str => {
    const parts: Str[] = [];
    let start = 0;
    for (const { index, 0: written } of marker.text.matchAll(/\{mark\}/g)) {
      parts.push(slice(marker, start, index), mark);
      start = index + written.length;
    }
    return withEnd(concat(budget, [...parts, slice(marker, start)]));
  };
  return [fill(markerBegin), fill(markerEnd)];
}

function lastIndex(context: EditContext, lines: readonly Str[], marker: Str): number {
  return lines.findLastIndex(line =>
    isLone(line) ? false : (isSame(line, marker) ?? ask(context, `whether the line is ${marker.text.trim()}`, line)),
  );
}

function insertionPoint(
  context: EditContext,
  text: Str,
  lines: readonly Str[],
  edit: BlockInFile,
  pattern: Str | null,
  regex: Regex | null,
): number {
  const { insertBefore } = edit;
  if (!regex || !pattern) return insertBefore ? 0 : lines.length;
  const after = insertBefore ? 0 : 1;
  if (isMultiline(pattern)) {
    const match = matchesAround(regex, text).matches[0];
    if (!match) return lines.length;
    const upTo = text.text.slice(0, insertBefore ? match.start : match.end);
    return upTo.split('\n').length - 1 + after;
  }
  const question = `whether ${pattern.text} is found`;
  const index = lines.findLastIndex(line => isFound(regex, line) ?? ask(context, question, line));
  return index < 0 ? lines.length : index + after;
}

function withBlock(
  { budget }: EditContext,
  lines: readonly Str[],
  at: number,
  block: readonly Str[],
  { state, prependNewline, appendNewline }: BlockInFile,
): Str {
  const above = lines.slice(0, at);
  const below = lines.slice(at);
  const last = above.at(-1);
  if (last && !last.text.endsWith('\n')) above[above.length - 1] = withEnd(last);
  const isBlank = (line: Str | undefined): boolean => line === undefined || line.text === '\n';
  const blank = withEnd(slice(block[0] ?? above[0] ?? lines[0] ?? EMPTY, 0, 0));
  const gapAbove = state === 'present' && prependNewline && !isBlank(above.at(-1)) ? [blank] : [];
  const gapBelow = state === 'present' && appendNewline && !isBlank(below[0]) ? [blank] : [];
  return concat(budget, [...above, ...gapAbove, ...block, ...gapBelow, ...below]);
}

/** A file with unknown lines: the block is somewhere among them. */
function intoRest(context: EditContext, lines: readonly Str[], block: readonly Str[], edit: BlockInFile): Str {
  const at = lines.findLastIndex(isRest);
  const rest = afterRemoval(context, lines[at] as Str, edit);
  const put = block.length > 0 ? [...block, rest] : [];
  return concat(context.budget, [...lines.slice(0, at), rest, ...put, ...lines.slice(at + 1)]);
}

/** Unknown lines may have held a block with these markers. */
function afterRemoval({ task }: EditContext, line: Str, { marker, markerBegin, markerEnd }: BlockInFile): Str {
  if (!isLone(line)) return line;
  const how = `without block ${[marker, markerBegin, markerEnd].map(identity).join()}`;
  return loneAfter(line, how, `a block of the task at ${task.at.file}:${task.at.line}`, originsOf(marker));
}

const EMPTY: Str = { kind: 'str', text: '', segments: [], origins: [] };
