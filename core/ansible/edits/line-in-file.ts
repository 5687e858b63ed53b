import { expand, type Regex } from '../jinja/regex.ts';
import { concat, originsOf } from '../jinja/text.ts';
import { identity, PythonError, type Str, str } from '../value.ts';
import { type EditContext, type EditedText, type LineInFile, undecided } from './edit.ts';
import { isLone, linesOf, withEnd, withoutEnd } from './file-lines.ts';
import { isRest, lineAfter, loneAfter } from './rest-of-file.ts';
import { ask, isContained, isFound, isSame, lineRegex, matchesAround } from './search-text.ts';

/**
 * `ansible.builtin.lineinfile` on a file that exists (`present` and `absent` of the module): the last line that
 * matches `regexp` or `search_string` is replaced, or the first with `firstmatch`; without one the line goes after or
 * before the last line that matches `insertafter` or `insertbefore`, or to the end.
 * @throws PythonError when the module fails
 */
export function lineInFile(context: EditContext, text: Str, edit: LineInFile): EditedText {
  const searches = compiled(context, text, edit);
  if (typeof searches === 'string') {
    return undecided(searches, edit.state === 'present' && !edit.backrefs ? edit.line : null);
  }
  const lines = linesOf(text, 'newline');
  if (edit.state === 'absent') return concat(context.budget, withoutMatches(context, lines, edit, searches));
  if (edit.line === null) throw new PythonError('fails', 'line is required with state=present');
  const place: Place = { ...edit, ...searches, line: edit.line };
  const after = lines.some(isRest) ? intoRest(context, lines, place) : intoLines(context, lines, place);
  return concat(context.budget, after);
}

type Searches = Readonly<{ regex: Regex | null; insert: Regex | null }>;
/** What is to be put where. */
type Place = LineInFile & Searches & Readonly<{ line: Str }>;

function compiled(context: EditContext, text: Str, edit: LineInFile): Searches | string {
  const { insertAfter, insertBefore } = edit;
  const insert =
    insertAfter && !['', 'BOF', 'EOF'].includes(insertAfter.text)
      ? insertAfter
      : insertBefore && !['', 'BOF'].includes(insertBefore.text)
        ? insertBefore
        : null;
  const found: (Regex | null)[] = [];
  for (const [name, pattern] of [
    ['regexp', edit.regexp],
    ['insertafter or insertbefore', edit.state === 'present' ? insert : null],
  ] as const) {
    const regex = pattern && lineRegex(context, pattern, text);
    if (pattern && !regex) return `its ${name} ${pattern.unknowns?.size ? 'is not known' : 'is not evaluated here'}`;
    found.push(regex);
  }
  return { regex: found[0] ?? null, insert: found[1] ?? null };
}

/** Whether `regexp` or `search_string` is found; null when that is not known, and when neither is given. */
function isWanted(line: Str, { regexp, searchString }: LineInFile, { regex }: Searches): boolean | null {
  if (regexp) return regex ? isFound(regex, line) : null;
  return searchString ? isContained(searchString, line) : null;
}

function withoutMatches(context: EditContext, lines: readonly Str[], edit: LineInFile, searches: Searches): Str[] {
  const wanted = edit.regexp ?? edit.searchString ?? edit.line;
  if (!wanted) throw new PythonError('fails', 'one of line, search_string, or regexp is required with state=absent');
  const how = `without lines ${edit.regexp ? 'matching' : 'with'} ${identity(wanted)}`;
  return lines.flatMap(line => {
    if (isLone(line)) return [loneAfter(line, how, removedBy(context), originsOf(wanted))];
    const found = edit.regexp || edit.searchString ? isWanted(line, edit, searches) : isSame(wanted, withoutEnd(line));
    return (found ?? ask(context, `whether ${wanted.text} is found`, line)) ? [] : [line];
  });
}

function removedBy({ task }: EditContext): string {
  return `lines are removed by the task at ${task.at.file}:${task.at.line}`;
}

/** The line that is replaced or said again, or -1. */
function target(context: EditContext, lines: readonly Str[], place: Place): number {
  if (!place.regexp && !place.searchString) return -1;
  const question = `whether ${(place.regexp ?? place.searchString)?.text} is found`;
  const order = [...lines.keys()];
  if (!place.firstMatch) order.reverse();
  for (const index of order) {
    const line = lines[index] as Str;
    if (isWanted(line, place, place) ?? ask(context, question, line)) return index;
  }
  return -1;
}

