import { createHash } from 'node:crypto';

/** What Git says an entry is: a blob (100644, 100755), a symlink (120000) or a submodule (160000). */
export type TreeMode = '100644' | '100755' | '120000' | '160000';

export type TreeEntry = Readonly<{
  path: string;
  mode: TreeMode;
  /** Object id, 40 or 64 lower-case hex digits. */
  oid: string;
  /** Bytes; 0 for submodules. */
  size: number;
}>;

/**
 * A read-only tree of one Git revision, wholly in memory. Paths are relative, POSIX, without `.` or `..` segments.
 * Nothing is ever checked out. Symlinks and submodules are listed but never followed.
 */
export interface SourceTree {
  /** Commit id the tree was read from. */
  readonly rev: string;
  /** Every entry, sorted by path. */
  entries(): readonly TreeEntry[];
  entry(path: string): TreeEntry | undefined;
  /**
   * The text of a blob decoded as UTF-8, or null when there is no such blob (symlinks and submodules count as none).
   * @throws ProblemError `over-limit` when the blob is larger than the tree's limits, `unreadable` when it is not UTF-8.
   */
  text(path: string): string | null;
  isDirectory(path: string): boolean;
  /** Names (not paths) directly below a directory, sorted; '' is the root. Empty when there is no such directory. */
  list(directory: string): readonly string[];
}

/** File sizes the gate reads; larger files are reported, never judged as fine. */
export const TREE_LIMITS = { fileBytes: 1024 * 1024, totalBytes: 96 * 1024 * 1024, entries: 100_000 } as const;

/** A tree from plain text. */
export function treeOf(files: Readonly<Record<string, string>>, rev = '0'.repeat(40)): SourceTree {
  const entries = Object.keys(files)
    .sort()
    .map(
      (path): TreeEntry => ({
        path,
        mode: '100644',
        oid: blobId(files[path] ?? ''),
        size: Buffer.byteLength(files[path] ?? ''),
      }),
    );
  return sourceTree(rev, entries, path => files[path] ?? null);
}

/** The tree with another text in one of its files, everything else as it is. */
export function withText(tree: SourceTree, path: string, text: string): SourceTree {
  const changed = { oid: blobId(text), size: Buffer.byteLength(text) };
  const entries = tree.entries().map(entry => (entry.path === path ? { ...entry, ...changed } : entry));
  return sourceTree(tree.rev, entries, name => (name === path ? text : tree.text(name)));
}

/** The object id Git gives a blob of this text (SHA-1). */
function blobId(text: string): string {
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex');
}

/** Builds the directory index once over entries; `readText` supplies blob text. */
export function sourceTree(
  rev: string,
  entries: readonly TreeEntry[],
  readText: (path: string, entry: TreeEntry) => string | null,
): SourceTree {
  const byPath = new Map(entries.map(entry => [entry.path, entry]));
  const children = new Map<string, Set<string>>([['', new Set()]]);
  for (const { path } of entries) {
    const segments = path.split('/');
    let directory = '';
    for (const name of segments) {
      let names = children.get(directory);
      if (!names) children.set(directory, (names = new Set()));
      names.add(name);
      directory = directory === '' ? name : `${directory}/${name}`;
    }
  }
  const sorted = new Map<string, readonly string[]>();
  for (const [directory, names] of children) sorted.set(directory, [...names].sort());
  return {
    rev,
    entries: () => entries,
    entry: path => byPath.get(path),
    text(path) {
      const entry = byPath.get(path);
      if (!entry || entry.mode === '120000' || entry.mode === '160000') return null;
      return readText(path, entry);
    },
    isDirectory: path => path === '' || (!byPath.has(path) && children.has(path)),
    list: directory => (byPath.has(directory) ? [] : (sorted.get(directory) ?? [])),
  };
}
