import type { RequestHandler } from 'express';
import type { JobQueue } from '../adapters/queue/job-queue.ts';
import type { Store } from '../adapters/store/open-store.ts';
import { storeRunEvents } from '../adapters/store/runs.ts';
import { RunReportError } from '../core/apply/run-event.ts';
import { linesOfBody } from '../core/apply/run-report.ts';
import { PROVE_QUEUE, type ProveJob } from '../workers/prove-recorded-run.ts';
import { readBody } from './read-body.ts';

/** Bytes of one posted report, as sent. */
const BODY_LIMIT = 32 * 1024 * 1024;

export type RunsOptions = Readonly<{
  store: Store;
  queue: JobQueue;
  now: () => Date;
}>;

/**
 * `POST /api/v1/runs`: lines of a run report, NDJSON, gzip allowed. Answers once they are stored; lines that are known
 * already are taken again without harm. 400 malformed, 413 too large.
 */
export function runsRoute({ store, queue, now }: RunsOptions): RequestHandler {
  return async (request, response) => {
    const body = await readBody(request, BODY_LIMIT);
    if (body === 'aborted') {
      response.status(400).json({ error: 'the report broke off while it was sent' });
      return;
    }
    if (body === 'too large') {
      response
        .status(413)
        .set('Connection', 'close')
        .json({ error: `a report has at most ${BODY_LIMIT} bytes` });
      return;
    }
    let lines: string[];
    try {
      lines = linesOfBody(body, request.headers['content-encoding']);
    } catch (error) {
      if (!(error instanceof RunReportError)) throw error;
      response.status(error.code === 'too-large' ? 413 : 400).json({ error: error.message });
      return;
    }
    const stored = await store.db.transaction().execute(trx => storeRunEvents(trx, lines, now()));
    for (const run of stored.runs) await queue.add(PROVE_QUEUE, { run } satisfies ProveJob, { jobId: run });
    response.status(202).json(stored);
  };
}
