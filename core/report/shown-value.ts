import type { Condition } from '../ansible/types.ts';
import type { Json } from '../kubelet/types.ts';
import { NODE_PATH, type Shown } from '../review/types.ts';
import type { ChangeRow } from './change-rows.ts';
import { visible } from './foreign-text.ts';

/** A JSON value as people write it: strings bare where they cannot be mistaken for something else. */
export function jsonText(value: Json): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const mistakable = value === '' || value.trim() !== value || /^(?:[-+.\d[{"'].*|true|false|null|~)$/is.test(value);
  return mistakable ? JSON.stringify(value) : value;
}

/** All that is said of a value before or after: two with one text are the same to a reader. */
export function wholeText(shown: Shown): string {
  if (shown.state === 'unknown') return `unknown\0${shown.why.join('; ')}`;
  const { where = [] } = shown;
  const depends = where.map(({ unknown, holds }) => [unknown.why, holds]);
  return JSON.stringify(shown.state === 'value' ? [shown.value, shown.implicit, depends] : ['absent', depends]);
}

/** A value before or after, in words for people. */
export function shownText(shown: Shown): string {
  switch (shown.state) {
    case 'value':
      return `${visible(shortDigest(jsonText(shown.value)))}${shown.implicit ? ' (default)' : ''}${whereText(shown.where)}`;
    case 'absent':
      return `not set${whereText(shown.where)}`;
    case 'unknown':
      return visible(`unknown (${shown.why.join('; ')})`);
  }
}

function whereText(conditions: readonly Condition[] = []): string {
  if (conditions.length === 0) return '';
  return visible(` (depends on ${[...new Set(conditions.flatMap(({ unknown }) => unknown.why))].join('; ')})`);
}

const shortDigest = (text: string): string => text.replace(/^sha256:([0-9a-f]{12})[0-9a-f]{52}$/, 'sha256:$1…');

/** `authorization.mode: Webhook -> AlwaysAllow`, one text to stand in one code span. */
export function changeText(row: Told): string {
  const { path, before, after } = row;
  if (path === NODE_PATH) return before.state === 'absent' ? 'joins' : 'leaves';
  const lists = listChange(before, after);
  const [from, to] = [sideText(path, before), sideText(path, after)];
  return `${pathText(row)}: ${lists === null ? `${from} -> ${to}` : visible(lists, 400)}`;
}

type Told = Pick<ChangeRow, 'path' | 'also' | 'fields' | 'before' | 'after'>;

/** Paths of one row that are named; the others are counted. */
const MOST_NAMED = 3;

/** What a row is about, for people: its paths, or the fields an unknown part of the configuration may set. */
export function pathText({ path, also, fields }: Pick<ChangeRow, 'path' | 'also' | 'fields'>): string {
  const count = fields > 0 ? ` (${fields} ${fields === 1 ? 'field' : 'fields'})` : '';
  if (path === '*') return `${UNSHOWN}${count}`;
  const named = [path, ...also].slice(0, MOST_NAMED).map(name => visible(name));
  const left = also.length + 1 - named.length;
  return `${named.join(', ')}${left > 0 ? ` and ${left} more` : ''}${count}`;
}

/** What `*` stands for. */
export const UNSHOWN = 'parts of the configuration Git does not show';

/** A side that has no such unknown parts has none of them; it is not a value that is not set. */
function sideText(path: string, shown: Shown): string {
  return path.endsWith('*') && shown.state === 'absent' ? 'none' : shownText(shown);
}

/** The two cells of a table. Of long lists the second tells what is added and dropped. */
export function cellTexts({ path, before, after }: Told): readonly [string, string] {
  const lists = listChange(before, after);
  if (lists === null) return [sideText(path, before), sideText(path, after)];
  return [itemCount(before), `${itemCount(after)}: ${lists}`];
}

const LONG_LIST = 80;

/** What a long list gains and loses; null for what is no list, short enough to show whole, or only in another order. */
function listChange(before: Shown, after: Shown): string | null {
  const [from, to] = [itemsOf(before), itemsOf(after)];
  if (from === null || to === null || Math.max(from.join().length, to.join().length) <= LONG_LIST) return null;
  const added = to.filter(item => !from.includes(item));
  const dropped = from.filter(item => !to.includes(item));
  const parts = [
    ...(added.length > 0 ? [`adds ${added.join(', ')}`] : []),
    ...(dropped.length > 0 ? [`drops ${dropped.join(', ')}`] : []),
  ];
  return parts.length === 0 ? null : parts.join('; ');
}

function itemsOf(shown: Shown): readonly string[] | null {
  return shown.state === 'value' && Array.isArray(shown.value) ? shown.value.map(item => jsonText(item as Json)) : null;
}

function itemCount(shown: Shown): string {
  const count = itemsOf(shown)?.length ?? 0;
  const implicit = shown.state === 'value' && shown.implicit ? ' (default)' : '';
  return `${count} ${count === 1 ? 'item' : 'items'}${implicit}`;
}

/** Caps the pieces of `changeText` leave room for. */
export const CHANGE_CAP = 640;
