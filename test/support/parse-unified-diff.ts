import type { ChangedFile, Hunk } from '../../core/review/changed-file.ts';

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

type Lines = Readonly<{ hunks: readonly Hunk[]; addedLines: ReadonlySet<number>; removedLines: ReadonlySet<number> }>;

/**
 * Reads the hunks of one file's patch as GitHub gives it (`patch` of a pull request's file: hunks without headers).
 * A hunk ends by its own line counts, so removed lines that look like headers (`--- a`) do not end it.
 */
export function parsePatch(patch: string): Lines {
  const { lines } = readHunks(patch.split('\n'), 0);
  return lines;
}

/**
 * Reads a unified diff as `git diff` and GitHub's diff media type write it. Binary files and pure mode changes have no
 * hunks. Quoted paths (C style, octal bytes) are decoded as UTF-8.
 */
export function parseUnifiedDiff(text: string): readonly ChangedFile[] {
  const rows = text.split('\n');
  const files: ChangedFile[] = [];
  let at = 0;
  while (at < rows.length) {
    if (!rows[at]?.startsWith('diff --git ')) {
      at++;
      continue;
    }
    const header = readHeader(rows, at);
    const { lines, next } = readHunks(rows, header.next);
    at = next;
    if (header.path === null) continue;
    const renamed = header.previousPath !== null && header.previousPath !== header.path;
    files.push({
      path: header.path,
      ...(renamed && header.status === 'renamed' ? { previousPath: header.previousPath ?? header.path } : {}),
      status: header.status === 'modified' && lines.hunks.length === 0 && header.modeOnly ? 'changed' : header.status,
      ...lines,
    });
  }
  return files;
}

type Header = {
  path: string | null;
  previousPath: string | null;
  status: ChangedFile['status'];
  modeOnly: boolean;
  next: number;
};

function readHeader(rows: readonly string[], start: number): Header {
  const header: Header = {
    path: samePath(rows[start] ?? ''),
    previousPath: null,
    status: 'modified',
    modeOnly: false,
    next: start + 1,
  };
  for (; header.next < rows.length; header.next++) {
    const row = rows[header.next] ?? '';
    if (row.startsWith('diff --git ') || HUNK.test(row)) break;
    if (row.startsWith('new file mode ')) header.status = 'added';
    else if (row.startsWith('deleted file mode ')) header.status = 'removed';
    else if (row.startsWith('new mode ')) header.modeOnly = true;
    else if (row.startsWith('rename from ')) header.previousPath = unquote(row.slice('rename from '.length));
    else if (row.startsWith('rename to ')) {
      header.path = unquote(row.slice('rename to '.length));
      header.status = 'renamed';
    } else if (row.startsWith('copy to ')) {
      header.path = unquote(row.slice('copy to '.length));
      header.status = 'copied';
    } else if (row.startsWith('--- ') && header.path === null && !row.startsWith('--- /dev/null')) {
      header.path = withoutPrefix(row.slice(4));
    } else if (row.startsWith('+++ ') && !row.startsWith('+++ /dev/null')) {
      header.path = withoutPrefix(row.slice(4));
    }
  }
  return header;
}

/** The path in `diff --git a/P b/P` when both sides are one path: the only case in which the line alone is clear. */
function samePath(row: string): string | null {
  const names = row.slice('diff --git '.length);
  const quoted = /^"((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"$/.exec(names);
  if (quoted) {
    const [left, right] = [withoutPrefix(`"${quoted[1]}"`), withoutPrefix(`"${quoted[2]}"`)];
    return left === right ? left : null;
  }
  const half = (names.length - 1) / 2;
  const [left, right] = [names.slice(0, half), names.slice(half + 1)];
  return Number.isInteger(half) && left.slice(2) === right.slice(2) ? left.slice(2) : null;
}

/** `a/path`, `b/path`, quoted or not, with git's closing tab after names that hold spaces. */
function withoutPrefix(name: string): string {
  return unquote(name.replace(/\t$/, '')).replace(/^[ab]\//, '');
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };

function unquote(name: string): string {
  if (!name.startsWith('"') || !name.endsWith('"') || name.length < 2) return name;
  const bytes: number[] = [];
  for (const [, octal, escape, plain] of name.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/g)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 0xff);
    else if (escape !== undefined) bytes.push(ESCAPES[escape] ?? escape.charCodeAt(0));
    else bytes.push(...new TextEncoder().encode(plain));
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

function readHunks(rows: readonly string[], start: number): { lines: Lines; next: number } {
  const hunks: Hunk[] = [];
  const addedLines = new Set<number>();
  const removedLines = new Set<number>();
  let at = start;
  while (at < rows.length) {
    const match = HUNK.exec(rows[at] ?? '');
    if (!match) break;
    const hunk = {
      oldStart: Number(match[1]),
      oldLines: Number(match[2] ?? 1),
      newStart: Number(match[3]),
      newLines: Number(match[4] ?? 1),
    };
    hunks.push(hunk);
    at++;
    let [oldLine, newLine] = [hunk.oldStart, hunk.newStart];
    const [oldEnd, newEnd] = [hunk.oldStart + hunk.oldLines, hunk.newStart + hunk.newLines];
    for (; at < rows.length && (oldLine < oldEnd || newLine < newEnd); at++) {
      const sign = rows[at]?.[0];
      if (sign === '+') addedLines.add(newLine++);
      else if (sign === '-') removedLines.add(oldLine++);
      else if (sign === ' ' || sign === undefined) {
        oldLine++;
        newLine++;
      } else if (sign !== '\\') break;
    }
    if (rows[at]?.startsWith('\\ ')) at++;
  }
  return { lines: { hunks, addedLines, removedLines }, next: at };
}
