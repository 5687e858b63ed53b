import { RE2JS } from 're2js';
import { type Budget, OverLimit, spend, spendItems } from '../budget.ts';
import { PythonError, type Str, str } from '../value.ts';
import { concat, originsOf, plain, slice } from './text.ts';

/** What pays for the work. */
type Paying = Readonly<{ budget: Budget }>;

/**
 * The flags Ansible's regex filters take. `dotAll`: re.DOTALL. `bytes`: a pattern over bytes, whose classes know ASCII
 * alone. `lines`: the texts matched hold one line each, so that `$` stands before its line break.
 */
export type RegexFlags = Readonly<{
  ignoreCase: boolean;
  multiline: boolean;
  dotAll?: boolean;
  bytes?: boolean;
  lines?: boolean;
}>;

/** One match: the whole and its groups as offsets in the text; null for a group that took no part. */
export type Match = Readonly<{ start: number; end: number; groups: readonly (readonly [number, number] | null)[] }>;

export type Regex = Readonly<{
  matches: (text: string, limit?: number) => Match[];
  matchesAtStart: (text: string) => boolean;
  groupOf: (name: string) => number | null;
  groupCount: number;
  /** As it was written. */
  pattern: string;
}>;

const MAX_PATTERN = 2000;

/**
 * A Python pattern compiled for RE2, which takes time linear in the text whatever the pattern. Null when RE2 cannot
 * run it (look-around, back-references) or would read it differently on this text: the result is then unknown.
 * @throws OverLimit for a pattern too large for the text
 */
export function compileRegex(engine: Paying, pattern: string, flags: RegexFlags, text: string): Regex | null {
  if (pattern.length > MAX_PATTERN)
    throw new OverLimit(`uses a regular expression longer than ${MAX_PATTERN} characters`);
  spend(engine.budget, 1 + Math.ceil((sizeOf(pattern) * (text.length + 1)) / 256));
  if (!meansTheSame(pattern, flags, text)) return null;
  const bits =
    (flags.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) |
    (flags.multiline ? RE2JS.MULTILINE : 0) |
    (flags.dotAll ? RE2JS.DOTALL : 0);
  try {
    const written = pattern.replace(/\\Z/g, '\\z');
    return wrap(engine, compiled(flags.lines ? dollarsAtLineEnds(written) : written, bits), pattern);
  } catch (error) {
    if (error instanceof OverLimit) throw error;
    return null;
  }
}

/** Patterns kept compiled: templates ask the same few on every host. */
const MOST_COMPILED = 200;

const compiledBefore = new Map<string, RE2JS>();

function compiled(pattern: string, bits: number): RE2JS {
  const key = `${bits} ${pattern}`;
  let regex = compiledBefore.get(key);
  if (!regex) {
    regex = RE2JS.compile(pattern, bits);
    if (compiledBefore.size >= MOST_COMPILED) compiledBefore.clear();
    compiledBefore.set(key, regex);
  }
  return regex;
}

/** About how many instructions the pattern compiles to: counted repetitions multiply. */
function sizeOf(pattern: string): number {
  let factor = 1;
  for (const [, low = '0', high = ''] of pattern.matchAll(/\{(\d*)(?:,(\d*))?\}/g)) {
    factor = Math.min(1e6, factor * Math.max(1, Number(high || low)));
  }
  return pattern.length * factor;
}

