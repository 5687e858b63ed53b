import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { type CompactRange, emptyRange, growRange, rootOf } from './compact-range.ts';
import { parseEntry } from './entry.ts';
import { LogError } from './error.ts';
import { HASH_BYTES, leafHash, sameHash } from './merkle.ts';
import { parseVkey } from './note.ts';
import { decodeBundle, levelSize, TILE_WIDTH, type Tile, tilePath, tilesOfLevel } from './tile.ts';

/** Reads one resource of a log by its path (`checkpoint`, `tile/0/000`, …); null when the log does not have it. */
export type LogReader = (path: string) => Promise<Uint8Array | null>;

/** One thing that is wrong, and the resource that shows it. */
export type LogProblem = Readonly<{ path: string; message: string }>;

/** What an outsider can say about a log. `root` is base64, null when there is no checkpoint to believe. */
export type LogVerification = Readonly<{
  ok: boolean;
  size: number;
  root: string | null;
  problems: readonly LogProblem[];
}>;

const MAX_PROBLEMS = 100;
const CHECKPOINT = 'checkpoint';

/**
 * Verifies a whole log from outside: the checkpoint's signature, the root recomputed from every entry, every hash tile
 * against the recomputed hashes, that entries are canonical and no event stands twice, and that the log still begins
 * with the tree of an older checkpoint.
 *
 * @param vkey verifier key of the log, got on another way than from the log.
 * @param options.from an older checkpoint (the signed note), for example out of a check run.
 * @throws LogError `bad-key` for an unusable vkey; whatever `read` throws when the log cannot be reached.
 */
export async function verifyLog(
  read: LogReader,
  vkey: string,
  options: Readonly<{ from?: string }> = {},
): Promise<LogVerification> {
  const verifier = parseVkey(vkey);
  const problems: LogProblem[] = [];
  const blame = (path: string, message: string) => {
    if (problems.length < MAX_PROBLEMS) problems.push({ path, message });
  };
  const open = (path: string, note: string): Checkpoint | null => {
    try {
      return openCheckpoint(note, verifier);
    } catch (error) {
      blame(path, messageOf(error));
      return null;
    }
  };
  const note = await read(CHECKPOINT);
  if (note === null) blame(CHECKPOINT, 'the log has no checkpoint');
  const checkpoint = note === null ? null : open(CHECKPOINT, new TextDecoder().decode(note));
  const older = options.from === undefined ? null : open('older checkpoint', options.from);
  if (checkpoint === null) return { ok: false, size: 0, root: null, problems };
  const { size, root } = checkpoint;

  if (older !== null && older.size > size)
    blame(CHECKPOINT, `the log has ${size} entries, it once had ${older.size}: entries were taken away`);
  const tree = await readTree(read, size, older?.size ?? null, blame);
  if (tree !== null) {
    if (!sameHash(tree.root, root)) blame(CHECKPOINT, 'the signed root is not the root of the entries');
    if (older !== null && tree.olderRoot !== null && !sameHash(tree.olderRoot, older.root))
      blame(CHECKPOINT, `the first ${older.size} entries are not those of the older checkpoint: history was rewritten`);
  }
  return { ok: problems.length === 0, size, root: Buffer.from(root).toString('base64'), problems };
}

/** Reads all entries and all tiles; null when one is missing, so that no root can be computed. */
async function readTree(
  read: LogReader,
  size: number,
  olderSize: number | null,
  blame: (path: string, message: string) => void,
): Promise<{ root: Uint8Array; olderRoot: Uint8Array | null } | null> {
  let range: CompactRange = emptyRange;
  let olderRoot = olderSize === 0 ? rootOf(emptyRange) : null;
  const upper: Uint8Array[][] = [];
  const keys = new Map<string, number>();

  for (const tile of tilesOfLevel('entries', size)) {
    const path = tilePath(tile);
    const [bundle, hashes] = await Promise.all([
      readEntries(read, tile, blame),
      readHashes(read, { ...tile, level: 0 }, blame),
    ]);
    if (bundle === null || hashes === null) return null;
    const first = range.size;
    const leaves = bundle.map(leafHash);
    for (const [offset, entry] of bundle.entries()) {
      if (!sameHash(leaves[offset]!, hashes[offset]!))
        blame(path, `entry ${first + offset} is not the one its hash tile was made from`);
      checkEntry(entry, first + offset, keys, message => blame(path, message));
    }
    if (olderSize !== null && olderSize > first && olderSize <= first + leaves.length)
      olderRoot = rootOf(growRange(range, leaves.slice(0, olderSize - first)).range);
    const grown = growRange(range, leaves);
    for (const { level, hash } of grown.tileHashes) if (level > 0) (upper[level] ??= []).push(hash);
    range = grown.range;
  }

  for (let level = 1; levelSize(level, size) > 0; level++) {
    for (const tile of tilesOfLevel(level, size)) {
      const hashes = await readHashes(read, tile, blame);
      const computed = upper[level]!.slice(tile.index * TILE_WIDTH);
      if (hashes?.some((hash, offset) => !sameHash(hash, computed[offset]!)) === true)
        blame(tilePath(tile), 'the tile holds hashes that are not those of the entries');
    }
  }
  return { root: rootOf(range), olderRoot };
}

function checkEntry(
  entry: Uint8Array,
  index: number,
  keys: Map<string, number>,
  blame: (message: string) => void,
): void {
  try {
    const { key } = parseEntry(entry);
    const earlier = keys.get(key);
    if (earlier === undefined) keys.set(key, index);
    else blame(`entry ${index} records again what entry ${earlier} records: ${key}`);
  } catch (error) {
    blame(`entry ${index} cannot be read: ${messageOf(error)}`);
  }
}

/** A partial tile may be gone once the full one exists: then its hashes or entries are the first of the full tile. */
async function readTile(read: LogReader, tile: Tile): Promise<{ path: string; bytes: Uint8Array | null }> {
  const path = tilePath(tile);
  const bytes = await read(path);
  if (bytes !== null || tile.width === TILE_WIDTH) return { path, bytes };
  const full = tilePath({ ...tile, width: TILE_WIDTH });
  return { path: full, bytes: await read(full) };
}

async function readEntries(
  read: LogReader,
  tile: Tile,
  blame: (path: string, message: string) => void,
): Promise<Uint8Array[] | null> {
  const { path, bytes } = await readTile(read, tile);
  if (bytes === null) {
    blame(path, 'the log does not have these entries');
    return null;
  }
  try {
    const entries = decodeBundle(bytes);
    if (hasWidth(entries.length, tile, path)) return entries.slice(0, tile.width);
    blame(path, `the bundle holds ${entries.length} entries, not ${tile.width}`);
  } catch (error) {
    blame(path, messageOf(error));
  }
  return null;
}

async function readHashes(
  read: LogReader,
  tile: Tile,
  blame: (path: string, message: string) => void,
): Promise<Uint8Array[] | null> {
  const { path, bytes } = await readTile(read, tile);
  if (bytes === null) {
    blame(path, 'the log does not have this tile');
    return null;
  }
  if (!hasWidth(bytes.length / HASH_BYTES, tile, path)) {
    blame(path, `the tile has ${bytes.length} bytes, not ${tile.width * HASH_BYTES}`);
    return null;
  }
  return Array.from({ length: tile.width }, (_, index) => bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES));
}

function hasWidth(width: number, tile: Tile, path: string): boolean {
  return path === tilePath(tile) ? width === tile.width : width === TILE_WIDTH;
}

function messageOf(error: unknown): string {
  if (error instanceof LogError) return error.message;
  throw error;
}
