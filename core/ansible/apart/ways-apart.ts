import type { Budget } from '../budget.ts';
import type { Alternative, Choices, Condition } from '../jinja/render.ts';
import { concat } from '../jinja/text.ts';
import type { Str } from '../value.ts';
import { independentParts } from './independent-parts.ts';
import { type Assignment, choose, piecesOf, waysThrough } from './pieces.ts';

/** Forks of one text, nested ones counted wherever they occur. */
const MAX_FORKS = 500;
/** Ways through one part whose conditions belong together. */
const MAX_WAYS = 48;
/** Alternatives of one text. */
const MAX_ALTERNATIVES = 128;

/**
 * The alternatives of a text with choices in it, when parts of it are decided by conditions of their own: all
 * conditions hold, then each part goes through its other ways while the rest stays. That says all there is about every
 * field, because no field is told by two such parts (see `independentParts`).
 *
 * @param text a joined rendering: choices stand in it as tokens
 * @param under conditions the whole text stands under
 * @returns null when its parts hang together, or there is too much to look at
 */
export function waysApart(
  text: Str,
  under: readonly Condition[],
  choices: Choices,
  budget: Budget,
): readonly Alternative[] | null {
  const pieces = piecesOf(text, choices, { left: MAX_FORKS });
  const parts = pieces && independentParts(pieces);
  if (!pieces || !parts) return null;
  const assignments: Assignment[] = [new Map()];
  for (const part of parts) {
    const ways = waysThrough(part, MAX_WAYS);
    if (!ways) return null;
    assignments.push(...ways.slice(1));
    if (assignments.length > MAX_ALTERNATIVES) return null;
  }
  return assignments.map(assignment => {
    const conditions = new Map<string, Condition>();
    const chosen = concat(budget, [...choose(pieces, assignment, conditions)]);
    const { text: whole, segments, unknowns = new Map() } = chosen;
    return { conditions: [...under, ...conditions.values()], text: { text: whole, segments, unknowns } };
  });
}
