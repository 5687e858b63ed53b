import { generateKeyPairSync } from 'node:crypto';
import type { Connection } from '../../../adapters/store/database.ts';
import { failDelivery, storeDelivery } from '../../../adapters/store/deliveries.ts';
import { appendEntries, signCheckpoint } from '../../../adapters/store/log.ts';
import type { Store } from '../../../adapters/store/open-store.ts';
import { entryOf, type LogEntry } from '../../../core/log/entry.ts';
import { encodeVkey, verifierOf } from '../../../core/log/note.ts';
import type { Sources } from '../../../server/api/sources.ts';
import { type SampleIds, saveSampleChanges } from './changes.ts';
import { CONFIG_FILE, commit, HOSTILE, REPOSITORY, sha256 } from './cluster.ts';
import { saveSampleNodes } from './nodes.ts';
import { RUNS, saveSampleRuns } from './runs.ts';

/** The time the sample record is asked at. */
export const NOW = new Date('2026-11-25T12:00:00Z');

const SIGNER = { name: 'gate.example/kubelet-gate', privateKey: generateKeyPairSync('ed25519').privateKey };

function logEntries(): readonly LogEntry[] {
  return [
    entryOf('change.proposed', new Date('2026-11-20T08:30:00Z'), {
      repo: REPOSITORY,
      pr: 31,
      base: commit('b'),
      head: commit('2'),
      author: 'grace',
    }),
    entryOf('run.refused', new Date('2026-11-24T08:00:00Z'), {
      run: RUNS.refused,
      repo: REPOSITORY,
      commit: commit('9'),
      tree: null,
      reason: 'commit 999999999999 carries a push nobody approved',
    }),
    entryOf('tampering', new Date('2026-11-22T03:12:00Z'), {
      run: RUNS.incomplete,
      host: HOSTILE,
      dest: CONFIG_FILE,
      expected: sha256('a'),
      actual: null,
      lastRun: RUNS.adopted,
    }),
  ];
}

/**
 * A record as a few weeks of use leave it: a first merge, a change on one group, an open change that weakens, a merge
 * nobody approved, a change that cannot be judged, one written by an attacker; runs of each kind, a stray push and a
 * dead delivery.
 */
export async function fillStore(store: Store): Promise<SampleIds> {
  const ids = await store.db.transaction().execute(async db => {
    const ids = await saveSampleChanges(db);
    await saveSampleNodes(db, ids);
    await saveSampleRuns(db);
    await storeDelivery(db, {
      guid: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      event: 'pull_request',
      action: 'opened',
      installationId: 1,
      repository: REPOSITORY,
      lane: `${REPOSITORY}#38`,
      body: Buffer.from('{}'),
    });
    await failDelivery(db, 1, 'the head commit cannot be fetched: repository not found', 0);
    await appendEntries(db, logEntries());
    return ids;
  });
  await signCheckpoint(store, SIGNER, NOW);
  return ids;
}

/** What the routers read. */
export function sampleSources(db: Connection): Sources {
  return {
    db,
    log: { origin: SIGNER.name, vkey: encodeVkey(verifierOf(SIGNER)) },
    publicUrl: 'https://gate.example',
    serverUrl: 'https://github.example',
    now: () => NOW,
  };
}
