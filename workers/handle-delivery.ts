import { describeDelivery } from '../adapters/github/describe-delivery.ts';
import { runInLane } from '../adapters/queue/run-in-lane.ts';
import { beginAttempt } from '../adapters/store/changes.ts';
import { type Delivery, deliveryBody } from '../adapters/store/deliveries.ts';
import { settleEverything } from './catch-up.ts';
import { settlePull } from './settle-pull.ts';
import { settlePush } from './settle-push.ts';
import { CHECK_NAME, pullLane, type WorkerContext } from './worker-context.ts';

/** Acts on one webhook delivery. What it is about comes from the payload, what is true comes from GitHub. */
export async function handleDelivery(
  context: WorkerContext,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<'done' | 'ignored'> {
  const payload: unknown = JSON.parse((await deliveryBody(context.store.db, delivery.id)).toString('utf8'));
  const about = describeDelivery(delivery.event, payload);
  if (!about.relevant) return 'ignored';
  return act(context, delivery, payload, signal);
}

async function act(
  context: WorkerContext,
  { id, event, repository, lane, installationId }: Delivery,
  payload: unknown,
  signal: AbortSignal,
): Promise<'done' | 'ignored'> {
  switch (event) {
    case 'pull_request':
    case 'pull_request_review': {
      const number = Number(lane?.slice(lane.lastIndexOf('#') + 1));
      await settle(context, repository ?? '', number, signal);
      return 'done';
    }
    case 'check_run': {
      const again = rerun(payload);
      if (again?.repository !== repository) return 'ignored';
      await beginAttempt(context.store.db, again);
      await settle(context, again.repository, again.number, signal);
      return 'done';
    }
    case 'push': {
      const { before, after, sender } = payload as { before: string; after: string; sender: { login: string } };
      const branch = lane?.slice(lane.indexOf('@') + 1) ?? '';
      const pusher = sender.login;
      await settlePush(context, { repository: repository ?? '', branch, before, after, pusher, delivery: id }, signal);
      return 'done';
    }
    case 'installation':
    case 'installation_repositories':
      context.log('installation changed', { installationId });
      await settleEverything(context);
      return 'done';
    default:
      return 'ignored';
  }
}

/** Settles one pull request alone in its lane; a newer run that takes over does all of it. */
export async function settle(
  context: WorkerContext,
  repository: string,
  number: number,
  signal: AbortSignal,
): Promise<void> {
  await runInLane(
    context.store,
    pullLane(repository, number),
    (laneSignal, fencing) => settlePull(context, { repository, number }, laneSignal, fencing),
    { signal },
  );
}

const EXTERNAL_ID = /^([^\s/#]+\/[^\s/#]+)#(\d+)\/([0-9a-f]{40,64})\/(\d+)$/;

/** What a re-run asks for, from the external id of our own check run. */
function rerun(
  payload: unknown,
): Readonly<{ repository: string; number: number; head: string; attempt: number }> | null {
  const { check_run: run } = payload as { check_run: { name: string; external_id?: string | null } };
  const [, repository, number, head, attempt] = EXTERNAL_ID.exec(run.external_id ?? '') ?? [];
  if (run.name !== CHECK_NAME || repository === undefined || head === undefined) return null;
  return { repository, number: Number(number), head, attempt: Number(attempt) };
}
