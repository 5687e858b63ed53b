import { processDeliveries } from '../adapters/queue/process-deliveries.ts';
import { relay } from '../adapters/queue/relay.ts';
import { startCatchUp } from './catch-up.ts';
import { handleDelivery, settle } from './handle-delivery.ts';
import { PROVE_QUEUE, type ProveJob, proveRecordedRun } from './prove-recorded-run.ts';
import { SETTLE_QUEUE, type SettleJob, startSweep } from './sweep.ts';
import type { WorkerContext } from './worker-context.ts';

/** Deliveries worked on at a time in one process; evaluations are bounded on their own. */
const CONCURRENCY = 8;

/** Starts every worker of this process: the relay that feeds the queue, the processors, the sweep of the outbox,
 * and the catch-up with what no event told. */
export async function startWorkers(context: WorkerContext): Promise<Readonly<{ stop(): Promise<void> }>> {
  const { store, queue, log } = context;
  await processDeliveries(store, queue, { concurrency: CONCURRENCY }, (delivery, signal) =>
    handleDelivery(context, delivery, signal),
  );
  await queue.process<SettleJob>(SETTLE_QUEUE, CONCURRENCY, ({ data }, signal) =>
    settle(context, data.repository, data.number, signal),
  );
  await queue.process<ProveJob>(PROVE_QUEUE, 2, ({ data }) => proveRecordedRun(context, data.run));
  const feeding = relay(store, queue, { log });
  const sweep = startSweep(context);
  const catchUp = startCatchUp(context);
  return {
    async stop() {
      await Promise.all([sweep.stop(), catchUp.stop()]);
      await feeding.stop();
    },
  };
}
