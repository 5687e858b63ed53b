import { type QueryExecutorProvider, sql, type Transaction } from 'kysely';
import { signCheckpoint as signTree } from '../../core/log/checkpoint.ts';
import { type CompactRange, growRange, rootOf } from '../../core/log/compact-range.ts';
import { encodeEntry, type LogEntry, type LogEntryKind, parseEntry } from '../../core/log/entry.ts';
import { LogError } from '../../core/log/error.ts';
import { leafHash } from '../../core/log/merkle.ts';
import { encodeVkey, type Signer, verifierOf } from '../../core/log/note.ts';
import { encodeBundle, levelSize, parseTilePath, TILE_WIDTH, type Tile, type TileHash } from '../../core/log/tile.ts';
import type { Database } from './database.ts';
import type { Store } from './open-store.ts';

/** A checkpoint as it was signed: `root` is base64, `note` the signed note, ready to be served or printed. */
export type SignedCheckpoint = Readonly<{ size: number; root: string; note: string; at: Date }>;

/** An entry with its place in the log. */
export type IndexedEntry = Readonly<{ index: number; entry: LogEntry }>;

/** Narrows a question about entries; members that are absent do not narrow. */
export type EntryQuery = Readonly<{
  kinds?: readonly LogEntryKind[];
  repository?: string;
  pr?: number;
  run?: string;
  host?: string;
  since?: Date;
  until?: Date;
  /** Only entries before (newest first) or after (oldest first) this index. */
  cursor?: number;
  order?: 'oldest-first' | 'newest-first';
  limit: number;
}>;

/**
 * Appends entries inside the caller's transaction and answers the index of each, in order. An entry whose key is in
 * the log already keeps its old place and is not written again, so that work repeated after a crash leaves one entry.
 *
 * Appending takes turns on the row of the log's head until the transaction ends: make it the last thing a transaction
 * does. Indices have no gaps, because a transaction that fails takes its entries and its turn back together.
 */
export async function appendEntries(trx: Transaction<Database>, entries: readonly LogEntry[]): Promise<number[]> {
  if (entries.length === 0) return [];
  const head = await lockHead(trx);
  const places = await placesOf(trx, entries);
  const added = [...new Map(entries.map(entry => [entry.key, entry])).values()].filter(({ key }) => !places.has(key));
  if (added.length > 0) {
    const leaves = added.map(encodeEntry);
    const hashes = leaves.map(leafHash);
    for (const [offset, entry] of added.entries()) {
      const index = head.size + offset;
      places.set(entry.key, index);
      await insertEntry(trx, index, entry, leaves[offset]!, hashes[offset]!);
    }
    const { range, tileHashes } = growRange(head, hashes);
    for (const tileHash of tileHashes) if (tileHash.level > 0) await insertTileHash(trx, tileHash);
    await sql`update log_head set size = ${range.size}, edge = ${range.hashes.map(toBase64).join(' ')}`.execute(trx);
  }
  return entries.map(({ key }) => places.get(key)!);
}

/** Waits for its turn: every transaction that appended before has ended when this returns. */
async function lockHead(trx: Transaction<Database>): Promise<CompactRange> {
  const { rows } = await sql<{ size: number; edge: string }>`
    select size, edge from log_head for update`.execute(trx);
  const { size, edge } = rows[0]!;
  return { size, hashes: edge === '' ? [] : edge.split(' ').map(fromBase64) };
}

async function placesOf(trx: Transaction<Database>, entries: readonly LogEntry[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ key: string; index: number }>`
    select key, index from log_entries where key in (${sql.join(entries.map(({ key }) => key))})`.execute(trx);
  return new Map(rows.map(({ key, index }) => [key, index]));
}

async function insertEntry(
  trx: Transaction<Database>,
  index: number,
  entry: LogEntry,
  leaf: Uint8Array,
  hash: Uint8Array,
): Promise<void> {
  const { repo = null, pr = null, run = null, host = null } = entry.data as Readonly<Record<string, string | number>>;
  await sql`
    insert into log_entries (index, key, kind, at, repository, pr, run, host, leaf, leaf_hash)
    values (${index}, ${entry.key}, ${entry.kind}, ${entry.at}, ${repo}, ${pr}, ${run}, ${host},
            ${Buffer.from(leaf).toString()}, ${toBase64(hash)})`.execute(trx);
}

async function insertTileHash(trx: Transaction<Database>, { level, index, hash }: TileHash): Promise<void> {
  await sql`insert into log_tile_hashes (level, index, hash) values (${level}, ${index}, ${toBase64(hash)})`.execute(
    trx,
  );
}

/**
 * Signs a checkpoint over all committed entries; null while the log is empty. Asked again without new entries, it
 * answers the checkpoint it has.
 *
 * The note is handed out only after its own commit, and that commit is flushed to disk behind the commits of all
 * entries it covers: no crash can leave a published size whose entries are gone.
 *
 * @throws LogError `fork` when the store holds fewer entries than were signed, or another root for the same size.
 * Nothing is signed then: the store was put back to an older state or changed by hand.
 */
