import { GitHubError } from '../adapters/github/github-error.ts';
import {
  dueInLane,
  failPublication,
  markPublished,
  markSuperseded,
  type Publication,
  published,
} from '../adapters/store/publications.ts';
import type { CheckRunPayload, CommentPayload, ReviewPayload } from './enqueue-reports.ts';
import type { WorkerContext } from './worker-context.ts';

/** Attempts before a publication is given up; with the waits between them, more than a day. */
const ATTEMPTS = 150;

/**
 * Publishes what is due in a pull request's lane, in order. Each write looks first for what an earlier attempt left on
 * GitHub, and is given up when the pull request has another head by then. A failure waits in the outbox: the sweep
 * settles the pull request again when it is due.
 */
export async function publishLane(context: WorkerContext, lane: string, signal: AbortSignal): Promise<void> {
  const { store } = context;
  for (const publication of await dueInLane(store.db, lane)) {
    signal.throwIfAborted();
    try {
      await markPublished(store.db, publication, await publish(context, lane, publication));
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error;
      if (error.code === 'head-moved') {
        await markSuperseded(store.db, publication);
        continue;
      }
      const retryAfterMs = error.retryAfterMs;
      const outcome = await failPublication(store.db, publication, error.message, {
        maxAttempts: error.code === 'invalid' ? 3 : ATTEMPTS,
        ...(retryAfterMs === null ? {} : { retryAfterMs }),
      });
      context.log(outcome === 'dead' ? 'publication given up' : 'publication waits', {
        lane,
        kind: publication.kind,
        reason: error.message,
      });
    }
  }
}

/** Writes one publication to GitHub and answers the id of what is there now. */
async function publish({ github, store }: WorkerContext, lane: string, publication: Publication): Promise<number> {
  const [repository, number] = [lane.slice(0, lane.lastIndexOf('#')), Number(lane.slice(lane.lastIndexOf('#') + 1))];
  switch (publication.kind) {
    case 'check-run': {
      const { head, input } = publication.payload as CheckRunPayload;
      const pull = await github.pull(repository, number);
      if (pull.headSha !== head) throw new GitHubError('head-moved', `${lane} has head ${pull.headSha}, not ${head}`);
      return (await github.createCheckRun(repository, input)).id;
    }
    case 'review':
      return (await github.createReview(repository, number, (publication.payload as ReviewPayload).input)).id;
    case 'comment': {
      const [newest] = await published(store.db, lane, 'comment');
      const { input } = publication.payload as CommentPayload;
      const knownId = newest?.githubId;
      return (await github.upsertComment(repository, number, { ...input, ...(knownId == null ? {} : { knownId }) })).id;
    }
  }
}
