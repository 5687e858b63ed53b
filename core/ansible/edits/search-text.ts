import { UNKNOWN_TOKEN } from '../../source/rope.ts';
import { compileRegex, type Match, type Regex } from '../jinja/regex.ts';
import { identity, type Str } from '../value.ts';
import type { EditContext } from './edit.ts';
import { isLone } from './file-lines.ts';

/** What an unknown inside a line is tried as. */
const STAND_INS = [
  'x',
  '0',
  '1',
  '65535',
  '-1',
  'true',
  'false',
  'name-1',
  '10.0.0.1',
  '/a/path',
  '4Gi',
  '5m',
  'A=b,c',
];

/**
 * What unknowns are tried as for a pattern: an unknown inside a line is taken to be one word, such as a number, a name,
 * an address or a path, or of the characters a class of the pattern or a very short word in it has; that it repeats a
 * longer word the pattern looks for is not considered. A search is decided when it goes the same way with all of them.
 */
function standInsFor({ pattern }: Regex): readonly string[] {
  const plain = pattern.replace(/\\[^]/g, ' ');
  const sets = [...plain.matchAll(/\[\^?([^\] ])/g)].slice(0, 4).flatMap(([, first = '']) => [first, first + first]);
  const words = [...plain.matchAll(/[A-Za-z0-9]+/g)].map(([word]) => word).filter(word => word.length <= 2);
  return [...new Set([...STAND_INS, ...sets, ...words.slice(0, 6)])];
}

/** A pattern of a task compiled to be searched for line by line; null when it cannot be decided. */
export function lineRegex({ budget }: EditContext, pattern: Str, text: Str): Regex | null {
  if (pattern.unknowns?.size) return null;
  return compileRegex(
    { budget },
    pattern.text,
    { ignoreCase: false, multiline: false, bytes: true, lines: true },
    text.text,
  );
}

/** Whether a line holds a match; null when that hangs on what is unknown in it. */
export function isFound(regex: Regex, line: Str): boolean | null {
  if (!line.unknowns?.size) return regex.matches(line.text, 1).length > 0;
  if (isLone(line)) return null;
  return agreed(standInsFor(regex).map(word => regex.matches(filled(line, word), 1).length > 0));
}

/** Whether a line holds a text; null when that hangs on what is unknown in either. */
export function isContained(text: Str, line: Str): boolean | null {
  if (!line.unknowns?.size && !text.unknowns?.size) return line.text.includes(text.text);
  if (line.text.includes(text.text)) return true;
  if (isLone(line) || text.unknowns?.size) return null;
  return agreed(STAND_INS.map(word => filled(line, word).includes(text.text)));
}

/** Whether two texts are the same; null when that hangs on what is unknown in them. */
export function isSame(a: Str, b: Str): boolean | null {
  if (!a.unknowns?.size && !b.unknowns?.size) return a.text === b.text;
  if (identity(a) === identity(b)) return true;
  if (isLone(a) || isLone(b)) return null;
  const [aHead, aTail] = knownEnds(a.text);
  const [bHead, bTail] = knownEnds(b.text);
  const fit = (aHead.startsWith(bHead) || bHead.startsWith(aHead)) && (aTail.endsWith(bTail) || bTail.endsWith(aTail));
  return fit ? null : false;
}

/**
 * The matches in a text. `disputed`: lines, by the offset at which they begin, that have matches only for some of what
 * is unknown, with the offset at which the first of them begins. Offsets are those of the text with its unknowns.
 */
export type MatchesAround = Readonly<{ matches: readonly Match[]; disputed: ReadonlyMap<number, number> }>;

