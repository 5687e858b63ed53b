import type { Store } from '../adapters/store/open-store.ts';
import type { Settings } from '../config/settings.ts';
import type { Sources } from './api/sources.ts';

/** What pages and read API show, from the store. */
export function sourcesOf(
  options: Readonly<{ store: Store; settings: Settings; vkey: string; now: () => Date }>,
): Sources {
  const { store, settings, vkey, now } = options;
  return {
    db: store.db,
    log: { origin: settings.log.origin, vkey },
    publicUrl: settings.publicUrl,
    serverUrl: settings.github.serverUrl,
    now,
  };
}
