import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireLane, bumpLane, currentGeneration, releaseLane, renewLane } from '../store/lanes.ts';
import type { Store } from '../store/open-store.ts';

/** What a run must hold against to write: `generation` is outdated as soon as a newer run of the lane has begun. */
export type Fencing = Readonly<{ lane: string; generation: number }>;

/** `superseded`: a newer run of the lane took over, before this one began or while it ran. */
export type LaneOutcome<T> = Readonly<{ outcome: 'ran'; value: T }> | Readonly<{ outcome: 'superseded' }>;

/** `signal` aborts the run from outside. `leaseMs`: how long a lane stays taken by a process that died. */
export type LaneOptions = Readonly<{ signal?: AbortSignal; leaseMs?: number }>;

const LEASE_MS = 15_000;
/** How soon a run learns that a newer one began in another process. */
const RENEW_EVERY_MS = 1_000;

/**
 * Runs `run` alone in its lane, in this and every other process on the store. Beginning makes all older runs of the
 * lane outdated: one that waits never starts, one that runs has its `signal` aborted and the lane is free when it has
 * ended, or at the latest when its lease is over. From then on only the fencing token tells it from the newer run, so
 * whoever writes must hold the write against it (`enqueuePublication` does).
 *
 * @throws what `run` throws, unless it was superseded; the abort reason when `signal` aborts before it starts
 */
export async function runInLane<T>(
  store: Store,
  lane: string,
  run: (signal: AbortSignal, fencing: Fencing) => Promise<T>,
  options: LaneOptions = {},
): Promise<LaneOutcome<T>> {
  const leaseMs = options.leaseMs ?? LEASE_MS;
  const holder = `${process.pid} ${randomUUID()}`;
  const generation = await bumpLane(store.db, lane);
  const own = new AbortController();
  const leave = enter(store, lane, generation, own);
  const signal = options.signal === undefined ? own.signal : AbortSignal.any([own.signal, options.signal]);
  try {
    if (!(await takeTurn(store, { lane, generation, holder, leaseMs, signal }))) return { outcome: 'superseded' };
    const stopRenewing = keepLease(store, { lane, generation, holder, leaseMs }, own);
    try {
      return { outcome: 'ran', value: await run(signal, { lane, generation }) };
    } catch (error) {
      if (own.signal.reason instanceof Superseded) return { outcome: 'superseded' };
      throw error;
    } finally {
      stopRenewing();
      await releaseLane(store.db, lane, holder);
    }
  } finally {
    leave();
  }
}

/** Why a run's signal aborted when a newer run of its lane began. */
export class Superseded extends Error {
  constructor(lane: string) {
    super(`A newer run of ${lane} took over.`);
    this.name = 'Superseded';
  }
}

type Turn = Readonly<{ lane: string; generation: number; holder: string; leaseMs: number }>;

/** Waits for the lane. False when a newer run began meanwhile. */
async function takeTurn(store: Store, turn: Turn & Readonly<{ signal: AbortSignal }>): Promise<boolean> {
  const { lane, generation, holder, leaseMs, signal } = turn;
  for (let wait = 25; ; wait = Math.min(wait * 2, 500)) {
    if (signal.reason instanceof Superseded) return false;
    signal.throwIfAborted();
    const answer = await acquireLane(store.db, lane, generation, holder, leaseMs);
    if (answer !== 'busy') return answer === 'taken';
    await sleep(wait, undefined, { signal }).catch(() => {});
  }
}

/** Renews the lease while the run goes on; aborts it when the lane is lost, or could be lost without an answer. */
function keepLease(store: Store, { lane, generation, holder, leaseMs }: Turn, run: AbortController): () => void {
  const stop = new AbortController();
  const renew = async () => {
    let sureUntil = performance.now() + leaseMs;
    while (!stop.signal.aborted) {
      await sleep(Math.min(leaseMs / 3, RENEW_EVERY_MS), undefined, { signal: stop.signal, ref: false }).catch(
        () => {},
      );
      if (stop.signal.aborted) return;
      const asked = performance.now();
      const renewed = await renewLane(store.db, lane, generation, holder, leaseMs).catch(() => undefined);
      if (renewed === true) sureUntil = asked + leaseMs;
      else if (renewed === false) run.abort(await reasonFor(store, lane, generation));
      else if (performance.now() > sureUntil) run.abort(new Error(`The store did not answer; ${lane} may be lost.`));
      if (run.signal.aborted) return;
    }
  };
  void renew();
  return () => stop.abort();
}

async function reasonFor(store: Store, lane: string, generation: number): Promise<Error> {
  const newest = await currentGeneration(store.db, lane).catch(() => generation);
  return newest > generation ? new Superseded(lane) : new Error(`The lease of ${lane} ran out.`);
}

type Entered = Readonly<{ generation: number; run: AbortController }>;

/** Runs of this process per store and lane, so that a newer one need not wait for the lease to tell an older one. */
const entered = new WeakMap<Store, Map<string, Set<Entered>>>();

/** Notes a run and aborts the older ones of its lane. What it returns takes the note back. */
function enter(store: Store, lane: string, generation: number, run: AbortController): () => void {
  const lanes = entered.get(store) ?? new Map<string, Set<Entered>>();
  entered.set(store, lanes);
  const runs = lanes.get(lane) ?? new Set<Entered>();
  lanes.set(lane, runs);
  const mine = { generation, run };
  runs.add(mine);
  const newest = Math.max(...[...runs].map(other => other.generation));
  for (const other of runs) if (other.generation < newest) other.run.abort(new Superseded(lane));
  return () => {
    runs.delete(mine);
    if (runs.size === 0) lanes.delete(lane);
  };
}
