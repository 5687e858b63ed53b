import { describe, expect, test } from '@jest/globals';
import { HOSTILE } from './hostile-repositories.ts';
import { groupsOf, render } from './render.ts';

describe('repositories that want to overwhelm the gate', () => {
  test('there is one of every kind', () => {
    expect(HOSTILE.length).toBeGreaterThanOrEqual(80);
    expect(new Set(HOSTILE.map(({ name }) => name)).size).toBe(HOSTILE.length);
  });

  test.each(HOSTILE)('$name: a problem where it is written', ({ files, problem }) => {
    const rendering = render(files);
    const problems = [
      ...rendering.problems,
      ...rendering.inventories.flatMap(one => one.problems),
      ...groupsOf(rendering).flatMap(group => group.problems),
    ];
    expect(problems).toContainEqual(expect.objectContaining(problem));
  });
});
