import { openQueue } from '../../../adapters/queue/open-queue.ts';
import { processDeliveries } from '../../../adapters/queue/process-deliveries.ts';
import { relay } from '../../../adapters/queue/relay.ts';
import { runInLane } from '../../../adapters/queue/run-in-lane.ts';
import { oldestUnfinishedAge, storeDelivery } from '../../../adapters/store/deliveries.ts';
import { openStore } from '../../../adapters/store/open-store.ts';
import { enqueuePublication } from '../../../adapters/store/publications.ts';
import type { QueueServices } from '../../support/services.ts';

/**
 * The whole way from inbox to outbox until it is killed: stores the deliveries it is given, processes whatever is in the
 * inbox, and prints one line for each delivery that is processed. When all are, it closes everything and ends by itself.
 */
const { services, guids } = JSON.parse(process.argv[2] ?? '{}') as { services: QueueServices; guids: string[] };
const log = (line: string) => console.error(line);
const store = await openStore({ ...services.store, log });
const { redisUrl } = services;
const queue = await openQueue({
  store,
  lockMs: 1_500,
  backoffMs: 50,
  log,
  ...(redisUrl === undefined ? {} : { redisUrl }),
});
await processDeliveries(store, queue, { concurrency: 4 }, async ({ guid }) => {
  const outcome = await runInLane(
    store,
    `lane of ${guid}`,
    async (_signal, { lane, generation }) => {
      await new Promise(resolve => setTimeout(resolve, 20));
      await enqueuePublication(store.db, { lane, generation, kind: 'check-run', key: guid, payload: { guid } });
    },
    { leaseMs: 1_500 },
  );
  if (outcome.outcome === 'superseded') throw new Error(`${guid} was superseded, and nobody else works on it`);
  console.log(guid);
  return 'done';
});
const feeding = relay(store, queue, { sweepMs: 500, log });
for (const guid of guids) {
  await storeDelivery(store.db, {
    guid,
    event: 'pull_request',
    action: 'synchronize',
    installationId: 1,
    repository: 'octo/nodes',
    lane: null,
    body: Buffer.from(guid),
  });
}
while ((await oldestUnfinishedAge(store.db)) > 0) await new Promise(resolve => setTimeout(resolve, 20));
await feeding.stop();
await queue.close();
await store.close();
