import { ProblemError } from '../source/problem.ts';
import type { Batches } from './batches.ts';
import { type HostRun, newRun, type OnceForAll, type World } from './host-run.ts';
import { runPlay } from './run-plays.ts';

/**
 * Answers what the first host of a host's batch does for all of it in a play; null for that first host itself and where
 * nobody knows which it is. A first host is run as far as it is asked for and no play twice: what it gets in earlier
 * plays comes from their first hosts.
 */
export function onceForAll(world: World): (host: string, playIndex: number) => OnceForAll | null {
  const firsts: ReadonlyMap<number, string>[] = [];
  const firstOf = (playIndex: number, batch: number): string | undefined =>
    (firsts[playIndex] ??= firstsOf(world.batchesOf(playIndex))).get(batch);
  const runs = new Map<string, { run: HostRun; plays: (OnceForAll | null)[] }>();
  return (host, playIndex) => {
    const batch = world.batchesOf(playIndex)?.get(host)?.batch;
    const first = batch === undefined ? undefined : firstOf(playIndex, batch);
    if (first === undefined || first === host) return null;
    let known = runs.get(first);
    if (!known) runs.set(first, (known = { run: newRun(world, first, false), plays: [] }));
    const { run, plays } = known;
    while (plays.length <= playIndex) plays.push(nextPlay(run, plays.length));
    return plays[playIndex] ?? null;
  };
}

/** The first host of each batch. */
function firstsOf(batches: Batches | null): ReadonlyMap<number, string> {
  const firsts = new Map<number, string>();
  for (const [host, { batch, place }] of batches ?? []) if (place === 0) firsts.set(batch, host);
  return firsts;
}

function nextPlay(run: HostRun, playIndex: number): OnceForAll | null {
  try {
    runPlay(run, playIndex);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return null;
  }
  const sent = run.sent.filter(({ to, once, order }) => to === null && once && order[0] === playIndex);
  return { sent, met: new Set(run.metOnce) };
}
