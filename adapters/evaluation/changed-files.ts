import type { ChangedFile } from '../../core/review/changed-file.ts';
import { diffHunks, type FileHunks, type Hunk } from '../git/diff-trees.ts';
import type { Mirror } from '../git/mirror.ts';

/** The diff from base to head as reviews need it. @throws GitError `not-found` */
export async function changedFiles(repository: Mirror, base: string, head: string): Promise<readonly ChangedFile[]> {
  return (await diffHunks(repository, base, head)).map(changedFile);
}

function changedFile({ path, previousPath, status, hunks }: FileHunks): ChangedFile {
  return {
    path,
    ...(previousPath === null ? {} : { previousPath }),
    status: status === 'type-changed' ? 'changed' : status,
    hunks: hunks.map(hunk => ({ ...range('old', hunk.left), ...range('new', hunk.right) })),
    addedLines: lines(hunks, 'added'),
    removedLines: lines(hunks, 'removed'),
  };
}

function range<Side extends 'old' | 'new'>(side: Side, lines: Hunk['left']) {
  const [first, last] = lines ?? [0, -1];
  return { [`${side}Start`]: first, [`${side}Lines`]: last - first + 1 } as Record<
    `${Side}Start` | `${Side}Lines`,
    number
  >;
}

function lines(hunks: readonly Hunk[], which: 'added' | 'removed'): ReadonlySet<number> {
  return new Set(hunks.flatMap(hunk => hunk[which]));
}
