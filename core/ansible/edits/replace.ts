import { compileRegex, type Match, type Regex, substituteMatches } from '../jinja/regex.ts';
import { concat, originsOf, slice } from '../jinja/text.ts';
import { identity, PythonError, type Str } from '../value.ts';
import { type EditContext, type EditedText, type Replace, undecided } from './edit.ts';
import { isLone, linesOf } from './file-lines.ts';
import { lineAfter, loneAfter } from './rest-of-file.ts';
import { lineStarts, type MatchesAround, matchesAround } from './search-text.ts';

/**
 * `ansible.builtin.replace`: `re.subn` with re.MULTILINE over the whole text, or over what `after` and `before`
 * enclose (re.DOTALL). Lines that are unknown may hold matches and are other unknown lines afterwards.
 * @throws PythonError for a bad replacement
 */
export function replaceInFile(context: EditContext, text: Str, edit: Replace): EditedText {
  const section = sectionOf(context, text, edit);
  if (section === 'undecided') return undecided('its after or before is not evaluated here');
  if (section === null) return text;
  const inside = slice(text, section[0], section[1]);
  const regex = compiled(context, edit.regexp, inside, { multiline: true, dotAll: false });
  if (!regex) return undecided(`its regexp ${edit.regexp.unknowns?.size ? 'is not known' : 'is not evaluated here'}`);
  const lines = linesOf(inside, 'newline');
  const found = matchesAround(regex, inside);
  const spoiled = spoiledLines(inside, lines, found);
  if (spoiled.size > 0 && regex.matches('\n').some(({ start, end }) => end > start))
    return undecided('its regexp joins lines, and some of them are not known');
  const parts = [
    slice(text, 0, section[0]),
    replaced(context, regex, inside, edit, { lines, found, spoiled }),
    slice(text, section[1]),
  ];
  return concat(context.budget, parts);
}

function compiled(
  { budget }: EditContext,
  pattern: Str,
  text: Str,
  flags: Readonly<{ multiline: boolean; dotAll: boolean }>,
): Regex | null {
  if (pattern.unknowns?.size) return null;
  return compileRegex({ budget }, pattern.text, { ignoreCase: false, ...flags }, text.text);
}

/** The part between `after` and `before`; null when they do not match. */
function sectionOf(context: EditContext, text: Str, edit: Replace): readonly [number, number] | null | 'undecided' {
  const after = edit.after?.text ? edit.after : null;
  const before = edit.before?.text ? edit.before : null;
  if (!after && !before) return [0, text.text.length];
  if (after?.unknowns?.size || before?.unknowns?.size || linesOf(text, 'newline').some(isLone)) return 'undecided';
  const inner = `(?P<subsection>${after && before ? '.*?' : '.*'})`;
  const pattern = `${after?.text ?? ''}${inner}${before?.text ?? ''}`;
  const flags = { ignoreCase: false, multiline: false, dotAll: true };
  const regex = compileRegex(context, pattern, flags, text.text);
  const group = regex?.groupOf('subsection') ?? null;
  if (!regex || group === null) return 'undecided';
  const { matches, disputed } = matchesAround(regex, text);
  if (disputed.size > 0) return 'undecided';
  const [match] = matches;
  if (!match) return null;
  const range = match.groups[group];
  if (!range) throw new PythonError('fails', 'the match of after and before leaves out what is between them');
  return range;
}

function replaced(
  context: EditContext,
  regex: Regex,
  text: Str,
  edit: Replace,
  {
    lines,
    found,
    spoiled,
  }: Readonly<{
    lines: readonly Str[];
    found: MatchesAround;
    spoiled: ReadonlyMap<number, number>;
  }>,
): Str {
  const matches = found.matches.filter(({ start, end }) =>
    lineStarts(text.text, start, end).every(at => !spoiled.has(at)),
  );
  const how = `with ${identity(edit.regexp)} replaced by ${identity(edit.replacement)}`;
  const why = `edited by the task at ${context.task.at.file}:${context.task.at.line}`;
  const origins = originsOf(edit.replacement);
  const parts: Str[] = [];
  let from = 0;
  const known = (to: number): Str => {
    const own = matches.filter(
      ({ start, end }) => start >= from && end <= to && (start < to || to === text.text.length),
    );
    const moved = own.map(match => moveMatch(match, -from));
    return substituteMatches(context, regex, slice(text, from, to), moved, edit.replacement);
  };
  let start = 0;
  for (const line of lines) {
    const keptTo = spoiled.get(start);
    const end = start + line.text.length;
    if (keptTo !== undefined) {
      const changed = isLone(line)
        ? loneAfter(line, how, why, origins)
        : lineAfter(line, keptPart(line.text, keptTo - start), how, why, origins);
      parts.push(known(start), changed);
      from = end;
    }
    start = end;
  }
  return concat(context.budget, [...parts, known(text.text.length)]);
}

/** Lines that may be others after the edit, by the offset at which they begin, and up to where they are as before. */
function spoiledLines(
  text: Str,
  lines: readonly Str[],
  { matches, disputed }: MatchesAround,
): ReadonlyMap<number, number> {
  const spoiled = new Map(disputed);
  let start = 0;
  for (const line of lines) {
    const end = start + line.text.length;
    if (isLone(line)) {
      spoiled.set(start, start);
      for (const match of matches) {
        if (match.start >= end || match.end <= start) continue;
        for (const at of lineStarts(text.text, match.start, match.end)) {
          spoiled.set(at, Math.min(spoiled.get(at) ?? match.start, Math.max(match.start, at)));
        }
      }
    }
    start = end;
  }
  return spoiled;
}

/** What can be kept of a line that is as before up to an offset: its key with the separator, or its indentation. */
function keptPart(line: string, upTo: number): number {
  const key = /^[^:=]*[:=][ \t]*/.exec(line)?.[0].length ?? Number.POSITIVE_INFINITY;
  const indent = /^[ \t]*/.exec(line)?.[0].length ?? 0;
  return key <= upTo ? key : Math.min(indent, upTo);
}

function moveMatch({ start, end, groups }: Match, by: number): Match {
  return {
    start: start + by,
    end: end + by,
    groups: groups.map(group => group && ([group[0] + by, group[1] + by] as const)),
  };
}
