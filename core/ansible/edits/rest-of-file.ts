import { UNKNOWN_TOKEN, type Unknown } from '../../source/rope.ts';
import { tokenOf } from '../jinja/text.ts';
import { allOrigins, digest, identity, mergeOrigins, type Origins, type Str, unknownValue } from '../value.ts';
import { isLone } from './file-lines.ts';

/**
 * A file nobody can see from Git is a rest: one line that stands for any number of unknown lines. Lines that edits put
 * into it stand between rests; where exactly they land is not known, that they are there is.
 */
const REST = 'rest of ';

/** The rest of a file. @param whose the path or other name of what is not known */
export function restOf(whose: string, why: readonly string[], origins: Origins): Str {
  return loneLine('', `${REST}${whose}`, why, origins);
}

/** The rest of a file after an edit of which nothing can be told: anything may have been put there. */
export function restEdited(whose: string, why: readonly string[], origins: Origins): Str {
  return restOf(`${EDITED}${whose}`, why, origins);
}
const EDITED = 'edited ';

/** What is not known of a rest that `restEdited` made; null of any other line. */
export function editIn(line: Str): Unknown | null {
  return unknownsOf(line).find(({ key }) => key.startsWith(`${REST}${EDITED}`)) ?? null;
}

export function isRest(line: Str): boolean {
  return isLone(line) && unknownsOf(line).every(unknown => unknown.key.startsWith(REST));
}

/** Whether a text may hold a rest, from what is unknown in it alone. */
export function mayHoldRest(unknowns: ReadonlyMap<string, Unknown>): boolean {
  for (const { key } of unknowns.values()) if (key.startsWith(REST)) return true;
  return false;
}

/** A run of unknown lines after an edit that may have changed it; `how` tells two such edits apart. */
export function loneAfter(line: Str, how: string, why: string, origins: Origins): Str {
  const unknowns = unknownsOf(line);
  const rest = unknowns.every(({ key }) => key.startsWith(REST)) ? REST : '';
  const key = `${unknowns.map(unknown => unknown.key.slice(rest.length)).join()} ${how}`;
  const reasons = [...new Set([why, ...unknowns.flatMap(unknown => unknown.why)])];
  const indent = /^[ \t]*/.exec(line.text)?.[0] ?? '';
  return loneLine(indent, `${rest}${short(key)}`, reasons, mergeOrigins(origins, allOrigins(line)));
}

/** A line that can no longer be told after an edit; what stands before `from` in it is kept. */
export function lineAfter(line: Str, from: number, how: string, why: string, origins: Origins): Str {
  const key = short(`${identity(line)} ${how}`);
  const kept = loneLine(line.text.slice(0, from), key, [why, ...unknownsOf(line).flatMap(one => one.why)], origins);
  return { ...kept, unknowns: new Map([...(line.unknowns ?? []), ...(kept.unknowns ?? [])]) };
}

function loneLine(indent: string, key: string, why: readonly string[], origins: Origins): Str {
  const token = tokenOf(unknownValue(key, why, { defined: true, origins }));
  const text = `${indent}${token.text}\n`;
  return { ...token, text, segments: [{ length: text.length, origins }] };
}

function short(key: string): string {
  return key.length > 300 ? `${key.slice(0, 120)}…${digest(key)}` : key;
}

function unknownsOf(line: Str): readonly Unknown[] {
  return [...line.text.matchAll(UNKNOWN_TOKEN)].flatMap(([, id = '']) => line.unknowns?.get(id) ?? []);
}
