import type { Rendering, UnreadVariable } from '../ansible/types.ts';
import type { Problem } from '../source/problem.ts';
import type { DiffIndex } from './diff-places.ts';

/** Other variables of a file that are named beside the first. */
const MOST_NAMED = 3;

/**
 * One problem for each file in which the change sets, unsets or changes variables that concern a kubelet, that nothing
 * in the repository reads and whose value does not say what it does.
 */
export function unreadProblems(base: Rendering, head: Rendering, diff: DiffIndex): readonly Problem[] {
  const inHead = (file: string): string => diff.left.get(file)?.path ?? file;
  const before = byPlace(base.unread, inHead);
  const after = byPlace(head.unread, file => file);
  const changed = new Map<string, UnreadVariable[]>();
  const add = (file: string, variable: UnreadVariable): void => {
    changed.set(file, [...(changed.get(file) ?? []), variable]);
  };
  for (const [key, variables] of after) {
    const earlier = before.get(key);
    const isChanged = earlier
      ? valuesOf(earlier) !== valuesOf(variables)
      : variables.some(one => one.value !== null && isAmong(one, diff.right.get(one.file)?.addedLines));
    const [first] = variables;
    if (first && isChanged && !variables.some(({ shown }) => shown)) add(first.file, first);
  }
  for (const [key, variables] of before) {
    const gone = variables.find(one => isAmong(one, diff.left.get(one.file)?.removedLines));
    if (gone && !after.has(key) && !gone.shown && gone.value !== null) add(inHead(gone.file), { ...gone, line: 0 });
  }
  return [...changed].map(([file, variables]) => problemOf(file, variables));
}

function byPlace(
  unread: readonly UnreadVariable[],
  pathOf: (file: string) => string,
): ReadonlyMap<string, readonly UnreadVariable[]> {
  const found = new Map<string, UnreadVariable[]>();
  for (const one of unread) {
    const key = `${pathOf(one.file)}\0${one.name}`;
    found.set(key, [...(found.get(key) ?? []), one]);
  }
  return found;
}

function valuesOf(variables: readonly UnreadVariable[]): string {
  return JSON.stringify(variables.map(({ value }) => value));
}

function isAmong({ line, lineEnd }: UnreadVariable, lines: ReadonlySet<number> | undefined): boolean {
  return [...(lines ?? [])].some(one => one >= line && one <= lineEnd);
}

function problemOf(file: string, variables: readonly UnreadVariable[]): Problem {
  const [first] = variables;
  const others = [...new Set(variables.slice(1).map(({ name }) => name))].filter(name => name !== first?.name);
  const named = others.slice(0, MOST_NAMED).map(name => `\`${name}\``);
  const more = others.length > MOST_NAMED ? [`${others.length - MOST_NAMED} more`] : [];
  const all = [...named, ...more];
  const beside = all.length === 0 ? '' : ` and of ${all.join(', ')}`;
  const why = `${first?.why.charAt(0).toUpperCase()}${first?.why.slice(1)}`;
  return {
    file,
    line: first?.line ?? 0,
    code: 'unread-variable',
    message: `${why}. What this change of it${beside} does to the nodes is not evaluated.`,
  };
}
