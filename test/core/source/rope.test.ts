import { expect, test } from '@jest/globals';
import { hasOriginAt, originsAt, type Rope } from '../../../core/source/rope.ts';

const at = (line: number) => ({ file: 'x', line, kind: 'variable' }) as const;

/** `ab` of line 1, nothing, `cd` of nowhere, `ef` of lines 2 and 1. */
const ROPE: Rope = {
  text: 'abcdef',
  segments: [
    { length: 2, origins: [at(1)] },
    { length: 0, origins: [at(9)] },
    { length: 2, origins: [] },
    { length: 2, origins: [at(2), at(1)] },
  ],
};

test.each([
  [0, 1, [1]],
  [0, 3, [1, 9]],
  [1, 5, [1, 9, 2]],
  [2, 4, []],
  [3, 4, []],
  [4, 6, [2, 1]],
  [2, 2, [1, 9]],
  [3, 3, []],
  [6, 6, [2, 1]],
  [6, 9, []],
] as const)('the characters from %i to %i come from the lines %j', (start, end, lines) => {
  expect(originsAt(ROPE, start, end).map(({ line }) => line)).toEqual(lines);
  expect(hasOriginAt(ROPE, start, end)).toBe(lines.length > 0);
});
