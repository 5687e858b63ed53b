import { UNKNOWN_TOKEN, type Unknown } from '../../source/rope.ts';
import type { Choices, Condition } from '../jinja/render.ts';
import { slice } from '../jinja/text.ts';
import type { Str } from '../value.ts';

/** A text with what unknown conditions choose in it. */
export type Piece = Readonly<{ text: Str }> | Fork;
export type Fork = Readonly<{ condition: Unknown; met: readonly Piece[]; unmet: readonly Piece[] }>;

/** Conditions taken to hold or not, by key. */
export type Assignment = ReadonlyMap<string, boolean>;

/** Cuts a text at its choices, as deep as they nest; null when there are more than `forks.left` of them. */
export function piecesOf(text: Str, choices: Choices, forks: { left: number }): readonly Piece[] | null {
  const pieces: Piece[] = [];
  let start = 0;
  for (const match of text.text.matchAll(UNKNOWN_TOKEN)) {
    const choice = choices.get(text.unknowns?.get(match[1] ?? '')?.key ?? '');
    if (!choice) continue;
    if (--forks.left < 0) return null;
    const met = piecesOf(choice.met, choices, forks);
    const unmet = piecesOf(choice.unmet, choices, forks);
    if (!met || !unmet) return null;
    if (match.index > start) pieces.push({ text: slice(text, start, match.index) });
    pieces.push({ condition: choice.condition, met, unmet });
    start = match.index + match[0].length;
  }
  if (start < text.text.length) pieces.push({ text: slice(text, start) });
  return pieces;
}

/** The text that is left when conditions are as assigned, else hold; those met are added to `conditions`. */
export function* choose(
  pieces: readonly Piece[],
  assignment: Assignment,
  conditions: Map<string, Condition>,
): Generator<Str> {
  for (const piece of pieces) {
    if ('text' in piece) {
      yield piece.text;
      continue;
    }
    const { condition: unknown } = piece;
    const holds = assignment.get(unknown.key) ?? true;
    conditions.set(unknown.key, { unknown, holds });
    yield* choose(holds ? piece.met : piece.unmet, assignment, conditions);
  }
}

/** What the conditions in these pieces can come to; in the first way all hold. null when there are more than `limit`. */
export function waysThrough(pieces: readonly Piece[], limit: number): readonly Assignment[] | null {
  let ways: Assignment[] = [new Map()];
  for (const piece of pieces) {
    if ('text' in piece) continue;
    const next: Assignment[] = [];
    for (const way of ways) {
      const fixed = way.get(piece.condition.key);
      for (const holds of fixed === undefined ? [true, false] : [fixed]) {
        const inside = waysThrough(holds ? piece.met : piece.unmet, limit);
        for (const one of inside ?? []) {
          const merged = merge(new Map([...way, [piece.condition.key, holds]]), one);
          if (merged) next.push(merged);
        }
        if (!inside || next.length > limit) return null;
      }
    }
    ways = next;
  }
  return ways;
}

/** Both assignments; null when they disagree. */
function merge(a: Map<string, boolean>, b: Assignment): Assignment | null {
  for (const [key, holds] of b) {
    if ((a.get(key) ?? holds) !== holds) return null;
    a.set(key, holds);
  }
  return a;
}

/** The plain text of pieces under an assignment. */
export function plainText(pieces: readonly Piece[], assignment: Assignment): string {
  return [...choose(pieces, assignment, new Map())].map(({ text }) => text).join('');
}

/** Keys of every condition in the pieces. */
export function conditionKeys(pieces: readonly Piece[]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const piece of pieces) {
    if ('text' in piece) continue;
    keys.add(piece.condition.key);
    for (const key of conditionKeys([...piece.met, ...piece.unmet])) keys.add(key);
  }
  return keys;
}
