import { posix } from 'node:path';
import type { Problem } from '../source/problem.ts';
import type { Unknown } from '../source/rope.ts';
import type { RunResult, World, Write } from './host-run.ts';
import { compareOrder, type Order } from './order.ts';
import { whollyUnknown } from './render-file.ts';
import { digest } from './value.ts';
import { concernsEdit } from './write-file.ts';

/** A write to a node by a task of some host, and when that host does it. */
type Arrival = Readonly<{ write: Write; from: string; oneByOne: boolean; at: Order }>;

/** Hosts that write different things to one place in one task and are told apart. */
const MAX_RIVALS = 8;

/**
 * The results with what hosts do on other hosts put where it lands, in the order of the linear strategy: play by play,
 * batch by batch, task by task, host by host. Results of hosts nobody delegates to stay the same objects.
 *
 * @param results of every host of the world
 */
export function withDelegated(world: World, results: ReadonlyMap<string, RunResult>): ReadonlyMap<string, RunResult> {
  const arriving = new Map<string, { arrivals: Arrival[]; problems: Problem[] }>();
  for (const [from, { delegated }] of results) {
    for (const { host, order, oneByOne, writes, problems } of delegated) {
      let there = arriving.get(host);
      if (!there) arriving.set(host, (there = { arrivals: [], problems: [] }));
      const at = placeIn(world, from, order);
      there.arrivals.push(...writes.map(write => ({ write, from, oneByOne, at })));
      there.problems.push(...problems);
    }
  }
  if (arriving.size === 0) return results;
  const merged = new Map(results);
  for (const [host, { arrivals, problems }] of arriving) {
    const own = results.get(host);
    if (!own) continue;
    const writes = own.writes.map(write => ({
      write,
      from: host,
      oneByOne: false,
      at: placeIn(world, host, write.order),
    }));
    merged.set(host, {
      ...own,
      writes: withoutOthers(inOrder([...writes, ...arrivals])),
      problems: [...own.problems, ...eachOnce(problems)],
    });
  }
  return merged;
}

/** Play, batch, the rest of the place in the playbook. Of batches nobody knows all hosts are taken for one. */
function placeIn(world: World, host: string, [play = 0, ...rest]: Order): Order {
  return [play, world.batchesOf(play)?.get(host)?.batch ?? 0, ...rest];
}

/** Writes in the order they are made; those of one task by several hosts race where they differ. */
function inOrder(arrivals: readonly Arrival[]): readonly Write[] {
  const sorted = arrivals.toSorted((a, b) => compareOrder(a.at, b.at));
  const writes: Write[] = [];
  for (let start = 0; start < sorted.length; ) {
    const first = sorted[start] as Arrival;
    let end = start + 1;
    while (end < sorted.length && compareOrder((sorted[end] as Arrival).at, first.at) === 0) end++;
    writes.push(...ofOneTask(sorted.slice(start, end)));
    start = end;
  }
  return writes;
}

/**
 * What one task makes of a node for several hosts at a time. Equal writes count once. Of different ones to the same
 * place nobody knows which host's is last, because hosts work side by side; with `throttle: 1` they follow each other.
 */
function ofOneTask(arrivals: readonly Arrival[]): readonly Write[] {
  if (new Set(arrivals.map(({ from }) => from)).size === 1) return arrivals.map(({ write }) => write);
  const writes: Write[] = [];
  const rivals = new Map<string, Map<string, readonly string[]>>();
  for (const { write, from, oneByOne } of arrivals) {
    const place = placeOf(write);
    let known = rivals.get(place);
    if (!known) rivals.set(place, (known = new Map()));
    const what = contentKey(write);
    const hosts = known.get(what);
    if (hosts && !hosts.includes(from)) {
      known.set(what, [...hosts, from]);
      continue;
    }
    known.set(what, [from]);
    const isRival = !oneByOne && [...known.values()].some(others => others.some(other => other !== from));
    if (!isRival) writes.push(write);
    else if (known.size <= MAX_RIVALS) writes.push({ ...write, when: rivalOf(write, from) });
    else if (known.size === MAX_RIVALS + 1) writes.push(anyOf(write, arrivals, from));
  }
  return writes;
}

/** Stands for the rivals that are not told apart: nothing of what they write is known. */
function anyOf(write: Write, arrivals: readonly Arrival[], from: string): Write {
  const when = rivalOf(write, from);
  const key = `any of ${arrivals.length} hosts ${digest(JSON.stringify(arrivals.map(one => contentKey(one.write))))}`;
  const why = `more hosts than the gate tells apart write this in the task at ${write.task.file}:${write.task.line}`;
  const unknown: Unknown = { key, why: [why] };
  if (write.effect === 'edit')
    return { ...write, when, edit: { ...write.edit, edit: { module: 'unknown', why: unknown } } };
  return { ...write, when, alternatives: [{ conditions: [], text: whollyUnknown(unknown) }], truncated: true };
}

function rivalOf({ task, when }: Write, from: string): Unknown {
  const place = `${task.file}:${task.line}`;
  const why = `hosts do the task at ${place} side by side; whether ${from} is the last of them`;
  return { key: `${when ? `${when.key} and ` : ''}${from} last at ${place}`, why: [...(when?.why ?? []), why] };
}

function placeOf({ dest }: Write): string {
  return dest.value.known ? posix.normalize(dest.value.json) : `?${dest.value.unknown.key}`;
}

/** Equal for writes that make the same of a file. */
function contentKey({ effect, edit, alternatives, mode, owner, group, when, problem }: Write): string {
  return JSON.stringify([
    effect,
    edit?.signature,
    alternatives.map(({ conditions, text }) => [
      conditions.map(({ unknown, holds }) => [unknown.key, holds]),
      text.text,
      [...text.unknowns].map(([id, { key }]) => [id, key]),
    ]),
    [mode, owner, group].map(traced => traced?.value),
    when?.key,
    problem?.message,
  ]);
}

/** Without edits of files that turn out not to concern the kubelet on this node. */
function withoutOthers(writes: readonly Write[]): readonly Write[] {
  const kept: Write[] = [];
  for (const write of writes) {
    if (write.effect !== 'edit' || concernsEdit(kept, write.dest, write.edit)) kept.push(write);
  }
  return kept;
}

function eachOnce(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map(one => [`${one.file}:${one.line} ${one.message}`, one])).values()];
}
