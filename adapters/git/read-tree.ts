import { type ProblemCode, ProblemError } from '../../core/source/problem.ts';
import { type SourceTree, sourceTree, TREE_LIMITS, type TreeEntry, type TreeMode } from '../../core/source/tree.ts';
import { GitError } from './git-error.ts';
import { demandCommitId, inMirror, type Mirror } from './mirror.ts';

const ENTRY = /^(100644|100755|120000|160000|100664) (?:blob|commit) ([0-9a-f]{40,64}) +(\d+|-)\t/;

function problem(file: string, code: ProblemCode, message: string): ProblemError {
  return new ProblemError({ file, line: 0, code, message });
}

/** Names no checkout could have: git refuses them too, a crafted tree object need not. */
function safe(path: string): boolean {
  return path.split('/').every(part => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git');
}

function parseEntries(listing: Buffer): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let start = 0; start < listing.length; ) {
    const end = listing.indexOf(0, start);
    const row = listing.subarray(start, end).toString('utf8');
    start = end + 1;
    const [head = '', mode = '', oid = '', size = ''] = ENTRY.exec(row) ?? [];
    const path = row.slice(head.length);
    if (head === '' || !safe(path))
      throw new GitError('invalid', `the tree has an entry that cannot be read: ${JSON.stringify(row.slice(0, 200))}`);
    entries.push({
      path,
      mode: (mode === '100664' ? '100644' : mode) as TreeMode,
      oid,
      size: size === '-' ? 0 : Number(size),
    });
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

async function blobs(mirror: Mirror, oids: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  if (oids.length === 0) return found;
  const out = await inMirror(mirror, ['cat-file', '--batch'], { input: `${oids.join('\n')}\n` });
  for (let start = 0; start < out.length; ) {
    const end = out.indexOf(10, start);
    const [oid = '', type, size] = out.subarray(start, end).toString('latin1').split(' ');
    if (type !== 'blob') throw new GitError('unavailable', `object ${oid} is missing in the mirror`);
    start = end + 1;
    found.set(oid, out.subarray(start, start + Number(size)));
    start += Number(size) + 1;
  }
  return found;
}

/**
 * The whole tree of a commit in memory, within TREE_LIMITS: files over the limits are listed, and reading their text
 * throws. The commit must have been fetched.
 * @throws GitError `not-found`; ProblemError `over-limit` when the tree has too many entries to be read at all
 */
export async function readTree(mirror: Mirror, sha: string): Promise<SourceTree> {
  const listing = await inMirror(mirror, ['ls-tree', '-r', '-z', '-l', '--full-tree', demandCommitId(sha)]);
  const entries = parseEntries(listing);
  if (entries.length > TREE_LIMITS.entries) {
    throw problem('', 'over-limit', `the repository has ${entries.length} files, more than ${TREE_LIMITS.entries}`);
  }
  const wanted = new Set<string>();
  let total = 0;
  for (const { mode, oid, size } of entries) {
    if (mode === '120000' || mode === '160000' || size > TREE_LIMITS.fileBytes || wanted.has(oid)) continue;
    if (total + size > TREE_LIMITS.totalBytes) continue;
    total += size;
    wanted.add(oid);
  }
  const contents = await blobs(mirror, [...wanted]);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return sourceTree(sha, entries, (path, entry) => {
    const content = contents.get(entry.oid);
    if (!content) {
      const limit = entry.size > TREE_LIMITS.fileBytes ? 'file' : 'repository';
      throw problem(path, 'over-limit', `${entry.size} bytes: over the limit for one ${limit}, not read`);
    }
    try {
      return decoder.decode(content);
    } catch {
      throw problem(path, 'unreadable', 'not UTF-8 text');
    }
  });
}

/** Id of a commit's tree: equal exactly when every file is. @throws GitError `not-found` */
export async function treeId(mirror: Mirror, sha: string): Promise<string> {
  return (await inMirror(mirror, ['rev-parse', '--verify', `${demandCommitId(sha)}^{tree}`])).toString('utf8').trim();
}
