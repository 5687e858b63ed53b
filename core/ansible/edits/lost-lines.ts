import type { Origin } from '../../source/rope.ts';
import type { FileAlternative } from '../types.ts';
import type { EditTask } from './edit.ts';

/** A line that an edit took out of a file, and the task that did. */
export type LostLine = Readonly<{ text: string; origin: Origin }>;

/** Lines remembered per edit: enough to say which task took a setting away. */
const MAX_LOST = 200;

/** Lines that some text has before an edit and none has after it. */
export function lostLines(
  { at }: EditTask,
  before: readonly FileAlternative[],
  after: readonly FileAlternative[],
): readonly LostLine[] {
  const left = new Set(after.flatMap(({ text }) => text.text.split('\n')));
  const lost = new Set(before.flatMap(({ text }) => text.text.split('\n')).filter(line => !left.has(line)));
  return [...lost].slice(0, MAX_LOST).map(text => ({ text, origin: { ...at, kind: 'condition' } }));
}