export function matchesAround(regex: Regex, text: Str): MatchesAround {
  if (!text.unknowns?.size) return { matches: regex.matches(text.text), disputed: new Map() };
  const disputed = new Map<number, number>();
  const counts = new Map<string, { match: Match; times: number }>();
  const dispute = (from: number, to: number): void => {
    const first = text.text.slice(from, to).includes('\n') ? 0 : from;
    for (const start of lineStarts(text.text, from, to)) {
      disputed.set(start, Math.min(disputed.get(start) ?? Number.POSITIVE_INFINITY, Math.max(first, start)));
    }
  };
  const words = standInsFor(regex);
  for (const word of words) {
    const standIns = standInsOf(text.text, word);
    for (const match of regex.matches(filled(text, word))) {
      const mapped = mapMatch(match, standIns);
      if (mapped === null) {
        dispute(outside(standIns, match.start), outside(standIns, match.end));
        continue;
      }
      const key = JSON.stringify(mapped);
      const known = counts.get(key);
      if (known) known.times += 1;
      else counts.set(key, { match: mapped, times: 1 });
    }
  }
  const all = [...counts.values()].map(({ match, times }) => ({
    match,
    starts: lineStarts(text.text, match.start, match.end),
    agreed: times === words.length,
  }));
  for (let before = -1; before !== disputed.size; ) {
    before = disputed.size;
    for (const { match, starts, agreed } of all) {
      if (!agreed || starts.some(start => disputed.has(start))) dispute(match.start, match.end);
    }
  }
  const matches = all
    .filter(({ starts }) => starts.every(start => !disputed.has(start)))
    .map(({ match }) => match)
    .sort((a, b) => a.start - b.start || a.end - b.end);
  return { matches, disputed };
}

/** Asks what cannot be known: each answer is explored. */
export function ask({ decide, task }: EditContext, question: string, about: Str): boolean {
  const key = `${question}: ${identity(about)}`;
  const why = `${question}, which the task at ${task.at.file}:${task.at.line} changes`;
  return decide({ unknown: { key, why: [why, ...reasonsOf(about)] }, negated: false });
}

function reasonsOf({ unknowns }: Str): readonly string[] {
  return [...new Set([...(unknowns?.values() ?? [])].flatMap(({ why }) => why))].slice(0, 4);
}

function agreed(answers: readonly boolean[]): boolean | null {
  const [first = null] = answers;
  return answers.every(answer => answer === first) ? first : null;
}

function filled({ text }: Str, word: string): string {
  return text.replace(UNKNOWN_TOKEN, word);
}

function knownEnds(text: string): readonly [head: string, tail: string] {
  const parts = text.split(new RegExp(UNKNOWN_TOKEN.source));
  return [parts[0] ?? '', parts.at(-1) ?? ''];
}

/** One unknown: where it stands in the text, and where its stand-in does in the text filled with it. */
type StandIn = Readonly<{ start: number; end: number; from: number; to: number }>;

function standInsOf(text: string, word: string): readonly StandIn[] {
  let shift = 0;
  return [...text.matchAll(UNKNOWN_TOKEN)].map(({ 0: token, index }) => {
    const from = index + shift;
    shift += word.length - token.length;
    return { start: index, end: index + token.length, from, to: from + word.length };
  });
}

/** The offset in the text with its unknowns; null inside an unknown. */
function before(standIns: readonly StandIn[], offset: number): number | null {
  let shift = 0;
  for (const { start, end, from, to } of standIns) {
    if (offset <= from) break;
    if (offset < to) return null;
    shift = end - start - (to - from) + shift;
  }
  return offset + shift;
}

/** The offset in the text with its unknowns; the beginning of an unknown for an offset inside it. */
function outside(standIns: readonly StandIn[], offset: number): number {
  return before(standIns, offset) ?? standIns.find(({ from, to }) => from < offset && offset < to)?.start ?? 0;
}

function mapMatch(match: Match, standIns: readonly StandIn[]): Match | null {
  const start = before(standIns, match.start);
  const end = before(standIns, match.end);
  if (start === null || end === null) return null;
  const groups: (readonly [number, number] | null)[] = [];
  for (const group of match.groups) {
    const range = group && ([before(standIns, group[0]), before(standIns, group[1])] as const);
    if (range === null) groups.push(null);
    else if (range[0] === null || range[1] === null) return null;
    else groups.push([range[0], range[1]]);
  }
  return { start, end, groups };
}

/** Where the lines begin that characters from one offset to before another stand in. */
export function lineStarts(text: string, start: number, end: number): readonly number[] {
  const starts: number[] = [];
  let at = start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1;
  while (at === start || at < end || starts.length === 0) {
    starts.push(at);
    const next = text.indexOf('\n', at);
    if (next < 0) break;
    at = next + 1;
  }
  return starts;
}
