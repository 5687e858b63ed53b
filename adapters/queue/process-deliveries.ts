import { type Delivery, failDelivery, finishDelivery, startDelivery } from '../store/deliveries.ts';
import type { Store } from '../store/open-store.ts';
import { GiveUp, type JobQueue } from './job-queue.ts';
import { ATTEMPTS } from './open-queue.ts';
import { DELIVERIES_QUEUE, type DeliveryJob } from './relay.ts';

/** Handles one delivery; `ignored` when it is none the gate acts on. It may run more than once for the same delivery. */
export type DeliveryHandler = (delivery: Delivery, signal: AbortSignal) => Promise<'done' | 'ignored'>;

/**
 * Processes deliveries with `handle`, up to `concurrency` at a time, and keeps the inbox in step: an attempt is counted
 * before it begins, a finished delivery is not run again, one that failed `attempts` times is given up (a
 * {@link GiveUp} at once) and stays visible as a dead letter in the inbox and the queue. `attempts` should be what the
 * queue was opened with.
 */
export async function processDeliveries(
  store: Store,
  queue: JobQueue,
  options: Readonly<{ concurrency: number; attempts?: number }>,
  handle: DeliveryHandler,
): Promise<void> {
  const attempts = options.attempts ?? ATTEMPTS;
  await queue.process<DeliveryJob>(DELIVERIES_QUEUE, options.concurrency, async ({ data }, signal) => {
    const delivery = await startDelivery(store.db, data.deliveryId, attempts);
    if (delivery === undefined) return;
    try {
      await finishDelivery(store.db, delivery.id, await handle(delivery, signal));
    } catch (error) {
      const message = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
      const after = await failDelivery(store.db, delivery.id, message, error instanceof GiveUp ? 0 : attempts);
      if (after === 'dead') throw new GiveUp(message, { cause: error });
      throw error;
    }
  });
}
