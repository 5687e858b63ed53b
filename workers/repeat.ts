import { setTimeout as sleep } from 'node:timers/promises';

/** Something that runs until it is stopped; `stop` resolves when what it was doing is done. */
export type Repeated = Readonly<{ stop(): Promise<void> }>;

/** Does `task` now, and again `everyMs` after each end, also after a failure: `failed` is told of that. */
export function repeat(everyMs: number, task: () => Promise<void>, failed: (error: unknown) => void): Repeated {
  const stopping = new AbortController();
  const loop = async () => {
    while (!stopping.signal.aborted) {
      await task().catch(failed);
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const running = loop();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
