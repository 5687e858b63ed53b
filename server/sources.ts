import { findEntries, latestCheckpoint } from '../adapters/store/log.ts';
import type { Store } from '../adapters/store/open-store.ts';
import type { Settings } from '../config/settings.ts';
import type { LogEntryReference, Sources } from './api/sources.ts';
import { runReader } from './run-reader.ts';

/** Entries shown beside a change or a run; the log itself has all of them. */
const ENTRIES = 500;

/** What pages and read API show, from the store. */
export function sourcesOf(
  options: Readonly<{ store: Store; settings: Settings; vkey: string; now: () => Date }>,
): Sources {
  const { store, settings, vkey, now } = options;
  return {
    db: store.db,
    runs: runReader(store.db),
    log: {
      origin: settings.log.origin,
      vkey,
      checkpoint: async () => (await latestCheckpoint(store.db))?.note ?? null,
      entriesAbout: async subject => {
        const about = 'run' in subject ? subject : { repository: subject.repository, pr: subject.number };
        const entries = await findEntries(store.db, { ...about, limit: ENTRIES });
        return entries.map(
          ({ index, entry }): LogEntryReference => ({ index, kind: entry.kind, at: new Date(entry.at) }),
        );
      },
    },
    publicUrl: settings.publicUrl,
    serverUrl: settings.github.serverUrl,
    now,
  };
}
