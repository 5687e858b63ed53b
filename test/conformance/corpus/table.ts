import { type Answer, type Answers, COLUMNS, type Column } from './judge-change.ts';
import type { RealChange } from './real-change.ts';
import { RECORDED_MISSES } from './recorded.ts';

/** One row of the table, and whether every miss in it has a recorded reason. */
export type Row = Readonly<{ lines: readonly string[]; accounted: boolean }>;

const WIDTHS: Readonly<Record<Column, number>> = {
  effects: 24,
  'nothing else': 16,
  oracle: 24,
  direction: 15,
  controls: 34,
  place: 36,
};
const NAME = 40;

export const HEADING = ['case'.padEnd(NAME), ...COLUMNS.map(column => column.padEnd(WIDTHS[column]))].join(' ');

/** The row of a real change: ✓, ✗ or – (nothing to compare) per column, then a line per miss. */
export function changeRow({ name, meta }: RealChange, answers: Answers): Row {
  const recorded = RECORDED_MISSES[name] ?? {};
  const cells = COLUMNS.map(column => cell(answers[column]).padEnd(WIDTHS[column]));
  const title = `${name} ${meta.repo.split('/').at(-1)} ${meta.shapes.join()}`.padEnd(NAME);
  const misses = COLUMNS.flatMap(column => {
    const answer = answers[column];
    if (answer === null || answer.misses.length === 0) return [];
    const reason = recorded[column];
    return [
      ...answer.misses.slice(0, MOST).map(miss => `      ✗ ${column}: ${miss}`),
      ...(answer.misses.length > MOST ? [`      ✗ ${column}: ${answer.misses.length - MOST} more`] : []),
      `        ${reason === undefined ? 'no recorded reason' : `recorded: ${reason}`}`,
    ];
  });
  const passed = COLUMNS.filter(
    column => recorded[column] !== undefined && (answers[column]?.misses.length ?? 0) === 0,
  );
  return {
    lines: [
      [title, ...cells].join(' ').trimEnd(),
      ...misses,
      ...passed.map(column => `      ${column}: the recorded miss does not happen any more`),
    ],
    accounted: COLUMNS.every(column => (answers[column]?.misses.length ?? 0) === 0 || recorded[column] !== undefined),
  };
}

/** Misses of one column that are printed. */
const MOST = 6;

function cell(answer: Answer): string {
  if (answer === null) return '–';
  return `${answer.misses.length === 0 ? '✓' : '✗'} ${answer.note}`;
}