export async function signCheckpoint(store: Store, signer: Signer, at: Date): Promise<SignedCheckpoint | null> {
  const vkey = encodeVkey(verifierOf(signer));
  return store.db.transaction().execute(async trx => {
    await sql`set local synchronous_commit = on`.execute(trx);
    const head = await lockHead(trx);
    const root = toBase64(rootOf(head));
    await refuseFork(trx, head.size, root);
    if (head.size === 0) return null;
    const note = signTree({ size: head.size, root: rootOf(head) }, signer);
    await sql`
      insert into log_checkpoints (size, vkey, root, note, at)
      values (${head.size}, ${vkey}, ${root}, ${note}, ${at})
      on conflict (size, vkey) do nothing`.execute(trx);
    const { rows } = await sql<CheckpointRow>`
      select size, root, note, at from log_checkpoints where size = ${head.size} and vkey = ${vkey}`.execute(trx);
    return toCheckpoint(rows[0]!);
  });
}

async function refuseFork(trx: Transaction<Database>, size: number, root: string): Promise<void> {
  const { rows } = await sql<{ entries: number; signed: number | null; other: number }>`
    select (select coalesce(max(index) + 1, 0) from log_entries) as entries,
           (select max(size) from log_checkpoints) as signed,
           (select count(*) from log_checkpoints where size = ${size} and root <> ${root}) as other`.execute(trx);
  const { entries, signed, other } = rows[0]!;
  if (entries !== size)
    throw new LogError('fork', `the log counts ${size} entries but holds ${entries}: nothing is signed any more`);
  if ((signed ?? 0) > size)
    throw new LogError('fork', `the log holds ${size} entries, ${signed} were signed: nothing is signed any more`);
  if (other > 0) throw new LogError('fork', `another root was signed for ${size} entries: nothing is signed any more`);
}

/** The newest checkpoint; null while none was signed. */
export async function latestCheckpoint(db: QueryExecutorProvider): Promise<SignedCheckpoint | null> {
  const { rows } = await sql<CheckpointRow>`
    select size, root, note, at from log_checkpoints order by size desc, at desc limit 1`.execute(db);
  return rows[0] === undefined ? null : toCheckpoint(rows[0]);
}

/** How many entries are committed, signed or not. */
export async function logSize(db: QueryExecutorProvider): Promise<number> {
  const { rows } = await sql<{ size: number }>`select size from log_head`.execute(db);
  return rows[0]!.size;
}

/**
 * One resource of the log as C2SP tlog-tiles lays it out: `checkpoint`, `tile/<L>/<N>[.p/<W>]` or
 * `tile/entries/<N>[.p/<W>]`. null when the path names none or the newest checkpoint does not cover it. Every tile but
 * the checkpoint never changes.
 */
export async function readLogResource(db: QueryExecutorProvider, path: string): Promise<Uint8Array | null> {
  const checkpoint = await latestCheckpoint(db);
  if (checkpoint === null) return null;
  if (path === 'checkpoint') return Buffer.from(checkpoint.note);
  const tile = parseTilePath(path);
  if (tile === null) return null;
  const signed = levelSize(tile.level === 'entries' ? 0 : tile.level, checkpoint.size);
  if (tile.index * TILE_WIDTH + tile.width > signed) return null;
  return tile.level === 'entries' ? readBundle(db, tile) : readHashes(db, tile.level, tile);
}

async function readBundle(db: QueryExecutorProvider, { index, width }: Tile): Promise<Uint8Array> {
  const first = index * TILE_WIDTH;
  const { rows } = await sql<{ leaf: string }>`
    select leaf from log_entries where index >= ${first} and index < ${first + width} order by index`.execute(db);
  return encodeBundle(rows.map(({ leaf }) => Buffer.from(leaf)));
}

async function readHashes(db: QueryExecutorProvider, level: number, { index, width }: Tile): Promise<Uint8Array> {
  const first = index * TILE_WIDTH;
  const { rows } = await (level === 0
    ? sql<{ hash: string }>`
        select leaf_hash as hash from log_entries
        where index >= ${first} and index < ${first + width} order by index`
    : sql<{ hash: string }>`
        select hash from log_tile_hashes
        where level = ${level} and index >= ${first} and index < ${first + width} order by index`
  ).execute(db);
  return Buffer.concat(rows.map(({ hash }) => fromBase64(hash)));
}

/** Entries of the log that answer a question, in the order asked for (oldest first unless said otherwise). */
export async function findEntries(db: QueryExecutorProvider, query: EntryQuery): Promise<IndexedEntry[]> {
  const newestFirst = query.order === 'newest-first';
  const conditions = [
    query.kinds && sql`kind = any(${[...query.kinds]}::text[])`,
    query.repository !== undefined && sql`repository = ${query.repository}`,
    query.pr !== undefined && sql`pr = ${query.pr}`,
    query.run !== undefined && sql`run = ${query.run}`,
    query.host !== undefined && sql`host = ${query.host}`,
    query.since && sql`at >= ${query.since}`,
    query.until && sql`at < ${query.until}`,
    query.cursor !== undefined && (newestFirst ? sql`index < ${query.cursor}` : sql`index > ${query.cursor}`),
  ].filter(condition => condition !== undefined && condition !== false);
  const { rows } = await sql<{ index: number; leaf: string }>`
    select index, leaf from log_entries
    where ${sql.join([sql`true`, ...conditions], sql` and `)}
    order by index ${newestFirst ? sql`desc` : sql`asc`} limit ${query.limit}`.execute(db);
  return rows.map(({ index, leaf }) => ({ index, entry: parseEntry(Buffer.from(leaf)) }));
}

type CheckpointRow = Readonly<{ size: number; root: string; note: string; at: Date }>;

function toCheckpoint({ size, root, note, at }: CheckpointRow): SignedCheckpoint {
  return { size, root, note, at: new Date(at) };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, 'base64');
}
