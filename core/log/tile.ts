import { LogError } from './error.ts';

/** Hashes in a full tile. */
export const TILE_WIDTH = 256;

/** Hash `index` of tile level `level`: the root of the perfect subtree of height 8 * level that starts at leaf index * 256^level. */
export type TileHash = Readonly<{ level: number; index: number; hash: Uint8Array }>;

/**
 * One resource of the log: a tile of hashes, or of the entries below level 0. `width` is 256 for a full tile, 1 to
 * 255 for a partial one.
 */
export type Tile = Readonly<{ level: number | 'entries'; index: number; width: number }>;

const MAX_LEVEL = 5;

/** `tile/<L>/<N>[.p/<W>]`, N in groups of three digits, all but the last behind an `x`. C2SP tlog-tiles. */
export function tilePath({ level, index, width }: Tile): string {
  const groups = [String(index % 1000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  return `tile/${level}/${groups.join('/')}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** The tile a path names, or null when the path is not exactly what `tilePath` writes for one. */
export function parseTilePath(path: string): Tile | null {
  const match = /^tile\/(entries|\d)\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (match === null) return null;
  const [, level = '', groups = '', width] = match;
  const tile: Tile = {
    level: level === 'entries' ? 'entries' : Number(level),
    index: Number(groups.replaceAll(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  const inRange = Number.isSafeInteger(tile.index) && (tile.level === 'entries' || tile.level <= MAX_LEVEL);
  return inRange && tile.width > 0 && tilePath(tile) === path ? tile : null;
}

/** Number of hashes level `level` of a tree of `size` leaves holds in its tiles. */
export function levelSize(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** Tiles of one level of a tree of `size` leaves, left to right; the last one partial where the level does not fill it. */
export function* tilesOfLevel(level: number | 'entries', size: number): Generator<Tile> {
  const total = levelSize(level === 'entries' ? 0 : level, size);
  for (let index = 0; index * TILE_WIDTH < total; index++)
    yield { level, index, width: Math.min(TILE_WIDTH, total - index * TILE_WIDTH) };
}

const LENGTH_BYTES = 2;

/** Largest entry an entry bundle can hold, in bytes. */
export const MAX_ENTRY_BYTES = 0xffff;

/**
 * An entry bundle: each entry behind its length as a big-endian uint16. C2SP tlog-tiles.
 *
 * @throws LogError `entry-too-large` for an entry over 65,535 bytes.
 */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bundle = new Uint8Array(entries.reduce((total, entry) => total + LENGTH_BYTES + entry.length, 0));
  const view = new DataView(bundle.buffer);
  let at = 0;
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES)
      throw new LogError(
        'entry-too-large',
        `an entry of ${entry.length} bytes does not fit: ${MAX_ENTRY_BYTES} is the most`,
      );
    view.setUint16(at, entry.length);
    bundle.set(entry, at + LENGTH_BYTES);
    at += LENGTH_BYTES + entry.length;
  }
  return bundle;
}

/**
 * The entries of a bundle, in order.
 *
 * @throws LogError `bad-bundle` when the bytes end inside an entry.
 */
export function decodeBundle(bundle: Uint8Array): Uint8Array[] {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bundle.length) {
    if (at + LENGTH_BYTES > bundle.length) throw new LogError('bad-bundle', 'the bundle ends inside a length');
    const start = at + LENGTH_BYTES;
    const end = start + view.getUint16(at);
    if (end > bundle.length) throw new LogError('bad-bundle', `the bundle ends inside entry ${entries.length}`);
    entries.push(bundle.subarray(start, end));
    at = end;
  }
  return entries;
}
