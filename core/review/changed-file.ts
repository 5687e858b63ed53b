/** A hunk of a unified diff: 1-based start lines and line counts, context included. A count may be 0. */
export type Hunk = Readonly<{ oldStart: number; oldLines: number; newStart: number; newLines: number }>;

/**
 * One file of a pull request's diff (merge base to head). The statuses are GitHub's; `removed` is a deleted file,
 * `changed` a file whose mode or type alone is different.
 */
export type ChangedFile = Readonly<{
  /** Path in the head, or in the base when the file is removed. */
  path: string;
  /** Path in the base of a renamed file. */
  previousPath?: string;
  status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed';
  hunks: readonly Hunk[];
  /** Lines of the head that the diff adds (`+`). */
  addedLines: ReadonlySet<number>;
  /** Lines of the base that the diff removes (`-`). */
  removedLines: ReadonlySet<number>;
}>;

/** Both names of the file: what it is called in the head and, when it was renamed, what it was called in the base. */
export function namesOf(file: ChangedFile): readonly string[] {
  return file.previousPath === undefined || file.previousPath === file.path
    ? [file.path]
    : [file.path, file.previousPath];
}

/** Whether GitHub shows this line in the diff, so that a comment may stand there (RIGHT: head, LEFT: base). */
export function insideHunk(file: ChangedFile, line: number, side: 'LEFT' | 'RIGHT'): boolean {
  return file.hunks.some(hunk => {
    const start = side === 'RIGHT' ? hunk.newStart : hunk.oldStart;
    const length = side === 'RIGHT' ? hunk.newLines : hunk.oldLines;
    return line >= start && line < start + length;
  });
}