function intoLines(context: EditContext, lines: readonly Str[], place: Place): Str[] {
  const { line, backrefs, insertAfter, insertBefore } = place;
  const index = target(context, lines, place);
  if (index >= 0) {
    const found = lines[index] as Str;
    return [...lines.slice(0, index), ...replaced(context, found, place), ...lines.slice(index + 1)];
  }
  const { exact, insertAt } = otherPlaces(context, lines, place);
  if (exact >= 0) {
    const said = lines[exact] as Str;
    return isLone(said)
      ? [...lines]
      : [...lines.slice(0, exact), oneEnd(withSame(said, line)), ...lines.slice(exact + 1)];
  }
  if (backrefs) return [...lines];
  const newLine = withEnd(line);
  if (insertBefore?.text === 'BOF' || insertAfter?.text === 'BOF') return [newLine, ...lines];
  const last = lines.at(-1);
  if (insertAt < 0)
    return [...lines, ...(last && !/[\n\r]$/.test(last.text) ? [str('\n', line.origins)] : []), newLine];
  const at = insertBefore ? insertAt : insertAt + 1;
  const there = lines[insertBefore ? at : Math.min(at, lines.length - 1)];
  if (!insertBefore && there && isSame(line, withoutEnd(there)) === true) return [...lines];
  return [...lines.slice(0, at), newLine, ...lines.slice(at)];
}

/** A line that is there already comes from the file and from the task that wants it. */
function withSame(there: Str, line: Str): Str {
  const origins = [...originsOf(line), ...originsOf(there)];
  return { ...line, segments: line.segments.map(({ length }) => ({ length, origins })) };
}

/** The last line that is the wanted one already, and the last one to insert at; with `firstmatch` the first. */
function otherPlaces(
  context: EditContext,
  lines: readonly Str[],
  { line, insert, insertAfter, insertBefore, firstMatch }: Place,
): Readonly<{ exact: number; insertAt: number }> {
  const question = `whether ${(insertAfter ?? insertBefore)?.text} is found`;
  let exact = -1;
  let insertAt = -1;
  for (const [index, there] of lines.entries()) {
    const same = isSame(line, withoutEnd(there)) ?? ask(context, `whether the line is ${line.text} already`, there);
    if (same) exact = index;
    else if (insert && (isFound(insert, there) ?? ask(context, question, there))) {
      insertAt = index;
      if (firstMatch) break;
    }
  }
  return { exact, insertAt };
}

/** What stands in place of a line that was found; in a run of unknown lines it stands somewhere among them. */
function replaced(context: EditContext, found: Str, place: Place): Str[] {
  const { regex, backrefs, line, regexp, searchString } = place;
  if (isLone(found)) {
    const rest = around(context, found, regexp ?? searchString ?? line);
    return backrefs ? [rest] : [rest, oneEnd(line), rest];
  }
  if (!backrefs || !regex) return [oneEnd(line)];
  const [first] = matchesAround(regex, found).matches;
  if (!first) return [lineAfter(found, 0, `made ${identity(line)}`, putBy(context), originsOf(line))];
  return [oneEnd(concat(context.budget, expand(regex, first, found, line)))];
}

/** A file with unknown lines: a line known to match is replaced, else the line is somewhere among the unknown ones. */
function intoRest(context: EditContext, lines: readonly Str[], place: Place): Str[] {
  const { regexp, searchString, line, backrefs, firstMatch } = place;
  const wanted = regexp ?? searchString;
  const hits = lines.map(there =>
    isRest(there) ? false : wanted ? isWanted(there, place, place) === true : isSame(line, withoutEnd(there)) === true,
  );
  const index = firstMatch ? hits.indexOf(true) : hits.lastIndexOf(true);
  if (index >= 0) {
    return [...lines.slice(0, index), ...replaced(context, lines[index] as Str, place), ...lines.slice(index + 1)];
  }
  const last = lines.findLastIndex(isRest);
  const rest = around(context, lines[last] as Str, wanted ?? line);
  return [...lines.slice(0, last), rest, ...(backrefs ? [] : [oneEnd(line), rest]), ...lines.slice(last + 1)];
}

/** The unknown lines around one that is put among them. */
function around(context: EditContext, rest: Str, wanted: Str): Str {
  return loneAfter(rest, `with a line for ${identity(wanted)}`, putBy(context), []);
}

function putBy({ task }: EditContext): string {
  return `a line is put there by the task at ${task.at.file}:${task.at.line}`;
}

function oneEnd(line: Str): Str {
  return line.text.endsWith('\n') ? line : withEnd(line);
}
