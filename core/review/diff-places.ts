import type { Origin } from '../source/rope.ts';
import { type ChangedFile, type Hunk, insideHunk } from './changed-file.ts';
import type { Place } from './types.ts';

/** Places of one value are listed up to here; the best come first. */
const MOST_PLACES = 8;

/** A pull request's diff, ready to be asked for lines. */
export type DiffIndex = Readonly<{
  /** By path in the head. */
  right: ReadonlyMap<string, ChangedFile>;
  /** By path in the base. */
  left: ReadonlyMap<string, ChangedFile>;
}>;

export function indexDiff(changes: readonly ChangedFile[]): DiffIndex {
  return {
    right: new Map(changes.filter(file => file.status !== 'removed').map(file => [file.path, file])),
    left: new Map(changes.filter(file => file.status !== 'added').map(file => [file.previousPath ?? file.path, file])),
  };
}

const KINDS = { variable: 0, template: 1, condition: 2 } as const;

/** How near a line is to what the author did: 0 changed by the diff, 1 shown in the diff, 2 elsewhere. */
type Nearness = 0 | 1 | 2;
type Ranked = Readonly<{ nearness: Nearness; kind: number; place: Place }>;

/**
 * Where a person should look for a value, best first: lines the diff changes, then lines it shows, then the rest; among
 * equals a variable, then a template line, then a condition. Base lines (LEFT) count only where the diff removes them
 * and no changed head line explains the value, or where the head has no origin at all. Where none of these lines is
 * changed but one is shown, what the diff changes next to it explains best: a line that is now inside an `if`, or no
 * longer.
 */
export function placesOf(head: readonly Origin[], base: readonly Origin[], diff: DiffIndex): readonly Place[] {
  const right = head.map(origin => rank(origin, 'RIGHT', diff));
  const changed = right.some(({ nearness }) => nearness === 0);
  const left = changed
    ? []
    : base.map(origin => rank(origin, 'LEFT', diff)).filter(({ nearness }) => nearness === 0 || head.length === 0);
  const own = [...right, ...left];
  const around = own.some(({ nearness }) => nearness === 0)
    ? []
    : own.filter(({ nearness }) => nearness === 1).flatMap(({ kind, place }) => changedBeside(place, kind, diff));
  const sorted = [...around, ...own].sort((a, b) => a.nearness - b.nearness || a.kind - b.kind);
  const places = new Map(sorted.map(({ place }) => [`${place.side}\0${place.file}\0${place.line}`, place]));
  return [...places.values()].slice(0, MOST_PLACES);
}

function rank(origin: Origin, side: Place['side'], diff: DiffIndex): Ranked {
  const file = (side === 'RIGHT' ? diff.right : diff.left).get(origin.file);
  const changedLines = side === 'RIGHT' ? file?.addedLines : file?.removedLines;
  const kind = KINDS[origin.kind];
  const at = (line: number, nearness: Nearness): Ranked => ({
    nearness,
    kind,
    place: { file: origin.file, line, side },
  });
  if (file === undefined) return at(origin.line, 2);
  const last = origin.lineEnd ?? origin.line;
  let shown: number | null = null;
  for (let line = origin.line; line <= last; line++) {
    if (changedLines?.has(line)) return at(line, 0);
    if (shown === null && insideHunk(file, line, side)) shown = line;
  }
  return shown === null ? at(origin.line, 2) : at(shown, 1);
}

/** The changed line nearest to a line the diff shows unchanged, in the same run of the hunk; the head's before the base's. */
function changedBeside({ file: path, line, side }: Place, kind: number, diff: DiffIndex): readonly Ranked[] {
  const file = (side === 'RIGHT' ? diff.right : diff.left).get(path);
  const hunk = file?.hunks.find(one => isIn(one, line, side));
  if (file === undefined || hunk === undefined) return [];
  const lines = alignedLines(file, hunk);
  const own = lines.find(one => (side === 'RIGHT' ? one.right : one.left) === line);
  if (own === undefined) return [];
  for (const wanted of ['right', 'left'] as const) {
    const changed = lines.filter(one => one[wanted] !== null && one[wanted === 'right' ? 'left' : 'right'] === null);
    const nearest = changed.toSorted((a, b) => Math.abs(a.at - own.at) - Math.abs(b.at - own.at) || a.at - b.at)[0];
    const found = nearest?.[wanted];
    if (typeof found !== 'number' || Math.abs((nearest?.at ?? 0) - own.at) > CONTEXT) continue;
    const name = wanted === 'right' ? file.path : (file.previousPath ?? file.path);
    return [{ nearness: 0, kind, place: { file: name, line: found, side: wanted === 'right' ? 'RIGHT' : 'LEFT' } }];
  }
  return [];
}

/**
 * The base line that a changed line of the head stands in the place of: the one at its place among the removed lines of
 * a run that adds as many as it removes. Null for any other line.
 */
export function lineBefore(file: ChangedFile, line: number): number | null {
  const hunk = file.hunks.find(one => isIn(one, line, 'RIGHT'));
  if (hunk === undefined || !file.addedLines.has(line)) return null;
  const lines = alignedLines(file, hunk);
  const own = lines.findIndex(({ right }) => right === line);
  const isChanged = (at: number) => lines[at] !== undefined && (lines[at].left === null || lines[at].right === null);
  let start = own;
  while (isChanged(start - 1)) start--;
  let end = own;
  while (isChanged(end + 1)) end++;
  const run = lines.slice(start, end + 1);
  const removed = run.flatMap(({ left }) => left ?? []);
  const added = run.flatMap(({ right }) => right ?? []);
  return removed.length === added.length ? (removed[added.indexOf(line)] ?? null) : null;
}

/** Lines git shows around a change: what is farther away has another neighbour. */
const CONTEXT = 3;

type Aligned = Readonly<{ at: number; left: number | null; right: number | null }>;

function isIn({ oldStart, oldLines, newStart, newLines }: Hunk, line: number, side: Place['side']): boolean {
  const [start, length] = side === 'RIGHT' ? [newStart, newLines] : [oldStart, oldLines];
  return line >= start && line < start + length;
}

/** The lines of a hunk from top to bottom; unchanged lines have a number on both sides. */
function alignedLines({ addedLines, removedLines }: ChangedFile, hunk: Hunk): readonly Aligned[] {
  const lines: Aligned[] = [];
  let left = hunk.oldStart;
  let right = hunk.newStart;
  while (left < hunk.oldStart + hunk.oldLines || right < hunk.newStart + hunk.newLines) {
    const at = lines.length;
    if (left < hunk.oldStart + hunk.oldLines && removedLines.has(left)) lines.push({ at, left: left++, right: null });
    else if (right < hunk.newStart + hunk.newLines && addedLines.has(right))
      lines.push({ at, left: null, right: right++ });
    else lines.push({ at, left: left++, right: right++ });
  }
  return lines;
}