function meansTheSame(pattern: string, { multiline, bytes, lines }: RegexFlags, text: string): boolean {
  if (
    /\{,\d|\[\[:|(?!^)\(\?[a-zA-Z]+\)/.test(pattern) ||
    /\\[AQECpPGKRX]/.test(pattern.replaceAll('\\\\', '').replaceAll('\\A', ''))
  )
    return false;
  if (text.endsWith('\n') && !multiline && !lines && /(?:^|[^\\])\$/.test(pattern)) return false;
  return bytes === true || !CLASSES.some(([escapes, beyondAscii]) => escapes.test(pattern) && beyondAscii.test(text));
}

/** Classes that hold more for Python than for RE2, and the characters they hold more. */
const CLASSES = [
  [/\\[wWbB]/, /(?=[^\x00-\x7f])[\p{L}\p{N}]/u],
  [/\\[dD]/, /(?=[^\x00-\x7f])\p{Nd}/u],
  [/\\[sS]/, /[\v\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/],
] as const;

/** Each `$` that is an anchor as one of a line, which is where Python's `$` stands in a text of one line. */
function dollarsAtLineEnds(pattern: string): string {
  return pattern.replace(/\\[^]|\[\^?\]?(?:\\[^]|[^\]\\])*\]|\$/g, part => (part === '$' ? '(?m:$)' : part));
}

function wrap(engine: Paying, compiled: RE2JS, pattern: string): Regex {
  const names = compiled.namedGroups();
  return {
    matchesAtStart: text => compiled.matcher(text).lookingAt(),
    groupOf: name => names[name] ?? null,
    groupCount: compiled.groupCount(),
    pattern,
    matches(text, limit = Number.POSITIVE_INFINITY) {
      const matcher = compiled.matcher(text);
      const found: Match[] = [];
      while (found.length < limit && matcher.find()) {
        spendItems(engine.budget, found.length);
        const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => {
          const start = matcher.start(group);
          return start < 0 ? null : ([start, matcher.end(group)] as const);
        });
        found.push({ start: matcher.start(), end: matcher.end(), groups });
      }
      return found;
    },
  };
}

const TEMPLATE = /\\(?:g<(\w+)>|(\d{1,2})|([^]))/g;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
};

/** `re.sub`: what is kept of the text keeps its origins. @throws PythonError for a bad replacement */
export function substitute(engine: Paying, regex: Regex, text: Str, replacement: Str): Str {
  return substituteMatches(engine, regex, text, regex.matches(text.text), replacement);
}

/** `re.sub` of matches already found. @throws PythonError for a bad replacement, also where nothing is replaced */
export function substituteMatches(
  engine: Paying,
  regex: Regex,
  text: Str,
  matches: readonly Match[],
  replacement: Str,
): Str {
  if (matches.length === 0) {
    const groups = Array.from({ length: regex.groupCount + 1 }, () => null);
    expand(regex, { start: 0, end: 0, groups }, text, replacement);
    return plain(text);
  }
  const parts: Str[] = [];
  let last = 0;
  for (const match of matches) {
    parts.push(slice(text, last, match.start), ...expand(regex, match, text, replacement));
    last = match.end;
  }
  return concat(engine.budget, [...parts, slice(text, last)]);
}

/** `Match.expand`: the replacement with its group references filled in. @throws PythonError for a bad replacement */
export function expand(regex: Regex, match: Match, text: Str, replacement: Str): Str[] {
  const origins = [...originsOf(replacement), ...originsOf(slice(text, match.start, match.end))];
  const literal = (piece: string) => str(piece, origins);
  const parts: Str[] = [];
  let last = 0;
  for (const { 0: whole, 1: name, 2: number, 3: escaped, index } of replacement.text.matchAll(TEMPLATE)) {
    parts.push(literal(replacement.text.slice(last, index)));
    last = index + whole.length;
    if (escaped !== undefined) {
      if (/[A-Za-z]/.test(escaped) && !ESCAPES[escaped])
        throw new PythonError('fails', `bad escape ${whole} in a replacement`);
      parts.push(literal(ESCAPES[escaped] ?? whole));
      continue;
    }
    if (number === '0') {
      throw new PythonError('fails', 'a replacement cannot use \\0; \\g<0> is the whole match');
    }
    const group = number ?? (/^\d+$/.test(name ?? '') ? name : null);
    const position = group === null || group === undefined ? regex.groupOf(name ?? '') : Number(group);
    const range = position === null ? undefined : match.groups[position];
    if (range === undefined) throw new PythonError('fails', `invalid group reference ${whole} in a replacement`);
    parts.push(range ? slice(text, range[0], range[1]) : str(''));
  }
  parts.push(literal(replacement.text.slice(last)));
  return parts;
}
