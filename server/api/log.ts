import { latestCheckpoint, logSize, type SignedCheckpoint } from '../../adapters/store/log.ts';
import { type LogEntryReference, newestEntries } from '../../adapters/store/log-references.ts';
import { openCheckpoint } from '../../core/log/checkpoint.ts';
import { LogError } from '../../core/log/error.ts';
import { parseVkey } from '../../core/log/note.ts';
import type { Sources } from './sources.ts';

/** An entry of the transparency log. `key` names the event. */
export type LogReference = Readonly<{ index: number; kind: string; key: string; at: string }>;

/** How the transparency log stands. */
export type LogHealth = Readonly<{
  origin: string;
  /** Verifier key in the C2SP signed-note form. */
  vkey: string;
  /** Entries that are recorded; those from the checkpoint's size on are not signed yet. */
  recorded: number;
  checkpoint: Readonly<{ size: number; root: string; at: string; note: string }> | null;
  /** What is wrong with the checkpoint, in words; null when it verifies under the key. */
  problem: string | null;
  /** Newest first. */
  newest: readonly LogReference[];
}>;

export async function loadLog({ db, log }: Sources): Promise<LogHealth> {
  const [recorded, checkpoint, newest] = await Promise.all([logSize(db), latestCheckpoint(db), newestEntries(db, 20)]);
  return {
    origin: log.origin,
    vkey: log.vkey,
    recorded,
    checkpoint: checkpoint === null ? null : { ...checkpoint, at: checkpoint.at.toISOString() },
    problem: checkpoint === null ? null : problemOf(checkpoint, log.vkey, recorded),
    newest: newest.map(logReference),
  };
}

export function logReference({ index, kind, key, at }: LogEntryReference): LogReference {
  return { index, kind, key, at: at.toISOString() };
}

function problemOf({ note, size, root }: SignedCheckpoint, vkey: string, recorded: number): string | null {
  if (size > recorded) return `${size} entries were signed, but only ${recorded} are left`;
  try {
    const signed = openCheckpoint(note, parseVkey(vkey));
    const same = signed.size === size && Buffer.from(signed.root).toString('base64') === root;
    return same ? null : 'the note says another size or root than the store';
  } catch (error) {
    if (error instanceof LogError) return error.message;
    throw error;
  }
}
