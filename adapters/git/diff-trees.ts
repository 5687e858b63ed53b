import { GitError } from './git-error.ts';
import { demandCommitId, inMirror, type Mirror } from './mirror.ts';

export type ChangedPath = Readonly<{
  path: string;
  /** The old name when renamed. */
  previousPath: string | null;
  status: 'added' | 'removed' | 'modified' | 'renamed' | 'type-changed';
}>;

/** A run of lines that a review may comment on: changed lines with three lines of context around them. */
export type Hunk = Readonly<{
  /** First and last line in the base file; null when the hunk has none there. */
  left: readonly [first: number, last: number] | null;
  /** First and last line in the head file; null when the hunk has none there. */
  right: readonly [first: number, last: number] | null;
  /** Lines of the head file that are new. */
  added: readonly number[];
  /** Lines of the base file that are gone. */
  removed: readonly number[];
}>;

export type FileHunks = ChangedPath & Readonly<{ hunks: readonly Hunk[] }>;

const STATUSES: Readonly<Record<string, ChangedPath['status']>> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  T: 'type-changed',
};

/** GitHub shows no patch of a file beyond these and takes no comments on it. */
const PATCH_LIMITS = { lines: 20_000, bytes: 500 * 1024 } as const;

const OPTIONS = ['diff-tree', '-r', '-M', '--no-commit-id', '--no-ext-diff', '--no-textconv', '--no-color'];

/** What differs between two commits' trees, in git's order; a rename gives both names. @throws GitError `not-found` */
export async function changedPaths(mirror: Mirror, base: string, head: string): Promise<readonly ChangedPath[]> {
  const args = [...OPTIONS, '--raw', '-z', demandCommitId(base), demandCommitId(head)];
  const fields = (await inMirror(mirror, args)).toString('utf8').split('\0');
  const changed: ChangedPath[] = [];
  for (let index = 0; index + 1 < fields.length; ) {
    const letter = fields[index++]?.split(' ')[4]?.charAt(0) ?? '';
    const status = STATUSES[letter];
    if (!status) throw new GitError('invalid', `git reports a change of an unknown kind: ${letter}`);
    const first = fields[index++] ?? '';
    changed.push(
      status === 'renamed'
        ? { status, path: fields[index++] ?? '', previousPath: first }
        : { status, path: first, previousPath: null },
    );
  }
  return changed;
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

function parseHunks(patch: string): readonly Hunk[] {
  const hunks: Hunk[] = [];
  let added: number[] = [];
  let removed: number[] = [];
  let left = 0;
  let right = 0;
  for (const line of patch.split('\n')) {
    const [header, leftStart, leftCount = '1', rightStart, rightCount = '1'] = HUNK.exec(line) ?? [];
    if (header !== undefined) {
      left = Number(leftStart);
      right = Number(rightStart);
      added = [];
      removed = [];
      hunks.push({
        left: leftCount === '0' ? null : [left, left + Number(leftCount) - 1],
        right: rightCount === '0' ? null : [right, right + Number(rightCount) - 1],
        added,
        removed,
      });
    } else if (hunks.length > 0) {
      if (line.startsWith('+')) added.push(right++);
      else if (line.startsWith('-')) removed.push(left++);
      else if (line.startsWith(' ')) {
        left += 1;
        right += 1;
      }
    }
  }
  const changed = hunks.reduce((sum, hunk) => sum + hunk.added.length + hunk.removed.length, 0);
  return changed > PATCH_LIMITS.lines || patch.length > PATCH_LIMITS.bytes ? [] : hunks;
}

/**
 * The hunks of every changed file as a review sees them; none for binary files and for files too large to be shown.
 * @throws GitError `not-found`
 */
export async function diffHunks(mirror: Mirror, base: string, head: string): Promise<readonly FileHunks[]> {
  const changed = await changedPaths(mirror, base, head);
  const args = [...OPTIONS, '-p', '-U3', demandCommitId(base), demandCommitId(head)];
  const patches = (await inMirror(mirror, args))
    .toString('latin1')
    .split(/^diff --git /m)
    .slice(1);
  let next = 0;
  const files = changed.map((change): FileHunks => {
    const patch = patches[next++] ?? '';
    // A file that became a symlink or the other way round is shown as one deletion and one addition.
    if (change.status === 'type-changed') next += 1;
    return { ...change, hunks: change.status === 'type-changed' ? [] : parseHunks(patch) };
  });
  if (next !== patches.length) throw new GitError('invalid', `git lists ${next} changes and shows ${patches.length}`);
  return files;
}

/** Whether a review comment may stand on a line: inside a hunk of the file, RIGHT for the head, LEFT for the base. */
export function isInDiff(file: FileHunks, line: number, side: 'LEFT' | 'RIGHT'): boolean {
  return file.hunks.some(hunk => {
    const range = side === 'RIGHT' ? hunk.right : hunk.left;
    return range !== null && line >= range[0] && line <= range[1];
  });
}
