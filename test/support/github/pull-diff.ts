import { type BareRepository, git } from './bare-repository.ts';
import type { Side } from './world.ts';

export type DiffFile = Readonly<{
  filename: string;
  previousFilename: string | null;
  status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed';
  /** Blob of the head; of the base when removed. */
  blob: string;
  additions: number;
  deletions: number;
  /** Hunks as GitHub gives them; null for binary, unchanged or too large files. */
  patch: string | null;
}>;

const STATUSES = { A: 'added', D: 'removed', M: 'modified', R: 'renamed', C: 'copied', T: 'changed' } as const;
const PATCH_LIMITS = { bytes: 500 * 1024, lines: 20_000 };

/** Files of a two-commit diff in git's own order, renames found, with GitHub's limits on patches. */
export async function diffFiles(repository: BareRepository, from: string, to: string): Promise<readonly DiffFile[]> {
  const fields = (await git(repository, ['diff', '--raw', '--numstat', '-z', '-M', '--no-abbrev', from, to]))
    .toString('utf8')
    .split('\0');
  const patches = (await git(repository, ['diff', '--patch', '-M', '--no-color', '--no-ext-diff', from, to]))
    .toString('utf8')
    .split(/^diff --git .*\n/m)
    .slice(1);
  const raw: { status: string; blob: string; names: string[] }[] = [];
  const counts: [number, number][] = [];
  for (let index = 0; index < fields.length; ) {
    const field = fields[index++] ?? '';
    if (field === '') continue;
    if (field.startsWith(':')) {
      const [, , before = '', after = '', letter = ''] = field.split(' ');
      const renamed = letter.startsWith('R') || letter.startsWith('C');
      const names = renamed ? [fields[index++] ?? '', fields[index++] ?? ''] : [fields[index++] ?? ''];
      raw.push({ status: letter.charAt(0), blob: letter === 'D' ? before : after, names });
    } else {
      const [added = '0', deleted = '0', name = ''] = field.split('\t');
      if (name === '') index += 2;
      counts.push([Number(added) || 0, Number(deleted) || 0]);
    }
  }
  let next = 0;
  return raw.map(({ status, blob, names }, index) => {
    const [additions, deletions] = counts[index] ?? [0, 0];
    const body = status === 'T' ? '' : (patches[next] ?? '');
    // A changed type is shown as one deletion and one addition.
    next += status === 'T' ? 2 : 1;
    const start = body.search(/^@@ /m);
    const patch = start < 0 ? null : body.slice(start).replace(/\n$/, '');
    const tooLarge =
      patch !== null && (patch.length > PATCH_LIMITS.bytes || additions + deletions > PATCH_LIMITS.lines);
    return {
      filename: names.at(-1) ?? '',
      previousFilename: names.length > 1 ? (names[0] ?? '') : null,
      status: STATUSES[status as keyof typeof STATUSES],
      blob,
      additions,
      deletions,
      patch: tooLarge ? null : patch,
    };
  });
}

/** One commentable line of a patch. */
export type PatchLine = Readonly<{
  hunk: number;
  /** Lines below the first `@@`, as the old `position` counts. */
  position: number;
  left: number | null;
  right: number | null;
  text: string;
}>;

export function patchLines(patch: string): readonly PatchLine[] {
  const lines: PatchLine[] = [];
  let hunk = 0;
  let left = 0;
  let right = 0;
  for (const [position, text] of patch.split('\n').entries()) {
    const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(text);
    if (header) {
      hunk += 1;
      left = Number(header[1]);
      right = Number(header[2]);
    } else if (text.startsWith('+')) {
      lines.push({ hunk, position, left: null, right: right++, text });
    } else if (text.startsWith('-')) {
      lines.push({ hunk, position, left: left++, right: null, text });
    } else if (!text.startsWith('\\')) {
      lines.push({ hunk, position, left: left++, right: right++, text });
    }
  }
  return lines;
}

/** The patch line a comment on `line` of `side` attaches to; undefined when it is outside every hunk. */
export function patchLineAt(lines: readonly PatchLine[], line: number, side: Side): PatchLine | undefined {
  return lines.find(one => (side === 'RIGHT' ? one.right : one.left) === line);
}

/** The hunk text from its header down to the commented line. */
export function hunkUpTo(patch: string, position: number): string {
  const lines = patch.split('\n').slice(0, position + 1);
  const start = lines.findLastIndex(line => line.startsWith('@@ '));
  return lines.slice(start).join('\n');
}
